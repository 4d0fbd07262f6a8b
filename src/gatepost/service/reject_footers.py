"""Which footer a refusal gets: the first of smtpd_reject_footer_maps that knows the reply, else smtpd_reject_footer.

The key is the reply as Postfix forms it before soft_bounce: `554 5.7.1 <name>: …`. A table that cannot be asked is
passed over; a template that cannot be read leaves the reply without a footer. Both are logged, once a minute.

A table that must be waited for is asked by learn(), before a refusal of the policy or of the next hop is given. What
the SMTP server itself refuses (503, a syntax error) does not wait: such a table then counts only where its answer is
already known.
"""

from collections.abc import Callable, Mapping

from gatepost.model.answer import NOT_FOUND, Found, Unavailable
from gatepost.model.reply import Reply
from gatepost.model.settings import Settings
from gatepost.policy.asking import Asking, ask
from gatepost.policy.questions import LocalTime, TableLookup
from gatepost.policy.reject_footer import add_footer
from gatepost.policy.templates import TemplateError
from gatepost.service.inquiry import inquire
from gatepost.world.answering import SessionAnswers


class RejectFooters:
    """Adds the footers of one session; `facts` gives the values of its $-names, `complain` hears what is wrong."""

    __slots__ = ("_answers", "_complain", "_facts", "_learned", "_settings")

    def __init__(
        self,
        settings: Settings,
        answers: SessionAnswers,
        facts: Callable[[], Mapping[str, str]],
        complain: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._answers = answers
        self._facts = facts
        self._complain = complain
        self._learned: tuple[str, str] | None = None

    def learn(self, reply: Reply, then: Callable[[], None]) -> None:
        """Find out what the tables say to a refusal; then give it, at once where nothing is to be waited for."""
        key = str(reply)

        def told(footer: str) -> None:
            self._learned = key, footer
            then()

        inquire(self._ask_tables(key), self._answers, told)

    def __call__(self, reply: Reply) -> Reply:
        """The refusal with its footer, if it has one."""
        settings = self._settings
        template = self._from_tables(str(reply)) or settings.smtpd_reject_footer
        if not template:
            return reply
        now = self._answers.instant(LocalTime())
        values = {"localtime": now.value if isinstance(now, Found) else "", **self._facts()}
        try:
            return add_footer(reply, template, values, settings.smtpd_expansion_filter)
        except TemplateError as error:
            self._complain(f"smtpd_reject_footer: {error}; the reply goes without")
            return reply

    def _ask_tables(self, key: str) -> Asking[str]:
        for table in self._settings.smtpd_reject_footer_maps:
            answer = yield from ask(TableLookup(table, (key,)))
            if isinstance(answer, Found):
                footer: str = answer.value.value
                return footer
            if isinstance(answer, Unavailable):
                self._complain(f"smtpd_reject_footer_maps: {answer.why}")
        return ""

    def _from_tables(self, key: str) -> str:
        """The footer that was learnt for this refusal, else what is known without waiting."""
        learned, self._learned = self._learned, None
        if learned is not None and learned[0] == key:
            return learned[1]
        asking = self._ask_tables(key)
        try:
            question = next(asking)
            while True:
                question = asking.send(self._answers.instant(question) or NOT_FOUND)
        except StopIteration as end:
            footer: str = end.value
            return footer


def has_footers(settings: Settings) -> bool:
    """Some refusals may have one."""
    return bool(settings.smtpd_reject_footer or settings.smtpd_reject_footer_maps)
