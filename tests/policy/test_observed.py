"""What a real smtpd(8) 3.7.11 was seen to do, found by tests/parity: each case is a difference that once was."""

import pytest

from gatepost.model.address import IPAddress, parse_ip
from gatepost.model.answer import NOT_FOUND, Unavailable
from gatepost.model.match_list import MatchList, Pattern
from gatepost.model.reply import Reply
from gatepost.model.session import NAMELESS, Client
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


UNKNOWN_ADDRESS = IPAddress("unknown", b"")
"""A client whose address XCLIENT does not tell."""


def test_a_client_without_address_is_in_no_network_not_even_in_a_bad_one(reply):
    networks = MatchList("mynetworks", (Pattern("192.0.2.1/24", fault="host bits"),))
    facts = {"client": Client(UNKNOWN_ADDRESS, 0, NAMELESS), "settings": {"mynetworks": networks}}
    refused = "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"
    assert reply("permit_mynetworks, reject", **facts) == refused


def test_a_client_without_address_is_asked_for_by_that_word_on_a_block_list(reply):
    world = FakeWorld(addresses={"unknown.bl.test": ("127.0.0.2",)})
    listed = "554 5.7.1 Service unavailable; Client host [unknown] blocked using bl.test"
    assert reply("reject_rbl_client bl.test", world, client=Client(UNKNOWN_ADDRESS, 0, NAMELESS)).startswith(listed)


@pytest.mark.parametrize(("spokesman", "expected"), [(None, "OK"), ("192.0.2.99", "554")])
def test_own_addresses_are_compared_with_the_address_that_connected(reply, spokesman, expected):
    client = Client(parse_ip("192.0.2.44"), 0, NAMELESS, parse_ip(spokesman) if spokesman else None)
    settings = {"own_addresses": frozenset({"192.0.2.44"})}
    assert reply("permit_inet_interfaces, reject", client=client, settings=settings).partition(" ")[0] == expected


def test_a_bad_network_among_those_of_best_exchangers_is_trouble_with_the_host(reply):
    world = FakeWorld(
        exchangers={"far.test": ((10, "mx1.test"), (20, "gate.test"))}, hosts={"mx1.test": ("192.0.2.31",)}
    )
    networks = MatchList("permit_mx_backup_networks", (Pattern("192.0.2.1/24", fault="host bits"),))
    settings = {
        "mydestination": MatchList("mydestination", (Pattern("gate.test"),)),
        "permit_mx_backup_networks": networks,
    }
    expected = "450 4.4.4 <u@far.test>: Recipient address rejected: Unable to verify host mx1.test as mail exchanger"
    assert reply("permit_mx_backup, reject", world, recipient="u@far.test", settings=settings) == expected


def test_both_flags_end_the_second_list_after_a_warning_too(run):
    lists = {
        "smtpd_helo_restrictions": "defer_if_permit",
        "smtpd_relay_restrictions": "defer_if_reject",
        "smtpd_recipient_restrictions": "warn_if_reject reject, reject_non_fqdn_recipient, reject",
    }
    outcome = run(policy=lists)
    assert str(outcome.refusal) == DEFER
    assert [note.kind for note in outcome.notes] == ["reject_warning"]


def test_the_expansion_filter_counts_octets(reply):
    world = FakeWorld(addresses={"44.2.0.192.bl.test": ("127.0.0.2",)})
    settings = {"default_rbl_reply": "554 $helo_name", "smtpd_expansion_filter": "abcdefghijklmnopqrstuvwxyz."}
    given = reply("reject_rbl_client bl.test", world, settings=settings, helo_name="bücher.example")
    assert given == "554 5.7.1 b__cher.example"


@pytest.mark.parametrize(("state", "count", "expected"), [("RCPT", 1, "550"), ("VRFY", 1, "OK"), ("VRFY", 2, "550")])
def test_vrfy_is_no_further_recipient_of_a_bounce(reply, state, count, expected):
    given = reply("reject_multi_recipient_bounce", sender="", recipient_count=count, protocol_state=state)
    assert given.partition(" ")[0] == expected


