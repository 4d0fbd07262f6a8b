"""Replies of policy servers: an action, or garbage; in any number of pieces, never an exception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.wire.policy_protocol.reply import LONGEST_REPLY, Action, Garbage, ReplyReader


def read(octets, **how):
    return ReplyReader(**how).receive(octets)


@pytest.mark.parametrize(
    ("octets", "action"),
    [
        (b"action=DUNNO\n\n", "DUNNO"),
        (b"action=\n\n", ""),
        (b"action=defer_if_permit a=b\n\n", "defer_if_permit a=b"),
        (b"x=1\nreason=y\naction=REJECT\nz=2\n\n", "REJECT"),
        (b"action=first\naction=second\n\n", "first"),
        (b"action= OK \n\n", " OK "),
        ("action=550 é\n\n".encode(), "550 é"),
    ],
)
def test_actions(octets, action):
    assert read(octets) == Action(action)


@pytest.mark.parametrize(
    "octets",
    [
        b"\n",
        b"x=1\n\n",
        b"action\n\n",
        b"HTTP/1.1 400 Bad Request\n\n",
        b"Action=OK\n\n",
        b"action =OK\n\n",
        b"action=550 caf\xe9\n\n",
        b"action=" + b"x" * LONGEST_REPLY + b"\n\n",
        b"x" * (LONGEST_REPLY + 1),
        b"=\n" * LONGEST_REPLY,
    ],
)
def test_garbage(octets):
    reply = read(octets)
    assert isinstance(reply, Garbage)
    assert reply.why.isprintable()
    assert len(reply.why) < 400


@pytest.mark.parametrize("octets", [b"", b"action=OK", b"action=OK\n", b"action=OK\r\n\r\n", b"a"])
def test_incomplete(octets):
    assert read(octets) is None


def test_octets_where_utf8_is_not_asked_for():
    assert read(b"action=550 caf\xe9\n\n", must_be_utf8=False) == Action("550 caf\udce9")


def test_surplus_is_noticed():
    reader = ReplyReader()
    assert reader.receive(b"action=OK\n\naction=REJECT\n\n") == Action("OK")
    assert reader.has_surplus


PIECES = st.sampled_from([b"action=OK", b"\n", b"\n\n", b"=", b"x=1\n", b"\xff", b"\r\n", b"\0"])


@given(st.lists(PIECES | st.binary(max_size=5), max_size=12).map(b"".join), st.data())
def test_pieces_make_no_difference(octets, data):
    whole = ReplyReader()
    expected = whole.receive(octets)
    reader = ReplyReader()
    at, reply = 0, None
    while reply is None and at < len(octets):
        step = data.draw(st.integers(1, len(octets) - at))
        reply = reader.receive(octets[at : at + step])
        at += step
    assert reply == expected
