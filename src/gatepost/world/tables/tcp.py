"""tcp: a server that answers one key a line.

`tcp:host:port` sends `get KEY` and hears `200 value`, `500 text` (not found) or `400 text` (Unavailable); octets that
are not printable, blanks and `%` travel as %XX. An answer is at most 4096 octets long (Postfix: the same).

Answers serve for two seconds. While the server is away nothing is known: every key is Unavailable.
Postfix: tcp_table(5)
"""

from urllib.parse import quote_from_bytes, unquote_to_bytes

from gatepost.model.answer import NOT_FOUND, Answer, Found, Unavailable
from gatepost.world.tables.line_server import SocketConnection, connect
from gatepost.world.tables.remote import RemoteSource
from gatepost.world.tables.server import Reconnecting, RemoteLimits
from gatepost.world.tables.table import TableRequest, TableType, fault

REPLY_LIMIT = 4096
LIMITS = RemoteLimits(stale_ttl_s=0.0)

_SAFE = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"


class TcpServer:
    """One server (server.Server)."""

    def __init__(self, label: str, connection: Reconnecting[SocketConnection]) -> None:
        self._label = label
        self._connection = connection

    def look_up(self, key: str) -> Answer[str]:
        """Ask for one key. Raises ServerAwayError."""
        request = f"get {quote_from_bytes(key.encode(), safe=_SAFE)}\n".encode()
        line = self._connection.over(lambda connection: connection.exchange(request, _line_end, REPLY_LIMIT))
        code, text = line[:4], unquote_to_bytes(line[4:].strip()).decode("utf-8", "surrogateescape")
        if code == b"200 ":
            return Found(text, self._label)
        if code == b"500 ":
            return NOT_FOUND
        return Unavailable(f"{self._label}: {text or 'an answer that is none'}")

    def whole(self) -> None:
        """Cannot be told."""

    def check(self) -> None:
        """Connect. Raises ServerAwayError."""
        self.close()
        self._connection.over(lambda _connection: None)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def _line_end(heard: bytes) -> int | None:
    return heard.index(b"\n") + 1 if b"\n" in heard else None


def load(request: TableRequest) -> RemoteSource:
    """Read the address."""
    host, colon, port = request.argument.rpartition(":")
    address = host.removeprefix("[").removesuffix("]")
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65536:
        raise fault(request.shown_name, "it names no host and port", "write it as tcp:host:port")

    def server() -> TcpServer:
        reconnecting = Reconnecting(lambda: connect((address or "localhost", int(port)), LIMITS.deadline_s))
        return TcpServer(request.shown_name, reconnecting)

    return RemoteSource(server, LIMITS)


TCP = TableType("tcp", __doc__, tries_partial_keys=False, folds_keys=False, load=load)
