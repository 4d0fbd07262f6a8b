"""Whether both said the same: the first reply of a session in which they do not, and why, where that is understood.

What is understood is in docs/differences.md; the session is compared up to there, and counted by its reason.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from tests.parity.servers import Pair
from tests.parity.sessions import Script
from tests.parity.speaking import CLOSED, Turn, speak

_ROUTED = re.compile(r"[%!@][^>]*@")
_NO_QUEUE = re.compile(r"451[ -]4\.3\.0 Error: this server keeps no queue")


@dataclass(frozen=True, slots=True)
class Compared:
    """A session spoken to both: the turns and reply lines that are the same, and the first turn that is not."""

    before: tuple[Turn, ...]
    postfix: Turn | None = None
    gatepost: Turn | None = None
    reason: str = ""

    @property
    def replies(self) -> int:
        """Reply lines that are the same."""
        return sum(len(turn.heard) for turn in self.before)

    @property
    def differs(self) -> bool:
        """There is a difference that nobody has understood."""
        return self.postfix is not None and not self.reason

    @property
    def signature(self) -> tuple[str, ...]:
        """In what way they differ, roughly: what both answered, without the words."""
        if self.postfix is None or self.gatepost is None:
            return ()
        return (*(line[:9] for line in self.postfix.heard[-1:]), *(line[:9] for line in self.gatepost.heard[-1:]))


def compare(pair: Pair, door: int, script: Script) -> Compared:
    """Speak a session to both and look for the first difference."""
    is_ipv6 = ":" in script.client
    theirs = speak(script, pair.postfix(door, is_ipv6=is_ipv6))
    ours = speak(script, pair.gatepost(door, is_ipv6=is_ipv6))
    for at, (one, other) in enumerate(zip(theirs, ours, strict=False)):
        if one != other:
            return Compared(tuple(ours[:at]), one, other, understood(one, other, ours[:at]))
    return Compared(tuple(ours))


def understood(postfix: Turn, gatepost: Turn, before: Sequence[Turn]) -> str:
    """Why they differ, where docs/differences.md says so; "" where nobody knows."""
    theirs, ours = next(
        pair for pair in zip_longest(postfix.heard, gatepost.heard, fillvalue="") if pair[0] != pair[1]
    )
    command = postfix.said.upper()
    if _NO_QUEUE.match(ours):
        return "HOLD, FILTER, and BCC and REDIRECT at the end of a message, need a queue"
    if theirs.rstrip() == ours and theirs.endswith(" "):
        return "blanks at the end of a value, left by a $name without a value, are not sent"
    if "\n" in command and postfix.heard == (CLOSED,) and gatepost.heard[-1] == CLOSED:
        return "HANGUP: Postfix drops the replies of the same pipelined group"
    if "ETRN" in command and ours.startswith("458"):
        return "ETRN: a gate has no queue to flush"
    if "Message size exceeds fixed limit" in theirs and "SIZE" not in command.rpartition("\n")[2]:
        return "SIZE= of a MAIL that was refused: Postfix remembers it"
    if "address syntax" in theirs and _ROUTED.search(command):
        return "an address within an address of ours: only Postfix looks at its syntax"
    if command.startswith(("HELO", "EHLO")) and theirs.startswith("250") and ours[:1] in ("4", "5"):
        return "HELO after DISCARD: Postfix does not judge it"
    said = [turn.said.upper()[:4] for turn in before]
    if "VRFY" in said[_last(said, "MAIL") :] and theirs.startswith("25") and ours[:1] in ("4", "5"):
        return "DISCARD at VRFY: Postfix drops the message that is under way"
    return ""


def _last(words: Sequence[str], word: str) -> int:
    return max((at for at, each in enumerate(words) if each == word), default=0)
