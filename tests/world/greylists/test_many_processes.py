"""Several processes on one greylist store decide as one would, also when one of them is killed in the middle."""

import subprocess
import sys
from collections import Counter, defaultdict
from contextlib import contextmanager

import pytest

from tests.conftest import ROOT
from tests.world.greylists.attempting import AT_ONCE
from tests.world.greylists.redis_server import running_redis

COUNT = 10_000
T0 = 1_700_000_000


def begin(store: str, seed: int, now: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.world.greylists.attempting", store, str(COUNT), str(seed), str(now)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def answers(lines: list[str]) -> list[tuple[int, str]]:
    return [(int(number), standing) for number, standing in (line.split() for line in lines if line.endswith("\n"))]


@contextmanager
def processes(store: str, seeds: range, now: int):
    running = [begin(store, seed, now) for seed in seeds]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()
            process.stdout.close()


def hear(running: list[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    """All answers of all of them; every one must end well, and answer everything."""
    heard = [answer for process in running for answer in answers(process.stdout.readlines())]
    assert [process.wait() for process in running] == [0] * len(running)
    assert len(heard) == COUNT * len(running)
    return heard


def agree(heard: list[tuple[int, str]], first: str, then: str) -> None:
    """Of each triplet's attempts one alone is the first, and all others follow it."""
    by_triplet = defaultdict(Counter)
    for number, standing in heard:
        by_triplet[number][standing] += 1
    assert len(by_triplet) == COUNT
    wrong = {n: dict(c) for n, c in by_triplet.items() if c[first] != 1 or set(c) - {first, then}}
    assert not wrong, list(wrong.items())[:5]


def test_four_workers_on_one_sqlite_file_and_one_is_killed(tmp_path):
    store = f"sqlite:{tmp_path}/greylist.db"
    with processes(store, range(4), T0) as running:
        victim = running.pop()
        heard_of_victim = [victim.stdout.readline() for _ in range(COUNT // 4)]
        victim.kill()
        heard_of_victim += victim.stdout.readlines()
        victim.wait()
        victim.stdout.close()
        heard = answers(heard_of_victim)
        assert COUNT // 4 <= len(heard) < COUNT
        told_new = {number for number, standing in heard if standing == "new"}
        heard += hear(running)
    new = Counter(number for number, standing in heard if standing == "new")
    assert {standing for _, standing in heard} == {"new", "early"}
    assert told_new
    assert not [number for number, count in new.items() if count > 1], "what was answered has been forgotten"
    unheard = COUNT - len(new)  # written down for the victim, and it died before it could say so
    assert unheard <= AT_ONCE
    with processes(store, range(4, 8), T0 + 300) as running:
        agree(hear(running), "retried", "known")


@pytest.mark.peer("redis-server")
def test_two_processes_on_one_redis(tmp_path):
    with running_redis(tmp_path) as port:
        store = f"redis://127.0.0.1:{port}/0"
        with processes(store, range(2), T0) as running:
            agree(hear(running), "new", "early")
        with processes(store, range(2, 4), T0 + 300) as running:
            agree(hear(running), "retried", "known")
