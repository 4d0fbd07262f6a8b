"""What each restriction says, word for word (postfix-semantics 2)."""

import pytest

from gatepost.model.answer import Found, NotFound, Unavailable
from gatepost.model.session import ClientNames, NameStatus, SaslFacts
from gatepost.policy.questions import MALFORMED, NULL_MX
from gatepost.policy.registry import RESTRICTIONS
from gatepost.testing.fake_world import FakeWorld, verified

DOWN = Unavailable("down")
FORGED = ClientNames("unknown", NameStatus.FORGED, "liar.example", NameStatus.VERIFIED)
SILENT = ClientNames("unknown", NameStatus.TEMPORARY, "unknown", NameStatus.TEMPORARY)


def domain(answer, name="sender.example"):
    return FakeWorld(domains={name: answer})


def name(names):
    return FakeWorld(names={"192.0.2.44": names})


@pytest.mark.parametrize(
    ("helo", "restriction", "expected"),
    [
        ("mx.example", "reject_invalid_hostname", "OK"),
        ("mx.example.", "reject_invalid_helo_hostname", "OK"),
        ("mx.example..", "reject_invalid_helo_hostname", "501 5.5.2 <{}>: Helo command rejected: Invalid name"),
        ("under_score", "reject_invalid_helo_hostname", "OK"),
        ("1.2.3.4", "reject_invalid_helo_hostname", "OK"), ("[01.2.3.4]", "reject_invalid_helo_hostname", "OK"),
        ("[1.2.3.4]", "reject_invalid_helo_hostname", "OK"),
        ("[IPv6:2001:db8::1]", "reject_invalid_helo_hostname", "OK"),
        ("[2001:db8::1]", "reject_invalid_helo_hostname", "501 5.5.2 <{}>: Helo command rejected: invalid ip address"),
        ("[x]", "reject_invalid_helo_hostname", "501 5.5.2 <{}>: Helo command rejected: invalid ip address"),
        ("-x.example", "reject_invalid_helo_hostname", "501 5.5.2 <{}>: Helo command rejected: Invalid name"),
        ("12345", "reject_invalid_helo_hostname", "501 5.5.2 <{}>: Helo command rejected: Invalid name"),
        ("bare", "reject_non_fqdn_hostname", "504 5.5.2 <{}>: Helo command rejected: need fully-qualified hostname"),
        ("1.2.3.4", "reject_non_fqdn_helo_hostname",
         "504 5.5.2 <{}>: Helo command rejected: need fully-qualified hostname"),
        ("[x]", "reject_non_fqdn_helo_hostname", "501 5.5.2 <{}>: Helo command rejected: invalid ip address"),
        ("a.example", "reject_non_fqdn_helo_hostname", "OK"),
    ],
)  # fmt: skip
def test_helo_syntax(reply, helo, restriction, expected):
    assert reply(restriction, helo_name=helo) == expected.format(helo)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Found("A"), "OK"),
        (NotFound(NULL_MX), "OK"),
        (NotFound(), "450 4.7.1 <mx.client.example>: Helo command rejected: Host not found"),
        (NotFound(MALFORMED), "450 4.7.1 <mx.client.example>: Helo command rejected: Malformed DNS server reply"),
        (DOWN, "450 4.7.1 <mx.client.example>: Helo command rejected: Host not found"),
    ],
)
def test_unknown_helo(reply, answer, expected):
    assert reply("reject_unknown_helo_hostname", domain(answer, "mx.client.example")) == expected


