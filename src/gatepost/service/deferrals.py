"""The defer_if_permit that one stage raises and later ones answer for (postfix-semantics 3.4).

Only with smtpd_delay_reject = no does it live longer than one evaluation: from connect to HELO to MAIL to each
recipient. What a recipient raises is its own.
"""

from gatepost.model.reply import Reply

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

    def keep(self, where: str, deferral: Reply | None) -> None:
        """Remember for the stages that follow, all of them: one that says nothing passes it on."""
        stage = {"EHLO": "HELO", "XCLIENT": "CONNECT"}.get(where, where)
        if stage in _STAGES:
            self._replies.update(dict.fromkeys(_STAGES[_STAGES.index(stage) :], deferral))
