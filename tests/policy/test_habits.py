"""Looking ahead holds back behind a restriction that usually refuses, and decides nothing else by it."""

import random
from dataclasses import replace

import pytest

from gatepost.policy.habits import MOST_WORDS, Habits
from gatepost.policy.language.compile import compile_policy
from gatepost.policy.language.parse import ignore_finding
from gatepost.policy.questions import AddressRecords, TextRecords
from gatepost.testing.fake_world import FakeWorld, decide
from tests.policy.conftest import SETTINGS

LISTS = [f"bl{n}.test" for n in range(4)]
FOUR = ", ".join(f"reject_rbl_client {zone}" for zone in LISTS)
FIRST = "reject_rbl_client bl0.test"


def name(zone):
    return f"44.2.0.192.{zone}"


@pytest.fixture
def plan():
    return compile_policy(SETTINGS, {"smtpd_recipient_restrictions": FOUR}, ignore_finding).rcpt


def listed_on(*zones):
    return FakeWorld(addresses={name(zone): ("127.0.0.2",) for zone in zones})


def a_habit(plan, session, *zones, times=40):
    habits = Habits()
    for _ in range(times):
        decide(plan, session, listed_on(*zones), habits=habits)
    return habits


def test_a_list_that_usually_refuses_is_asked_alone(plan, session):
    habits = a_habit(plan, session, "bl0.test")
    world = listed_on("bl0.test")
    assert decide(plan, session, world, habits=habits).refusal is not None
    assert world.asked == [AddressRecords(name("bl0.test")), TextRecords(name("bl0.test"))]


def test_who_is_not_on_it_is_then_asked_about_at_all_others_at_once(plan, session):
    habits = a_habit(plan, session, "bl0.test")
    world = FakeWorld()
    assert decide(plan, session, world, habits=habits).refusal is None
    assert world.asked == [AddressRecords(name(zone)) for zone in LISTS]


def test_what_stands_before_it_is_asked_with_it(plan, session):
    habits = a_habit(plan, session, "bl1.test")
    world = listed_on("bl1.test")
    assert decide(plan, session, world, habits=habits).refusal is not None
    assert world.asked == [*(AddressRecords(name(zone)) for zone in LISTS[:2]), TextRecords(name("bl1.test"))]


def test_a_habit_ends(plan, session):
    habits = a_habit(plan, session, "bl0.test")
    assert habits.usually_refuses(FIRST)
    for _ in range(40):
        decide(plan, session, FakeWorld(), habits=habits)
    assert not habits.usually_refuses(FIRST)


def test_a_warning_is_no_refusal(session):
    lists = {"smtpd_recipient_restrictions": f"warn_if_reject {FIRST}"}
    plan = compile_policy(SETTINGS, lists, ignore_finding).rcpt
    assert not a_habit(plan, session, "bl0.test").usually_refuses(FIRST)


@pytest.mark.parametrize("seed", range(20))
def test_the_verdict_is_the_same_with_any_habits(plan, session, seed):
    chance = random.Random(seed)
    zones = chance.sample(LISTS, chance.randrange(len(LISTS) + 1))
    habits = a_habit(plan, session, *chance.sample(LISTS, 2), times=chance.randrange(60))
    in_order = replace(session, settings=replace(SETTINGS, smtpd_look_ahead=False))
    expected = decide(plan, in_order, listed_on(*zones))
    assert decide(plan, session, listed_on(*zones), habits=habits, chance=chance) == expected


def test_only_so_many_are_remembered():
    habits = Habits()
    for number in range(MOST_WORDS + 10):
        for _ in range(40):
            habits.note(f"reject_rbl_client z{number}.test", has_refused=True)
    assert habits.usually_refuses(f"reject_rbl_client z{MOST_WORDS - 1}.test")
    assert not habits.usually_refuses(f"reject_rbl_client z{MOST_WORDS}.test")
