"""Reading a hop's replies in any split, and what our client hears of them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.wire.smtp.delivery_replies import (
    LINE_COUNT_LIMIT,
    LINE_LIMIT_OCTETS,
    Garbled,
    HopReply,
    ReplyReader,
    for_client,
)


def read_all(pieces):
    reader = ReplyReader()
    replies = []
    for piece in pieces:
        reader.receive(piece)
        while (reply := reader.next_reply()) is not None:
            replies.append(reply)
            if isinstance(reply, Garbled):
                return replies
    return replies


def split(octets, cuts):
    places = sorted({0, len(octets), *(cut % (len(octets) + 1) for cut in cuts)})
    return [octets[a:b] for a, b in itertools.pairwise(places)]


WIRE = b"220 hi\r\n250-one\r\n250-two\n250 three\r\n354\r\n550 5.1.1 <x>: no\r\n250-\r\n250\r\n"


@given(st.lists(st.integers(0, 200)))
def test_any_split_gives_the_same_replies(cuts):
    assert read_all(split(WIRE, cuts)) == [
        HopReply(220, (b"hi",)),
        HopReply(250, (b"one", b"two", b"three")),
        HopReply(354, (b"",)),
        HopReply(550, (b"5.1.1 <x>: no",)),
        HopReply(250, (b"", b"")),
    ]


@given(st.binary(max_size=300), st.lists(st.integers(0, 300)))
def test_garbage_never_raises_and_ends_alike_in_any_split(octets, cuts):
    assert read_all(split(octets, cuts)) == read_all([octets])


@given(st.lists(st.sampled_from([b"250 ok\r\n", b"250-ok\r\n", b"421 bye\n", b"x", b"\r\n", b"25"]), max_size=20))
def test_replies_and_rubbish_mixed(pieces):
    replies = read_all(pieces)
    assert replies == read_all([b"".join(pieces)])
    assert all(isinstance(reply, HopReply) for reply in replies[:-1])


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"hello\r\n", "not an SMTP reply"),
        (b"\r\n", "not an SMTP reply"),
        (b"150 too low\r\n", "not an SMTP reply"),
        (b"650 too high\r\n", "not an SMTP reply"),
        (b"2500 four digits\r\n", "not an SMTP reply"),
        (b"250_ok\r\n", "not an SMTP reply"),
        (b"250-one\r\n550 two\r\n", "two codes"),
        (b"250 " + b"x" * LINE_LIMIT_OCTETS, "more than 4096 octets"),
        (b"250 " + b"x" * LINE_LIMIT_OCTETS + b"\r\n", "more than 4096 octets"),
        (b"250-x\r\n" * LINE_COUNT_LIMIT, "more than 100 lines"),
        (b"HTTP/1.1 400 Bad Request\r\n", "not an SMTP reply"),
    ],
)
def test_what_is_no_reply(octets, why):
    (garbled,) = read_all([octets])
    assert isinstance(garbled, Garbled)
    assert why in garbled.why


def test_after_garbage_nothing_is_believed():
    reader = ReplyReader()
    reader.receive(b"rubbish\r\n250 ok\r\n")
    first = reader.next_reply()
    reader.receive(b"250 ok\r\n")
    assert isinstance(first, Garbled)
    assert reader.next_reply() is first


@pytest.mark.parametrize(
    ("command", "said", "heard"),
    [
        ("RCPT", b"550 5.1.1 <x@y>: unknown", b"550 5.1.1 <x@y>: unknown\r\n"),
        ("RCPT", b"250 ok", b"250 2.1.5 ok\r\n"),
        ("RCPT", b"250", b"250 2.1.5 Ok\r\n"),
        ("RCPT", b"550", b"550 5.1.0 Error: refused by next hop\r\n"),
        ("RCPT", b"550 5.7.1", b"550 5.7.1 Error: refused by next hop\r\n"),
        ("RCPT", b"451 5.7.1 class differs", b"451 4.3.0 class differs\r\n"),
        ("RCPT", b"571 odd code", b"571 5.0.0 odd code\r\n"),
        ("RCPT", b"550 5.1.10 two digits", b"550 5.1.10 two digits\r\n"),
        ("RCPT", b"550 5.1.1.1 not an enhanced code", b"550 5.1.0 5.1.1.1 not an enhanced code\r\n"),
        ("RCPT", b"550-5.7.1 one\r\n550 5.7.1 two", b"550-5.7.1 one\r\n550 5.7.1 two\r\n"),
        ("RCPT", b"550-one\r\n550 5.7.1 two", b"550-5.7.1 one\r\n550 5.7.1 two\r\n"),
        ("RCPT", b"550 a\x00b\x1bc", b"550 5.1.0 a?b?c\r\n"),
        ("RCPT", b"421 4.3.2 shutting down", b"451 4.3.0 Error: next hop unavailable\r\n"),
        ("RCPT", b"521 5.2.1 no mail here", b"554 5.2.1 no mail here\r\n"),
        ("DATA", b"554 no valid recipients", b"554 5.0.0 no valid recipients\r\n"),
        ("END-OF-MESSAGE", b"250 2.0.0 Ok: queued as 1", b"250 2.0.0 Ok: queued as 1\r\n"),
        ("END-OF-MESSAGE", b"552 too big", b"552 5.3.4 too big\r\n"),
        ("END-OF-MESSAGE", b"452 full", b"452 4.3.1 full\r\n"),
        ("END-OF-MESSAGE", b"550 sp\xe4m", b"550 5.0.0 sp\xe4m\r\n"),
    ],
)
def test_what_the_client_hears(command, said, heard):
    (given_reply,) = read_all([said + b"\r\n"])
    assert for_client(given_reply, command).to_wire() == heard


@given(st.sampled_from(["RCPT", "DATA", "END-OF-MESSAGE"]), st.integers(200, 599), st.lists(st.binary(), min_size=1))
def test_the_client_always_hears_a_whole_reply_and_never_421(command, code, texts):
    lines = tuple(text.replace(b"\n", b"") for text in texts)
    reply = for_client(HopReply(code, lines), command)
    assert not reply.ends_session
    assert reply.text.strip()
    assert reply.enhanced.startswith(str(reply.code // 100))
    for line in reply.to_wire().split(b"\r\n")[:-1]:
        assert line[:3] == str(reply.code).encode()
        assert b"\n" not in line


def test_a_flood_of_text_is_cut():
    reply = for_client(HopReply(550, (b"x" * 4000,) * 90), "RCPT")
    assert len(reply.to_wire()) < 20 * 520
