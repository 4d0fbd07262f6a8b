"""Places that processes share: never more than allowed, and none lost with a process that is killed."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from gatepost.world.net.places import SharedPlaces


@pytest.fixture
def places():
    shared = SharedPlaces()
    yield shared
    shared.close()


class Process:
    """A forked process that does one thing at a time, as it is told; it answers with an octet."""

    def __init__(self, work: Callable[[bytes], bool]) -> None:
        told, self._tell = os.pipe()
        self._answers, answer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._tell)
            while order := os.read(told, 1):
                os.write(answer, b"y" if work(order) else b"n")
            os._exit(0)
        os.close(told)
        os.close(answer)

    def ask(self, order: bytes) -> bool:
        os.write(self._tell, order)
        return os.read(self._answers, 1) == b"y"

    def kill(self) -> None:
        os.close(self._tell)
        os.close(self._answers)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def worker(places: SharedPlaces, most: int) -> Process:
    joined: list = []

    def work(order: bytes) -> bool:
        if not joined:
            joined.append(places.join(most))
        if order == b"-":
            joined[0].give_back()
        return order != b"+" or joined[0].take()

    process = Process(work)
    process.ask(b"j")
    return process


def test_all_processes_count_together(places):
    first, second = worker(places, 3), worker(places, 3)
    assert [first.ask(b"+"), second.ask(b"+"), first.ask(b"+")] == [True, True, True]
    assert not second.ask(b"+")
    assert not first.ask(b"+")
    first.ask(b"-")
    assert second.ask(b"+")
    assert places.total() == 3
    first.kill()
    second.kill()


def test_what_a_killed_process_had_is_free_again(places):
    first, second = worker(places, 3), worker(places, 3)
    assert all(first.ask(b"+") for _ in range(3))
    assert not second.ask(b"+")
    first.kill()
    assert all(second.ask(b"+") for _ in range(3))
    assert not second.ask(b"+")
    third = worker(places, 3)  # in the row of the first
    assert not third.ask(b"+")
    second.ask(b"-")
    assert third.ask(b"+")
    second.kill()
    third.kill()


def test_a_reload_may_change_the_limit(places):
    former, new = worker(places, 5), worker(places, 2)
    assert former.ask(b"+")
    assert new.ask(b"+")
    assert not new.ask(b"+")
    assert former.ask(b"+")
    former.kill()
    new.kill()


def test_without_a_limit(places):
    one = worker(places, 0)
    assert all(one.ask(b"+") for _ in range(1000))
    assert places.total() == 1000
    one.kill()


def test_killed_at_any_moment(places):
    """Processes take and give back as fast as they can, and are killed: nobody waits for ever, no place is lost."""
    most = 4

    def busy() -> None:
        own = places.join(most)
        while True:
            if own.take():
                assert places.total() <= most
                own.give_back()

    for _ in range(40):
        pids = []
        for _ in range(3):
            pid = os.fork()
            if pid == 0:
                try:
                    busy()
                finally:
                    os._exit(1)
            pids.append(pid)
        time.sleep(0.01)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        assert [os.WTERMSIG(os.waitpid(pid, 0)[1]) for pid in pids] == [signal.SIGKILL] * 3
    own = places.join(most)
    assert [own.take() for _ in range(most + 1)] == [True] * most + [False]
