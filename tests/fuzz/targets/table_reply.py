"""A socketmap or tcp table's server that answers anything. Held: an answer, or that the server is away."""

from collections.abc import Iterator

from gatepost.model.answer import Found, NotFound, Unavailable
from gatepost.world.tables.line_server import SocketConnection
from gatepost.world.tables.server import Reconnecting, ServerAwayError
from gatepost.world.tables.socketmap import SocketmapServer
from gatepost.world.tables.tcp import TcpServer
from tests.fuzz.pieces import in_pieces, split_input

KEYS = ("a", "ann@example.com", "a b\r\n\0", "ä%")
WORDS = ("200 ", "500 ", "400 ", "%41", "5:OK ab,", "9:NOTFOUND ,", "PERM ", "\n")


class _Stream:
    """A socket that gives these pieces and then the end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def settimeout(self, _seconds: float) -> None:
        """Nothing to wait for."""

    def sendall(self, octets: bytes) -> None:
        assert octets.count(b"\n") <= 1

    def recv(self, _most: int) -> bytes:
        return next(self._pieces, b"")

    def close(self) -> None:
        """Nothing to close."""


def one_input(octets: bytes) -> None:
    """One answer, and what comes behind it, to one key."""
    chosen, how, sent = split_input(octets)
    stream = _Stream(in_pieces(sent, how))
    connection = Reconnecting(lambda: SocketConnection(stream, 1.0))
    server = SocketmapServer("socketmap", "map", connection) if chosen & 1 else TcpServer("tcp", connection)
    try:
        answer = server.look_up(KEYS[chosen >> 1 & 3])
    except ServerAwayError as away:
        assert str(away)  # noqa: PT017 -- what is raised is looked at here
    else:
        assert isinstance(answer, Found | NotFound | Unavailable)
