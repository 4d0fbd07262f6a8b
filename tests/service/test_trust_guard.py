"""The trust guard: its evidence is shared over fork, its verdict kept, its word said once an hour."""

import os

import pytest

from gatepost.config.configuration import Configuration
from gatepost.config.main_cf import Entry
from gatepost.config.policy_settings import build_settings
from gatepost.model.address import parse_ip
from gatepost.model.errors import Place
from gatepost.service import trust_guard
from gatepost.service.gateway_evidence import GatewayEvidence
from gatepost.service.trust_guard import TrustGuard, trust_guard_findings

GATEWAY, IPV6_GATEWAY = parse_ip("172.17.0.1"), parse_ip("fd4d::1")
OWN = frozenset({"example.com"})


class Told(list):
    def warning(self, text):
        self.append(text)


class World:
    """A guard with a clock and routes that a test sets."""

    def __init__(self, monkeypatch, tmp_path):
        self.now = 1000.0
        self.gateways = {GATEWAY.text}
        self.told = Told()
        self.evidence = GatewayEvidence()
        self._directory = tmp_path
        self.kept = tmp_path / "data" / "trust_guard"
        self.kept.parent.mkdir()
        monkeypatch.setattr(trust_guard, "default_gateways", lambda: frozenset(self.gateways))

    def configuration(self, **values):
        place = Place("main.cf", 1)
        own = {"compatibility_level": "3.6", "mynetworks": "172.16.0.0/12", "data_directory": str(self.kept.parent)}
        values = own | values
        return Configuration(self._directory, {name: Entry(name, value, place) for name, value in values.items()})

    def guard(self, mode="enforce", **values):
        return TrustGuard(
            self.configuration(trust_guard=mode, **values), OWN, self.evidence, self.told, lambda: self.now
        )

    def findings(self, **values):
        configuration = self.configuration(**values)
        return [str(each) for each in trust_guard_findings(configuration, build_settings(configuration))]


@pytest.fixture
def world(monkeypatch, tmp_path):
    return World(monkeypatch, tmp_path)


def greet(guard, *names, client=GATEWAY):
    for name in names:
        guard.greeted(client, name)


def test_three_domains_within_an_hour_are_strangers(world):
    guard = world.guard()
    greet(guard, "a.one.example", "b.one.example", "mail.two.example", "pc.example.com", "printer")
    assert not guard.withdraws(GATEWAY)
    assert not world.told
    greet(guard, "mx.three.example")
    assert guard.withdraws(GATEWAY)
    assert len(world.told) == 1
    assert "3 domains (one.example, three.example, two.example) greet from 172.17.0.1" in world.told[0]
    assert "trusted no more" in world.told[0]


def test_an_hour_forgets_what_was_seen_but_not_the_verdict(world):
    guard = world.guard()
    greet(guard, "one.example", "two.example")
    world.now += trust_guard.WINDOW_S + 1
    greet(guard, "three.example", "four.example")
    assert not guard.withdraws(GATEWAY)
    greet(guard, "five.example")
    world.now += 100 * trust_guard.WINDOW_S
    assert guard.withdraws(GATEWAY)


def test_it_is_said_again_each_hour_while_they_come(world):
    guard = world.guard()
    for minutes in range(0, 180, 5):
        world.now = 1000.0 + minutes * 60
        greet(guard, *(f"mx.d{n}.example" for n in range(5)))
    assert len(world.told) == 3


def test_other_addresses_are_none_of_its_business(world):
    guard = world.guard()
    other = parse_ip("172.17.0.2")
    greet(guard, "one.example", "two.example", "three.example", client=other)
    assert not guard.withdraws(other)
    assert not world.told


def test_both_families_are_watched_apart(world):
    world.gateways.add(IPV6_GATEWAY.text)
    guard = world.guard()
    greet(guard, "one.example", "two.example")
    greet(guard, "three.example", client=IPV6_GATEWAY)
    assert not world.told
    greet(guard, "four.example", "five.example", client=IPV6_GATEWAY)
    assert guard.withdraws(IPV6_GATEWAY)
    assert not guard.withdraws(GATEWAY)


