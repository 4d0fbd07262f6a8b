"""Greylisting: what a delivery attempt comes to, and what is written down about it. Pure; the stores carry it out.

A triplet is a client, a sender and a recipient. The first attempt is put off; one that comes again after the delay
and within the retry window is accepted, and its triplet is known from then on. The standing of an attempt decides
all, by the table COURSES:

    standing    when                                                        passes  known   counts for the client
    allowed     the client is allowed by hand, or by enough good retries    yes     -       -
    known       the triplet was accepted within the maximal age             yes     -       -
    expected    somebody waits for mail to this recipient                   yes     yes     -
    retried     tried before, and the delay is over                         yes     yes     yes
    ceiling     this sender and recipient have waited long enough,          yes     yes     -
                whichever machines it was tried from
    early       tried before, and the delay is not over                     no      -       -
    new         not heard of                                                no      -       -

All triplets of one sender and recipient stand in one PairRecord, so that one read and one write decide, and the
clock of the ceiling needs no record of its own. It runs from the pair's first deferral and is forgotten after the
retry window. The null sender is everybody's, so each of its triplets has a clock of its own.

Gives: times are whole seconds since 1970. Limits: MOST_CLIENTS triplets in a pair; those longest untouched that
still wait go first.
"""

from dataclasses import dataclass, replace
from enum import Enum

from gatepost.model.quick import quick

MOST_CLIENTS = 32
"""Twice the largest pool without a common name that field notes 3.1 tell of; a record stays below 2 KiB."""

NULL_SENDER = "<>"
"""The sender of bounces and of other notices about mail (RFC 3464)."""

TOUCH_EVERY_S = 3600
"""A known triplet or client that goes on sending is written at most so often: known mail costs reads only."""

FOREVER = 2**40
"""A time that never comes (the year 36,000), for what is allowed without an end."""


@dataclass(frozen=True, slots=True)
class GreylistTerms:
    """The parameters greylist_…; times in seconds. `delay_ceiling` 0: none; `auto_allow_clients` 0: never."""

    delay: int = 300
    retry_window: int = 172_800
    max_age: int = 3_024_000
    delay_ceiling: int = 3600
    auto_allow_clients: int = 5


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver: a triplet in normal form (policy/triplets.py), and the terms that hold for it."""

    client: str
    sender: str
    recipient: str
    terms: GreylistTerms


@dataclass(frozen=True, slots=True)
class TripletRecord:
    """One client of a pair: first tried, last tried, accepted since (0: still waiting)."""

    client: str
    first: int
    last: int
    known_since: int = 0

    def ends(self, terms: GreylistTerms) -> int:
        """When it is forgotten."""
        return self.last + terms.max_age if self.known_since else self.first + terms.retry_window


@dataclass(frozen=True, slots=True)
class PairRecord:
    """A sender and a recipient: `since` their first deferral (0: none yet), and the triplets."""

    since: int
    triplets: tuple[TripletRecord, ...]

    def ends(self, terms: GreylistTerms) -> int:
        """When all of it is forgotten."""
        ends = self.since + terms.retry_window
        for triplet in self.triplets:
            ends = max(ends, triplet.ends(terms))
        return ends


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client: how many good retries, when last accepted, until when it is allowed by hand (0: it is not)."""

    good_retries: int
    last: int
    allowed_until: int = 0

    def ends(self, terms: GreylistTerms) -> int:
        """When it is forgotten."""
        return max(self.last + terms.max_age, self.allowed_until)


NO_PAIR = PairRecord(0, ())
NO_CLIENT = ClientRecord(0, 0)


class Standing(Enum):
    """What an attempt is, by what is written down about it."""

    ALLOWED = "allowed"
    KNOWN = "known"
    EXPECTED = "expected"
    RETRIED = "retried"
    CEILING = "ceiling"
    EARLY = "early"
    NEW = "new"

    __hash__ = object.__hash__  # Enum's own is Python


@dataclass(frozen=True, slots=True)
class Course:
    """What follows from a standing: accepted now, the triplet known from now on, a good retry of the client."""

    passes: bool
    makes_known: bool = False
    counts: bool = False


