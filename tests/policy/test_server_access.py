"""check_*_{a,mx,ns}_access: the servers behind a name. What is expected was heard from Postfix 3.7.11."""

import pytest

from gatepost.model.answer import NotFound, Unavailable
from gatepost.model.session import ClientNames, NameStatus
from gatepost.policy.questions import MALFORMED, NO_ADDRESS, NULL_MX, HostAddresses, MailExchangers, NameServers
from gatepost.policy.servers import ASKED_AT_ONCE, MOST_ADDRESSES
from gatepost.testing.fake_world import FakeWorld, verified

DOWN = Unavailable("no answer")
FORGED = ClientNames("unknown", NameStatus.FORGED, "liar.example", NameStatus.VERIFIED)

TABLES = {
    "inline:mx1": {"mx1.sender.example": "REJECT name"},
    "inline:parent": {"sender.example": "REJECT parent"},
    "inline:a31": {"192.0.2.31": "REJECT addr31"},
    "inline:a32": {"192.0.2.32": "REJECT addr32"},
    "inline:net": {"192.0.2": "REJECT net"},
    "inline:both": {"192.0.2.31": "REJECT four", "2001:db8::31": "REJECT six"},
    "inline:ok": {"192.0.2": "OK"},
    "inline:digits": {"192.0.2": "250"},
    "inline:words": {"192.0.2": "permit_mynetworks, permit_auth_destination"},
    "inline:class": {"192.0.2": "lenient"},
    "inline:dunno": {"mx1.sender.example": "DUNNO", "192.0.2": "REJECT net"},
    "inline:own": {"onlya.example": "REJECT own", "192.0.2.40": "REJECT forty"},
    "inline:discard": {"192.0.2": "DISCARD"},
    "inline:later": {"192.0.2": "DEFER_IF_PERMIT hm"},
    "inline:all": {"192": "REJECT a", "198": "REJECT b", "example": "REJECT c", "2001": "REJECT d"},
    "regexp:x": {"0.0.48.57": "REJECT old form"},
    "inline:broken": DOWN,
}


def world(**more):
    return FakeWorld(
        tables=TABLES,
        names={"192.0.2.44": more.pop("names", verified("mail.sender.example"))},
        exchangers={
            "sender.example": ((10, "mx1.sender.example"), (20, "mx2.sender.example")),
            "nullmx.example": NotFound(NULL_MX), "badmx.example": NotFound(MALFORMED), "fails.example": DOWN,
            "half.example": ((10, "gone.void"), (20, "mx2.sender.example")),
            "halffail.example": ((10, "fails.test"), (20, "mx2.sender.example")),
            "ipmx.example": ((10, "192.0.2.32"),),
            "liar.example": ((10, "mx2.sender.example"),),
        },
        name_servers={"sender.example": ("ns1.dns.test", "ns2.dns.test"), "fails.example": DOWN},
        hosts={
            "mx1.sender.example": ("2001:db8::31", "192.0.2.31"), "mx2.sender.example": ("192.0.2.32",),
            "onlya.example": ("192.0.2.40",), "nullmx.example": ("192.0.2.41",), "fails.test": DOWN,
            "ns1.dns.test": ("198.51.100.1",), "ns2.dns.test": ("198.51.100.2",), "empty.example": NotFound(NO_ADDRESS),
            "mail.sender.example": ("192.0.2.44",), "12345": ("0.0.48.57",),
        },
        **more,
    )  # fmt: skip


@pytest.mark.parametrize(("table", "expected"), [
    ("mx1", "554 5.7.1 <{}>: Sender address rejected: name"),
    ("parent", "554 5.7.1 <{}>: Sender address rejected: parent"),
    ("a31", "554 5.7.1 <{}>: Sender address rejected: addr31"),
    ("a32", "554 5.7.1 <{}>: Sender address rejected: addr32"),
    ("net", "554 5.7.1 <{}>: Sender address rejected: net"),
    ("both", "554 5.7.1 <{}>: Sender address rejected: six"),
    ("dunno", "OK"), ("discard", "OK"),
    ("later", "450 4.7.1 <{}>: Sender address rejected: hm"),
    ("ok", "451 4.3.5 Server configuration error"), ("digits", "451 4.3.5 Server configuration error"),
    ("words", "451 4.3.5 Server configuration error"), ("class", "451 4.3.5 Server configuration error"),
    ("broken", "451 4.3.5 <{}>: Sender address rejected: Server configuration error"),
])  # fmt: skip
def test_exchangers_by_name_address_and_network(reply, table, expected):
    settings = {"restriction_classes": {"lenient": "permit"}}
    text = reply(f"check_sender_mx_access inline:{table}", world(), settings=settings)
    assert text == expected.format("ann@sender.example")


