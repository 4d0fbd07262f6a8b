"""Every message of a soak: what its client heard, and how many whole copies arrived.

The law is that of tests/system/journal.py, for a gate whose workers are killed: 250 means that a copy is there; there
are no more copies than 250s and tries in doubt. In doubt is a try that broke after the whole message was sent
(SENT_WHOLE), and one that heard 4xx because the hop broke after the final dot: RFC 5321 section 6.1, RFC 1047. Nothing
that arrived is anything but a message or the beginning of one.

A message is made anew from its number when it is needed, so an hour of them needs no memory.
"""

import random
import re
from collections import Counter
from dataclasses import dataclass, field

from tests.system.journal import SENT_WHOLE, message_text
from tests.system.talking import Reply

_BEGINNING = re.compile(rb"(?:\A|\n)X-Journal: (\d+)\n")


@dataclass(slots=True)
class Sent:
    """One message and the replies of all its tries."""

    number: int
    kind: str
    replies: list[Reply] = field(default_factory=list)

    @property
    def message(self) -> bytes:
        """Its text, CRLF line ends."""
        return message_text(self.number, random.Random(f"soak {self.number}"))

    @property
    def name(self) -> bytes:
        """Its sender's: without digits, which greylisting takes for the same sender."""
        return bytes(97 + int(digit) for digit in str(self.number))

    @property
    def is_accepted(self) -> bool:
        return bool(self.replies) and self.replies[-1].code == 250

    @property
    def tries_in_doubt(self) -> int:
        """Tries after which a copy may be there although no 250 was heard."""
        return sum(reply == SENT_WHOLE or 400 <= reply.code < 500 for reply in self.replies)


class Ledger:
    """All messages, and what arrived of them."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.whole: Counter[int] = Counter()
        self.cut_short = 0
        self.faults: list[str] = []

    def new(self, kind: str) -> Sent:
        """A message to be sent."""
        entry = Sent(len(self.sent), kind)
        self.sent.append(entry)
        return entry

    def arrived(self, dump: bytes) -> None:
        """Take in what a hop or a Maildir holds, LF line ends. One without our first line was cut short before it."""
        found = _BEGINNING.search(dump)
        if found is None:
            self.cut_short += 1
            return
        number = int(found[1])
        text = dump[found.start() :].removeprefix(b"\n")
        if number >= len(self.sent):
            self.faults.append(f"message {number} arrived and was never sent")
            return
        whole = self.sent[number].message.replace(b"\r\n", b"\n")
        if text.rstrip(b"\n") == whole.rstrip(b"\n"):
            self.whole[number] += 1
        elif whole.startswith(text.rstrip(b"\n")):
            self.cut_short += 1
        else:
            self.faults.append(f"message {number} arrived garbled: {text[-80:]!r}")

    def judge(self) -> list[str]:
        """Every breach of the law."""
        faults = list(self.faults)
        for entry in self.sent:
            copies, heard = self.whole[entry.number], [reply.code for reply in entry.replies]
            told = f"message {entry.number} ({entry.kind}) heard {heard}, {copies} copies arrived"
            if not heard or any(code >= 500 for code in heard):
                faults.append(f"{told}: no such reply was due")
            elif copies < entry.is_accepted:
                faults.append(f"{told}: lost")
            elif copies > entry.is_accepted + entry.tries_in_doubt:
                faults.append(f"{told}: once too often")
        return faults

    def tally(self) -> Counter[str]:
        """How many messages of each kind, and how many of them were taken in the end."""
        counted = Counter(entry.kind for entry in self.sent)
        counted.update(f"{entry.kind} taken" for entry in self.sent if entry.is_accepted)
        return counted
