"""What a result of a probe counts for, and what the two restrictions make of it (texts as heard from Postfix 3.7.11)."""

import pytest

from gatepost.model.answer import Unavailable
from gatepost.policy.address_verification import (
    IN_PROGRESS,
    AddressStatus,
    ProbeResult,
    Record,
    Standing,
    VerifyTerms,
    kept,
    standing,
)
from gatepost.policy.questions import SHARED, AddressProbe
from gatepost.testing.fake_world import FakeWorld

NOW, DAY = 100_000_000, 86_400
TERMS = VerifyTerms()
GOOD = ProbeResult(AddressStatus.DELIVERABLE)
BAD = ProbeResult(AddressStatus.UNDELIVERABLE, "host h[1] said: 550 no (in reply to RCPT TO command)")
LATER = ProbeResult(AddressStatus.DEFERRED, "connect to h[1]:25: Connection refused")


@pytest.mark.parametrize(("result", "age_s", "probed_s", "counts", "is_due"), [
    (GOOD, 0, None, True, False), (GOOD, 7 * DAY, None, True, False), (GOOD, 7 * DAY + 1, None, True, True),
    (GOOD, 7 * DAY + 1, 60, True, False), (GOOD, 7 * DAY + 1, 61, True, True), (GOOD, 31 * DAY, None, False, True),
    (BAD, 10_800, None, True, False), (BAD, 10_801, None, True, True), (BAD, 3 * DAY, None, False, True),
    (LATER, 59, None, True, False), (LATER, 60, None, False, True), (LATER, 60, 1, False, False),
    (IN_PROGRESS, 1, 1, False, False), (IN_PROGRESS, 61, 61, False, True),
])  # fmt: skip
def test_what_a_record_is_worth(result, age_s, probed_s, counts, is_due):
    record = Record(result, 0 if probed_s is None else NOW - probed_s, NOW - age_s)
    assert standing(record, TERMS, NOW) == Standing(result if counts else None, is_due)


def test_what_is_not_known_is_asked():
    assert standing(None, TERMS, NOW) == Standing(None, is_due=True)


@pytest.mark.parametrize(("former", "result", "expected"), [
    (None, GOOD, Record(GOOD, 0, NOW)), (None, BAD, Record(BAD, 0, NOW)),
    (Record(BAD, NOW, NOW - 9), GOOD, Record(GOOD, 0, NOW)), (Record(GOOD, NOW, NOW - 9), BAD, Record(GOOD, 0, NOW - 9)),
    (Record(GOOD, NOW, NOW - 31 * DAY), BAD, Record(BAD, 0, NOW)), (Record(IN_PROGRESS, NOW, NOW), LATER, Record(LATER, 0, NOW)),
])  # fmt: skip
def test_one_bad_probe_does_not_replace_a_good_result(former, result, expected):
    assert kept(former, result, TERMS, NOW) == expected


def test_bad_results_need_not_be_kept():
    terms = VerifyTerms(address_verify_negative_cache=False)
    assert kept(Record(IN_PROGRESS, NOW, NOW), BAD, terms, NOW) is None
    assert kept(None, GOOD, terms, NOW) == Record(GOOD, 0, NOW)


RCPT, SENDER = "reject_unverified_recipient", "reject_unverified_sender"
TO, FROM = "<bob@ours.example>: Recipient address rejected: ", "<ann@sender.example>: Sender address rejected: "
HOP = {"smtpd_proxy_filter": "127.0.0.1:10025"}


def probes(result):
    return FakeWorld(probes={"bob@ours.example": result, "ann@sender.example": result})


@pytest.mark.parametrize(("word", "result", "settings", "expected"), [
    (RCPT, GOOD, {}, "OK"), (SENDER, GOOD, {}, "OK"),
    (RCPT, BAD, {}, f"450 4.1.1 {TO}unverified address: {BAD.text}"),
    (RCPT, BAD, {"unverified_recipient_reject_code": 550}, f"550 5.1.1 {TO}undeliverable address: {BAD.text}"),
    (RCPT, BAD, {"unverified_recipient_reject_code": 250}, "OK"),
    (RCPT, LATER, {"unverified_recipient_reject_code": 550}, f"450 4.1.1 {TO}unverified address: {LATER.text}"),
    (RCPT, LATER, {"unverified_recipient_defer_code": 250}, "OK"),
    (RCPT, IN_PROGRESS, {}, f"450 4.1.1 {TO}unverified address: Address verification in progress"),
    (RCPT, Unavailable("x"), {}, f"450 4.1.1 {TO}address verification problem"),
    (RCPT, BAD, {"unverified_recipient_reject_reason": "no", "unverified_recipient_reject_code": 550},
     f"550 5.1.1 {TO}undeliverable address: no"),
    (RCPT, BAD, {"unverified_recipient_tempfail_action": "nonsense"}, "451 4.3.5 Server configuration error"),
    (SENDER, BAD, {"unverified_sender_reject_code": 550}, f"550 5.1.7 {FROM}undeliverable address: {BAD.text}"),
    (SENDER, LATER, {}, f"450 4.1.7 {FROM}unverified address: {LATER.text}"),
])  # fmt: skip
def test_verdicts(reply, word, result, settings, expected):
    assert reply(word, probes(result), settings=HOP | settings) == expected


