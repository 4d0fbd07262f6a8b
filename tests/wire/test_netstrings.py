"""Netstrings, read in any pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.wire.netstrings import MOST_DIGITS, NetstringFault, NetstringReader, netstring

FORMAT, SIZE = NetstringFault.FORMAT, NetstringFault.SIZE

LENGTHS = [
    (b"0:", 0),
    (b"5:hello,", 5),
    (b"0005:hello,", 5),
    (b"0" * 31 + b"5:hello,", 5),
    (b"0" * 32 + b"5:hello,", FORMAT),
    (b"0" * 100, FORMAT),
    (b"100:", 100),
    (b"101:", SIZE),
    (b"101x", SIZE),
    (b"9" * 50, SIZE),
    (b"99", None),
    (b"", None),
    (b":", FORMAT),
    (b"x", FORMAT),
    (b"-5:", FORMAT),
    (b"+5:", FORMAT),
    (b" 5:", FORMAT),
    (b"5 :", FORMAT),
    (b"5;", FORMAT),
    (b"5\0:", FORMAT),
    ("٥:".encode(), FORMAT),
]


def read_length(pieces: list[bytes], limit: int = 100) -> int | NetstringFault | None:
    reader = NetstringReader()
    for piece in pieces:
        reader.append(piece)
        length = reader.take_length(limit)
        if length is not None:
            return length
    return None


@pytest.mark.parametrize(("octets", "length"), LENGTHS)
def test_lengths(octets, length):
    assert read_length([octets]) == length
    assert read_length([octets[at : at + 1] for at in range(len(octets))]) == length
    for cut in range(len(octets)):
        assert read_length([octets[:cut], octets[cut:]]) == length


@given(st.binary(max_size=3 * MOST_DIGITS), st.lists(st.integers(0, 3 * MOST_DIGITS), max_size=5))
def test_pieces_change_nothing(octets, cuts):
    at = [0, *sorted(cuts), len(octets)]
    pieces = [octets[begin:end] for begin, end in pairwise(at)]
    assert read_length(pieces) == read_length([octets])


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_what_is_made_can_be_read(texts):
    reader = NetstringReader()
    whole = b"".join(netstring(text) for text in texts)
    reader.append(whole)
    for text in texts:
        length = reader.take_length(100)
        assert reader.take(length) == text
        assert reader.take_comma() is True
    assert reader.taken == len(whole)
    assert len(reader) == 0
    assert reader.take_comma() is None


def test_no_comma():
    reader = NetstringReader()
    reader.append(b";")
    assert reader.take_comma() is False
