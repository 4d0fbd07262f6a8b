"""A balancer that sends any PROXY header. Held: the same however it is split; no more is kept than the limit."""

from gatepost.wire.proxy_protocol import HEADER_LIMIT, SHOWN, BadHeader, Proxied, ProxyReader
from tests.fuzz.pieces import in_pieces, split_input

WORDS = ("PROXY TCP4 192.0.2.1 192.0.2.2 4711 25\r\n", "PROXY TCP6 ::1 ::1 1 2\r\n", "PROXY UNKNOWN\r\n",
         "\r\n\r\n\0\r\nQUIT\n")  # fmt: skip


def one_input(octets: bytes) -> None:
    """One header."""
    _, how, sent = split_input(octets)
    whole, in_parts = _read(sent, 0), _read(sent, how)
    if not isinstance(whole[0], BadHeader):
        assert whole == in_parts
    else:
        assert isinstance(in_parts[0], BadHeader)


def _read(sent: bytes, how: int) -> tuple[object, bytes]:
    reader = ProxyReader()
    told: Proxied | BadHeader | None = None
    at = 0
    for piece in in_pieces(sent, how):
        at += len(piece)
        told = reader.receive(piece)
        if told is not None:
            break
    if told is None:
        assert len(reader.rest) <= HEADER_LIMIT
    elif isinstance(told, BadHeader):
        assert told.shown.isprintable() and len(told.shown) <= 4 * SHOWN  # each octet escaped
        assert told.why
    return told, reader.rest + sent[at:]
