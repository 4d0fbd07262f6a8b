"""The search over the rules of a pattern table: in order, the first that matches decides, and few of them are tried.

Most rules of a long table cannot match most keys: each needs some text that the key does not hold (needed_text.py).
Three (where the text is short: two) neighbouring octets of that text, those that the fewest rules share, are kept in
an index, so that one pass over the key gives the rules that are worth trying, which are then tried in their order.
The answers are those of trying all.

One difference: a pattern that would have reached its limit is not tried where the answer cannot depend on it, so that
there is an answer instead of Unavailable.

Cost: about 3 µs for a key of 30 octets, and 0.5 µs for each rule tried; a table with fewer than LEAST_INDEXED rules
is walked as it stands.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from gatepost.model.answer import NOT_FOUND, Answer, Found, Unavailable
from gatepost.world.tables.needed_text import Texts
from gatepost.world.tables.template import Template

LEAST_INDEXED = 12
"""Rules that can be passed over, below which trying them all costs no more than the index."""

_GRAM_OCTETS = 3
_Gram = tuple[int, ...]


class MatchError(Exception):
    """The engine could not decide whether a pattern matches (a limit, no memory)."""


class Pattern(Protocol):
    """A compiled pattern of either engine."""

    group_count: int

    @property
    def caution(self) -> str:
        """What its author should know of the pattern's cost, if anything."""

    def matches(self, octets: bytes) -> bool:
        """Search. Raises MatchError."""

    def groups(self, octets: bytes) -> Sequence[bytes]:
        """Give what the groups matched, for octets that matches() has just matched."""


@dataclass(slots=True, eq=False)
class Condition:
    """An `if`: it must match, or must not, for the rules up to the one numbered `end` to be tried."""

    pattern: Pattern
    must_match: bool
    line: int
    end: int = 0


@dataclass(slots=True, eq=False)
class Rule:
    """One rule, the ifs around it (the outermost first), and its result: an answer, or a template to be filled in.

    `needed`: every key that it decides holds one text of each of these sets, once it is folded (needed_text.py).
    """

    pattern: Pattern
    must_match: bool
    line: int
    within: tuple[Condition, ...] = ()
    needed: tuple[Texts, ...] = ()
    second: Pattern | None = None
    second_must_match: bool = False
    answer: Found[str] | None = None
    template: Template | None = None

    def holds(self, octets: bytes) -> bool:
        """The rule decides the key. Raises MatchError."""
        if self.pattern.matches(octets) is not self.must_match:
            return False
        return self.second is None or self.second.matches(octets) is self.second_must_match


class _Index:
    """Which rules are worth trying for a key."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._always = tuple(number for number, rule in enumerate(rules) if not rule.needed)
        self._by_three: dict[_Gram, list[int]] = {}
        self._by_two: dict[_Gram, list[int]] = {}
        shared = Counter(
            gram for rule in rules for gram in {gram for text in chain(*rule.needed) for gram in _grams(text)}
        )

        def rarest(text: bytes) -> _Gram:
            return min(_grams(text), key=shared.__getitem__)

        for number, rule in enumerate(rules):
            if rule.needed:
                texts = min(rule.needed, key=lambda each: sum(shared[rarest(text)] for text in each))
                for gram in set(map(rarest, texts)):
                    index = self._by_three if len(gram) == _GRAM_OCTETS else self._by_two
                    index.setdefault(gram, []).append(number)

    def worth_trying(self, octets: bytes) -> Iterable[int]:
        """Give the numbers of the rules that could decide the key, in order."""
        text = octets.lower()
        second = text[1:]
        hits = [
            self._by_three[gram] for gram in self._by_three.keys() & set(zip(text, second, text[2:], strict=False))
        ]
        if self._by_two:
            hits += [self._by_two[gram] for gram in self._by_two.keys() & set(zip(text, second, strict=False))]
        if not hits:
            return self._always
        return sorted(set(self._always).union(*hits))


def _grams(text: bytes) -> list[_Gram]:
    """The runs of three octets in a text, or the two of one that has no more."""
    size = min(len(text), _GRAM_OCTETS)
    return [tuple(text[at : at + size]) for at in range(len(text) - size + 1)]


def make_search(rules: Sequence[Rule], label: str) -> Callable[[str], Answer[str]]:
    """Make the search over finished rules; `label` stands for the table in the answers."""
    everything = range(len(rules))
    is_long = sum(bool(rule.needed) for rule in rules) >= LEAST_INDEXED
    index = _Index(rules) if is_long else None

    def search(key: str) -> Answer[str]:
        octets = key.encode("utf-8", "surrogateescape")
        held: set[Condition] = set()
        go_on_from = line = 0
        try:
            for number in everything if index is None else index.worth_trying(octets):
                if number < go_on_from:
                    continue
                rule = rules[number]
                for condition in rule.within:
                    if condition in held:
                        continue
                    line = condition.line
                    if condition.pattern.matches(octets) is not condition.must_match:
                        go_on_from = condition.end
                        break
                    held.add(condition)
                else:
                    line = rule.line
                    if rule.holds(octets):
                        return rule.answer or _filled(rule, octets, label)
        except MatchError as error:
            return Unavailable(f"{label}:{line}: {error}")
        return NOT_FOUND

    return search


def _filled(rule: Rule, octets: bytes, label: str) -> Answer[str]:
    assert rule.template is not None
    return Found(rule.template.expand(rule.pattern.groups(octets)), f"{label}:{rule.line}")
