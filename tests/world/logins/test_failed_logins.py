"""How long a client waits that has failed: over processes, and not for ever."""

import os

from gatepost.model.address import parse_ip
from gatepost.model.session import NO_ADDRESS
from gatepost.world.logins.failed_logins import MEMORY_S, MOST_WAIT_S, FailedLogins

ONE, OTHER = parse_ip("192.0.2.1"), parse_ip("192.0.2.2")


def test_each_failure_doubles_the_wait() -> None:
    failed = FailedLogins()
    waits = []
    for _ in range(7):
        waits.append(failed.wait_s(ONE, 100.0, 1))
        failed.count(ONE, 100.0)
    assert waits == [0, 1, 2, 4, 8, MOST_WAIT_S, MOST_WAIT_S]
    assert failed.wait_s(OTHER, 100.0, 1) == 0
    assert failed.wait_s(ONE, 100.0, 0) == 0
    assert failed.wait_s(ONE, 100.0 + MEMORY_S + 1, 1) == 0
    assert failed.count(ONE, 100.0 + MEMORY_S + 1) == 1


def test_an_ipv6_client_is_its_network() -> None:
    failed = FailedLogins()
    failed.count(parse_ip("2001:db8:1:2::1"), 1.0)
    assert failed.wait_s(parse_ip("2001:db8:1:2:ffff::9"), 1.0, 1) == 1
    assert failed.wait_s(parse_ip("2001:db8:1:3::1"), 1.0, 1) == 0
    assert failed.count(NO_ADDRESS, 1.0) == 1
    assert failed.count(NO_ADDRESS, 1.0) == 2


def test_processes_count_together() -> None:
    failed = FailedLogins()
    child = os.fork()
    if child == 0:
        failed.count(ONE, 1.0)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert failed.wait_s(ONE, 1.0, 1) == 1


def test_many_clients_push_out_the_oldest_alone() -> None:
    failed = FailedLogins()
    for number in range(20_000):
        failed.count(parse_ip(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"), 1.0 + number)
    for _ in range(3):
        failed.count(ONE, 30_000.0)
    assert failed.wait_s(ONE, 30_000.0, 1) == 4
