"""How verdicts combine (postfix-semantics 3 and the pitfalls at its end)."""

import pytest

from gatepost.model.reply import Reply
from gatepost.model.verdict import Effect
from gatepost.policy.deferrals import Deferrals
from gatepost.policy.outcome import LogNote, finish
from gatepost.testing.fake_world import FakeWorld, verified
from tests.policy.conftest import SETTINGS

DENIED = "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"


def table(**entries):
    return FakeWorld(tables={"inline:t": entries.pop("entries", entries)})


@pytest.mark.parametrize(
    ("restrictions", "expected"),
    [
        ("", "OK"),
        ("permit, reject", "OK"),
        ("reject", DENIED),
        ("REJECT", DENIED),
        ("defer", "450 4.3.2 <bob@ours.example>: Recipient address rejected: Try again later"),
        ("warn_if_reject reject", "OK"),
        ("warn_if_reject reject, reject", DENIED),
        ("warn_if_reject permit, reject", "OK"),
        ("defer_if_permit", "450 4.7.0 <bob@ours.example>: Recipient address rejected: defer_if_permit requested"),
        ("defer_if_permit, permit", "450 4.7.0 <bob@ours.example>: Recipient address rejected: defer_if_permit requested"),
        ("defer_if_permit, reject", DENIED),
        ("defer_if_reject, reject", "450 4.7.0 <bob@ours.example>: Recipient address rejected: defer_if_reject requested"),
        ("defer_if_reject, defer", "450 4.3.2 <bob@ours.example>: Recipient address rejected: Try again later"),
        ("defer_if_reject, permit", "OK"),
        ("warn_if_reject defer_if_permit", "OK"),
        ("frob", "451 4.3.5 Server configuration error"),
        ("warn_if_reject frob", "451 4.3.5 Server configuration error"),
        ("check_sender_access", "451 4.3.5 Server configuration error"),
        ("check_sender_access nocolon", "451 4.3.5 Server configuration error"),
        ("reject_rbl_client", "OK"),
        ("sleep x", "451 4.3.5 Server configuration error"),
        ("sleep 1, reject", DENIED),
        ("permit, frob", "OK"),
    ],
)  # fmt: skip
def test_the_algebra_of_one_list(reply, restrictions, expected):
    assert reply(restrictions) == expected


def test_an_ok_ends_its_own_list_only(run):
    lists = {"smtpd_helo_restrictions": "permit", "smtpd_recipient_restrictions": "reject"}
    assert str(run(policy=lists).refusal) == DENIED


def test_both_flags_up_end_the_list_with_the_deferral(run):
    lists = {"smtpd_recipient_restrictions": "defer_if_reject, defer_if_permit, reject"}
    assert run(policy=lists).refusal.text.endswith("defer_if_permit requested")


@pytest.mark.parametrize("earlier", ["client", "helo", "sender"])
def test_defer_if_reject_never_crosses_from_an_earlier_list(run, earlier):
    lists = {f"smtpd_{earlier}_restrictions": "defer_if_reject", "smtpd_recipient_restrictions": "reject"}
    assert str(run(policy=lists).refusal) == DENIED


def test_defer_if_reject_goes_on_from_relay_to_recipient(run):
    lists = {"smtpd_relay_restrictions": "defer_if_reject", "smtpd_recipient_restrictions": "reject"}
    assert run(policy=lists).refusal.text.endswith("defer_if_reject requested")


@pytest.mark.parametrize("earlier", ["client", "helo", "sender", "relay"])
def test_defer_if_permit_survives_later_permits(run, earlier):
    lists = {f"smtpd_{earlier}_restrictions": "defer_if_permit", "smtpd_recipient_restrictions": "permit"}
    assert run(policy=lists).refusal.code == 450


def test_the_first_reason_of_a_deferral_is_kept(run):
    world = table(entries={"ours.example": "DEFER_IF_PERMIT 4.2.1 first"})
    lists = {"smtpd_recipient_restrictions": "check_recipient_access inline:t, defer_if_permit"}
    assert str(run(world, policy=lists).refusal) == "450 4.2.1 <bob@ours.example>: Recipient address rejected: first"