@pytest.mark.parametrize(("action", "expected"), [
    ("defer_if_permit", "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"),
    ("defer", f"450 4.1.1 {TO}unverified address: {LATER.text}"),
])  # fmt: skip
def test_the_action_for_failures_that_may_pass(reply, action, expected):
    settings = HOP | {"unverified_recipient_tempfail_action": action}
    assert reply(f"{RCPT}, reject", probes(LATER), settings=settings) == expected


def test_a_long_reason_is_cut_where_the_client_may_try_again(reply):
    long = ProbeResult(AddressStatus.DEFERRED, "x" * 400)
    assert reply(RCPT, probes(long), settings=HOP).endswith(f" {'x' * 250}")


@pytest.mark.parametrize(("word", "facts", "settings", "tables", "expected"), [
    (RCPT, {}, {}, {}, ("bob@ours.example", "127.0.0.1:10025")),
    (RCPT, {"recipient": "Bob@OURS.example"}, {}, {}, ("Bob@OURS.example", "127.0.0.1:10025")),
    (RCPT, {"recipient": "x@far.example"}, {}, {}, ("x@far.example", "127.0.0.1:10025")),
    (RCPT, {}, {"transport_maps": ("hash:t",)}, {"ours.example": "lmtp:unix:/x"}, ("bob@ours.example", "lmtp:unix:/x")),
    (RCPT, {}, {"transport_maps": ("hash:t",)}, {"ours.example": "smtp:"}, ("bob@ours.example", "127.0.0.1:10025")),
    (SENDER, {}, {}, {}, ("ann@sender.example", "")),
    (SENDER, {"sender": "eve@ours.example"}, {}, {}, ("eve@ours.example", "127.0.0.1:10025")),
    (SENDER, {}, {"transport_maps": ("hash:t",)}, {"sender.example": "smtp:[h]:26"}, ("ann@sender.example", "smtp:[h]:26")),
])  # fmt: skip
def test_who_is_asked(reply, word, facts, settings, tables, expected):
    world = FakeWorld(tables={"hash:t": tables})
    assert reply(word, world, settings=HOP | settings, **facts) == "OK"
    assert [each for each in world.asked if isinstance(each, AddressProbe)] == [
        AddressProbe(*expected, "double-bounce@gate.test", 6)
    ]


@pytest.mark.parametrize(("settings", "entry", "expected"), [
    ({"transport_maps": ("hash:t",)}, "error:5.1.2 no such thing", f"550 5.1.1 {TO}undeliverable address: no such thing"),
    ({"transport_maps": ("hash:t",)}, "retry:4.4.3 not now", f"450 4.1.1 {TO}unverified address: not now"),
    ({"maildir_directory": "/m"}, "", "OK"), ({}, "", f"450 4.1.1 {TO}unverified address: mail transport unavailable"),
])  # fmt: skip
def test_where_nobody_need_be_asked(reply, settings, entry, expected):
    world = FakeWorld(tables={"hash:t": {"ours.example": entry}} if entry else {})
    settings = settings | {"unverified_recipient_reject_code": 550, "smtpd_reject_unlisted_recipient": False}
    assert reply(RCPT, world, settings=settings) == expected
    assert not [each for each in world.asked if isinstance(each, AddressProbe)]


def test_a_table_that_breaks(reply):
    world = FakeWorld(tables={"hash:t": Unavailable("broken")})
    assert reply(RCPT, world, settings=HOP | {"transport_maps": ("hash:t",)}) == (
        "451 4.3.0 <bob@ours.example>: Temporary lookup failure"
    )


def test_the_null_sender_and_our_own_probes_are_not_asked_about(reply):
    world = FakeWorld()
    assert reply(SENDER, world, settings=HOP, sender="") == "OK"
    assert reply(RCPT, world, settings=HOP, recipient="double-bounce@gate.test") == "OK"
    assert world.asked == []


def test_it_is_never_asked_ahead_of_its_turn():
    assert AddressProbe not in SHARED
