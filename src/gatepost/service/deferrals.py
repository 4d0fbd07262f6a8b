"""The defer_if_permit that one stage raises and later ones answer for (postfix-semantics 3.4).

Only with smtpd_delay_reject = no does it live longer than one evaluation: from connect to HELO to MAIL to each
recipient. What a recipient raises is its own.
"""

from gatepost.model.reply import Reply
from gatepost.model.settings import Settings
from gatepost.policy.outcome import finish

_EARLIER = {"CONNECT": "", "XCLIENT": "", "HELO": "CONNECT", "EHLO": "CONNECT", "MAIL": "HELO", "ETRN": "HELO"}
_STAGES = ("CONNECT", "HELO", "MAIL")


class Deferrals:
    """What the stages of one session have raised so far."""

    __slots__ = ("_replies",)

    def __init__(self) -> None:
        self._replies: dict[str, Reply | None] = {}

    def before(self, where: str) -> Reply | None:
        """What the stages before this one have raised."""
        return self._replies.get(_EARLIER.get(where, "MAIL"))

    def left_for_recipients(self, settings: Settings) -> Reply | None:
        """What a recipient hears after a DISCARD, which silences the lists but not what was deferred before."""
        deferral = self.before("RCPT")
        return None if deferral is None else finish(deferral, settings)

    def keep(self, where: str, deferral: Reply | None, *, is_refused: bool = False) -> None:
        """Remember for the stages that follow, all of them: one that says nothing passes it on.

        A command that is refused changes nothing of a transaction under way: what its MAIL has raised stays.
        """
        if deferral is None and not self._replies:
            return
        stage = {"EHLO": "HELO", "XCLIENT": "CONNECT"}.get(where, where)
        if stage in _STAGES:
            first = _STAGES.index(stage)
            self._replies.update(dict.fromkeys(_STAGES[first : first + 1 if is_refused else None], deferral))

    def pass_on(self, where: str) -> None:
        """A stage had nothing to ask: what is raised before it is what it has raised."""
        self.keep(where, self.before(where))
