"""What all workers together have seen of gateways, in memory that they share and that outlives a reload.

Made by the supervisor before it forks. Two small arrays of records in an anonymous mapping: domains that greeted from
a gateway, each with the time when it did last, and gateways found to hide strangers. No lock is taken, for a worker
that is killed would keep it: two workers that write at once may lose one sighting, and the next session repeats it.

Limits: 64 sightings, 16 gateways; the oldest sighting gives way, further gateways are not noted.
"""

import mmap
import struct
from collections.abc import Iterator

from gatepost.model.address import IPAddress

_SIGHTING = struct.Struct("=16sd40s")  # address, when (time.monotonic), domain
_FOUND = struct.Struct("=16sd")  # address, when it was last told of
_SIGHTINGS, _GATEWAYS = 64, 16
_FOUND_AT = 8  # behind one octet that says whether there is any, and padding
_SIGHTINGS_AT = _FOUND_AT + _GATEWAYS * _FOUND.size


class GatewayEvidence:
    """The shared memory. Times are time.monotonic(), which all processes of a machine have in common."""

    __slots__ = ("_memory",)

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _SIGHTINGS_AT + _SIGHTINGS * _SIGHTING.size)

    def note(self, gateway: IPAddress, domain: str, now: float, window_s: float) -> tuple[str, ...]:
        """A client of this domain has greeted from this gateway; give all domains that did within the window."""
        key, text = _key(gateway), domain.encode("ascii", "replace")[:40].ljust(40, b"\0")
        oldest = (float("inf"), _SIGHTINGS_AT)
        kept: dict[bytes, int] = {}
        for at in range(_SIGHTINGS_AT, len(self._memory), _SIGHTING.size):
            address, when, seen = _SIGHTING.unpack_from(self._memory, at)
            oldest = min(oldest, (when, at))
            if address == key and when > now - window_s:
                kept[seen] = at
        _SIGHTING.pack_into(self._memory, kept.get(text, oldest[1]), key, now, text)
        return tuple(seen.rstrip(b"\0").decode("ascii", "replace") for seen in {**kept, text: 0})

    def holds(self, gateway: IPAddress) -> bool:
        """This gateway was found to hide strangers."""
        return self._memory[0] != 0 and any(key == _key(gateway) for _, key, _ in self._found())

    def mark(self, gateway: IPAddress, now: float, every_s: float) -> bool:
        """This gateway hides strangers. True for the one caller that is to tell of it, at first or again."""
        key = _key(gateway)
        for at, known, told in self._found():
            if known in (key, _NOBODY):
                is_due = known == _NOBODY or told <= now - every_s
                if is_due:
                    _FOUND.pack_into(self._memory, at, key, now)
                    self._memory[0] = 1
                return is_due
        return False

    def _found(self) -> Iterator[tuple[int, bytes, float]]:
        for at in range(_FOUND_AT, _SIGHTINGS_AT, _FOUND.size):
            yield (at, *_FOUND.unpack_from(self._memory, at))


_NOBODY = bytes(16)


def _key(address: IPAddress) -> bytes:
    """Sixteen octets, an IPv4 address as IPv6 maps it (RFC 4291 section 2.5.5.2)."""
    return address.octets if address.is_ipv6 else b"\0" * 10 + b"\xff\xff" + address.octets
