"""access(5): what a table value means (postfix-semantics 4.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.verdict import DUNNO, OK, Discard, Dunno, Effect, Hangup, Note, Refuse, Restrictions
from gatepost.policy.access import parse_action
from gatepost.testing.fake_world import FakeWorld, verified
from tests.policy.conftest import SETTINGS

N = "<bob@ours.example>: Recipient address rejected: "


@pytest.mark.parametrize(("value", "expected"), [
    ("REJECT", f"554 5.7.1 {N}Access denied"), ("reject go away", f"554 5.7.1 {N}go away"),
    ("REJECT 5.1.1 gone", f"554 5.1.1 {N}gone"), ("REJECT 5.7.2", f"554 5.7.2 {N}Access denied"),
    ("REJECT 4.1.8 x", f"554 5.1.2 {N}x"), ("REJECT\ttabbed  text", f"554 5.7.1 {N}tabbed  text"),
    ("DEFER", f"450 4.7.1 {N}Access denied"), ("550 text", f"550 5.7.1 {N}text"),
    ("421 4.3.0 bye", f"421 4.3.0 {N}bye"), ("554", "OK"), ("450", "OK"), ("299", "OK"), ("1234567", "OK"),
    ("OK", "OK"), ("ok whatever", "OK"), ("RELAY", "OK"), ("DUNNO", "OK"), ("dunno x", "OK"),
    ("DEFER_IF_PERMIT", f"450 4.7.1 {N}Service unavailable"), ("permit", "OK"),
    ("reject_unauth_destination, reject", f"554 5.7.1 {N}Access denied"),
    ("250 hello", "451 4.3.5 Server configuration error"), ("REJECTED", "451 4.3.5 Server configuration error"),
    ("hash:other", "451 4.3.5 Server configuration error"), ("599 x", f"599 5.7.1 {N}x"),
    ("600 x", "451 4.3.5 Server configuration error"),
])  # fmt: skip
def test_values(reply, value, expected):
    world = FakeWorld(tables={"inline:t": {"ours.example": value}})
    assert reply("check_recipient_access inline:t", world) == expected


@pytest.mark.parametrize(("value", "expected"), [
    ("HANGUP", Hangup()), ("DISCARD x", Discard("x")), ("INFO a b", Note("info", "a b")), ("warn", Note("warn", "")),
    ("HOLD", Effect("HOLD", "")), ("FILTER smtp:[x]:25", Effect("FILTER", "smtp:[x]:25")),
    ("REDIRECT a@b", Effect("REDIRECT", "a@b")), ("BCC a@b", Effect("BCC", "a@b")),
    ("PREPEND X-A: b", Effect("PREPEND", "X-A: b")), ("permit_mynetworks", Restrictions("permit_mynetworks")),
    ("OK", OK), ("DUNNO", DUNNO),
])  # fmt: skip
def test_effects(value, expected):
    assert parse_action(value, SETTINGS) == expected


@pytest.mark.parametrize(
    "value",
    [
        "PREPEND no header",
        "PREPEND",
        "PREPEND X-A: b\r\nX-C: d",
        "PREPEND X-A: b\0",
        "PREPEND X A: b",
        "REDIRECT nobody",
        "BCC",
        "FILTER nowhere",
    ],
)
def test_effects_with_a_bad_argument_are_ignored_with_a_complaint(value):
    action = parse_action(value, SETTINGS)
    assert isinstance(action, Dunno)
    assert "ignored" in action.complaint


@pytest.mark.parametrize(("restriction", "code", "expected"), [
    ("check_sender_access", "5.1.3", "5.1.7"), ("check_sender_access", "5.1.2", "5.1.8"),
    ("check_sender_access", "5.1.5", "5.1.0"), ("check_recipient_access", "5.1.7", "5.1.3"),
    ("check_recipient_access", "5.1.9", "5.1.0"), ("check_recipient_access", "5.1.6", "5.1.6"),
    ("check_client_access", "4.1.1", "5.0.0"), ("check_helo_access", "5.1.1", "5.0.0"),
    ("check_client_access", "5.7.9", "5.7.9"),
])  # fmt: skip
def test_address_codes_are_repaired_to_fit_their_subject(reply, restriction, code, expected):
    world = FakeWorld(
        tables={"inline:t": {"example": f"REJECT {code} x"}}, names={"192.0.2.44": verified("a.example")}
    )
    assert reply(f"{restriction} inline:t", world).split()[1] == expected


@given(st.text())
def test_no_value_breaks_the_reader(value):
    parse_action(value, SETTINGS)


@given(st.text(alphabet="0123456789. ", min_size=1, max_size=8))
def test_a_refusal_always_has_text_after_its_code(value):
    action = parse_action("REJECT " + value, SETTINGS)
    assert getattr(action, "kind", None) is Refuse
    assert action.text.strip()