def test_an_ok_is_a_fault_that_no_warning_hides_and_a_failing_table_is_none(reply):
    assert reply("warn_if_reject check_sender_mx_access inline:ok", world()) == "451 4.3.5 Server configuration error"
    assert reply("warn_if_reject check_sender_mx_access inline:class, permit", world(),
                 settings={"restriction_classes": {"lenient": "permit"}}).startswith("451 4.3.5 Server")  # fmt: skip
    assert reply("warn_if_reject check_sender_mx_access inline:broken", world()) == "OK"


REFUSED = "554 5.7.1 <{}>: Sender address rejected: "


@pytest.mark.parametrize(("sender", "kind", "table", "expected"), [
    ("x@onlya.example", "mx", "own", REFUSED + "own"),
    ("x@onlya.example", "a", "own", REFUSED + "forty"),
    ("x@onlya.example", "ns", "all", "OK"),
    ("x@nullmx.example", "mx", "all", "OK"), ("x@nullmx.example", "a", "all", REFUSED + "a"),
    ("x@void.example", "mx", "all", REFUSED + "c"), ("x@void.example", "a", "all", "OK"),
    ("x@badmx.example", "mx", "all", "OK"), ("x@fails.example", "mx", "all", "OK"),
    ("x@fails.example", "ns", "all", "OK"),
    ("x@half.example", "mx", "a32", REFUSED + "addr32"), ("x@halffail.example", "mx", "a32", REFUSED + "addr32"),
    ("x@ipmx.example", "mx", "a32", REFUSED + "addr32"),
    ("x@[192.0.2.32]", "mx", "a32", REFUSED + "addr32"), ("x@[192.0.2.32]", "a", "a32", REFUSED + "addr32"),
    ("x@[192.0.2.32]", "ns", "a32", "OK"), ("x@[IPv6:2001:db8::5]", "mx", "all", REFUSED + "d"),
    ("x@[2001:db8::5]", "a", "all", "OK"),
    ("bob", "mx", "all", "OK"), ("", "mx", "all", "OK"), ("x@empty.example", "a", "all", "OK"),
    ("ann@sender.example", "ns", "all", REFUSED + "b"), ("x@a.b.sender.example", "ns", "all", REFUSED + "b"),
])  # fmt: skip
def test_domains_of_every_kind(reply, sender, kind, table, expected):
    assert reply(f"check_sender_{kind}_access inline:{table}", world(), sender=sender) == expected.format(sender)


@pytest.mark.parametrize(("helo", "kind", "table", "expected"), [
    ("192.0.2.10", "mx", "inline:all", "554 5.7.1 <{}>: Helo command rejected: a"),
    ("192.0.2.10", "a", "inline:all", "554 5.7.1 <{}>: Helo command rejected: a"),
    ("192.0.2.10", "ns", "inline:all", "OK"),
    ("[192.0.2.10]", "a", "inline:all", "554 5.7.1 <{}>: Helo command rejected: a"),
    ("2001:db8::5", "mx", "inline:all", "554 5.7.1 <{}>: Helo command rejected: d"),
    ("[IPv6:2001:db8::5]", "a", "inline:all", "554 5.7.1 <{}>: Helo command rejected: d"),
    ("[192.0.2", "a", "inline:all", "OK"),
    ("12345", "a", "regexp:x", "554 5.7.1 <{}>: Helo command rejected: old form"),
    ("pc1", "mx", "inline:all", "OK"),
])  # fmt: skip
def test_helo_names(reply, helo, kind, table, expected):
    assert reply(f"check_helo_{kind}_access {table}", world(), helo_name=helo) == expected.format(helo)


