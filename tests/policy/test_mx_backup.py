"""permit_mx_backup: who names us as a worse exchanger. What is expected was heard from Postfix 3.7.11."""

import pytest

from gatepost.model.address import parse_network
from gatepost.model.answer import NotFound, Unavailable
from gatepost.model.match_list import MatchList, Pattern
from gatepost.policy.questions import MALFORMED, NULL_MX
from gatepost.testing.fake_world import FakeWorld

DOWN = Unavailable("no answer")
WORLD = FakeWorld(
    exchangers={
        "worse.test": ((20, "gate.ours.test"), (10, "mx1.test")),
        "best.test": ((10, "gate.ours.test"), (20, "mx1.test")),
        "by-address.test": ((10, "mx1.test"), (20, "other-name.test")),
        "alone.test": ((10, "mx1.test"),),
        "equal.test": ((10, "mx1.test"), (10, "gate.ours.test")),
        "gone.test": ((10, "void.test"), (20, "gate.ours.test")),
        "silent.test": ((10, "fails.test"), (20, "gate.ours.test")),
        "silent-worse.test": ((10, "mx1.test"), (20, "fails.test")),
        "silent-middle.test": ((10, "mx1.test"), (15, "fails.test"), (20, "other-name.test")),
        "silent-best.test": ((10, "fails.test"), (20, "other-name.test")),
        "numeric.test": ((10, "192.0.2.31"), (20, "gate.ours.test")),
        "numeric-worse.test": ((10, "mx1.test"), (20, "192.0.2.1")),
        "fails.test": DOWN, "nullmx.test": NotFound(NULL_MX), "badmx.test": NotFound(MALFORMED),
    },
    hosts={"mx1.test": ("2001:db8::31", "192.0.2.31"), "other-name.test": ("192.0.2.1",), "fails.test": DOWN},
)  # fmt: skip

DENIED = "554 5.7.1 <u@{}>: Relay access denied"
NO_INFORMATION = "Unable to look up mail exchanger information: Host not found, try again"
NO_HOST = "Unable to look up mail exchanger host {}: {}"


def networks(*texts):
    patterns = tuple(Pattern(text, network=parse_network(text.strip("[]").replace("]", ""))) for text in texts)
    return MatchList("permit_mx_backup_networks", patterns)


@pytest.fixture
def judge(reply):
    def judge(recipient, trusted=()):
        settings = {"mydestination": MatchList("mydestination", (Pattern("gate.ours.test"),)),
                    "own_addresses": frozenset({"192.0.2.1"}),
                    "permit_mx_backup_networks": networks(*trusted)}  # fmt: skip
        return reply("permit_mx_backup, reject_unauth_destination", WORLD, recipient=recipient, settings=settings)

    return judge


def deferred(domain, text):
    return f"450 4.4.4 <u@{domain}>: Recipient address rejected: {text}"


@pytest.mark.parametrize(("domain", "expected"), [
    ("worse.test", "OK"), ("by-address.test", "OK"), ("numeric.test", "OK"), ("numeric-worse.test", "OK"),
    ("gate.ours.test", "OK"), ("sub.relay.example", "OK"),
    ("best.test", DENIED), ("alone.test", DENIED), ("equal.test", DENIED), ("void.test", DENIED),
    ("nullmx.test", DENIED), ("badmx.test", DENIED), ("[192.0.2.9]", DENIED),
    ("gone.test", "OK"), ("silent.test", "OK"), ("silent-middle.test", "OK"), ("silent-best.test", "OK"),
    ("silent-worse.test", deferred("{}", NO_HOST.format("fails.test", "Temporary failure in name resolution"))),
    ("fails.test", deferred("{}", NO_INFORMATION)),
])  # fmt: skip
def test_who_may_be_backed_up(judge, domain, expected):
    assert judge(f"u@{domain}") == expected.format(domain)


@pytest.mark.parametrize(("domain", "trusted", "expected"), [
    ("worse.test", ["192.0.2.31", "2001:db8::/32"], "OK"),
    ("worse.test", ["192.0.2.31"], DENIED),
    ("by-address.test", ["192.0.2.0/24"], DENIED),
    ("gone.test", ["192.0.2.31"], deferred("{}", NO_HOST.format("void.test", "Name or service not known"))),
    ("silent.test", ["192.0.2.31"],
     deferred("{}", NO_HOST.format("fails.test", "Temporary failure in name resolution"))),
    ("silent-middle.test", ["192.0.2.31"],
     deferred("{}", NO_HOST.format("fails.test", "Temporary failure in name resolution"))),
    ("numeric.test", ["192.0.2.31"],
     deferred("{}", "Unable to look up host 192.0.2.31 as mail exchanger: Host not found")),
])  # fmt: skip
def test_the_best_exchangers_must_be_trusted(judge, domain, trusted, expected):
    assert judge(f"u@{domain}", trusted) == expected.format(domain)


def test_a_routed_address_is_no_opinion(judge):
    assert judge("a%b@worse.test") == "554 5.7.1 <a%b@worse.test>: Relay access denied"


def test_trouble_beside_a_permit_is_carried_into_the_other_list(run):
    lists = {"smtpd_relay_restrictions": "permit_mx_backup", "smtpd_recipient_restrictions": "reject"}
    settings = {"mydestination": MatchList("mydestination", (Pattern("gate.ours.test"),))}
    outcome = run(WORLD, policy=lists, settings=settings, recipient="u@silent.test")
    assert outcome.refusal.code == 450


def test_it_warns_that_a_gate_without_a_queue_is_no_backup(run):
    run(policy={"smtpd_relay_restrictions": "permit_mx_backup"})
    assert "no queue" in run.findings[0].text
