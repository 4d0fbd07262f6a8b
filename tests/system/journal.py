"""A client that writes down what it sent and what it was told, and a judge who compares that with the sink's dumps.

The judge's law (RFC 5321 section 6.1, and that Gatepost keeps no queue):

- a message that got 250 is in the sink, byte for byte, under the id that the gate's log accepted, once;
- any other reply is a 4xx, and no connection to the gate breaks;
- whatever else is complete in the sink came from a try whose connection to the sink broke after the final dot;
- what is not complete there is a beginning of the message: of a try that was not accepted, cut short with the sink.

Where the line to the gate breaks too (`may_break`), a client may be left without a reply, or be told to come again
(421). What it had sent whole by then (SENT_WHOLE) may be in the sink once more, and nothing else may.

Messages have dots at line starts, 8-bit octets and long lines, and no empty line but the one after the header: so a
message that had been ended early could not be taken for one that was cut short.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.system.talking import Reply, talking

SENT_WHOLE = Reply(0, "the connection broke after the whole message was sent")
"""RFC 1047: the client cannot know whether the message was taken."""

TRIES = 12
PAUSE_S = 0.15
MESSAGES_A_SESSION = 50


@dataclass(slots=True)
class Entry:
    """One message and the replies of all tries."""

    number: int
    message: bytes
    replies: list[Reply] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        return bool(self.replies) and self.replies[-1].code == 250

    @property
    def tries_in_doubt(self) -> int:
        """Tries whose end the client does not know."""
        return self.replies.count(SENT_WHOLE)

    def is_lawful(self, *, may_break: bool) -> bool:
        """All replies but the last say come again, and the last one is final or says so too."""
        codes = [reply.code for reply in self.replies]
        passing = [code for code in codes if code != 250 or codes.index(250) != len(codes) - 1]
        return bool(codes) and all(400 <= code < 500 or (may_break and code == 0) for code in passing)


class Journal:
    """What was sent and what came back."""

    def __init__(self, count: int, seed: str) -> None:
        chance = random.Random(seed)
        self.entries = [Entry(number, message_text(number, chance)) for number in range(count)]

    async def send(self, port: int, connections: int) -> None:
        """Send everything over so many connections at once; a refused message is tried again."""
        parts = [self.entries[part::connections] for part in range(connections)]
        await asyncio.gather(*(_send_part(port, part) for part in parts))

    def tally(self) -> Counter[int]:
        """How often each reply code came."""
        return Counter(reply.code for entry in self.entries for reply in entry.replies)


async def _send_part(port: int, part: list[Entry]) -> None:
    waiting = list(part)
    while waiting:
        async with talking(port) as talk:
            reply = await talk.open()
            assert reply.code == 250, reply
            for _ in range(min(MESSAGES_A_SESSION, len(waiting))):
                entry = waiting.pop(0)
                reply = await talk.deliver(f"{entry.number}@sender.example", ["bob@example.com"], entry.message)
                entry.replies.append(reply)
                if reply.code != 250 and len(entry.replies) < TRIES:
                    waiting.append(entry)
                    await asyncio.sleep(PAUSE_S)
                if reply.code == 0:
                    break
            else:
                await talk.ask("QUIT")


def message_text(number: int, chance: random.Random) -> bytes:
    """The message of this number, as chance has it."""
    lines = [f"X-Journal: {number}".encode(), b"Subject: a message of the journal", b""]
    for _ in range(chance.choice((1, 5, 40))):
        kind = chance.randrange(5)
        if kind == 0:
            lines.append(chance.choice((b".", b"..", b".x", b". ", b"...")))
        elif kind == 1:
            lines.append(b"8-bit " + re.sub(rb"[\r\n\0]", b"-", chance.randbytes(60)))
        elif kind == 2:
            lines.append(b"long " + b"y" * chance.randrange(4000))
        else:
            lines.append(f"line {chance.random()}".encode())
    return b"\r\n".join([*lines, f"end of {number}".encode(), b""])


@dataclass(frozen=True, slots=True)
class Dump:
    """One file of the sink: the id in our Received: header, and what stands behind that header (LF line ends)."""

    ident: str
    text: bytes


OUR_RECEIVED = re.compile(rb"\nReceived: from client\.example .*\n\tby gate\.example\.com .* id (\S+)\n\tfor .*\n")


def read_dumps(files: Iterable[bytes]) -> Iterable[Dump]:
    """Read the sink's files; one without our whole header was cut short before the message began, and says nothing."""
    for octets in files:
        match = OUR_RECEIVED.search(octets)
        if match:
            yield Dump(match[1].decode(), octets[match.end() :])


@dataclass(slots=True)
class Judgement:
    """What the judge found; `faults` is empty where the law was kept."""

    faults: list[str] = field(default_factory=list)
    in_sink: Counter[int] = field(default_factory=Counter)
    cut_short: int = 0

    @property
    def twice(self) -> int:
        """Messages that are in the sink more than once."""
        return sum(count > 1 for count in self.in_sink.values())


def judge(journal: Journal, dumps: Iterable[Dump], log: str, *, may_break: bool = False) -> Judgement:
    """Hold journal, sink and log against each other."""
    found = Judgement()
    accepted = set(re.findall(r"proxy-accept: END-OF-MESSAGE: 250 .* id=(\S+)", log))
    broken = set(re.findall(r"warning: (\S+): lost connection after final dot", log))
    held: Counter[int] = Counter()
    unexplained: Counter[int] = Counter()
    for dump in dumps:
        number = _number_of(dump.text)
        whole = journal.entries[number].message.replace(b"\r\n", b"\n") + b"\n" if number is not None else None
        if number is not None and dump.text == whole:
            found.in_sink[number] += 1
            held[number] += dump.ident in accepted
            unexplained[number] += dump.ident not in broken
        elif dump.ident in accepted:
            found.faults.append(f"try {dump.ident} was accepted, but the sink has {dump.text[-80:]!r}")
        elif whole is not None and not whole.startswith(dump.text):
            found.faults.append(f"try {dump.ident} of {number} was garbled or ended early: {dump.text[-80:]!r}")
        else:
            found.cut_short += 1
    for entry in journal.entries:
        codes = [reply.code for reply in entry.replies]
        if not entry.is_lawful(may_break=may_break):
            found.faults.append(f"message {entry.number} heard {entry.replies}")
        most = entry.is_accepted + (entry.tries_in_doubt if may_break else 0)
        if held[entry.number] < entry.is_accepted or unexplained[entry.number] > most:
            copies = f"{held[entry.number]} accepted of {unexplained[entry.number]}"
            found.faults.append(f"message {entry.number} heard {codes}, the sink holds {copies} copies")
    return found


def _number_of(text: bytes) -> int | None:
    match = re.match(rb"X-Journal: (\d+)\n", text)
    return int(match[1]) if match else None
