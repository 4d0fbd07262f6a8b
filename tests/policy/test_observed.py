"""What a real smtpd(8) 3.7.11 was seen to do, found by tests/parity: each case is a difference that once was."""

import pytest

from gatepost.model.address import parse_ip
from gatepost.model.answer import NOT_FOUND, Unavailable
from gatepost.model.match_list import MatchList, Pattern
from gatepost.model.reply import Reply
from gatepost.model.session import Client
from gatepost.policy.questions import NULL_MX
from gatepost.testing.fake_world import FakeWorld

DEFER = "450 4.7.0 <mx.client.example>: Helo command rejected: defer_if_permit requested"


def table(text):
    return FakeWorld(tables={"inline:t": {"bob@ours.example": text, "ann@sender.example": text, "unknown": text}})


@pytest.mark.parametrize(("lists", "facts", "expected"), [
    ({"smtpd_helo_restrictions": "reject"}, {"helo_name": None}, "OK"),
    ({"smtpd_sender_restrictions": "reject"}, {"sender": None, "protocol_state": "VRFY"}, "OK"),
    ({"smtpd_helo_restrictions": "reject"}, {}, "554 5.7.1 <mx.client.example>: Helo command rejected: Access denied"),
])  # fmt: skip
def test_a_list_about_something_unknown_is_not_run_at_all(run, lists, facts, expected):
    outcome = run(policy=lists, **facts)
    assert str(outcome.refusal or "OK") == expected


def test_a_deferral_comes_before_the_unasked_check_for_unlisted_recipients(run):
    settings = {"local_recipient_maps": ("inline:users",)}
    outcome = run(policy={"smtpd_helo_restrictions": "defer_if_permit"}, settings=settings)
    assert str(outcome.refusal) == DEFER


@pytest.mark.parametrize(("words", "expected"), [
    ("check_sender_access inline:t", "554 5.7.1 <ann@sender.example>: Sender address rejected: Access denied"),
    ("check_client_access inline:t", "554 5.7.1 <unknown[192.0.2.44]>: Client host rejected: Access denied"),
    ("inline:t", "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"),
])  # fmt: skip
def test_words_that_a_table_names_speak_of_what_was_looked_up(reply, words, expected):
    assert reply(words, table("reject")) == expected


@pytest.mark.parametrize(("address", "settings", "expected"), [
    ("a%b@ours.example", {"allow_percent_hack": False}, "554 5.7.1 <a%b@ours.example>: Relay access denied"),
    ("a!b@relay.example", {"swap_bangpath": False}, "554 5.7.1 <a!b@relay.example>: Relay access denied"),
    ("a@b@ours.example", {"resolve_dequoted_address": False}, "554 5.7.1 <a@b@ours.example>: Relay access denied"),
    ("a%b@relay.example", {"allow_untrusted_routing": True}, "OK"),
])  # fmt: skip
def test_a_route_is_one_whether_or_not_we_would_follow_it(reply, address, settings, expected):
    assert reply("reject_unauth_destination", recipient=address, settings=settings) == expected


def test_a_helo_name_that_ends_in_a_dot_is_unknown(reply):
    refused = "450 4.7.1 <mx.client.example.>: Helo command rejected: Host not found"
    assert reply("reject_unknown_helo_hostname", FakeWorld(), helo_name="mx.client.example.") == refused


@pytest.mark.parametrize(("answer", "expected"), [
    (NOT_FOUND, "450 4.1.2 <a%b@void.example>: Recipient address rejected: Domain not found"),
    (Unavailable("silence"), "450 4.1.2 <a%b@void.example>: Recipient address rejected: Domain not found"),
    (type(NOT_FOUND)(NULL_MX), "556 5.1.10 <a%b@void.example>: Recipient address rejected: "
                               "Domain void.example does not accept mail (nullMX)"),
])  # fmt: skip
def test_a_percent_sign_in_an_address_is_only_a_percent_sign(reply, answer, expected):
    world = FakeWorld(domains={"void.example": answer})
    assert reply("reject_unknown_recipient_domain", world, recipient="a%b@void.example") == expected


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("2001:db8::1", "OK"),
        ("192.0.2.44", "451 4.3.0 <bob@ours.example>: Temporary lookup failure"),
    ],
)
def test_a_bad_network_of_the_other_family_is_not_looked_at(reply, client, expected):
    networks = MatchList("mynetworks", (Pattern("192.0.2.1/24", fault="host bits"),))
    facts = {"client": Client(parse_ip(client)), "settings": {"mynetworks": networks}}
    assert reply("permit_mynetworks", **facts) == expected


def test_an_unlisted_sender_of_an_alias_domain_has_a_status_of_its_own(reply):
    settings = {"virtual_alias_domains": MatchList("virtual_alias_domains", (Pattern("alias.example"),))}
    refused = "550 5.1.7 <x@alias.example>: Sender address rejected: User unknown in virtual alias table"
    assert reply("reject_unlisted_sender", sender="x@alias.example", settings=settings) == refused


@pytest.mark.parametrize(("state", "expected"), [("RCPT", "OK"), ("VRFY", "554")])
def test_the_address_verification_sender_is_exempt_as_a_recipient_only(reply, state, expected):
    given = reply("reject", recipient="double-bounce@gate.test", protocol_state=state)
    assert given.partition(" ")[0] == expected


def test_a_discarded_message_is_deferred_first_where_a_flag_is_up(run):
    lists = {"smtpd_recipient_restrictions": "defer_if_permit, inline:t"}
    outcome = run(table("DISCARD"), policy=lists)
    assert outcome.discards
    assert outcome.refusal == Reply(
        450, "4.7.0", "<bob@ours.example>: Recipient address rejected: defer_if_permit requested"
    )


def test_discard_before_there_is_a_message_is_no_opinion(run):
    lists = {"smtpd_client_restrictions": "check_client_access inline:t, reject"}
    outcome = run(
        table("DISCARD"),
        policy=lists,
        stage="connect",
        settings={"smtpd_delay_reject": False},
        protocol_state="CONNECT",
    )
    assert not outcome.discards
    assert outcome.refusal is not None
    assert "ignored" in outcome.complaints[0]


@pytest.mark.parametrize(("template", "expected"), [
    ("550 x ${rbl_reason:nothing said}", "550 5.7.1 x "),
    ("550 x ${rbl_txt?yes}", "550 5.7.1 x yes"),
    ("$rbl_code", "450 4.7.1 Service unavailable"),
])  # fmt: skip
def test_a_reply_template_keeps_its_blanks_and_knows_empty_from_set(reply, template, expected):
    world = FakeWorld(addresses={"44.2.0.192.bl.test": ("127.0.0.2",)}, texts={"44.2.0.192.bl.test": ("listed",)})
    assert reply("reject_rbl_client bl.test", world, settings={"default_rbl_reply": template}) == expected
