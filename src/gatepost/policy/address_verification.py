"""What is known of an address that was asked about, and for how long it counts (ADDRESS_VERIFICATION_README).

A Record is one line of the cache; `standing` says what it is worth at a moment: the result that may be given, and
whether somebody should ask anew. A good result counts for positive_expire and is asked for again after
positive_refresh; a bad one likewise by its negative times. The result that counts is given while it is refreshed.

One bad probe does not replace a good result before that expires: `kept` says what is written down.

A result that only says `not now` (DEFERRED) counts for deferred_expire, not for Postfix's 3 hours: it tells of a hop
or of the DNS more than of the address.

Postfix: verify(8), address_verify_positive_expire_time and its neighbours.
"""

from dataclasses import dataclass
from enum import Enum


class AddressStatus(Enum):
    """What a probe came to. The values are written into the cache."""

    DELIVERABLE = "deliverable"
    UNDELIVERABLE = "undeliverable"
    DEFERRED = "deferred"
    IN_PROGRESS = "in progress"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """A status, and the words for it as they stand in a reply."""

    status: AddressStatus
    text: str = ""


IN_PROGRESS = ProbeResult(AddressStatus.IN_PROGRESS, "Address verification in progress")


@dataclass(frozen=True, slots=True)
class Record:
    """What the cache has. Times in seconds since 1970; `probed_at` is 0 unless a probe is under way."""

    result: ProbeResult
    probed_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class VerifyTerms:
    """How long results count: the parameters of these names, in seconds. `address_verify_deadline`: of one probe."""

    address_verify_positive_expire_time: int = 2_678_400
    address_verify_positive_refresh_time: int = 604_800
    address_verify_negative_expire_time: int = 259_200
    address_verify_negative_refresh_time: int = 10_800
    address_verify_negative_cache: bool = True
    address_verify_deferred_expire_time: int = 60
    address_verify_deadline: int = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """`result`: what counts, None where nothing does. `is_due`: a probe should be sent by who asks now."""

    result: ProbeResult | None
    is_due: bool


def standing(record: Record | None, terms: VerifyTerms, now: int) -> Standing:
    """What a record is worth."""
    if record is None:
        return Standing(None, is_due=True)
    expire, refresh = _times(record.result.status, terms)
    age = now - record.updated_at
    counts = record.result.status is not AddressStatus.IN_PROGRESS and age < expire
    is_under_way = now - record.probed_at <= terms.address_verify_deadline
    return Standing(record.result if counts else None, is_due=not is_under_way and (not counts or age > refresh))


def _times(status: AddressStatus, terms: VerifyTerms) -> tuple[int, int]:
    if status is AddressStatus.DELIVERABLE:
        return terms.address_verify_positive_expire_time, terms.address_verify_positive_refresh_time
    if status is AddressStatus.DEFERRED:
        return terms.address_verify_deferred_expire_time, terms.address_verify_deferred_expire_time
    return terms.address_verify_negative_expire_time, terms.address_verify_negative_refresh_time


def kept(former: Record | None, result: ProbeResult, terms: VerifyTerms, now: int) -> Record | None:
    """What is written down after a probe; None: the entry is removed."""
    if result.status is AddressStatus.DELIVERABLE:
        return Record(result, 0, now)
    counts = former is not None and standing(former, terms, now).result is not None
    if former is not None and counts and former.result.status is AddressStatus.DELIVERABLE:
        return Record(former.result, 0, former.updated_at)
    return Record(result, 0, now) if terms.address_verify_negative_cache else None
