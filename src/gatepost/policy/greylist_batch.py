"""Several attempts decided together, on texts that were read together: what every greylist store carries out.

    texts = read the values of keys_of(attempts)
    batch = decide_all(attempts, texts, now)
    write batch.changes, all or nothing; then answer batch.decisions

Later attempts see what earlier ones of the batch wrote, as if one had come after the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gatepost.model.quick import quick
from gatepost.policy.greylist_records import (
    client_key,
    expected_key,
    pair_key,
    read_client,
    read_expected,
    read_pair,
    write_client,
    write_pair,
)
from gatepost.policy.greylisting import (
    NO_CLIENT,
    NO_PAIR,
    Attempt,
    ClientRecord,
    Decision,
    GreylistTerms,
    PairRecord,
    decide,
)


@dataclass(frozen=True, slots=True)
class Change:
    """A value to be written, and when it is forgotten."""

    text: str
    ends: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of several attempts: a decision for each, in their order, and what is to be written, by key."""

    decisions: list[Decision] = field(default_factory=list)
    changes: dict[str, Change] = field(default_factory=dict)


def keys_of(attempts: Sequence[Attempt]) -> list[str]:
    """The keys whose values decide, each once."""
    keys = [pair_key(attempt.recipient, attempt.sender) for attempt in attempts]
    keys += [client_key(client) for client in {attempt.client for attempt in attempts}]
    keys += [expected_key(recipient) for recipient in {attempt.recipient for attempt in attempts}]
    return list(dict.fromkeys(keys))


def decide_all(attempts: Iterable[Attempt], texts: Mapping[str, str], now: int) -> Batch:
    """Decide on each attempt in turn. A key that is not in `texts` has no value."""
    pairs: dict[str, tuple[PairRecord, GreylistTerms]] = {}
    clients: dict[str, tuple[ClientRecord, GreylistTerms]] = {}
    batch = Batch()
    for attempt in attempts:
        to_pair, to_client = pair_key(attempt.recipient, attempt.sender), client_key(attempt.client)
        text = texts.get(to_pair)
        pair = pairs[to_pair][0] if to_pair in pairs else read_pair(text) if text else NO_PAIR
        text = texts.get(to_client)
        client = clients[to_client][0] if to_client in clients else read_client(text) if text else NO_CLIENT
        text = texts.get(expected_key(attempt.recipient))
        decision = decide(attempt, pair, client, read_expected(text) if text else 0, now)
        batch.decisions.append(decision)
        if decision.pair is not None:
            pairs[to_pair] = (decision.pair, attempt.terms)
        if decision.client is not None:
            clients[to_client] = (decision.client, attempt.terms)
    for key, (pair, terms) in pairs.items():
        batch.changes[key] = Change(write_pair(pair), pair.ends(terms))
    for key, (client, terms) in clients.items():
        batch.changes[key] = Change(write_client(client), client.ends(terms))
    return batch


quick(Change)
