"""The servers of a lookup file, and which of them to try next.

    hosts = unix:/run/mysqld/mysqld.sock 192.0.2.7:3307 inet:[2001:db8::7]

`unix:path`, `inet:host:port`, `host:port`, `host`; IPv6 addresses in brackets where a port follows. No hosts at all
means `localhost`, which for mysql is the server's own socket and for pgsql the address. UNIX sockets are tried before
others, each kind in random order; a server that failed is left alone for 60 seconds while another one answers.

Postfix: mysql_table(5) hosts, pgsql_table(5) hosts; RETRY_CONN_INTV 60
"""

import random
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from traceback import clear_frames
from typing import Generic, Protocol, TypeVar

from gatepost.world.tables.lookup_file import LookupFile
from gatepost.world.tables.server import ServerAwayError

AVOIDED_S = 60.0
"""Postfix: a host that failed is not tried again for so long."""


@dataclass(frozen=True, slots=True)
class DatabaseHost:
    """One server: a UNIX socket by its `path` ("" for the driver's own), or a host. Port 0: the usual one."""

    host: str = ""
    port: int = 0
    path: str = ""

    @property
    def is_unix(self) -> bool:
        """It is a socket of this machine."""
        return not self.host

    def __str__(self) -> str:
        if self.is_unix:
            return f"unix:{self.path}" if self.path else "localhost"
        return f"{self.host}:{self.port}" if self.port else self.host


def read_hosts(file: LookupFile, *, localhost_is_socket: bool) -> tuple[DatabaseHost, ...]:
    """The servers of a lookup file. Raises TableError."""
    words = file.hosts or ("localhost",)
    return tuple(_read_host(file, word, localhost_is_socket=localhost_is_socket) for word in words)


def _read_host(file: LookupFile, word: str, *, localhost_is_socket: bool) -> DatabaseHost:
    rest = word.removeprefix("inet:")
    if rest.startswith(("unix:", "/")):
        path, colon, port = rest.removeprefix("unix:").rpartition(":")
        is_port = bool(colon) and port.isdigit()
        return DatabaseHost(path=path if is_port else rest.removeprefix("unix:"), port=int(port) if is_port else 0)
    host, port = _split_port(rest)
    if port and (not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65536):
        raise file.fault("hosts", f"{word[:60]!r} has no port after its colon", "write host:port")
    if host.lower() == "localhost" and localhost_is_socket:
        return DatabaseHost()
    return DatabaseHost(host, int(port or 0))


def _split_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":")
    host, colon, port = text.rpartition(":")
    return (host, port) if colon and ":" not in host else (text, "")


class Reachable(Hashable, Protocol):
    """A server of some kind."""

    @property
    def is_unix(self) -> bool:
        """It is a socket of this machine."""


H = TypeVar("H", bound=Reachable)
C = TypeVar("C")


class Failover(Generic[H]):
    """Chooses among the servers of one table; what one thread finds out about them the others know."""

    __slots__ = ("_avoided", "_hosts")

    def __init__(self, hosts: tuple[H, ...]) -> None:
        self._hosts = hosts
        self._avoided: dict[H, float] = {}

    def connect(self, connect: Callable[[H], C]) -> C:
        """Connect to the best server that can be reached. Raises ServerAwayError with the last reason."""
        why = ""
        for host in self._order():
            try:
                connection = connect(host)
            except ServerAwayError as away:
                self._avoided[host] = time.monotonic() + AVOIDED_S
                why = str(away)
                _let_go(away)
            else:
                self._avoided.pop(host, None)
                return connection
        raise ServerAwayError(why or "no server is named")

    def _order(self) -> list[H]:
        """The best first; those that failed lately come last."""
        now = time.monotonic()
        hosts = random.sample(self._hosts, len(self._hosts))
        return sorted(hosts, key=lambda host: (self._avoided.get(host, 0.0) > now, not host.is_unix))


def _let_go(failure: BaseException | None) -> None:
    """Let go of the frames that a failure went through: drivers leave cycles there, which hold their connection."""
    while failure is not None:
        clear_frames(failure.__traceback__)
        failure = failure.__context__
