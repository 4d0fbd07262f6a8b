"""Stress begins when places are scarce or somebody says so, lasts for a while, and is told of twice."""

from gatepost.world.net.places import SharedPlaces
from gatepost.world.net.stress import LASTS_S, Stress


class Told(list):
    def warning(self, text):
        self.append(text)

    info = warning


class Clock:
    def __init__(self):
        self.now = 50.0

    def __call__(self):
        return self.now


def test_it_begins_when_less_than_a_quarter_is_free_and_lasts_a_while():
    shared, told, clock = SharedPlaces(), Told(), Clock()
    places = shared.join(8)
    stress = Stress(places, told, clock)
    for _ in range(6):
        assert places.take()
        assert not stress.is_on()
    assert places.take()
    assert stress.is_on()
    for _ in range(7):
        places.give_back()
    clock.now += LASTS_S - 1
    assert stress.is_on()
    clock.now += 1
    assert not stress.is_on() and not stress.is_on()
    assert told == [
        "nearly all of the 8 sessions that maxproc allows are open: new sessions are under stress (stress = yes)",
        "new sessions are no longer under stress",
    ]


def test_a_door_without_a_limit_is_under_stress_only_when_somebody_says_so():
    shared, told, clock = SharedPlaces(), Told(), Clock()
    places = shared.join(0)
    stress = Stress(places, told, clock)
    for _ in range(1000):
        places.take()
    assert not stress.is_on()
    stress.begin("no file descriptor is free")
    assert stress.is_on()
