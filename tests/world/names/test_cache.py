"""How long the cache believes what, on a clock of its own."""

import pytest

from gatepost.world.names.cache import Cache
from gatepost.world.names.outcome import Failed, NoRecords, Outcome, Records

KEY = ("a.example", 1)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("outcome", "lifetime_s"),
    [
        (Records(("192.0.2.1",), 300, "a.example"), 300),
        (Records(("192.0.2.1",), 0, "a.example"), 5),
        (Records(("192.0.2.1",), 10_000_000, "a.example"), 86_400),
        (NoRecords(is_name_known=False, ttl_s=60), 60),
        (NoRecords(is_name_known=True, ttl_s=0), 5),
        (NoRecords(is_name_known=True, ttl_s=86_400), 10_800),
        (NoRecords(is_name_known=True, ttl_s=None), 5),
        (Failed("SERVFAIL"), 30),
    ],
)
def test_lifetimes(outcome: Outcome, lifetime_s: int):
    clock = Clock()
    cache = Cache(clock)
    cache.put(KEY, outcome)
    clock.now += lifetime_s - 0.1
    assert cache.get(KEY) is outcome
    clock.now += 0.2
    assert cache.get(KEY) is None
    assert len(cache) == 0


def test_the_entry_used_longest_ago_goes_first():
    cache = Cache(Clock(), max_entries=3)
    for name in "abc":
        cache.put((name, 1), Failed(name))
    cache.get(("a", 1))
    cache.put(("d", 1), Failed("d"))
    assert [name for name in "abcd" if cache.get((name, 1))] == ["a", "c", "d"]


def test_a_newer_outcome_replaces_the_older_and_its_time():
    clock = Clock()
    cache = Cache(clock, max_entries=2)
    cache.put(KEY, Failed("once"))
    clock.now += 29
    cache.put(KEY, Failed("twice"))
    clock.now += 29
    assert cache.get(KEY) == Failed("twice")
    assert len(cache) == 1
