"""The contents of the manual: every topic, and those that a name means.

`find` takes names as people write them: without regard to case where that is unambiguous, a table with its colon or
with a name behind it (`hash:/etc/postfix/access`), a reply code for the action that it is (`550`), a parameter with
its `$`. One name may mean several topics: `reject` is a restriction and an action.

Cost: making all topics takes about 10 ms.
"""

import difflib
import re
from collections.abc import Iterator
from functools import cached_property

import click

from gatepost.manual.topics.actions import action_topics
from gatepost.manual.topics.commands import command_topics
from gatepost.manual.topics.parameters import known_only_names, known_only_topic, parameter_topics
from gatepost.manual.topics.restrictions import restriction_topics
from gatepost.manual.topics.tables import table_topics
from gatepost.manual.topics.topic import Kind, Topic

NEAREST = 3
"""Names that are offered in place of one that nobody knows."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*_[A-Za-z0-9_]+|\bmy[a-z]{6,}\b")
_CODE = re.compile(r"([45])\d\d")


class Contents:
    """All topics of a program. Those of commands are made when they are asked for: making one loads the command.

    `used_parameters`: of those that are declared the ones that this version carries out.
    """

    def __init__(self, program: click.Group, used_parameters: frozenset[str]) -> None:
        self.program = program
        self._used_parameters = used_parameters
        self._command_names = tuple(program.list_commands(click.Context(program)))

    @cached_property
    def commands(self) -> tuple[Topic, ...]:
        """The commands, in the order of the help."""
        return tuple(command_topics(self.program, *self._command_names))

    @cached_property
    def records(self) -> tuple[Topic, ...]:
        """All other topics, by kind, each in the order of the reference."""
        return (*restriction_topics(), *action_topics(), *table_topics(), *parameter_topics(self._used_parameters))

    @property
    def everything(self) -> tuple[Topic, ...]:
        """All topics."""
        return (*self.commands, *self.records)

    def of_kind(self, kind: Kind) -> tuple[Topic, ...]:
        """All topics of a kind."""
        return self.commands if kind is Kind.COMMAND else tuple(t for t in self.records if t.kind is kind)

    def find(self, name: str) -> tuple[Topic, ...]:
        """What a name means; nothing where nobody knows it. The one that is spelt just so comes first."""
        for spelling in _spellings(name):
            found = [t for t in self.records if spelling.lower() in _folded(t)]
            found += command_topics(self.program, spelling)
            if found:
                return tuple(sorted(found, key=lambda topic: spelling != topic.name))
            known = known_only_topic(spelling) if spelling in known_only_names() else None
            if known is not None:
                return (known,)
        return ()

    def nearest(self, name: str) -> list[str]:
        """The names that are spelt most like this one, the nearest first."""
        every = sorted((*self._names, *known_only_names()), reverse=True)
        by_folded = {known.lower(): known for known in every}
        near = difflib.get_close_matches(name[:100].lower(), by_folded, n=NEAREST, cutoff=0.6)
        return [by_folded[each] for each in near]

    def see_also(self, topic: Topic) -> list[str]:
        """Names of other topics that this one speaks of, then of those that speak of it."""
        said = [name for name in names_in(topic.text) if name in self._names]
        others = [*said, *self._speakers.get(topic.name, ())]
        return [name for name in dict.fromkeys(others) if name not in (topic.name, *topic.aliases)]

    @cached_property
    def _names(self) -> frozenset[str]:
        names = (name for topic in self.records for name in (topic.name, *topic.aliases))
        return frozenset((*names, *self._command_names))

    @cached_property
    def _speakers(self) -> dict[str, list[str]]:
        """For each name, the topics whose text has it."""
        speakers: dict[str, list[str]] = {}
        for topic in self.records:
            for name in names_in(topic.text):
                speakers.setdefault(name, []).append(topic.name)
        return speakers


def names_in(text: str) -> list[str]:
    """The words of a text that may be names: those with an underscore, and mynetworks and its kin."""
    return list(dict.fromkeys(NAME.findall(text)))


def _folded(topic: Topic) -> tuple[str, ...]:
    return tuple(name.lower() for name in (topic.name, *topic.aliases))


def _spellings(name: str) -> Iterator[str]:
    """What a name may be short for."""
    bare = name.strip().removeprefix("$").removeprefix("{").removesuffix("}")
    yield bare
    code = _CODE.fullmatch(bare)
    if code:
        yield f"{code[1]}NN"
    if ":" in bare:
        yield bare.partition(":")[0]