@pytest.mark.parametrize(
    ("answer", "settings", "expected"),
    [
        (Found("MX"), {}, "OK"),
        (NotFound(), {}, "450 4.1.8 <ann@sender.example>: Sender address rejected: Domain not found"),
        (NotFound(), {"unknown_address_reject_code": 554},
         "554 5.1.8 <ann@sender.example>: Sender address rejected: Domain not found"),
        (NotFound(NULL_MX), {}, "550 5.7.27 <ann@sender.example>: Sender address rejected: "
                                "Domain sender.example does not accept mail (nullMX)"),
        (NotFound(MALFORMED), {},
         "450 4.1.8 <ann@sender.example>: Sender address rejected: Malformed DNS server reply"),
        (DOWN, {"unknown_address_reject_code": 554},
         "450 4.1.8 <ann@sender.example>: Sender address rejected: Domain not found"),
        (DOWN, {"unknown_address_tempfail_action": "defer"},
         "450 4.1.8 <ann@sender.example>: Sender address rejected: Domain not found"),
        (DOWN, {"unknown_address_tempfail_action": "nonsense"}, "451 4.3.5 Server configuration error"),
    ],
)  # fmt: skip
def test_unknown_sender_domain(reply, answer, settings, expected):
    assert reply("reject_unknown_sender_domain", domain(answer), settings=settings) == expected


def test_a_failing_name_server_does_not_hide_a_later_refusal(reply):
    text = reply("reject_unknown_sender_domain, reject", domain(DOWN))
    assert text == "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"


@pytest.mark.parametrize(("recipient", "expected"), [
    ("x@nowhere.example", "450 4.1.2 <x@nowhere.example>: Recipient address rejected: Domain not found"),
    ("x@null.example", "556 5.1.10 <x@null.example>: Recipient address rejected: "
                       "Domain null.example does not accept mail (nullMX)"),
    ("x@ours.example", "OK"), ("x@[192.0.2.9]", "OK"),
])  # fmt: skip
def test_unknown_recipient_domain(reply, recipient, expected):
    world = domain(NotFound(NULL_MX), "null.example")
    assert reply("reject_unknown_recipient_domain", world, recipient=recipient) == expected


@pytest.mark.parametrize(("restriction", "changes", "expected"), [
    ("reject_non_fqdn_sender", {"sender": "ann"}, "504 5.5.2 <ann>: Sender address rejected: need fully-qualified address"),
    ("reject_non_fqdn_sender", {"sender": "ann@host"},
     "504 5.5.2 <ann@host>: Sender address rejected: need fully-qualified address"),
    ("reject_non_fqdn_sender", {"sender": "ann@[192.0.2.1]"}, "OK"),
    ("reject_non_fqdn_sender", {"sender": ""}, "OK"),
    ("reject_non_fqdn_recipient", {"recipient": "bob@host"},
     "504 5.5.2 <bob@host>: Recipient address rejected: need fully-qualified address"),
    ("reject_unauth_pipelining", {"is_pipelining_unauthorised": True},
     "503 5.5.0 <bob@ours.example>: Recipient address rejected: Improper use of SMTP command pipelining"),
    ("reject_plaintext_session", {}, "450 4.7.1 Session encryption is required"),
    ("reject_multi_recipient_bounce", {"sender": ""}, "OK"),
    ("reject_multi_recipient_bounce", {"sender": "", "recipient_count": 1},
     "550 5.5.3 <bob@ours.example>: Recipient address rejected: Multi-recipient bounce"),
    ("permit_sasl_authenticated, reject",
     {"sasl": SaslFacts("PLAIN", "ann"), "settings": {"smtpd_sasl_auth_enable": True}}, "OK"),
    ("permit_sasl_authenticated, reject", {"sasl": SaslFacts("PLAIN", "ann")},
     "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"),
    ("permit_mynetworks, reject", {}, "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"),
])  # fmt: skip
def test_facts_of_the_session(reply, restriction, changes, expected):
    assert reply(restriction, **changes) == expected