@pytest.mark.parametrize(("check", "names", "expected"), [
    ("check_client_a_access", verified("mail.sender.example"),
     "554 5.7.1 <mail.sender.example[192.0.2.44]>: Client host rejected: a"),
    ("check_client_mx_access", FORGED, "OK"), ("check_client_ns_access", FORGED, "OK"),
    ("check_reverse_client_hostname_mx_access", FORGED,
     "554 5.7.1 <liar.example>: Unverified Client host rejected: c"),
    ("check_reverse_client_hostname_a_access", verified("mail.sender.example"),
     "554 5.7.1 <mail.sender.example>: Unverified Client host rejected: a"),
    ("check_client_ns_access", verified("mail.sender.example"),
     "554 5.7.1 <mail.sender.example[192.0.2.44]>: Client host rejected: b"),
    ("check_recipient_mx_access", FORGED, "554 5.7.1 <bob@ours.example>: Recipient address rejected: c"),
    ("check_recipient_a_access", FORGED, "OK"),
    ("check_recipient_ns_access", FORGED, "OK"),
])  # fmt: skip
def test_clients_and_recipients(reply, check, names, expected):
    assert reply(f"{check} inline:all", world(names=names)) == expected


@pytest.mark.parametrize(
    ("names", "value", "expected"),
    [
        (FORGED, {"liar.example": "REJECT liar"}, "554 5.7.1 <liar.example>: Unverified Client host rejected: liar"),
        (FORGED, {"192.0.2.44": "REJECT it"}, "554 5.7.1 <liar.example>: Unverified Client host rejected: it"),
        (FORGED, {"example": "OK"}, "451 4.3.5 Server configuration error"),
        (FORGED, {"unknown": "REJECT"}, "OK"),
    ],
)
def test_reverse_names(reply, names, value, expected):
    answers = FakeWorld(tables={"inline:t": value}, names={"192.0.2.44": names})
    assert reply("check_reverse_client_hostname_access inline:t", answers) == expected


@pytest.mark.parametrize("sender", ["x@fails.example", "x@halffail.example", "x@badmx.example"])
def test_what_cannot_be_looked_up_is_told(run, sender):
    outcome = run(world(), policy={"smtpd_sender_restrictions": "check_sender_mx_access inline:mx1"}, sender=sender)
    assert outcome.refusal is None
    assert outcome.complaints[0].startswith("MX ")


def test_a_name_that_is_known_asks_for_no_address(run):
    answers = world()
    run(answers, policy={"smtpd_sender_restrictions": "check_sender_mx_access inline:mx1"})
    assert answers.asked == [MailExchangers("sender.example")]


def test_name_servers_are_looked_for_in_parent_domains(run):
    answers = world()
    lists = {"smtpd_sender_restrictions": "check_sender_ns_access inline:mx1"}
    run(answers, policy=lists, sender="x@a.b.sender.example")
    zones = ("a.b.sender.example", "b.sender.example", "sender.example")
    assert answers.asked == [*map(NameServers, zones), HostAddresses(("ns1.dns.test", "ns2.dns.test"))]


def _crowd(hosts, addresses):
    """A domain with many exchangers of many addresses each; the last address of all is in the table."""
    names = [f"mx{n}.crowd.test" for n in range(hosts)]
    given = {name: tuple(f"10.{n}.{at >> 8}.{at & 255}" for at in range(addresses)) for n, name in enumerate(names)}
    last = given[names[-1]][-1]
    return FakeWorld(tables={"inline:t": {last: "REJECT last"}}, hosts=given,
                     exchangers={"sender.example": tuple((10, name) for name in names)})  # fmt: skip


def test_a_hundred_addresses_and_no_more(reply, run):
    check = "check_sender_mx_access inline:t"
    assert (
        reply(check, _crowd(10, MOST_ADDRESSES // 10))
        == "554 5.7.1 <ann@sender.example>: Sender address rejected: last"
    )
    assert reply(check, _crowd(1, MOST_ADDRESSES + 1)) == "OK"
    outcome = run(_crowd(11, 10), policy={"smtpd_sender_restrictions": check})
    assert "more than 100 addresses" in outcome.complaints[0]


def test_hosts_are_asked_for_a_few_at_once(run):
    answers = _crowd(ASKED_AT_ONCE + 2, 1)
    run(answers, policy={"smtpd_sender_restrictions": "check_sender_mx_access inline:t"})
    assert [len(question.names) for question in answers.asked[1:]] == [ASKED_AT_ONCE, 2]
