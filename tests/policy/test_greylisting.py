"""What attempts come to in the course of time, and that records stay small and readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.policy.greylist_batch import decide_all
from gatepost.policy.greylist_records import read_client, read_expected, read_pair, write_client, write_pair
from gatepost.policy.greylisting import (
    COURSES,
    MOST_CLIENTS,
    NO_CLIENT,
    NO_PAIR,
    TOUCH_EVERY_S,
    Attempt,
    ClientRecord,
    GreylistTerms,
    PairRecord,
    Standing,
    TripletRecord,
    decide,
)

TERMS = GreylistTerms(delay=300, retry_window=7200, max_age=86_400, delay_ceiling=3600, auto_allow_clients=5)
ATTEMPT = Attempt("c", "a@b", "d@e", TERMS)
NOW = 1_000_000


def pair(first, *, known=0, last=None, since=None, client="c"):
    return PairRecord(
        NOW + (first if since is None else since), (TripletRecord(client, NOW + first, NOW + (last or first), known),)
    )


@pytest.mark.parametrize(
    ("known", "client", "expected_until", "standing", "seconds_left"),
    [
        (NO_PAIR, NO_CLIENT, 0, Standing.NEW, 300),
        (pair(0), NO_CLIENT, 0, Standing.EARLY, 300),
        (pair(-299), NO_CLIENT, 0, Standing.EARLY, 1),
        (pair(-300), NO_CLIENT, 0, Standing.RETRIED, 0),
        (pair(-7199), NO_CLIENT, 0, Standing.RETRIED, 0),
        (pair(-7200), NO_CLIENT, 0, Standing.NEW, 300),
        (pair(-9000, known=NOW - 8000), NO_CLIENT, 0, Standing.KNOWN, 0),
        (pair(-90_000, known=NOW - 89_000), NO_CLIENT, 0, Standing.NEW, 300),
        (pair(-3600, client="x"), NO_CLIENT, 0, Standing.CEILING, 0),
        (pair(-3500, client="x"), NO_CLIENT, 0, Standing.NEW, 100),
        (pair(-7200, client="x"), NO_CLIENT, 0, Standing.NEW, 300),
        (NO_PAIR, NO_CLIENT, NOW + 1, Standing.EXPECTED, 0),
        (NO_PAIR, NO_CLIENT, NOW, Standing.NEW, 300),
        (NO_PAIR, ClientRecord(4, NOW - 1), 0, Standing.NEW, 300),
        (NO_PAIR, ClientRecord(5, NOW - 1), 0, Standing.ALLOWED, 0),
        (NO_PAIR, ClientRecord(5, NOW - 86_400), 0, Standing.NEW, 300),
        (NO_PAIR, ClientRecord(0, 0, NOW + 1), 0, Standing.ALLOWED, 0),
        (NO_PAIR, ClientRecord(0, 0, NOW), 0, Standing.NEW, 300),
    ],
)
def test_standings(known, client, expected_until, standing, seconds_left):
    decision = decide(ATTEMPT, known, client, expected_until, NOW)
    assert (decision.standing, decision.seconds_left) == (standing, seconds_left)
    assert decision.passes is COURSES[standing].passes
    assert bool(decision.client and decision.client.good_retries > client.good_retries) is COURSES[standing].counts


def test_only_what_changes_is_written():
    assert decide(ATTEMPT, pair(-10), NO_CLIENT, 0, NOW).pair is None
    fresh = pair(-900, known=NOW - 500, last=-TOUCH_EVERY_S + 1)
    assert decide(ATTEMPT, fresh, NO_CLIENT, 0, NOW).pair is None
    stale = decide(ATTEMPT, pair(-9000, known=NOW - 8000, last=-TOUCH_EVERY_S), NO_CLIENT, 0, NOW).pair
    assert stale is not None
    assert stale.triplets[0].last == NOW
    assert decide(ATTEMPT, NO_PAIR, ClientRecord(5, NOW - 10), 0, NOW).client is None
    touched = decide(ATTEMPT, NO_PAIR, ClientRecord(5, NOW - TOUCH_EVERY_S), 0, NOW).client
    assert touched == ClientRecord(5, NOW)


@pytest.mark.parametrize(
    ("known", "expected_until"), [(pair(-9000, known=NOW - 8000, last=-8000), 0), (NO_PAIR, NOW + 1)]
)
def test_mail_that_passes_starts_no_clock_that_lets_other_machines_in(known, expected_until):
    """Who forges the sender of a known correspondent is a stranger: nobody was put off, so no ceiling is reached."""
    passed = decide(ATTEMPT, known, NO_CLIENT, expected_until, NOW)
    assert passed.passes and passed.pair is not None
    forger = Attempt("elsewhere", "a@b", "d@e", TERMS)
    assert decide(forger, passed.pair, NO_CLIENT, 0, NOW + 3700).standing is Standing.NEW


def test_the_null_sender_has_a_clock_for_each_client():
    bounce = Attempt("c", "<>", "d@e", TERMS)
    assert decide(bounce, pair(-3600, client="x"), NO_CLIENT, 0, NOW).standing is Standing.NEW
    assert decide(bounce, pair(-3600), NO_CLIENT, 0, NOW).standing is Standing.RETRIED


def test_without_a_ceiling_and_without_allowing():
    terms = GreylistTerms(delay_ceiling=0, auto_allow_clients=0)
    attempt = Attempt("c", "a@b", "d@e", terms)
    assert decide(attempt, pair(-7000, client="x"), NO_CLIENT, 0, NOW).seconds_left == 300
    retried = decide(attempt, pair(-300), ClientRecord(99, NOW), 0, NOW)
    assert (retried.standing, retried.client) == (Standing.RETRIED, None)


def test_a_pair_tried_from_everywhere_stays_small_and_keeps_the_known():
    texts = {}
    for number in range(MOST_CLIENTS * 3):
        attempt = Attempt(f"10.0.{number}.0/24", "a@b", "d@e", TERMS)
        now = NOW + (0 if number else -300)
        texts |= {key: change.text for key, change in decide_all([attempt], texts, now).changes.items()}
        if not number:
            texts |= {key: change.text for key, change in decide_all([attempt], texts, NOW).changes.items()}
    record = read_pair(texts["t d@e a@b"])
    assert len(record.triplets) == MOST_CLIENTS
    assert [each.client for each in record.triplets if each.known_since] == ["10.0.0.0/24"]


@given(
    st.builds(
        PairRecord,
        st.integers(0, 2**40),
        st.lists(
            st.builds(TripletRecord, st.sampled_from(["a", "192.0.2.0/24", "ü"]), *[st.integers(0, 2**40)] * 3),
            max_size=5,
        ).map(tuple),
    )
)
def test_a_pair_is_read_as_it_was_written(record):
    assert read_pair(write_pair(record)) == record


@given(st.text())
def test_no_value_of_a_store_raises(text):
    for value in (read_pair(text), read_client(text), read_expected(text)):
        assert value is not None
    assert read_client(write_client(ClientRecord(3, NOW, 9))) == ClientRecord(3, NOW, 9)


@pytest.mark.parametrize("text", [None, "", "x", "1 c", "1 c 2 3", "1 c x y z", "١"])
def test_values_that_are_none(text):
    assert read_pair(text) in (NO_PAIR, PairRecord(1, ()))
    assert read_expected(text) == 0
