"""Netstrings: octets with their length before them, `5:hello,` (D. J. Bernstein, 1997).

A reader takes what was received, in any pieces, and walks it: the length, then the octets, then the comma. It copies
nothing but what is taken, so that a netstring may hold a whole message.

Refuses: a length without digits, with anything but digits, with more than 32 of them (zeros in front count, so that
no client can send zeros for ever), or beyond the caller's limit; anything but a comma behind the octets. What is
refused, and as what, does not depend on the pieces in which it came.
"""

import re
from enum import Enum

from gatepost.wire.lines import LineBuffer

MOST_DIGITS = 32
"""Digits of a length: more than any number that means one, with some zeros in front."""

_DIGITS = re.compile(rb"[0-9]*")


class NetstringFault(Enum):
    """Why a netstring cannot be read, in Postfix's words."""

    FORMAT = "netstring format error"
    SIZE = "netstring length exceeds storage limit"


def netstring(octets: bytes) -> bytes:
    """Make octets a netstring."""
    return b"%d:%b," % (len(octets), octets)


class NetstringReader:
    """Octets received and not yet taken. `taken` counts every octet that was, lengths and commas too."""

    __slots__ = ("_input", "taken")

    def __init__(self) -> None:
        self._input = LineBuffer(0)
        self.taken = 0

    def __len__(self) -> int:
        return len(self._input)

    def append(self, octets: bytes) -> None:
        """Take in what was received."""
        self._input.append(octets)

    def take_length(self, limit: int) -> int | NetstringFault | None:
        """Take the length of a netstring, with its colon; None while it is not all there."""
        waiting = self._input.peek(MOST_DIGITS + 1)
        digits = _DIGITS.match(waiting)
        assert digits is not None  # none at all match too
        length = int(digits[0][:MOST_DIGITS] or b"0")
        if length > limit:
            return NetstringFault.SIZE
        end = digits.end()
        if end == len(waiting) <= MOST_DIGITS:
            return None
        if end == 0 or waiting[end : end + 1] != b":":
            return NetstringFault.FORMAT
        self.take(end + 1)
        return length

    def take(self, length: int) -> bytes:
        """Take at most so many octets."""
        octets = self._input.take(length)
        self.taken += len(octets)
        return octets

    def take_comma(self) -> bool | None:
        """Take the comma that ends a netstring. False: something else is there; None: nothing yet."""
        if not len(self):
            return None
        return self.take(1) == b","
