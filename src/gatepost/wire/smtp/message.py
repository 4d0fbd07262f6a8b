"""The text of a message on its way through: end of data found, dots removed, line ends made CRLF, limits watched.

Text goes through in the pieces it came in, with find, count and replace of the C library; nothing is kept but what
cannot be judged yet: at most two octets at the end of a piece, the beginning (64 octets) of a header line, and the
first line while it may still be an mbox "From " line.

Line ends: only CRLF leaves. A bare LF becomes CRLF, a bare CR a space (cleanup_replace_stray_cr_lf), so that no
next hop can read an end of data where we did not (SMTP smuggling, field notes 4.3).
End of data: CRLF . CRLF and nothing else, with "normalize", "yes" and "reject"; there a lone dot on a line that
touches a bare LF is dropped. "no" takes LF and CRLF alike, as Postfix does. "reject" refuses text with a bare LF.
First line: mbox "From " gets an X-Mailbox-Line: header, and one that begins with white space an empty line before
it, so that it does not continue our own Received: header.

Gives: octets to pass on; after the end `fault` (None, or the first of the words below), size_bytes, hop_count.
RFC: 5321 sections 4.1.1.4, 4.5.2, 6.3; 3030 for BDAT.
Postfix: smtpd_forbid_bare_newline, message_size_limit, hopcount_limit.
"""

import re
from enum import Enum

TAIL_KEPT = 64
"""Octets of an unfinished header line that are kept as they are; of a longer one only what its kind depends on."""

FROM_KEPT = 1005
"""Octets of a first line that are held back while it may be a "From " line: it and 1000 `>` signs."""

_LONE_DOT = re.compile(rb"(?<=\n)\.\n|(?<=[^\r]\n)\.\r\n")
_LAX_END = re.compile(rb"\n\.\r?\n")
_LAX_END_AT_START = re.compile(rb"\.\r?\n")
_HEADER_END = re.compile(rb"^(?:\r\n|(?![ \t])(?![!-9;-~]+[ \t]*:)[^\n]*\n)", re.MULTILINE)
_RECEIVED = re.compile(rb"^received[ \t]*:", re.MULTILINE | re.IGNORECASE)
_HEADER_NAME = re.compile(rb"([!-9;-~]*)([ \t]*)(:?)")
_FROM_LINE = re.compile(rb">{0,1000}From ")
_MAYBE_FROM_LINE = re.compile(rb">{0,1000}(?:F|Fr|Fro|From)?")


def _shorten(line: bytes) -> bytes:
    """A short line that will be judged as this unfinished one will, whatever comes after."""
    if len(line) <= TAIL_KEPT:
        return line
    match = _HEADER_NAME.match(line)
    assert match is not None  # every part may be empty
    name, white, colon = match.groups()
    is_open = match.end() == len(line)
    return name[: len(b"Received") + 1] + white[:1] + (colon or (b"" if is_open else b"\0"))


class Fault(Enum):
    """Why a message is refused by the dialogue itself."""

    BARE_LF = "bare <LF> received"
    TOO_BIG = "message file too big"
    TOO_MANY_HOPS = "too many hops"


