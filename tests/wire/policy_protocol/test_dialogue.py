"""The server's side of the policy protocol: requests, malformed input, and the same events however input is cut."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.wire.policy_protocol.dialogue import (
    LONGEST_LINE,
    LONGEST_REQUEST,
    MOST_ATTRIBUTES,
    PolicyDialogue,
)
from gatepost.wire.policy_protocol.events import AWAITING_VERDICT, NEED_DATA, RequestGiven, SessionEnded

ASKED = b"request=smtpd_access_policy\nsender=a=b@c.example\nstress=\n\n"
ATTRIBUTES = {"request": "smtpd_access_policy", "sender": "a=b@c.example", "stress": ""}


def ended(dialogue):
    """How the session ends, once every request is answered."""
    while (event := dialogue.next_event()) != NEED_DATA:
        if isinstance(event, SessionEnded):
            assert dialogue.next_event() is NEED_DATA
            assert dialogue.deadline_s is None
            return event.complaint
        dialogue.decide("DUNNO")
    return None


def complaint(octets):
    dialogue = PolicyDialogue(600)
    dialogue.receive(octets)
    return ended(dialogue)


def test_requests_follow_one_another_and_wait_for_their_turn():
    dialogue = PolicyDialogue(600)
    dialogue.receive(ASKED + ASKED)
    assert dialogue.next_event() == RequestGiven(ATTRIBUTES)
    assert dialogue.next_event() is AWAITING_VERDICT
    assert dialogue.deadline_s is None
    dialogue.decide("554 5.7.1 no")
    assert dialogue.outgoing() == b"action=554 5.7.1 no\n\n"
    assert dialogue.next_event() == RequestGiven(ATTRIBUTES)
    dialogue.decide("DUNNO")
    assert dialogue.next_event() is NEED_DATA
    assert dialogue.outgoing() == b"action=DUNNO\n\n"
    assert dialogue.deadline_s == 600
    dialogue.receive_eof()
    assert dialogue.next_event() == SessionEnded()


def test_no_answer_closes():
    dialogue = PolicyDialogue(600)
    dialogue.receive(ASKED)
    dialogue.next_event()
    dialogue.decide(None)
    assert dialogue.next_event() == SessionEnded()
    assert dialogue.outgoing() == b""


def test_a_mistake_of_ours_closes():
    dialogue = PolicyDialogue(600)
    dialogue.receive(ASKED + ASKED)
    dialogue.next_event()
    dialogue.fail()
    dialogue.fail()
    assert dialogue.next_event() == SessionEnded()
    assert dialogue.next_event() is NEED_DATA
    assert dialogue.outgoing() == b""


@pytest.mark.parametrize(("sent", "told"), [(b"", ""), (b"request=x\n", "timeout after 7 s within a request")])
def test_silence(sent, told):
    dialogue = PolicyDialogue(7)
    dialogue.receive(sent)
    assert dialogue.next_event() is NEED_DATA
    dialogue.time_out()
    assert dialogue.next_event() == SessionEnded(told)


def test_a_stop_answers_what_is_here():
    dialogue = PolicyDialogue(600)
    dialogue.receive(ASKED)
    assert isinstance(dialogue.next_event(), RequestGiven)
    dialogue.shut_down()
    assert dialogue.next_event() is AWAITING_VERDICT
    dialogue.decide("DUNNO")
    assert dialogue.next_event() == SessionEnded()
    assert dialogue.outgoing() == b"action=DUNNO\n\n"


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"GET / HTTP/1.1\r\n", "a line without 'name=': 'GET / HTTP/1.1\\r'"),
        (b"request=smtpd_access_policy\n\r\n", "a line without 'name=': '\\r'"),
        (b"=x\n\n", "a line without 'name=': '=x'"),
        (b"\x16\x03\x01\x02\n", "a line without 'name=': '\\x16\\x03\\x01\\x02'"),
        (b"a=\x00b\n\n", "a line with NUL: 'a=\\x00b'"),
        (b"a=" + b"x" * LONGEST_LINE, f"a line of more than {LONGEST_LINE} octets"),
        (b"a=" + b"x" * 10_000_000 + b"\n\n", f"a line of more than {LONGEST_LINE} octets"),
        (b"".join(b"%d=%s\n" % (n, b"x" * 9000) for n in range(8)), f"a request of more than {LONGEST_REQUEST} octets"),
        (b"".join(b"a%d=\n" % n for n in range(201)), f"more than {MOST_ATTRIBUTES} attributes"),
        (ASKED + b"oops\n", "a line without 'name=': 'oops'"),
    ],
)  # fmt: skip
def test_what_is_no_request_ends_the_session(octets, told):
    assert complaint(octets) == told


@pytest.mark.parametrize(
    "octets", [b"\n", b"a=1\na=2\n\n", b"a=\xff\xfe\n\n", b"a=" + b"x" * (LONGEST_LINE - 2) + b"\n\n"]
)
def test_what_is_odd_but_a_request(octets):
    assert complaint(octets) is None


def test_enough_that_waits_is_enough():
    dialogue = PolicyDialogue(600)
    dialogue.receive(ASKED)
    dialogue.next_event()
    assert dialogue.wants_input
    dialogue.receive(b"x" * 70_000)
    assert not dialogue.wants_input


WORDS = st.sampled_from(
    [
        ASKED,
        b"request=smtpd_access_policy\n",
        b"a=b\n",
        b"\n",
        b"x",
        b"=",
        b"a=\0\n",
        b"a=" + b"y" * 9000,
        b"z" * 16384,
    ]
)
STREAM = st.lists(WORDS | st.binary(max_size=6), max_size=25).map(b"".join)


def history(stream, cuts, actions):
    """All that happens on a connection whose input comes in these pieces."""
    dialogue = PolicyDialogue(600)
    taken = itertools.cycle(actions)
    events, said = [], b""
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    for start, end in itertools.pairwise(edges):
        dialogue.receive(stream[start:end])
        if end == len(stream):
            dialogue.receive_eof()
        while (event := dialogue.next_event()) is not NEED_DATA:
            events.append(event)
            if isinstance(event, RequestGiven):
                dialogue.decide(next(taken))
        said += dialogue.outgoing()
    assert isinstance(events[-1], SessionEnded)
    return events, said


@settings(max_examples=300, deadline=None)
@given(
    stream=STREAM,
    cuts=st.lists(st.integers(0, 3000), max_size=12),
    actions=st.lists(st.sampled_from(["DUNNO", "554 5.7.1 no", None]), min_size=1),
)
def test_any_split_of_the_input_gives_the_same(stream, cuts, actions):
    assert history(stream, cuts, actions) == history(stream, [], actions)


@settings(max_examples=60, deadline=None)
@given(
    stream=st.lists(st.sampled_from([ASKED, b"a=b\n", b"\n", b"x", b"="]) | st.binary(max_size=6), max_size=9).map(
        b"".join
    )
)
def test_octet_by_octet_gives_the_same(stream):
    assert history(stream, list(range(len(stream))), ["DUNNO"]) == history(stream, [], ["DUNNO"])


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(st.binary(max_size=200), max_size=20))
def test_noise_never_raises_and_little_is_kept(pieces):
    dialogue = PolicyDialogue(600)
    for piece in pieces:
        dialogue.receive(piece)
        ended(dialogue)
        assert dialogue.wants_input
