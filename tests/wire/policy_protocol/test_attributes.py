"""Requests on the wire: nothing that a client says can end a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.wire.policy_protocol.attributes import encode_attributes

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=[]))


def test_lines_and_an_empty_line():
    assert encode_attributes([("request", "x"), ("sender", "a=b@c"), ("recipient", "")]) == (
        b"request=x\nsender=a=b@c\nrecipient=\n\n"
    )


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        ("é@é.example", "é@é.example".encode()),
        (b"caf\xe9".decode("ascii", "surrogateescape"), b"caf\xe9"),
        ("a\nclient_address=127.0.0.1", b"a?client_address=127.0.0.1"),
        ("a\r\n\r\nb", b"a????b"),
        ("a\0b", b"a?b"),
        ("\ud800", b"?"),
    ],
)
def test_what_is_sent_for_odd_values(value, octets):
    assert encode_attributes([("helo_name", value)]) == b"helo_name=" + octets + b"\n\n"


@given(st.lists(ANY_TEXT, max_size=5))
def test_no_value_adds_or_ends_an_attribute(values):
    octets = encode_attributes([("name", value) for value in values])
    assert octets.endswith(b"\n\n") or not values
    lines = octets[:-1].split(b"\n")
    assert len(lines) == len(values) + 1
    assert all(line.startswith(b"name=") for line in lines[:-1])
    assert not {0, 13} & set(octets)
