"""Dovecot's auth protocol, read in any pieces. A real Dovecot is in tests/parity/test_logins.py."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.login import Challenge, LoggedIn, NoVerdict, Refused
from gatepost.wire.sasl.dovecot import (
    MOST_LINE_OCTETS,
    Answered,
    DovecotReader,
    HandshakeDone,
    ProtocolError,
    auth_line,
    cont_line,
)
from gatepost.wire.sasl.mechanism import Mechanism

HANDSHAKE = (
    b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tDOVECOT-TOKEN\tprivate\nMECH\tCRAM-MD5\tdictionary\tactive\n"
    b"SPID\t1\nCUID\t2\nCOOKIE\tabc\nDONE\n"
)
MECHANISMS = (
    Mechanism("PLAIN", frozenset({"plaintext"})),
    Mechanism("CRAM-MD5", frozenset({"dictionary", "active"})),
)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_handshake(size: int) -> None:
    reader = DovecotReader()
    events = [event for at in range(0, len(HANDSHAKE), size) for event in reader.receive(HANDSHAKE[at : at + size])]
    assert events == [HandshakeDone(MECHANISMS)]


@pytest.mark.parametrize(
    ("line", "step"),
    [
        (b"CONT\t7\tVXNlcm5hbWU6", Challenge(b"Username:")),
        (b"CONT\t7\t", Challenge(b"")),
        (b"OK\t7\tuser=ann\textra", LoggedIn("ann")),
        (b"OK\t7\tuser=a\x01tb", LoggedIn("a\tb")),
        (b"FAIL\t7", Refused()),
        (b"FAIL\t7\tuser=ann\treason=no luck", Refused("no luck", "ann")),
        (b"FAIL\t7\tuser=ann\ttemp", NoVerdict("", "ann")),
    ],
)
def test_answers(line: bytes, step: object) -> None:
    assert list(DovecotReader().receive(line + b"\n")) == [Answered(7, step)]  # type: ignore[arg-type]  # a Step


@pytest.mark.parametrize(
    "octets",
    [
        b"VERSION\t2\t0\n",
        b"DONE\n",
        b"OK\n",
        b"OK\tx\tuser=a\n",
        b"OK\t1\n",
        b"CONT\t1\t!\n",
        b"x" * (MOST_LINE_OCTETS + 1),
    ],
)
def test_what_cannot_be_understood(octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        list(DovecotReader().receive(octets))


def test_what_is_said() -> None:
    facts = {"service": "smtp", "nologin": "", "rip": "192.0.2.1"}
    assert auth_line(3, "PLAIN", facts, b"") == b"AUTH\t3\tPLAIN\tservice=smtp\tnologin\trip=192.0.2.1\tresp==\n"
    assert auth_line(3, "LOGIN", {}, None) == b"AUTH\t3\tLOGIN\n"
    assert auth_line(3, "LOGIN", {"a": "b\tc\n"}, None) == b"AUTH\t3\tLOGIN\ta=b\x01tc\x01n\n"
    assert cont_line(3, b"ann") == b"CONT\t3\tYW5u\n"


@given(st.binary(max_size=300))
def test_only_protocol_errors_are_raised(octets: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        list(DovecotReader().receive(octets + b"\n"))
