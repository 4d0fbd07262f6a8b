"""Which footer a refusal gets: the first of smtpd_reject_footer_maps that knows the reply, else smtpd_reject_footer.

The key is the reply as Postfix forms it before soft_bounce: `554 5.7.1 <name>: …`. A table that cannot be asked is
passed over; a template that cannot be read leaves the reply without a footer. Both are logged, once a minute.
"""

from collections.abc import Callable, Mapping

from gatepost.model.answer import Found, Unavailable
from gatepost.model.reply import Reply
from gatepost.model.settings import Settings
from gatepost.policy.questions import LocalTime, TableLookup
from gatepost.policy.reject_footer import add_footer
from gatepost.policy.templates import TemplateError
from gatepost.world.answering import SessionAnswers


class RejectFooters:
    """Adds the footers of one session; `facts` gives the values of its $-names, `complain` hears what is wrong."""

    __slots__ = ("_answers", "_complain", "_facts", "_settings")

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

    def __call__(self, reply: Reply) -> Reply:
        """The refusal with its footer, if it has one."""
        settings = self._settings
        template = self._from_tables(reply) or settings.smtpd_reject_footer
        if not template:
            return reply
        now = self._answers.instant(LocalTime())
        values = {"localtime": now.value if isinstance(now, Found) else "", **self._facts()}
        try:
            return add_footer(reply, template, values, settings.smtpd_expansion_filter)
        except TemplateError as error:
            self._complain(f"smtpd_reject_footer: {error}; the reply goes without")
            return reply

    def _from_tables(self, reply: Reply) -> str:
        for table in self._settings.smtpd_reject_footer_maps:
            answer = self._answers.instant(TableLookup(table, (str(reply),)))
            if isinstance(answer, Found):
                footer: str = answer.value.value
                return footer
            if isinstance(answer, Unavailable):
                self._complain(f"smtpd_reject_footer_maps: {answer.why}")
        return ""