@pytest.mark.parametrize(("recipient", "expected"), [
    ("x@ours.example", "OK"), ("x@OURS.example", "OK"), ("x@relay.example", "OK"), ("x@sub.relay.example", "OK"),
    ("bare", "denied"), ("x@foreign.example", "denied"), ("a%b@ours.example", "denied"), ("a!b@ours.example", "denied"),
    ("a@b@ours.example", "denied"), ("x%foreign.example@ours.example", "denied"), ("a%b@relay.example", "denied"),
    ("x@sub.ours.example", "denied"), ("x@ours.example.", "OK"), ("x@[10.9.8.7]", "denied"),
])  # fmt: skip
def test_relay_control(reply, recipient, expected):
    text = reply("reject_unauth_destination", recipient=recipient)
    assert text == ("OK" if expected == "OK" else f"554 5.7.1 <{recipient}>: Relay access denied")


def test_deferred_relay_control_and_the_permit(reply):
    assert (
        reply("defer_unauth_destination", recipient="x@far.example")
        == "454 4.7.1 <x@far.example>: Relay access denied"
    )
    assert reply("permit_auth_destination, reject", recipient="x@ours.example") == "OK"


@pytest.mark.parametrize(("names", "restriction", "expected"), [
    (verified("a.example"), "reject_unknown_client", "OK"),
    (FORGED, "reject_unknown_client_hostname", "554 5.7.25 Client host rejected: cannot find your hostname, [192.0.2.44]"),
    (SILENT, "reject_unknown_client_hostname", "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.44]"),
    (FORGED, "reject_unknown_reverse_client_hostname", "OK"),
    (SILENT, "reject_unknown_reverse_client_hostname",
     "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.44]"),
])  # fmt: skip
def test_client_names(reply, names, restriction, expected):
    assert reply(restriction, name(names), settings={"unknown_client_reject_code": 554}) == expected


LISTED = FakeWorld(
    addresses={"44.2.0.192.bl.test": ("127.0.0.2", "127.0.0.10"), "sender.example.rh.test": ("127.0.1.2",),
               "44.2.0.192.parked.test": ("146.112.61.108",), "44.2.0.192.open.test": ("127.255.255.254",),
               "44.2.0.192.down.test": DOWN, "mx.client.example.rh.test": ("127.0.1.2",)},
    texts={"44.2.0.192.bl.test": ("see https://bl.test/", "twice")},
)  # fmt: skip
ON_LIST = (
    "554 5.7.1 Service unavailable; Client host [192.0.2.44] blocked using bl.test; see https://bl.test/ / twice"
)


@pytest.mark.parametrize(("restriction", "expected"), [
    ("reject_rbl_client bl.test", ON_LIST),
    ("reject_rbl bl.test=127.0.0.[2..11]", ON_LIST),
    ("reject_rbl_client bl.test=127.0.0.[3..9]", "OK"),
    ("reject_rbl_client bl.test=127.0.0.10", ON_LIST),
    ("reject_rbl_client other.test", "OK"),
    ("reject_rbl_client down.test", "OK"),
    ("reject_rbl_client parked.test", "OK"),
    ("reject_rbl_client open.test", "OK"),
    ("reject_rbl_client open.test=127.255.255.254",
     "554 5.7.1 Service unavailable; Client host [192.0.2.44] blocked using open.test"),
    ("reject_rhsbl_sender rh.test",
     "554 5.7.1 Service unavailable; Sender address [ann@sender.example] blocked using rh.test"),
    ("reject_rhsbl_helo rh.test", "554 5.7.1 Service unavailable; Helo command [mx.client.example] blocked using rh.test"),
    ("reject_rhsbl_client rh.test", "OK"),
    ("permit_dnswl_client bl.test, reject", "OK"),
    ("permit_dnswl_client open.test, reject", "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"),
    ("permit_dnswl_client down.test, reject", "450 4.7.1 <192.0.2.44>: Client host rejected: Service unavailable"),
])  # fmt: skip
def test_lists(reply, restriction, expected):
    assert reply(restriction, LISTED) == expected


def test_a_list_error_is_a_complaint_and_without_the_guard_a_listing(run):
    lists = {"smtpd_recipient_restrictions": "reject_rbl_client open.test"}
    assert "use your own" in run(LISTED, policy=lists).complaints[0]
    assert run(LISTED, policy=lists, settings={"rbl_answer_guard": False}).refusal.code == 554


