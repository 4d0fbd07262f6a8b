"""Input waiting to be read: whole lines for commands, raw octets for message text.

Bytes are kept as they came and walked by offset; nothing is copied but what a caller takes. A line ends at LF; a CR
before it belongs to the end (RFC 5321 section 2.3.8 asks for CRLF; a bare LF is told by `ended_bare`, for the
caller to judge). A line longer than the limit is cut there and its rest thrown away, as smtpd(8) does, but only so
much of it: `has_overrun` is up when more than 100 limits were thrown away in one line, so that no client can keep a
session busy with a line that never ends.

Gives: lines as bytes without their end; None while a line is not complete. Memory: what was received and not taken.
Postfix: line_length_limit.
"""

LF = 10
CR = 13
LIMITS_THROWN_AWAY = 100
"""How many limits' worth of one over-long line are swallowed: at 2048 octets 200 kB, more than any mistake sends."""


class LineBuffer:
    """Octets received and not yet taken."""

    __slots__ = ("_at", "_cut", "_data", "_thrown_away", "ended_bare", "has_overrun", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.ended_bare = False
        self.has_overrun = False
        self._data = b""
        self._at = 0
        self._cut: bytes | None = None
        self._thrown_away = 0

    def __len__(self) -> int:
        return len(self._data) - self._at

    def append(self, octets: bytes) -> None:
        """Take in what was received."""
        if self._at == len(self._data):
            self._data = octets
        else:
            self._data = self._data[self._at :] + octets if self._at else self._data + octets
        self._at = 0

    def next_line(self) -> bytes | None:
        """Take one line, without its end; None when there is no whole line yet."""
        data, at = self._data, self._at
        end = data.find(b"\n", at)
        if end < 0:
            if len(data) - at > self.limit:
                self._throw_away(data, at)
            return None
        self._at = end + 1
        if end > at and data[end - 1] == CR:
            self.ended_bare = False
            end -= 1
        else:
            self.ended_bare = True
        if self._cut is not None:
            line, self._cut, self._thrown_away = self._cut, None, 0
            return line
        return data[at : min(end, at + self.limit)]

    def _throw_away(self, data: bytes, at: int) -> None:
        """Keep the beginning of an over-long line and drop the rest; a last CR stays, its LF may come."""
        if self._cut is None:
            self._cut = data[at : at + self.limit]
        kept = b"\r" if data[-1] == CR else b""
        self._thrown_away += len(data) - at
        self._data, self._at = kept, 0
        if self._thrown_away > LIMITS_THROWN_AWAY * self.limit:
            self.has_overrun = True

    def clear(self) -> None:
        """Throw away everything that was received and not taken."""
        self._data, self._at = b"", 0
        self._cut, self._thrown_away = None, 0
        self.has_overrun = False

    def peek(self, length: int) -> bytes:
        """Look at the next octets without taking them."""
        return self._data[self._at : self._at + length]

    def take(self, length: int) -> bytes:
        """Take at most so many octets."""
        at = self._at
        octets = self._data[at : at + length] if at or length < len(self._data) else self._data
        self._at = at + len(octets)
        return octets

    def put_back(self, length: int) -> None:
        """Give back the last `length` octets of what take() just gave."""
        self._at -= length