@pytest.mark.parametrize(("mode", "tells"), [("no", 0), ("warn", 1), ("enforce", 1)])
def test_modes(world, mode, tells):
    guard = world.guard(mode)
    greet(guard, "one.example", "two.example", "three.example")
    assert guard.withdraws(GATEWAY) == (mode == "enforce")
    assert len(world.told) == tells


def test_all_workers_hold_what_one_has_found(world):
    guard = world.guard()
    greet(guard, "one.example", "two.example")
    child = os.fork()
    if child == 0:
        greet(guard, "three.example")
        os._exit(0 if guard.withdraws(GATEWAY) and len(world.told) == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert guard.withdraws(GATEWAY)
    greet(guard, "four.example")
    assert not world.told, "one worker has said it"


def test_a_reload_keeps_the_verdict_and_can_take_it_back(world):
    greet(world.guard(), "one.example", "two.example", "three.example")
    assert world.guard().withdraws(GATEWAY)
    assert not world.guard("warn").withdraws(GATEWAY)
    assert not world.guard(trust_guard_gateways=f"!{GATEWAY.text}, auto").withdraws(GATEWAY)


def test_a_restart_keeps_the_verdict(world):
    names = ("mx.one.example", "mx.two.example", "mx.three.example")
    greet(world.guard("warn"), *names)
    assert not world.kept.exists(), "a warning withdraws nothing"
    world.evidence = GatewayEvidence()
    greet(world.guard(), *names)
    assert world.kept.read_text().split()[0] == GATEWAY.text
    world.evidence = GatewayEvidence()
    assert world.guard().withdraws(GATEWAY)
    (told,) = world.findings(trust_guard="enforce")
    assert f"{world.kept}: warning: 172.17.0.1 is trusted no more" in told
    assert "one.example" in told
    assert not world.guard("warn").withdraws(GATEWAY)
    assert world.findings(trust_guard="enforce", trust_guard_gateways=f"!{GATEWAY.text}, auto") == []
    world.kept.write_bytes(b"\xff\n172.17.0.999 x\n\n")
    world.evidence = GatewayEvidence()
    assert not world.guard().withdraws(GATEWAY)


def test_a_verdict_that_cannot_be_kept_is_told(world):
    world.kept.mkdir()
    guard = world.guard()
    greet(guard, "one.example", "two.example", "three.example")
    assert guard.withdraws(GATEWAY)
    assert "a restart will trust 172.17.0.1 again" in world.told[1]


def test_a_gateway_that_appears_later_is_watched(world):
    world.gateways.clear()
    guard = world.guard()
    world.gateways.add(GATEWAY.text)
    greet(guard, "one.example", "two.example", "three.example")
    assert not guard.withdraws(GATEWAY)
    world.now += trust_guard.LOOK_EVERY_S
    greet(guard, "one.example", "two.example", "three.example")
    assert guard.withdraws(GATEWAY)


def test_evidence_has_a_bound():
    evidence = GatewayEvidence()
    for n in range(1000):
        domains = evidence.note(GATEWAY, f"d{n}.example" + "x" * (n % 90), float(n), 10_000.0)
    assert len(domains) <= 65
    for n in range(100):
        evidence.mark(parse_ip(f"10.0.0.{n}"), 1.0, 60.0)
    assert evidence.holds(parse_ip("10.0.0.0"))
    assert not evidence.holds(parse_ip("10.0.0.99"))


def test_check_tells_of_a_trusted_gateway_before_anybody_comes(world, monkeypatch):
    monkeypatch.setattr(trust_guard, "is_container", lambda: False)
    told = world.findings()
    assert len(told) == 1
    assert "notice: mynetworks holds 172.17.0.1" in told[0]
    monkeypatch.setattr(trust_guard, "is_container", lambda: True)
    assert "warning: mynetworks holds 172.17.0.1" in world.findings()[0]
    assert world.findings(mynetworks="!172.17.0.1, 172.16.0.0/12") == []
    assert world.findings(mynetworks="127.0.0.0/8") == []
    assert world.findings(trust_guard="no") == []
    assert "'router' is neither auto nor an address" in world.findings(trust_guard_gateways="router")[0]
