"""Match lists matched: left to right, the first element that matches decides by its sign (postfix-semantics 5.6).

Three kinds of lists differ in what an element means: lists of clients (name and address), of domains (with parent
domains or `.domain` elements), of plain strings (exact). Each gives True, False, or Unavailable where an element
that was reached could not be used or asked.
"""

from gatepost.model.address import IPAddress
from gatepost.model.answer import Found, Unavailable
from gatepost.model.match_list import MatchList, Pattern
from gatepost.model.session import Session
from gatepost.policy.asking import Asking, ask
from gatepost.policy.lookup_order import domain_keys, tries_partial_keys
from gatepost.policy.questions import TableLookup
from gatepost.policy.subjects import client_names

Matched = bool | Unavailable


def client_matches(patterns: MatchList, session: Session) -> Asking[Matched]:
    """The client of this session is on the list, by verified name or by address.

    The name is asked for only where an element that is reached needs one.
    """
    address = session.client.address
    name = ""
    for pattern in patterns.patterns:
        if pattern.fault:
            if _is_network_of_other_family(pattern, address):
                continue
            return Unavailable(pattern.fault)
        if pattern.network is not None:
            if pattern.network.holds(address):
                return not pattern.is_negated
            continue
        if not name:
            names = yield from client_names(session)
            name = names.name.lower()
        outcome = yield from _client_matches_one(patterns, pattern, name, address)
        if isinstance(outcome, Unavailable):
            return outcome
        if outcome:
            return not pattern.is_negated
    return False


def is_trusted(patterns: MatchList, session: Session) -> Asking[Matched]:
    """The client is on a list of those who may do more than strangers: nobody whose trust is withdrawn is."""
    if session.is_trust_withdrawn:
        return False
    return (yield from client_matches(patterns, session))


def _is_network_of_other_family(pattern: Pattern, address: IPAddress) -> bool:
    """A network that cannot be used, but that this client could not be in anyway: Postfix does not look at it.

    A client without address (XCLIENT ADDR=[UNAVAILABLE]) is in none.
    """
    if not address.octets:
        return True
    return pattern.text[:1] in "[0123456789" and (":" in pattern.text) != address.is_ipv6


def _client_matches_one(patterns: MatchList, pattern: Pattern, name: str, address: IPAddress) -> Asking[Matched]:
    if pattern.table:
        keys = _table_keys(pattern.table, name, parents_match=patterns.parents_match)
        return (yield from _table_has(pattern.table, (*keys, address.text)))
    return _domain_is(pattern.text, name, parents_match=patterns.parents_match) or pattern.text == address.text


def domain_matches(patterns: MatchList, domain: str) -> Asking[Matched]:
    """The domain is on the list, itself or by a parent (relay_domains)."""
    return (yield from _text_matches(patterns, domain.lower(), with_parents=True))


def string_matches(patterns: MatchList, text: str) -> Asking[Matched]:
    """The text is on the list as it stands, parents do not count (mydestination, virtual_*_domains)."""
    return (yield from _text_matches(patterns, text.lower(), with_parents=False))


def _text_matches(patterns: MatchList, text: str, *, with_parents: bool) -> Asking[Matched]:
    for pattern in patterns.patterns:
        if pattern.table:
            keys: tuple[str, ...] = (text,)
            if with_parents:
                keys = _table_keys(pattern.table, text, parents_match=patterns.parents_match)
            outcome = yield from _table_has(pattern.table, keys)
        elif pattern.fault and pattern.text != text:
            return Unavailable(pattern.fault)
        elif with_parents:
            outcome = _domain_is(pattern.text, text, parents_match=patterns.parents_match)
        else:
            outcome = pattern.text == text
        if isinstance(outcome, Unavailable):
            return outcome
        if outcome:
            return not pattern.is_negated
    return False


def _table_keys(table: str, name: str, *, parents_match: bool) -> tuple[str, ...]:
    return tuple(domain_keys(name, partial=tries_partial_keys(table), parents_match=parents_match))


def _table_has(table: str, keys: tuple[str, ...]) -> Asking[Matched]:
    answer = yield from ask(TableLookup(table, keys))
    return answer if isinstance(answer, Unavailable) else isinstance(answer, Found)


def _domain_is(pattern: str, name: str, *, parents_match: bool) -> bool:
    if pattern == name:
        return True
    if parents_match:
        return name.endswith("." + pattern)
    return pattern.startswith(".") and name.endswith(pattern)
