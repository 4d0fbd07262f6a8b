"""The PROXY header as a pure reader: what Postfix 3.7.11 takes and refuses (tried out), any split, no more than a limit."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.wire.proxy_protocol import HEADER_LIMIT, SIGNATURE, BadHeader, Proxied, ProxyReader


def binary(command: int, family: int, body: bytes, version: int = 2) -> bytes:
    return SIGNATURE + bytes([version * 16 + command, family]) + struct.pack("!H", len(body)) + body


def addresses(client: str, server: str, family: int, ports: tuple[int, int] = (4567, 25)) -> bytes:
    packed = [socket.inet_pton(family, text) for text in (client, server)]
    return b"".join(packed) + struct.pack("!HH", *ports)


FOUR = addresses("192.0.2.7", "192.0.2.25", socket.AF_INET)
SIX = addresses("2001:db8::7", "2001:db8::25", socket.AF_INET6)
MAPPED = addresses("::ffff:192.0.2.7", "::ffff:192.0.2.25", socket.AF_INET6)

GOOD = {
    b"PROXY TCP4 192.0.2.7 192.0.2.25 4567 25\r\n": ("192.0.2.7", 4567, "192.0.2.25", 25),
    b"PROXY TCP6 2001:DB8::7 2001:db8:0::25 4567 25\r\n": ("2001:db8::7", 4567, "2001:db8::25", 25),
    b"PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.25 1 2\r\n": ("192.0.2.7", 1, "192.0.2.25", 2),
    b"PROXY TCP4 192.0.2.7 192.0.2.25 4567 25\n": ("192.0.2.7", 4567, "192.0.2.25", 25),
    b"PROXY  TCP4  192.0.2.7 192.0.2.25 0 25 more words\r\n": ("192.0.2.7", 0, "192.0.2.25", 25),
    binary(1, 0x11, FOUR): ("192.0.2.7", 4567, "192.0.2.25", 25),
    binary(1, 0x11, FOUR + b"\x04\0\x05abcde"): ("192.0.2.7", 4567, "192.0.2.25", 25),
    binary(1, 0x21, SIX): ("2001:db8::7", 4567, "2001:db8::25", 25),
    binary(1, 0x21, MAPPED): ("192.0.2.7", 4567, "192.0.2.25", 25),
    binary(0, 0, b""): None,
    binary(0, 0x11, FOUR): None,
    binary(0, 0, b"x" * 520): None,
}
BAD = {
    b"PROXY UNKNOWN\r\n": "bad or missing protocol type",
    b"PROXY UNKNOWN a b 1 2\r\n": "bad or missing protocol type",
    b"PROXY TCP4 192.0.2.7 192.0.2.25 99999 25\r\n": "bad or missing client port",
    b"PROXY TCP4 192.0.2.7 192.0.2.25 04567 25\r\n": "bad or missing client port",
    b"PROXY TCP4 192.0.2.7 192.0.2.25 4567 x\r\n": "bad or missing server port",
    b"PROXY TCP4 192.0.2.7 192.0.2.25 4567\r\n": "bad or missing server port",
    b"PROXY TCP4 192.0.2.777 192.0.2.25 4567 25\r\n": "bad or missing client address",
    b"PROXY TCP4 2001:db8::7 2001:db8::25 4567 25\r\n": "bad or missing client address",
    b"PROXY TCP6 fe80::1%eth0 2001:db8::25 4567 25\r\n": "bad or missing client address",
    b"PROXY TCP4 192.0.2.7 localhost 4567 25\r\n": "bad or missing server address",
    b"PROXY " + b"x" * HEADER_LIMIT: "missing protocol header terminator",
    b"proxy TCP4 192.0.2.7 192.0.2.25 4567 25\r\n": "unrecognized protocol header",
    b"EHLO spammer\r\n": "unrecognized protocol header",
    binary(1, 0, b""): "unsupported network protocol",
    binary(1, 0x12, FOUR): "unsupported network protocol",
    binary(1, 0x31, bytes(216)): "unsupported network protocol",
    binary(1, 0x11, FOUR[:-2]): "short address field",
    binary(1, 0x21, FOUR): "short address field",
    binary(2, 0x11, FOUR): "bad command in proxy header",
    binary(1, 0x11, FOUR, version=1): "unrecognized protocol version",
    binary(1, 0x11, FOUR + b"a" * 600): "short version 2 protocol header",
    binary(1, 0x11, b"")[:14] + b"\xff\xff": "short version 2 protocol header",
}


@pytest.mark.parametrize("header", GOOD)
def test_good_headers(header: bytes) -> None:
    reader = ProxyReader()
    told = reader.receive(header + b"EHLO client.example\r\n")
    assert isinstance(told, Proxied)
    expected = GOOD[header]
    if expected is None:
        assert told == Proxied()
    else:
        assert told.client is not None
        assert told.server is not None
        assert (told.client[0].text, told.client[1], told.server[0].text, told.server[1]) == expected
    assert reader.rest == b"EHLO client.example\r\n"


@pytest.mark.parametrize("header", BAD)
def test_bad_headers(header: bytes) -> None:
    told = ProxyReader().receive(header)
    assert isinstance(told, BadHeader)
    assert told.why == BAD[header]
    assert len(told.shown) >= min(len(header), 100)
    assert told.shown.isprintable()


@pytest.mark.parametrize("header", [*GOOD, *BAD])
def test_octet_by_octet_is_the_same(header: bytes) -> None:
    whole, reader = ProxyReader().receive(header), ProxyReader()
    for at in range(len(header)):
        told = reader.receive(header[at : at + 1])
        if told is not None:
            break
        assert len(reader.rest) <= HEADER_LIMIT
    assert type(told) is type(whole)
    if isinstance(whole, Proxied):
        assert (told, at) == (whole, len(header) - 1), "nothing is told of a header that is not all there"
    else:
        assert isinstance(told, BadHeader)
        assert isinstance(whole, BadHeader)
        assert told.why == whole.why


@given(
    st.one_of(st.binary(), st.sampled_from([*GOOD, *BAD]).flatmap(lambda h: st.binary().map(lambda more: h + more)))
)
def test_whatever_comes_nothing_raises(octets: bytes) -> None:
    reader = ProxyReader()
    if reader.receive(octets) is None:
        assert len(reader.rest) < HEADER_LIMIT
