"""Outages told once: by whichever process, over the end of those that began them, and not too often."""

import os

import pytest

from gatepost.world.watching import outages
from gatepost.world.watching.outages import Ended, forget_outages, outages_of, when_told


class Clock:
    """A time that is set."""

    now = 1000.0

    def __call__(self):
        return self.now


def in_another_process(work):
    """What it gives, as text."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, repr(work()).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as told:
        return told.read()


def test_one_line_for_all_processes_and_one_for_the_end():
    assert in_another_process(lambda: outages_of("a").begins(2)) == "True"
    assert not outages_of("a").begins()
    assert in_another_process(lambda: outages_of("b").ends()) == "None"
    ended = outages_of("a").ends()
    assert ended is not None and ended.failures == 3
    assert in_another_process(lambda: outages_of("a").ends()) == "None"


def test_the_outage_of_a_process_that_is_gone_is_ended_by_others_and_the_next_one_is_told(monkeypatch):
    monkeypatch.setattr(outages, "QUIET_S", 0.0)
    assert in_another_process(outages_of("a").begins) == "True"
    assert outages_of("a").ends() is not None
    assert outages_of("a").begins()


def test_an_answer_to_what_was_asked_before_ends_nothing():
    clock = Clock()
    of = outages_of("a", clock)
    assert of.begins()
    assert of.ends(asked_at=999.0) is None
    clock.now = 1010.0
    assert of.ends(asked_at=1001.0) == Ended(10.0, 1)


def test_what_comes_and_goes_is_told_once_a_minute_and_never_half():
    clock = Clock()
    of = outages_of("a", clock)
    assert of.begins() and of.ends() is not None
    for _ in range(10):
        clock.now += 1
        assert not of.begins() and of.ends() is None
    assert not of.begins()
    clock.now += 60
    assert of.begins(), "it lasts: now it is told"
    assert of.ends() == Ended(60.0, 2)


def test_more_names_than_there_is_room_for_are_not_told_of_and_cost_nobody_his_place():
    names = [f"n{number}" for number in range(outages.MOST_NAMES + 1)]
    assert [outages_of(name).begins() for name in names] == [True] * outages.MOST_NAMES + [False]
    assert outages_of(names[7]).ends() is not None
    assert outages_of(names[-1]).begins()
    assert not outages_of(names[0]).begins()


@pytest.mark.parametrize("name", ["", "tcp:" + "x" * 10_000, "\udcff"])
def test_any_name(name):
    assert outages_of(name).begins()
    forget_outages()
    assert outages_of(name).ends() is None


def test_whoever_has_to_say_something_writes_his_log():
    """And only he: for what is not said there is nothing to be written."""
    written: list[str] = []
    when_told(lambda: written.append("log"))
    try:
        assert outages_of("a").ends() is None and written == []
        assert outages_of("a").begins() and written == ["log"]
        assert not outages_of("a").begins() and written == ["log"]
        assert outages_of("a").ends() is not None and written == ["log"] * 2
    finally:
        when_told(None)
    assert outages_of("b").begins() and written == ["log"] * 2