@pytest.mark.parametrize(("before", "expected"), [(True, "relay"), (False, "recipient")])
def test_the_order_of_relay_and_recipient(run, before, expected):
    lists = {"smtpd_relay_restrictions": "reject_unauth_destination", "smtpd_recipient_restrictions": "reject"}
    outcome = run(policy=lists, recipient="x@foreign.example",
                  settings={"smtpd_relay_before_recipient_restrictions": before})  # fmt: skip
    text = {"relay": "Relay access denied", "recipient": "Access denied"}[expected]
    assert outcome.refusal.text.endswith(text)


@pytest.mark.parametrize(("recipient", "passes"), [("postmaster", True), ("PostMaster", True),
                                                   ("postmaster@ours.example", False), ("abuse", False),
                                                   ("double-bounce@gate.test", True)])  # fmt: skip
def test_exempt_recipients(run, recipient, passes):
    lists = {"smtpd_client_restrictions": "reject", "smtpd_recipient_restrictions": "reject"}
    assert (run(policy=lists, recipient=recipient).refusal is None) is passes


def test_warn_if_reject_covers_a_class_and_restrictions_named_by_a_table(run):
    world = table(entries={"ours.example": "two"})
    lists = {"smtpd_recipient_restrictions": "warn_if_reject check_recipient_access inline:t, permit"}
    classes = {"two": "reject_non_fqdn_helo_hostname, reject"}
    outcome = run(world, policy=lists, helo_name="bare", settings={"restriction_classes": classes})
    assert outcome.refusal is None
    assert outcome.notes == (
        LogNote("reject_warning", "504 5.5.2 <bare>: Helo command rejected: need fully-qualified hostname"),
        LogNote("reject_warning", DENIED),
    )


def test_a_dangling_warn_if_reject_in_a_class_ends_with_it(reply):
    settings = {"restriction_classes": {"c": "permit_mynetworks, warn_if_reject"}}
    assert reply("c, reject", settings=settings) == DENIED


def test_a_class_that_names_itself_is_a_configuration_error(reply, run):
    settings = {"restriction_classes": {"a": "permit_mynetworks, b", "b": "a"}}
    assert reply("a", settings=settings) == "451 4.3.5 Server configuration error"
    assert any("names itself" in finding.text for finding in run.findings)


def test_classes_that_double_do_not_eat_the_machine(reply, run):
    classes = {f"c{n}": f"c{n + 1}, c{n + 1}" for n in range(60)} | {"c60": "permit_mynetworks"}
    assert reply("c0, reject", settings={"restriction_classes": classes}) == "451 4.3.5 Server configuration error"


def test_a_builtin_name_is_not_shadowed_by_a_class(reply):
    assert reply("Reject", settings={"restriction_classes": {"reject": "permit"}}) == DENIED


def test_dunno_hides_a_less_specific_entry(reply):
    world = table(entries={"bob@ours.example": "DUNNO", "ours.example": "REJECT"})
    assert reply("check_recipient_access inline:t", world) == "OK"


def test_effects_and_notes_are_collected(run):
    world = table(entries={"bob@ours.example": "PREPEND X-Gate: yes", "sender.example": "WARN hello"})
    lists = {"smtpd_recipient_restrictions": "check_recipient_access inline:t, check_sender_access inline:t"}
    outcome = run(world, policy=lists)
    assert outcome.effects == (Effect("PREPEND", "X-Gate: yes"),)
    assert outcome.notes == (LogNote("warn", "hello"),)


def test_discard_skips_every_later_list(run):
    world = table(entries={"sender.example": "DISCARD quietly"})
    lists = {"smtpd_sender_restrictions": "check_sender_access inline:t", "smtpd_recipient_restrictions": "reject"}
    outcome = run(world, policy=lists)
    assert outcome.discards
    assert outcome.refusal is None


def test_hangup_closes_without_a_reply(run):
    world = table(entries={"sender.example": "HANGUP"})
    outcome = run(world, policy={"smtpd_sender_restrictions": "check_sender_access inline:t"})
    assert outcome.hangs_up
    assert outcome.refusal is None


