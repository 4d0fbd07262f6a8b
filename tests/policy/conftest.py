"""What the policy tests share: a session, a policy, and one call from facts to outcome."""

from dataclasses import replace

import pytest

from gatepost.model.address import parse_ip, parse_network
from gatepost.model.match_list import MatchList, Pattern
from gatepost.model.session import Client, Session
from gatepost.model.settings import Settings
from gatepost.policy.language.compile import compile_policy
from gatepost.policy.language.parse import Finding
from gatepost.testing.fake_world import FakeWorld, decide


def match_list(parameter, *elements, parents_match=False):
    return MatchList(parameter, tuple(Pattern(e) for e in elements), parents_match)


SETTINGS = Settings(
    myhostname="gate.test",
    mydomain="test",
    myorigin="gate.test",
    mynetworks=MatchList("mynetworks", (Pattern("10.0.0.0/8", network=parse_network("10.0.0.0/8")),), True),
    mydestination=match_list("mydestination", "ours.example"),
    relay_domains=match_list("relay_domains", "relay.example", parents_match=True),
    address_verify_sender="double-bounce@gate.test",
)

CLIENT = Client(parse_ip("192.0.2.44"), 4321)


@pytest.fixture
def session():
    return Session(
        CLIENT, SETTINGS, "RCPT", "ESMTP", helo_name="mx.client.example", sender="ann@sender.example",
        recipient="bob@ours.example",
    )  # fmt: skip


@pytest.fixture
def run(session):
    """run("smtpd_recipient_restrictions = …", world, recipient=…) -> Outcome at RCPT."""

    def run(world=None, *, stage="rcpt", settings=None, deferrals=None, chance=None, **changes):
        changes.setdefault("policy", {})
        lists = changes.pop("policy")
        used = replace(SETTINGS, **(settings or {}))
        findings: list[Finding] = []
        policy = compile_policy(used, lists, findings.append)
        facts = replace(session, settings=used, **changes)
        outcome = decide(getattr(policy, stage), facts, world or FakeWorld(), deferrals=deferrals, chance=chance)
        run.findings = findings
        return outcome

    return run


@pytest.fixture
def reply(run):
    """The refusal as text, or "OK"; restrictions go into smtpd_recipient_restrictions."""

    def reply(restrictions, world=None, **changes):
        outcome = run(world, policy={"smtpd_recipient_restrictions": restrictions}, **changes)
        return str(outcome.refusal) if outcome.refusal else "OK"

    return reply
