"""A row of netstrings, read in any pieces. Held: the same however they are split, and what was written is read."""

from gatepost.wire.netstrings import NetstringFault, NetstringReader, netstring
from tests.fuzz.pieces import in_pieces, split_input

LIMIT = 300


def one_input(octets: bytes) -> None:
    """One row."""
    _, how, sent = split_input(octets)
    assert _read(sent, 0) == _read(sent, how)
    inside = octets[:LIMIT]
    assert _read(netstring(inside), how) == [inside]


def _read(sent: bytes, how: int) -> list[bytes | NetstringFault | None]:
    reader = NetstringReader()
    told: list[bytes | NetstringFault | None] = []
    length: int | None = None
    body = b""
    for piece in in_pieces(sent, how):
        reader.append(piece)
        while True:
            if length is None:
                found = reader.take_length(LIMIT)
                if found is None:
                    break
                if isinstance(found, NetstringFault):
                    return [*told, found]
                length, body = found, b""
            body += reader.take(length - len(body))
            comma = reader.take_comma() if len(body) == length else None
            if comma is None:
                break
            if not comma:
                return [*told, None]
            told.append(body)
            length = None
    assert reader.taken + len(reader) == len(sent)
    return told
