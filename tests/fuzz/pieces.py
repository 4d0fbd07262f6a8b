"""How one input becomes a choice of settings and some octets in pieces."""

from collections.abc import Iterator


def split_input(octets: bytes) -> tuple[int, int, bytes]:
    """The first octet chooses settings, the second says how; the rest is what is received."""
    padded = octets.ljust(2, b"\0")
    return padded[0], padded[1], octets[2:]


def in_pieces(octets: bytes, how: int) -> Iterator[bytes]:
    """The octets whole (0), or in pieces whose sizes go up and down as `how` says."""
    if how == 0:
        yield octets
        return
    at, step = 0, how
    while at < len(octets):
        yield octets[at : at + step]
        at += step
        step = 1 + (step * 5 + how) % 23