COURSES: dict[Standing, Course] = {
    Standing.ALLOWED: Course(passes=True),
    Standing.KNOWN: Course(passes=True),
    Standing.EXPECTED: Course(passes=True, makes_known=True),
    Standing.RETRIED: Course(passes=True, makes_known=True, counts=True),
    Standing.CEILING: Course(passes=True, makes_known=True),
    Standing.EARLY: Course(passes=False),
    Standing.NEW: Course(passes=False),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What an attempt comes to. `first` is when its triplet was first tried, `seconds_left` how long it still waits.

    `pair` and `client` are to be written in place of what was read; None: they stay as they are.
    """

    attempt: Attempt
    standing: Standing
    first: int
    seconds_left: int = 0
    good_retries: int = 0
    pair: PairRecord | None = None
    client: ClientRecord | None = None

    @property
    def passes(self) -> bool:
        """Accepted now."""
        return COURSES[self.standing].passes


def decide(attempt: Attempt, pair: PairRecord, client: ClientRecord, expected_until: int, now: int) -> Decision:
    """Decide on one attempt by what is written down: NO_PAIR, NO_CLIENT and 0 where nothing is."""
    terms = attempt.terms
    if client.last and now >= client.last + terms.max_age:
        client = ClientRecord(0, 0, client.allowed_until)
    triplet = _live_triplet(pair, attempt, now) if pair.triplets else None
    first = triplet.first if triplet else now
    waits_since = first
    if attempt.sender != NULL_SENDER:
        waits_since = pair.since if now < pair.since + terms.retry_window else now
    standing = _standing(triplet, client, terms, waits_since, expected_until, now)
    if standing is Standing.NEW:
        noted = _with_triplet(pair, TripletRecord(attempt.client, now, now, 0), waits_since, terms, now)
        return Decision(
            attempt, standing, now, _seconds_left(now, waits_since, terms, now), client.good_retries, noted
        )
    if standing is Standing.EARLY:
        return Decision(attempt, standing, first, _seconds_left(first, waits_since, terms, now), client.good_retries)
    if standing is Standing.ALLOWED:
        touched = replace(client, last=now) if now >= client.last + TOUCH_EVERY_S and client.good_retries else None
        return Decision(attempt, standing, first, 0, client.good_retries, None, touched)
    return _passed(attempt, standing, pair, triplet, client, now)


def _passed(
    attempt: Attempt,
    standing: Standing,
    pair: PairRecord,
    triplet: TripletRecord | None,
    client: ClientRecord,
    now: int,
) -> Decision:
    """An attempt whose triplet is known, or becomes so now. Nobody is put off: the pair's clock stays as it is."""
    terms, course = attempt.terms, COURSES[standing]
    record = triplet or TripletRecord(attempt.client, now, now)
    counted = None
    if course.counts and terms.auto_allow_clients:
        counted = ClientRecord(client.good_retries + 1, now, client.allowed_until)
    written = None
    if course.makes_known:
        written = _with_triplet(pair, TripletRecord(record.client, record.first, now, now), pair.since, terms, now)
    elif now >= record.last + TOUCH_EVERY_S:
        written = _with_triplet(pair, replace(record, last=now), pair.since, terms, now)
    return Decision(attempt, standing, record.first, 0, (counted or client).good_retries, written, counted)


def _live_triplet(pair: PairRecord, attempt: Attempt, now: int) -> TripletRecord | None:
    for triplet in pair.triplets:
        if triplet.client == attempt.client:
            return triplet if now < triplet.ends(attempt.terms) else None
    return None


def _standing(
    triplet: TripletRecord | None,
    client: ClientRecord,
    terms: GreylistTerms,
    waits_since: int,
    expected_until: int,
    now: int,
) -> Standing:
    """The first standing of the table that fits."""
    if now < client.allowed_until or 0 < terms.auto_allow_clients <= client.good_retries:
        return Standing.ALLOWED
    if triplet and triplet.known_since:
        return Standing.KNOWN
    if now < expected_until:
        return Standing.EXPECTED
    if triplet and now >= triplet.first + terms.delay:
        return Standing.RETRIED
    if 0 < terms.delay_ceiling <= now - waits_since:
        return Standing.CEILING
    return Standing.EARLY if triplet else Standing.NEW


def _seconds_left(first: int, waits_since: int, terms: GreylistTerms, now: int) -> int:
    ends = first + terms.delay
    if terms.delay_ceiling:
        ends = min(ends, waits_since + terms.delay_ceiling)
    return max(1, ends - now)


def _with_triplet(
    pair: PairRecord, record: TripletRecord, waits_since: int, terms: GreylistTerms, now: int
) -> PairRecord:
    """The pair with this triplet in it, and without those that are forgotten or too many."""
    if not pair.triplets:
        return PairRecord(waits_since, (record,))
    others = [each for each in pair.triplets if each.client != record.client and now < each.ends(terms)]
    if len(others) >= MOST_CLIENTS:
        others.sort(key=lambda each: (each.known_since > 0, each.last))
        del others[: len(others) - MOST_CLIENTS + 1]
    return PairRecord(waits_since, (*others, record))


quick(Attempt, TripletRecord, PairRecord, ClientRecord, Decision)
