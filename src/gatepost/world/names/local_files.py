"""The two local files that the names of the world hang on: /etc/hosts and /etc/resolv.conf, followed when changed.

A file is looked at when somebody needs it, at most once in 2 s; it is read again when its stamp (inode, size, time
of change) differs. A file that cannot be read counts as empty; at most 1 MB of it is read.

Of /etc/resolv.conf only the `nameserver` lines count (search lists do not, as every name asked here is absolute).
Without any, the machine itself is asked, as resolver(5) says.
"""

import os
from collections.abc import Callable
from pathlib import Path

from gatepost.model.address import is_ip, parse_ip
from gatepost.world.names.nameservers import DNS_PORT, Nameserver

LOOK_EVERY_S = 2.0
_MAX_OCTETS = 1_000_000


class FollowedFile:
    """A small text file; `news()` gives its text when it is new or has changed, else None: so until `look_at`."""

    __slots__ = ("_clock", "_path", "_stamp", "look_at")

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self.look_at = float("-inf")
        self._stamp: tuple[int, int, int] | None = None

    def news(self) -> str | None:
        """Give the text if nobody has seen it yet; "" for a file that went away or was never there."""
        now = self._clock()
        if now < self.look_at:
            return None
        self.look_at = now + LOOK_EVERY_S
        try:
            status = os.stat(self._path)  # noqa: PTH116 -- half the cost of Path.stat
            stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
        except OSError:
            stamp = (0, 0, 0)
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        try:
            with self._path.open(encoding="utf-8", errors="replace") as file:
                return file.read(_MAX_OCTETS)
        except OSError:
            return ""


class HostsFile:
    """/etc/hosts as hosts(5) has it: address, canonical name, aliases. Names fold; the first line with one wins."""

    __slots__ = ("_addresses", "_clock", "_file", "_names")

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._file = FollowedFile(path, clock)
        self._names: dict[bytes, str] = {}
        self._addresses: dict[str, tuple[bytes, ...]] = {}

    def name_of(self, octets: bytes) -> str | None:
        """Give the canonical name of an address."""
        if self._clock() >= self._file.look_at:
            self._refresh()
        return self._names.get(octets)

    def addresses_of(self, name: str, octet_count: int) -> tuple[bytes, ...]:
        """Give the addresses of a name in one family (4 or 16 octets)."""
        if self._clock() >= self._file.look_at:
            self._refresh()
        known = self._addresses.get(name.lower())
        return tuple([octets for octets in known if len(octets) == octet_count]) if known else ()

    def _refresh(self) -> None:
        text = self._file.news()
        if text is None:
            return
        self._names, self._addresses = {}, {}
        for line in text.splitlines():
            self._add(line.partition("#")[0].split())

    def _add(self, fields: list[str]) -> None:
        if len(fields) < 2:
            return
        try:
            octets = parse_ip(fields[0].partition("%")[0]).octets
        except ValueError:
            return
        self._names.setdefault(octets, fields[1])
        for name in fields[1:]:
            folded = name.lower()
            self._addresses[folded] = (*self._addresses.get(folded, ()), octets)


class ResolvConf:
    """/etc/resolv.conf; `news()` gives its name servers when they are new or changed, else None."""

    __slots__ = ("_clock", "_file")

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._file = FollowedFile(path, clock)

    def news(self) -> tuple[Nameserver, ...] | None:
        """Give the servers if nobody has seen them yet."""
        text = self._file.news() if self._clock() >= self._file.look_at else None
        return None if text is None else read_resolv_conf(text)


def read_resolv_conf(text: str) -> tuple[Nameserver, ...]:
    """Give the name servers of a resolv.conf, 127.0.0.1 when it names none. What is no IP address does not count."""
    fields = (line.split()[:2] for line in text.splitlines())
    addresses = [field[1] for field in fields if field[:1] == ["nameserver"] and len(field) == 2]
    servers = tuple(Nameserver(each, DNS_PORT) for each in addresses if is_ip(each.partition("%")[0]))
    return servers or (Nameserver("127.0.0.1", DNS_PORT),)
