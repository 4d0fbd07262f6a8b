"""Which tables a policy can ask: all of them are loaded before the first session, and followed when they change."""

from collections.abc import Iterable, Iterator
from dataclasses import fields

from gatepost.model.match_list import MatchList
from gatepost.model.settings import Settings
from gatepost.policy.language.compile import Policy
from gatepost.policy.lookup_order import AccessTable


def tables_in_use(policy: Policy) -> tuple[str, ...]:
    """The `type:name` of each, once, in the order in which they stand in the policy."""
    return tuple(dict.fromkeys((*_in_lists(policy), *_in_settings(policy.settings))))


def _in_lists(policy: Policy) -> Iterator[str]:
    for steps in policy.lists.values():
        for step in steps:
            if isinstance(step.argument, AccessTable):
                yield step.argument.name


def membership_tables(settings: Iterable[Settings]) -> frozenset[str]:
    """The tables that are lists of members: whose keys alone count (mynetworks, relay_domains and so on)."""
    lists = (getattr(each, field.name) for each in settings for field in fields(Settings))
    return frozenset(p.table for value in lists if isinstance(value, MatchList) for p in value.patterns if p.table)


def _in_settings(settings: Settings) -> Iterator[str]:
    for field in fields(Settings):
        value = getattr(settings, field.name)
        if isinstance(value, MatchList):
            yield from (pattern.table for pattern in value.patterns if pattern.table)
        elif field.name.endswith(("_maps", "_exceptions")) or field.name == "relay_clientcerts":
            yield from value
        elif field.name == "postscreen_access_list":
            yield from (word for word in value if ":" in word)
