"""How often each client has failed to log in, in memory that all workers share and that outlives a reload.

Made by the supervisor before it forks. A table of records in an anonymous mapping: the client (an IPv6 one by its /64
network), its failures, when the last one was. A client's record stands in one of PROBES places that its address
gives; where all are taken, the one that failed longest ago gives way. No lock is taken, for a worker that is killed
would keep it: two that count at the same moment may count once.

The wait before a login is `base` seconds after the first failure and doubles with each further one, up to
MOST_WAIT_S; it is the same for right and wrong passwords. What failed longer than MEMORY_S ago is forgotten.

Limits: 4096 clients, 160 kB.
"""

import hashlib
import mmap
import struct
from functools import lru_cache

from gatepost.model.address import IPAddress

MOST_WAIT_S = 15.0
"""As Dovecot's; a mail program waits a minute or more for a reply."""

MEMORY_S = 3600.0
_RECORD = struct.Struct("=16sdd")  # client, failures, when (time.monotonic, which all processes have in common)
_RECORDS, _PROBES = 4096, 8
MOST_COUNTED = 1000.0


class FailedLogins:
    """The shared memory."""

    __slots__ = ("_memory",)

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _RECORDS * _RECORD.size)

    def wait_s(self, client: IPAddress, now: float, base_s: float) -> float:
        """Seconds that the next login of this client is to wait."""
        failures, _ = self._find(_key(client), now)
        return min(base_s * 2.0 ** min(failures - 1, 16), MOST_WAIT_S) if failures else 0.0

    def count(self, client: IPAddress, now: float) -> int:
        """One more failure; give how many there are."""
        key = _key(client)
        failures, at = self._find(key, now)
        failures = min(failures + 1, MOST_COUNTED)
        _RECORD.pack_into(self._memory, at, key, failures, now)
        return int(failures)

    def _find(self, key: bytes, now: float) -> tuple[float, int]:
        """The failures of a client, and the place of its record or of the one that gives way to it."""
        first = int.from_bytes(hashlib.blake2b(key, digest_size=4).digest(), "big")
        oldest = (float("inf"), 0)
        for probe in range(_PROBES):
            at = (first + probe) % _RECORDS * _RECORD.size
            client, failures, when = _RECORD.unpack_from(self._memory, at)
            if client == key and failures:
                return (failures if when > now - MEMORY_S else 0.0), at
            oldest = min(oldest, (when, at))
        return 0.0, oldest[1]


@lru_cache(maxsize=1)
def failed_logins() -> FailedLogins:
    """The one of this machine: made by whoever loads a configuration first, the same after a reload."""
    return FailedLogins()


def _key(address: IPAddress) -> bytes:
    """Sixteen octets: an IPv4 address as IPv6 maps it (RFC 4291 section 2.5.5.2), the /64 of an IPv6 one."""
    return (
        address.octets[:8] + bytes(8)
        if address.is_ipv6
        else (b"\0" * 10 + b"\xff\xff" + address.octets).ljust(16, b"\0")
    )
