"""What an evaluation comes to: the reply, if it is a refusal, and everything the door must do or say besides."""

import re
from dataclasses import dataclass

from gatepost.model.quick import quick
from gatepost.model.reply import Reply
from gatepost.model.settings import Settings
from gatepost.model.verdict import Effect

LONGEST_LINE = 510
"""Octets of a reply line without its CRLF (RFC 5321 section 4.5.3.1.5). Postfix 3.7.11 does not cut."""

_UNAVAILABLE = Reply(450, "4.7.1", "Service unavailable")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_UNPRINTABLE = dict.fromkeys((*range(32), 127), " ")


@dataclass(frozen=True, slots=True)
class LogNote:
    """A line for the log, in Postfix's shape: `kind` (reject_warning, discard, info or warn), then `text`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one evaluation. `refusal` is None where everything permits.

    `deferral` is the reason of a raised defer_if_permit, to be carried into the next stage. `discards`: answer 250
    and drop. `decided_by` is the restriction, as written, that refused, for the log and for people. `softening` is
    the reason of a defer_if_reject that is still up, for the policy door, whose list goes on elsewhere.
    """

    refusal: Reply | None = None
    hangs_up: bool = False
    discards: bool = False
    effects: tuple[Effect, ...] = ()
    notes: tuple[LogNote, ...] = ()
    complaints: tuple[str, ...] = ()
    deferral: Reply | None = None
    decided_by: str = ""
    softening: Reply | None = None


PERMITTED = Outcome()


def finish(reply: Reply, settings: Settings) -> Reply:
    """Make a refusal fit to send (postfix-semantics 3.7): code, length, enhanced code, soft_bounce."""
    if not 400 <= reply.code <= 599:
        reply = _UNAVAILABLE
    text = cut(reply.text, reply.enhanced)
    if not text.isprintable():
        text = text.translate(_UNPRINTABLE)
    if not settings.smtputf8_enable and not text.isascii():
        text = _NOT_ASCII.sub(lambda found: " " * len(found[0].encode("utf-8", "surrogateescape")), text)
    code = reply.code - 100 if settings.soft_bounce and reply.code >= 500 else reply.code
    enhanced = f"{code // 100}{reply.enhanced[1:]}"
    return Reply(code, enhanced, text)


def cut(text: str, enhanced: str) -> str:
    """What of a text fits into one reply line behind `554 ` and the enhanced code, cut between two characters."""
    room = LONGEST_LINE - len("554 ") - (len(enhanced) + 1 if enhanced else 0)
    if len(text) * 4 <= room:
        return text
    octets = text.encode("utf-8", "surrogateescape")
    if len(octets) <= room:
        return text
    while room and octets[room] & 0xC0 == 0x80:  # the middle of a UTF-8 sequence
        room -= 1
    return octets[:room].decode("utf-8", "surrogateescape")


quick(Outcome)