def test_what_is_not_known_yet_is_skipped(run):
    lists = {
        "smtpd_recipient_restrictions": "reject_invalid_helo_hostname, check_etrn_access fail:x, check_helo_access inline:t, reject_non_fqdn_sender"
    }
    assert run(table(entries={"a": "REJECT"}), policy=lists, helo_name=None, sender="").refusal is None


def test_without_delay_each_list_runs_at_its_own_stage(run):
    lists = {"smtpd_client_restrictions": "reject", "smtpd_recipient_restrictions": "permit"}
    now = {"smtpd_delay_reject": False}
    at_connect = run(policy=lists, stage="connect", settings=now, helo_name=None, sender=None, recipient=None)
    assert str(at_connect.refusal) == "554 5.7.1 <unknown[192.0.2.44]>: Client host rejected: Access denied"
    assert run(policy=lists, settings=now).refusal is None


def test_a_deferral_of_an_earlier_stage_is_carried(run):
    carried = Reply(450, "4.7.0", "earlier")
    deferrals = Deferrals()
    deferrals.reason = carried
    deferrals.begin("smtpd_sender_restrictions", (), None)
    deferrals.end(carried)
    lists = {"smtpd_recipient_restrictions": "permit"}
    assert run(policy=lists, settings={"smtpd_delay_reject": False}, deferrals=deferrals).refusal == carried
    assert run(stage="data", deferrals=deferrals).refusal is None


@pytest.mark.parametrize(("stage", "name", "subject"), [("data", "DATA", "Data command"),
                                                        ("end_of_data", "END-OF-MESSAGE", "End-of-data")])  # fmt: skip
def test_the_words_of_data_stages(run, stage, name, subject):
    outcome = run(policy={f"smtpd_{stage}_restrictions": "reject"}, stage=stage)
    assert outcome.refusal.text == f"<{name}>: {subject} rejected: Access denied"


def test_a_bare_table_has_no_meaning_at_data(run):
    outcome = run(policy={"smtpd_data_restrictions": "inline:t"}, stage="data")
    assert str(outcome.refusal) == "451 4.3.5 Server configuration error"


@pytest.mark.parametrize(("list_name", "key", "subject"), [
    ("client", "mx.client.example", "<mx.client.example[192.0.2.44]>: Client host"),
    ("helo", "helo.example", "<helo.example>: Helo command"),
    ("sender", "sender.example", "<ann@sender.example>: Sender address"),
    ("relay", "ours.example", "<bob@ours.example>: Recipient address"),
    ("recipient", "ours.example", "<bob@ours.example>: Recipient address"),
])  # fmt: skip
def test_a_bare_table_means_the_check_of_its_list(run, list_name, key, subject):
    world = FakeWorld(tables={"inline:t": {key: "REJECT no"}}, names={"192.0.2.44": verified("mx.client.example")})
    outcome = run(world, policy={f"smtpd_{list_name}_restrictions": "inline:t"}, helo_name="helo.example")
    assert str(outcome.refusal) == f"554 5.7.1 {subject} rejected: no"


@pytest.mark.parametrize(
    ("given", "soft", "expected"),
    [
        (Reply(554, "5.7.1", "no"), False, "554 5.7.1 no"),
        (Reply(554, "4.7.1", "no"), False, "554 5.7.1 no"),
        (Reply(554, "5.7.1", "no"), True, "454 4.7.1 no"),
        (Reply(250, "2.0.0", "no"), False, "450 4.7.1 Service unavailable"),
        (Reply(600, "5.0.0", "no"), False, "450 4.7.1 Service unavailable"),
        (Reply(554, "5.7.1", "a\r\nb\x7f"), False, "554 5.7.1 a  b "),
        (Reply(554, "5.7.1", "x" * 600), False, "554 5.7.1 " + "x" * 500),
        (Reply(554, "5.7.1", "x" + "é" * 300), False, "554 5.7.1 x" + "é" * 249),
        (Reply(554, "5.7.1", "é" * 250), True, "454 4.7.1 " + "é" * 250),
    ],
)
def test_replies_are_made_fit_to_send(given, soft, expected):
    from dataclasses import replace

    assert str(finish(given, replace(SETTINGS, soft_bounce=soft))) == expected