def test_an_allow_list_never_opens_the_relay(reply):
    text = reply("permit_dnswl_client bl.test, reject_unauth_destination", LISTED, recipient="x@far.example")
    assert text == "554 5.7.1 <x@far.example>: Relay access denied"


def test_a_bad_filter_is_a_configuration_error(reply, run):
    assert reply("reject_rbl_client bl.test=127.0.0.[300]") == "451 4.3.5 Server configuration error"
    assert "bad answer filter" in run.findings[0].text


@pytest.mark.parametrize(("template", "expected"), [
    ("$rbl_code 5.7.0 go away, $client_address ${helo_name?says $helo_name}", "554 5.7.0 go away, 192.0.2.44 says mx.client.example"),
    ("450 why: $rbl_reason", "450 4.7.1 why: see https://bl.test/ / twice"),
    ("$rbl_code", "450 4.7.1 Service unavailable"), ("$rbl_code 5.7.3", "554 5.7.3 Service unavailable"),
    ("no code", "450 4.7.1 Service unavailable"),
    ("$nonsense", ON_LIST),
    ("${broken", ON_LIST),
])  # fmt: skip
def test_reply_templates(reply, template, expected):
    world = FakeWorld(addresses=LISTED.addresses, texts=LISTED.texts, tables={"inline:r": {"bl.test": template}})
    assert reply("reject_rbl_client bl.test", world, settings={"rbl_reply_maps": ("inline:r",)}) == expected


@pytest.mark.parametrize(("recipient", "expected"), [
    ("bob@relay.example", "OK"), ("bob+x@relay.example", "OK"), ("any@all.relay.example", "OK"),
    ("ann@relay.example", "550 5.1.1 <ann@relay.example>: Recipient address rejected: "
                          "User unknown in relay recipient table"), ("ann@ours.example", "OK"),
    ("nobody@relay.example", "550 5.1.1 <nobody@relay.example>: Recipient address rejected: "
                             "User unknown in relay recipient table"),
    ("x@gone.example", "550 5.1.6 <x@gone.example>: Recipient address rejected: moved away"),
    ("x@ours.example", "550 5.1.1 <x@ours.example>: Recipient address rejected: User unknown in local recipient table"),
    ("Postmaster@ours.example", "OK"), ("x@foreign.example", "OK"),
])  # fmt: skip
def test_unlisted_recipients_are_refused_unasked(reply, recipient, expected):
    world = FakeWorld(tables={
        "inline:users": {"bob@relay.example": "x", "ann": "x", "@all.relay.example": "x"},
        "inline:local": {"ann": "x"},
        "inline:transport": {"gone.example": "error:5.1.6 moved away"},
    })  # fmt: skip
    settings = {"relay_recipient_maps": ("inline:users",), "local_recipient_maps": ("inline:local",),
                "transport_maps": ("inline:transport",), "recipient_delimiter": "+"}  # fmt: skip
    assert reply("permit", world, recipient=recipient, settings=settings) == expected


def test_a_broken_recipient_map_is_temporary(reply):
    world = FakeWorld(tables={"inline:users": DOWN})
    text = reply("", world, recipient="x@relay.example", settings={"relay_recipient_maps": ("inline:users",)})
    assert text == "451 4.3.0 <x@relay.example>: Temporary lookup failure"


def test_a_broken_access_table(reply):
    world = FakeWorld(tables={"inline:t": DOWN})
    expected = "451 4.3.5 <ann@sender.example>: Sender address rejected: Server configuration error"
    assert reply("check_sender_access inline:t", world) == expected
    assert reply("warn_if_reject check_sender_access inline:t", world) == "OK"


def test_every_restriction_has_a_manual_that_says_where_it_is_defined():
    for record in RESTRICTIONS.values():
        assert "Postfix:" in record.manual, record.name
        assert record.manual.splitlines()[0].endswith((".", ":")), record.name
