"""The replies of a next hop: reading them off the wire, and making them fit for our client.

Gives: ReplyReader, which turns any split of the octets into HopReply values, or into one Garbled that ends it; and
`for_client`, which makes the Reply that the client of this session hears.

Limits: a reply line has at most 4096 octets (RFC 5321 section 4.5.3.1.5 promises 512; Postfix reads 2048), a reply
at most 100 lines (a long EHLO answer has 25); more is Garbled. The client hears the first 20 lines of a reply and
500 characters of each, so that our own lines keep to about 512 octets. A line ends with LF or CRLF.

What is changed for the client: a 421 becomes 451 4.3.0 with a text of our own (421 would end the client's session
over a trouble that is none of its making), a 521 becomes 554 for the same reason; an enhanced code that is missing
or of another class than the code is replaced by a fitting one (RFC 3463); a reply without text gets one, because a
bare enhanced code has crashed SMTP servers that relayed it (CVE-2026-43964).

RFC: 5321 section 4.2, 2034, 3463.
"""

import re
from dataclasses import dataclass

from gatepost.model.reply import Reply

LINE_LIMIT_OCTETS = 4096
LINE_COUNT_LIMIT = 100
TOLD_LINE_COUNT = 20
TOLD_LINE_LENGTH = 500

UNAVAILABLE = Reply(451, "4.3.0", "Error: next hop unavailable")
GO_AHEAD = Reply(354, "", "End data with <CR><LF>.<CR><LF>")

_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?\Z", re.DOTALL)
_ENHANCED = re.compile(r"([245])\.[0-9]{1,3}\.[0-9]{1,3}(?=[ \t]|\Z)[ \t]*")

# What RFC 3463 and RFC 5321 section 4.2.3 make of a code that came alone; (command, code) before (code).
_FITTING: dict[tuple[str, int], str] = {
    ("RCPT", 250): "2.1.5",
    ("RCPT", 251): "2.1.5",
    ("RCPT", 450): "4.2.0",
    ("RCPT", 452): "4.5.3",
    ("RCPT", 550): "5.1.0",
    ("RCPT", 551): "5.1.6",
    ("RCPT", 552): "5.2.2",
    ("RCPT", 553): "5.1.3",
    ("", 451): "4.3.0",
    ("", 452): "4.3.1",
    ("", 500): "5.5.2",
    ("", 501): "5.5.4",
    ("", 502): "5.5.1",
    ("", 503): "5.5.1",
    ("", 504): "5.5.4",
    ("", 552): "5.3.4",
}
_TEXT_FOR_NONE = {
    2: "Ok",
    3: "Go ahead",
    4: "Error: refused by next hop, try again later",
    5: "Error: refused by next hop",
}


@dataclass(frozen=True, slots=True)
class HopReply:
    """A whole reply as it came: the code, and the text of each line without code and line end."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def verbatim(self) -> str:
        """All of it in one line, each line with its code, as Postfix quotes what a server said."""
        texts = [line.decode("utf-8", "surrogateescape") for line in self.lines]
        marks = "-" * (len(texts) - 1) + " "
        return " ".join(f"{self.code}{mark}{text}" for mark, text in zip(marks, texts, strict=True)).rstrip()

    def __str__(self) -> str:
        """The reply in one line for the log, control characters as '?'."""
        text = " ".join(line.decode("utf-8", "replace") for line in self.lines[:TOLD_LINE_COUNT])
        shown = "".join(c if c.isprintable() else "?" for c in text[:TOLD_LINE_LENGTH])
        return f"{self.code} {shown}"


@dataclass(frozen=True, slots=True)
class Garbled:
    """What came is no SMTP reply; nothing after it can be trusted."""

    why: str


class ReplyReader:
    """Reads replies out of octets that come in any pieces. After a Garbled it gives nothing else."""

    __slots__ = ("_buffer", "_code", "_garbled", "_lines", "_scanned")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._code = 0
        self._lines: list[bytes] = []
        self._garbled: Garbled | None = None

    @property
    def has_more(self) -> bool:
        """Octets or lines are there that no reply has taken up yet."""
        return bool(self._buffer or self._lines)

    def receive(self, octets: bytes) -> None:
        """Take what came from the hop."""
        if self._garbled is None:
            self._buffer += octets

    def next_reply(self) -> HopReply | Garbled | None:
        """Give the next whole reply, or None while more octets are needed."""
        while self._garbled is None:
            end = self._buffer.find(b"\n", self._scanned)
            if max(end, len(self._buffer) if end < 0 else 0) > LINE_LIMIT_OCTETS:
                return self._give_up(f"a reply line of more than {LINE_LIMIT_OCTETS} octets")
            if end < 0:
                self._scanned = len(self._buffer)
                return None
            line = bytes(self._buffer[:end]).removesuffix(b"\r")
            del self._buffer[: end + 1]
            self._scanned = 0
            reply = self._take(line)
            if reply is not None:
                return reply
        return self._garbled

    def _take(self, line: bytes) -> HopReply | Garbled | None:
        parts = _LINE.match(line)
        if parts is None:
            return self._give_up(f"not an SMTP reply: {line[:60]!r}")
        code = int(parts[1])
        if self._lines and code != self._code:
            return self._give_up(f"a reply with two codes, {self._code} and {code}")
        self._code = code
        self._lines.append(parts[3] or b"")
        if parts[2] == b"-":
            too_many = len(self._lines) >= LINE_COUNT_LIMIT
            return self._give_up(f"a reply of more than {LINE_COUNT_LIMIT} lines") if too_many else None
        reply = HopReply(code, tuple(self._lines))
        self._lines.clear()
        return reply

    def _give_up(self, why: str) -> Garbled:
        self._garbled = Garbled(why)
        self._buffer.clear()
        self._lines.clear()
        return self._garbled


def for_client(given: HopReply, command: str) -> Reply:
    """Make the reply that our client hears to `command` (RCPT, DATA, END-OF-MESSAGE) from what the hop said."""
    if given.code == 421:
        return UNAVAILABLE
    code = 554 if given.code == 521 else given.code
    enhanced = ""
    lines: list[str] = []
    for raw in given.lines[:TOLD_LINE_COUNT]:
        text = raw.decode("utf-8", "surrogateescape")
        found = _ENHANCED.match(text)
        if found:
            text = text[found.end() :]
            if not enhanced and int(found[1]) == code // 100:
                enhanced = found[0].rstrip()
        lines.append(text[:TOLD_LINE_LENGTH])
    if not any(line.strip() for line in lines):
        lines = [_TEXT_FOR_NONE[code // 100]]
    return Reply(code, enhanced or _fitting(command, code), "\n".join(lines))


def _fitting(command: str, code: int) -> str:
    known = _FITTING.get((command, code)) or _FITTING.get(("", code))
    return known or f"{code // 100}.0.0"
