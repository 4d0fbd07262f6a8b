"""socketmap: a server that holds several maps.

`socketmap:inet:host:port:map` and `socketmap:unix:path:map` send the netstring `map key` and hear a netstring:
`OK value`, `NOTFOUND`, or `TEMP`, `TIMEOUT`, `PERM` and a reason, which are Unavailable. A relative path starts in
queue_directory. An answer is at most 100,000 octets long (Postfix: socketmap_max_reply_size).

Answers serve for two seconds. While the server is away nothing is known: every key is Unavailable.
Postfix: socketmap_table(5)
"""

from pathlib import Path

from gatepost.model.answer import NOT_FOUND, Answer, Found, Unavailable
from gatepost.world.tables.line_server import SocketConnection, connect
from gatepost.world.tables.remote import RemoteSource
from gatepost.world.tables.server import Reconnecting, RemoteLimits
from gatepost.world.tables.table import TableRequest, TableType, fault

REPLY_LIMIT = 100_000
LIMITS = RemoteLimits(stale_ttl_s=0.0)
QUEUE_DIRECTORY = "/var/spool/postfix"
"""Postfix's default, where main.cf says nothing."""

_CURE = "write it as socketmap:inet:host:port:map or socketmap:unix:path:map"


class SocketmapServer:
    """One server (server.Server)."""

    def __init__(self, label: str, name: str, connection: Reconnecting[SocketConnection]) -> None:
        self._label = label
        self._name = name
        self._connection = connection

    def look_up(self, key: str) -> Answer[str]:
        """Ask for one key. Raises ServerAwayError."""
        octets = f"{self._name} {key}".encode()
        request = b"%d:%b," % (len(octets), octets)
        reply = self._connection.over(lambda connection: connection.exchange(request, _end, REPLY_LIMIT))
        word, _, text = reply.partition(b":")[2][:-1].decode("utf-8", "surrogateescape").partition(" ")
        if word == "OK":
            return Found(text, self._label)
        if word == "NOTFOUND":
            return NOT_FOUND
        return Unavailable(f"{self._label}: {word[:20]} {text[:200]}".rstrip())

    def whole(self) -> None:
        """Cannot be told."""

    def check(self) -> None:
        """Connect. Raises ServerAwayError."""
        self.close()
        self._connection.over(lambda _connection: None)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def _end(heard: bytes) -> int | None:
    """Where the netstring ends. Raises ValueError for one that is none."""
    length, colon, _ = heard[:12].partition(b":")
    if length and not length.isdigit():
        raise ValueError("an answer that is no netstring")
    if not colon:
        if len(heard) > 10:
            raise ValueError("an answer that is no netstring")
        return None
    end = len(length) + 1 + int(length) + 1
    if int(length) > REPLY_LIMIT or (len(heard) >= end and heard[end - 1 : end] != b","):
        raise ValueError("an answer that is no netstring, or too long")
    return end if len(heard) >= end else None


def load(request: TableRequest) -> RemoteSource:
    """Read the address."""
    kind, _, rest = request.argument.partition(":")
    place, colon, name = rest.rpartition(":")
    if kind not in ("inet", "unix") or not colon or not name or not place:
        raise fault(request.shown_name, "it names no server and map", _CURE)
    address = _unix_path(request, place) if kind == "unix" else _inet_address(request, place)

    def server() -> SocketmapServer:
        return SocketmapServer(request.shown_name, name, Reconnecting(lambda: connect(address, LIMITS.deadline_s)))

    return RemoteSource(server, LIMITS)


def _unix_path(request: TableRequest, path: str) -> str:
    directory = request.parameter("queue_directory") if request.parameter is not None else None
    return str(Path(directory or QUEUE_DIRECTORY) / path)


def _inet_address(request: TableRequest, place: str) -> tuple[str, int]:
    host, _, port = place.rpartition(":")
    if not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65536:
        raise fault(request.shown_name, f"{place[:60]!r} is no host and port", _CURE)
    return host.removeprefix("[").removesuffix("]") or "localhost", int(port)


SOCKETMAP = TableType("socketmap", __doc__, tries_partial_keys=False, folds_keys=False, load=load)
