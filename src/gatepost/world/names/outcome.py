"""What a reply says about the question: records, none, a failure, or "ask for another name".

Aliases (CNAME) are followed within the reply, at most 16 links; where the chain leaves the reply the caller is told
the name to ask next. An empty reply with NS records and no SOA from a server that is neither authoritative nor
recursive is a referral, and for a stub resolver that is a failure of the server.
RFC: 1034 section 3.6.2; 2308 sections 2.1, 2.2 and 5 (negative answers and their time to live).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gatepost.model.quick import quick
from gatepost.world.names.message import (
    CNAME,
    MAX_CHAIN,
    MAX_VALUES,
    NOERROR,
    NS,
    NXDOMAIN,
    RCODE_NAMES,
    SOA,
    Message,
    Record,
    read_authority,
)

Key = tuple[str, int]
"""A question to the DNS: lower-case name without final dot, type code."""


@dataclass(frozen=True, slots=True)
class Records:
    """Records of the type asked for, in the order of the reply, at most 100; `owner` is where the chain ended."""

    values: tuple[Any, ...]
    ttl_s: int
    owner: str


@dataclass(frozen=True, slots=True)
class NoRecords:
    """No such name, or no such type there. `ttl_s` is None where no SOA says how long that may be believed."""

    is_name_known: bool
    ttl_s: int | None


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer could be had; `why` is for people. `is_ours`: nobody was asked, so it says nothing of the name."""

    why: str
    is_ours: bool = False


_LONGEST_S = 0x7FFFFFFF
"""The longest time to live (RFC 2181 section 8)."""

Outcome = Records | NoRecords | Failed


@dataclass(frozen=True, slots=True)
class Redirect:
    """The chain of aliases leaves the reply: ask for `name`. `ttl_s` is the least of the links so far."""

    name: str
    ttl_s: int


def outcome_of(message: Message, name: str, type_code: int) -> Outcome | Redirect:
    """Read the reply to (name, type), the name in lower case."""
    rcode = message.rcode
    if rcode not in (NOERROR, NXDOMAIN):
        return Failed(rcode_name(rcode))
    answers = message.answers
    owner, ttl_s = name, _LONGEST_S
    for _ in range(MAX_CHAIN):
        found = [r for r in answers if r.type_code == type_code and r.owner.lower() == owner]
        if found:
            return Records(tuple(r.value for r in found[:MAX_VALUES]), min([ttl_s, *(r.ttl_s for r in found)]), owner)
        link = next((r for r in answers if r.type_code == CNAME and r.owner.lower() == owner), None)
        if link is None:
            return _absence(message, owner, ttl_s, is_alias=owner != name)
        owner, ttl_s = link.value.lower(), min(ttl_s, link.ttl_s)
    return Failed("a chain of aliases without end")


def within(outcome: Records | NoRecords, ttl_s: int) -> Records | NoRecords:
    """The same, to be believed for no longer than the aliases that led to it."""
    if isinstance(outcome, Records) and ttl_s < outcome.ttl_s:
        return Records(outcome.values, ttl_s, outcome.owner)
    return outcome


def rcode_name(rcode: int) -> str:
    """Give the name of a response code as dig(1) prints it."""
    return RCODE_NAMES[rcode] if rcode < len(RCODE_NAMES) else f"RCODE{rcode}"


def _absence(message: Message, owner: str, ttl_s: int, *, is_alias: bool) -> Outcome | Redirect:
    authority = read_authority(message) if message.authority_count else ()
    negative_s = _negative_ttl(authority)
    if message.rcode == NOERROR and negative_s is None:
        if is_alias:
            return Redirect(owner, ttl_s)
        is_referral = any(r.type_code == NS for r in authority)
        if is_referral and not message.is_authoritative and not message.is_recursive:
            return Failed("a referral: it does not resolve for us")
    return no_records(message.rcode == NOERROR, None if negative_s is None else min(negative_s, ttl_s))


@lru_cache(maxsize=1024)
def no_records(is_name_known: bool, ttl_s: int | None) -> NoRecords:
    """Share what most entries of the cache are: an object less for each, to keep and for the garbage collector."""
    return NoRecords(is_name_known, ttl_s)


def _negative_ttl(authority: tuple[Record, ...]) -> int | None:
    """RFC 2308 section 5: the lesser of the SOA record's own TTL and its minimum field."""
    return next((min(r.ttl_s, r.value) for r in authority if r.type_code == SOA), None)


quick(Records)
