"""Counts over processes: exact, bounded, and without those of processes that were killed."""

import os
import signal
from collections.abc import Iterator

import pytest

from gatepost.world.limits.shared_counts import CLIENTS_HELD, Event, SharedCounts

UNIT_S = 60


def ignore(_: int) -> None:
    """Nobody is told later."""


@pytest.fixture
def shared() -> Iterator[SharedCounts]:
    counts = SharedCounts()
    yield counts
    counts.close()


def in_a_process(shared: SharedCounts, client: int, connections: int, messages: int) -> int:
    """Start a process that counts some and then sleeps; gives its pid when it has."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        counts = shared.join()
        for _ in range(connections):
            counts.connect(client, 50, ignore)
        for _ in range(messages):
            counts.add(client, Event.MESSAGE, 10, UNIT_S)
        os.write(writing, b".")
        signal.pause()
    os.read(reading, 1)
    os.close(reading)
    os.close(writing)
    return pid


def test_the_dead_do_not_count(shared: SharedCounts) -> None:
    client = shared.client_key("smtp", b"\1\2\3\4")
    pids = [in_a_process(shared, client, 3, 0) for _ in range(3)]
    try:
        counts = shared.join()
        assert counts.connect(client, 50, ignore) == 10
        for pid in pids[:2]:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        assert counts.connect(client, 50, ignore) == 11, "nobody looks while it does not matter"
        assert counts.connect(client, 5, ignore) == 6
        counts.disconnect(client)
        assert counts.connect(client, 5, ignore) == 6
    finally:
        for pid in pids[2:]:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def test_events_of_many_processes_at_once_are_all_counted(shared: SharedCounts) -> None:
    client = shared.client_key("smtp", b"\1\2\3\4")
    counts = shared.join()
    pids = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            own = shared.join()
            for _ in range(2000):
                own.add(client, Event.MESSAGE, 10, UNIT_S)
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        os.waitpid(pid, 0)
    assert counts.add(client, Event.MESSAGE, 10, UNIT_S) == 8001
    assert counts.add(client, Event.RECIPIENT, 10, UNIT_S) == 1


def test_a_time_begins_with_the_first_event_after_the_last_has_run_out(shared: SharedCounts) -> None:
    counts = shared.join()
    client = counts.client_key("smtp", b"\1\2\3\4")
    times = [100, 159, 160, 161, 161, 200]
    assert [counts.add(client, Event.MESSAGE, now, UNIT_S) for now in times] == [1, 2, 3, 1, 2, 3]
    assert counts.add(client, Event.MESSAGE, 200, UNIT_S, more=0) == 3
    assert counts.client_key("submission", b"\1\2\3\4") != client


def test_a_crowd_takes_no_more_memory_and_forgets_the_oldest(shared: SharedCounts) -> None:
    counts = shared.join()
    for number in range(CLIENTS_HELD + 5000):
        counts.add(number + 1, Event.MESSAGE, number // 1000, UNIT_S)
    assert counts.add(CLIENTS_HELD + 5000, Event.MESSAGE, CLIENTS_HELD // 1000 + 5, UNIT_S) == 2


def test_a_crowd_that_meets_in_one_place_is_counted_here(shared: SharedCounts) -> None:
    counts = shared.join()
    crowd = [(number << 16) | 7 for number in range(1, 30)]
    for client in crowd:
        assert [counts.connect(client, 9, ignore) for _ in range(3)] == [1, 2, 3]
    for client in crowd:
        for _ in range(3):
            counts.disconnect(client)
        assert counts.connect(client, 9, ignore) == 1