def test_a_deferral_with_a_5xx_code_gives_way_to_defer_if_reject(run):
    lists = {
        "smtpd_sender_restrictions": "inline:permits",
        "smtpd_recipient_restrictions": "inline:rejects",
    }
    tables = {
        "inline:permits": {"ann@sender.example": "DEFER_IF_PERMIT one"},
        "inline:rejects": {"bob@ours.example": "DEFER_IF_REJECT two"},
    }
    outcome = run(FakeWorld(tables=tables), policy=lists, settings={"access_map_defer_code": 550})
    assert str(outcome.refusal) == "550 5.7.1 <bob@ours.example>: Recipient address rejected: two"


@pytest.mark.parametrize(("state", "expected"), [("RCPT", "554"), ("END-OF-MESSAGE", "OK")])
def test_an_allow_list_minds_the_destination_at_rcpt_only(reply, state, expected):
    world = FakeWorld(addresses={"44.2.0.192.wl.test": ("127.0.0.2",)})
    facts = {"recipient": "u@elsewhere.test", "protocol_state": state}
    assert reply("permit_dnswl_client wl.test, reject", world, **facts).partition(" ")[0] == expected


@pytest.mark.parametrize(("address", "settings", "expected"), [
    ("@ours.example", {}, "mailer-daemon@ours.example"),
    ("!ann@ours.example", {}, "ann@"),
    ("%any@ours.example", {"append_dot_mydomain": True}, "@any.test"),
    ("%any@ours.example", {"allow_percent_hack": False}, "%any@ours.example"),
    ("ours.example!a!@ours.example", {"append_dot_mydomain": True}, "@a.test"),
    ("a b!c@ours.example", {}, "c@a b"),
    ("a b!c@ours.example", {"resolve_dequoted_address": False}, '"a b!c"@ours.example'),
    ("else.example!", {}, "@else.example"),
    ("ann@192.0.2.1", {"resolve_numeric_domain": True}, "ann@[192.0.2.1]"),
    ("ann@", {"resolve_null_domain": True}, "ann@gate.test"),
    ("ann@nodot.", {"append_dot_mydomain": True}, "ann@nodot"),
])  # fmt: skip
def test_what_an_odd_address_is_looked_up_as(reply, address, settings, expected):
    world = FakeWorld(
        tables={"inline:t": {expected: "REJECT found", expected.replace("@", '""@', 1): "REJECT found"}}
    )
    given = reply("check_recipient_access inline:t", world, recipient=address, settings=settings)
    assert given.endswith("found"), given


@pytest.mark.parametrize(("is_utf8", "name"), [(True, "bücher@ours.example"), (False, "b  cher@ours.example")])
def test_without_smtputf8_a_reply_has_blanks_for_octets_beyond_ascii(reply, is_utf8, name):
    given = reply("reject", recipient="bücher@ours.example", settings={"smtputf8_enable": is_utf8})
    assert given == f"554 5.7.1 <{name}>: Recipient address rejected: Access denied"


@pytest.mark.parametrize(("recipient", "expected"), [
    ("bob@ours.example", "550 5.1.6 <bob@ours.example>: Recipient address rejected: User has moved to a new house"),
    ("bob@elsewhere.example", "OK"),
    ("any@gone.example", "550 5.1.6 <any@gone.example>: Recipient address rejected: User has moved to nowhere"),
])  # fmt: skip
def test_who_has_moved_is_refused_whatever_its_class(reply, recipient, expected):
    world = FakeWorld(tables={"inline:moved": {"bob@ours.example": "a new house", "@gone.example": "nowhere"}})
    settings = {"relocated_maps": ("inline:moved",)}
    assert reply("", world, recipient=recipient, settings=settings) == expected


def test_a_sender_without_a_user_name_has_a_domain(reply):
    world = FakeWorld(addresses={"44.2.0.192.bl.test": ("127.0.0.2",)})
    settings = {"default_rbl_reply": "554 $sender,$sender_name,$sender_domain,$recipient_name,$recipient_domain"}
    given = reply("reject_rbl_client bl.test", world, sender="@a.example", recipient="bob", settings=settings)
    assert given == "554 5.7.1 @a.example,,a.example,bob,"


def test_a_reply_table_that_fails_is_a_mistake_of_ours(reply):
    world = FakeWorld(addresses={"44.2.0.192.bl.test": ("127.0.0.2",)}, tables={"inline:r": Unavailable("away")})
    given = reply("warn_if_reject reject_rbl_client bl.test", world, settings={"rbl_reply_maps": ("inline:r",)})
    assert given == "451 4.3.5 Server configuration error"
