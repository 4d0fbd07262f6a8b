"""Outcomes become actions: one line, always with code, enhanced code and text, which Postfix reads as it is meant."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatepost.model.reply import Reply
from gatepost.model.verdict import Effect, Refuse
from gatepost.policy.access import parse_action
from gatepost.policy.language.compile import compile_policyd
from gatepost.policy.outcome import LogNote, Outcome, finish
from gatepost.policy.policyd_action import answer_to
from gatepost.testing.fake_world import FakeWorld, decide
from tests.policy.conftest import SETTINGS

TABLES: dict[str, dict[str, str]] = {}


@pytest.fixture
def answer(session):
    """answer("permit_mynetworks, reject") -> the action for a request at RCPT."""

    def answer(restrictions, *, stage="rcpt", state="RCPT"):
        policy = compile_policyd(SETTINGS, restrictions, lambda finding: None)
        facts = replace(session, protocol_state=state)
        return answer_to(decide(getattr(policy, stage), facts, FakeWorld(tables=TABLES)), facts)

    return answer


def table(value):
    """A check whose table answers this: each value is a table of its own."""
    TABLES[f"hash:t{len(TABLES)}"] = {"ann@sender.example": value}
    return f"check_sender_access hash:t{len(TABLES) - 1}"


@pytest.mark.parametrize(
    ("restrictions", "action"),
    [
        ("", "DUNNO"),
        ("permit", "DUNNO"),
        ("permit, reject", "DUNNO"),
        (table("OK") + ", reject", "DUNNO"),
        ("reject", "554 5.7.1 Access denied"),
        ("defer", "450 4.3.2 Try again later"),
        (table("550 5.7.2"), "550 5.7.2 <ann@sender.example>: Sender address rejected: Access denied"),
        (table("REJECT"), "554 5.7.1 <ann@sender.example>: Sender address rejected: Access denied"),
        (table("421 4.7.0 busy"), "421 4.7.0 <ann@sender.example>: Sender address rejected: busy"),
        (table("DEFER_IF_PERMIT 4.7.9 soon"), "DEFER_IF_PERMIT 4.7.9 <ann@sender.example>: Sender address rejected: soon"),
        (table("DEFER_IF_PERMIT") + ", permit", "DEFER_IF_PERMIT 4.7.1 <ann@sender.example>: Sender address rejected: Service unavailable"),
        (table("DEFER_IF_PERMIT") + ", reject", "554 5.7.1 Access denied"),
        (table("DEFER_IF_REJECT soon"), "DEFER_IF_REJECT 4.7.1 <ann@sender.example>: Sender address rejected: soon"),
        (table("DEFER_IF_REJECT soon") + ", reject", "450 4.7.1 <ann@sender.example>: Sender address rejected: soon"),
        (table("DEFER_IF_REJECT one") + ", " + table("DEFER_IF_PERMIT two"), "450 4.7.1 <ann@sender.example>: Sender address rejected: two"),
        (table("PREPEND X-A: b"), "PREPEND X-A: b"),
        (table("FILTER smtp:[127.0.0.1]:10025"), "FILTER smtp:[127.0.0.1]:10025"),
        (table("HOLD"), "HOLD"),
        (table("HOLD for a look"), "HOLD for a look"),
        (table("REDIRECT x@y.example"), "REDIRECT x@y.example"),
        (table("BCC x@y.example"), "BCC x@y.example"),
        (table("DISCARD"), "DISCARD <ann@sender.example>: Sender address triggers DISCARD action"),
        (table("WARN look here"), "WARN look here"),
        (table("INFO look here"), "INFO look here"),
        (table("HANGUP"), "HANGUP"),
        ("warn_if_reject reject", "DUNNO"),
        ("no_such_restriction", "451 4.3.5 Server configuration error"),
        ("reject_non_fqdn_recipient, " + table("WARN x") + ", reject", "554 5.7.1 Access denied"),
    ],
)  # fmt: skip
def test_the_action_of_a_list(answer, restrictions, action):
    given_answer = answer(restrictions)
    assert given_answer.action == action
    assert given_answer.lost == ()


def test_of_several_effects_the_gravest_is_answered_and_the_others_are_named(answer):
    lists = f"{table('PREPEND X-A: b')}, {table('HOLD')}, {table('PREPEND X-C: d')}"
    assert answer(lists).action == "HOLD"
    assert answer(lists).lost == ("PREPEND X-A: b", "PREPEND X-C: d")


@pytest.mark.parametrize(
    ("stage", "state", "action"),
    [
        ("connect", "CONNECT", "554 5.7.1 <unknown[192.0.2.44]>: Client host rejected: Access denied"),
        ("helo", "EHLO", "554 5.7.1 <mx.client.example>: Helo command rejected: Access denied"),
        ("mail", "MAIL", "554 5.7.1 Access denied"),
        ("rcpt", "VRFY", "554 5.7.1 Access denied"),
        ("data", "DATA", "554 5.7.1 <DATA>: Data command rejected: Access denied"),
        ("end_of_data", "END-OF-MESSAGE", "554 5.7.1 <END-OF-MESSAGE>: End-of-data rejected: Access denied"),
    ],
)
def test_generic_words_speak_of_the_stage(answer, stage, state, action):
    assert answer("reject", stage=stage, state=state).action == action


REPLIES = st.builds(
    Reply,
    st.sampled_from([200, 421, 450, 451, 521, 550, 554, 599, 700]),
    st.sampled_from(["", "5.7.1", "4.7.1", "5.1.1", "2.0.0"]),
    st.text(max_size=600) | st.just("5.7.2"),
)
OUTCOMES = st.builds(
    Outcome,
    refusal=st.none() | REPLIES.map(lambda reply: finish(reply, SETTINGS)),
    hangs_up=st.booleans(),
    discards=st.booleans(),
    effects=st.lists(
        st.builds(Effect, st.sampled_from(["PREPEND", "HOLD", "BCC", "REDIRECT", "FILTER"]), st.text(max_size=30))
    ).map(tuple),
    notes=st.lists(
        st.builds(LogNote, st.sampled_from(["warn", "info", "discard", "reject_warning"]), st.text(max_size=30))
    ).map(tuple),
    deferral=st.none() | REPLIES,
    softening=st.none() | REPLIES,
)
REFUSAL = re.compile(r"([45]\d\d|DEFER_IF_PERMIT|DEFER_IF_REJECT) ([45])\.\d{1,3}\.\d{1,3} \S.*")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outcome=OUTCOMES)
def test_every_answer_is_one_line_that_no_postfix_stumbles_over(session, outcome):
    given_answer = answer_to(outcome, session)
    action = given_answer.action
    assert action.isprintable()
    action.encode()
    assert len(action.encode()) < 2000
    match = REFUSAL.fullmatch(action)
    if given_answer.is_refusal:
        assert match or action == "HANGUP"
    if match and match[1].isdigit():
        assert match[1][0] == match[2]
        meaning = parse_action(action, SETTINGS)
        assert meaning.kind is Refuse
        assert (meaning.code, meaning.enhanced) == (int(match[1]), action.split()[1])