class MessageText:
    """One message while it is received, by DATA (take_data) or in chunks (take_chunk, end_chunks)."""

    __slots__ = (
        "_after_bare_lf",
        "_at_line_start",
        "_forbids_bare_lf",
        "_header_tail",
        "_held",
        "_hopcount_limit",
        "_is_in_header",
        "_is_lax",
        "_opening",
        "_size_limit",
        "fault",
        "hop_count",
        "size_bytes",
    )

    def __init__(self, bare_newline: str, message_size_limit: int, hopcount_limit: int) -> None:
        self.fault: Fault | None = None
        self.size_bytes = 0
        self.hop_count = 0
        self._is_lax = bare_newline == "no"
        self._forbids_bare_lf = bare_newline == "reject"
        self._size_limit = message_size_limit
        self._hopcount_limit = hopcount_limit
        self._held = b""
        self._at_line_start = True
        self._after_bare_lf = False
        self._is_in_header = True
        self._header_tail = b""
        self._opening: bytes | None = b""

    def take_data(self, octets: bytes) -> tuple[bytes, int]:
        """Take octets that follow DATA: what to pass on, and how many octets came after the end (-1: no end yet)."""
        if self._held:
            octets, self._held = self._held + octets, b""
        stop, rest = self._find_end(octets)
        if rest < 0:
            stop = self._hold_back(octets)
        text = octets if stop == len(octets) else octets[:stop]
        passed = self._pass(self._unstuff(text)) if text else b""
        if rest < 0:
            return passed, -1
        return passed + self._close(), len(octets) - rest

    def take_chunk(self, octets: bytes) -> bytes:
        """Take octets of a BDAT chunk: what to pass on."""
        if self._held:
            octets, self._held = self._held + octets, b""
        if octets.endswith(b"\r"):
            octets, self._held = octets[:-1], b"\r"
        return self._pass(self._straighten(octets)) if octets else b""

    def end_chunks(self) -> bytes:
        """End a message that came in chunks: what is left to pass on; a last line without end gets one."""
        passed = b""
        if self._held:
            self._held = b""
            self._at_line_start = False
            passed = self._pass(b" ")
        if not self._at_line_start:
            passed += self._pass(b"\r\n")
        return passed + self._close()

    def _find_end(self, octets: bytes) -> tuple[int, int]:
        """Find the end of data: where the text stops and where the rest begins; (0, -1) without."""
        if self._is_lax:
            match = _LAX_END_AT_START.match(octets) if self._at_line_start else None
            if match:
                return 0, match.end()
            match = _LAX_END.search(octets)
            return (match.start() + 1, match.end()) if match else (0, -1)
        if self._at_line_start and not self._after_bare_lf and octets.startswith(b".\r\n"):
            return 0, 3
        hit = octets.find(b"\r\n.\r\n")
        return (hit + 2, hit + 5) if hit >= 0 else (0, -1)

    def _hold_back(self, octets: bytes) -> int:
        """Keep what the next octets decide (a CR, a dot that begins a line) and say where the text stops."""
        stop = len(octets)
        if octets.endswith(b"\r"):
            stop -= 1
        if octets.endswith(b".", 0, stop) and (octets[stop - 2] == 10 if stop > 1 else self._at_line_start):
            stop -= 1
        if stop < len(octets):
            self._held = octets[stop:]
        return stop

    def _unstuff(self, octets: bytes) -> bytes:
        """Straighten the line ends, then remove the dot that begins a line."""
        begins_line = self._at_line_start
        text = self._straighten(octets, drops_lone_dots=not self._is_lax)
        if b"\r\n." in text:
            text = text.replace(b"\r\n.", b"\r\n")
        return text[1:] if begins_line and text.startswith(b".") else text

    def _straighten(self, octets: bytes, *, drops_lone_dots: bool = False) -> bytes:
        """Make every line end CRLF and every other CR a space."""
        has_cr = b"\r" in octets  # found at once in SMTP's text; QMQP's has none, and is spared the counting
        lines = octets.count(b"\r\n") if has_cr else 0
        is_straight = lines == octets.count(b"\n") == octets.count(b"\r") if has_cr else b"\n" not in octets
        context = (b"x\n" if self._after_bare_lf else b"\r\n") if self._at_line_start else b"x"
        self._at_line_start = octets.endswith(b"\n")
        self._after_bare_lf = self._at_line_start and not octets.endswith(b"\r\n")
        if is_straight and context != b"x\n":
            return octets
        if self._forbids_bare_lf and octets.count(b"\n") != lines:
            self.fault = Fault.BARE_LF
        if drops_lone_dots:
            octets = _LONE_DOT.sub(b"", context + octets)[len(context) :]
        if has_cr:
            octets = octets.replace(b"\r\n", b"\n").replace(b"\r", b" ")
        return octets.replace(b"\n", b"\r\n")

    def _pass(self, text: bytes) -> bytes:
        """Count, check and give text that is straight; nothing more after a fault."""
        if self._opening is not None and text:
            text = self._open(text)
        if self._is_in_header and text:
            self._count_hops(text)
        size = self.size_bytes + len(text)
        if self.fault is not None:
            return b""
        if self._size_limit and size > self._size_limit:
            self.fault = Fault.TOO_BIG
            return b""
        self.size_bytes = size
        return text

    def _open(self, text: bytes) -> bytes:
        """Judge the first line as soon as it can be judged."""
        opening = self._opening + text if self._opening else text
        if len(opening) < FROM_KEPT and _MAYBE_FROM_LINE.fullmatch(opening):
            self._opening = opening
            return b""
        self._opening = None
        if opening[0] in b" \t":
            return b"\r\n" + opening
        return b"X-Mailbox-Line: " + opening if _FROM_LINE.match(opening) else opening

    def _count_hops(self, text: bytes) -> None:
        """Count Received: among the header lines, with our own as one, until the header ends."""
        text = self._header_tail + text
        end = _HEADER_END.search(text)
        if end:
            self._is_in_header = False
            self._header_tail = b""
            header = text[: end.start()]
        else:
            cut = text.rfind(b"\n") + 1
            header, self._header_tail = text[:cut], _shorten(text[cut:])
        self.hop_count += len(_RECEIVED.findall(header))
        if self._hopcount_limit and self.hop_count + 1 >= self._hopcount_limit and self.fault is None:
            self.fault = Fault.TOO_MANY_HOPS

    def _close(self) -> bytes:
        """Let go of a first line that was still held back when the message ended."""
        held, self._opening = self._opening, None
        return self._pass(held) if held else b""
