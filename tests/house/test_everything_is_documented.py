"""A unit without manual text does not pass: restrictions, parameters, table types, actions, commands, options."""

import click
import pytest

from gatepost.cli.main import SUBCOMMANDS
from gatepost.cli.main import main as program
from gatepost.config.declaration import Kind as ValueKind
from gatepost.config.parameters import declared_parameters, is_own, postfix_facts
from gatepost.manual.contents import Contents
from gatepost.manual.topics.actions import action_topics
from gatepost.manual.topics.parameters import NOT_CARRIED_OUT, REFERRED_TO
from gatepost.manual.topics.topic import Kind
from gatepost.policy import access
from gatepost.policy.registry import RESTRICTIONS
from gatepost.service.unused_parameters import USED
from gatepost.world.tables.registry import TABLE_TYPES

CONTENTS = Contents(program, USED)
LEAST = 15
"""Characters that say something."""


@pytest.mark.parametrize("topic", CONTENTS.everything, ids=lambda topic: topic.name)
def test_it_says_what_it_is(topic):
    assert len(topic.summary) >= LEAST
    assert topic in CONTENTS.find(topic.name)
    for alias in topic.aliases:
        assert topic in CONTENTS.find(alias)


@pytest.mark.parametrize("name", RESTRICTIONS)
def test_a_restriction_that_asks_says_what_unavailable_means(name):
    record = RESTRICTIONS[name]
    asks_the_world = record.asks and record.argument.name not in ("SUBJECT", "SECONDS", "NONE")
    assert "Unavailable:" in record.manual or not asks_the_world
    assert "Postfix:" in record.manual or "check_greylist" in name


@pytest.mark.parametrize("known", declared_parameters().values(), ids=lambda known: known.name)
def test_a_parameter_says_all_that_its_kind_needs(known):
    fact = postfix_facts().get(known.name)
    assert known.default is not None or fact is not None
    assert not (fact and known.default not in (None, fact.default)) or len(known.because) >= LEAST
    assert known.kind is not ValueKind.CHOICE or known.choices
    assert known.kind is not ValueKind.NUMBER or known.unit
    assert is_own(known.name) == (fact is None)


def test_every_table_type_and_action_is_told_of():
    for name in TABLE_TYPES:
        assert CONTENTS.find(f"{name}:/some/file"), name
    told = {topic.name for topic in action_topics()} - {"4NN", "5NN", "restriction ..."}
    assert told == {*access._SIMPLE, *access._REFUSING}


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_option_of_a_command_has_help(name):
    command = program.get_command(click.Context(program), name)
    assert command.name == name
    assert SUBCOMMANDS[name].endswith(".")
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts}"
            assert option.help.endswith((".", ")")), f"{name} {option.opts}"


def test_a_parameter_without_effect_says_so():
    topics = {topic.name: topic for topic in CONTENTS.of_kind(Kind.PARAMETER)}
    silent = {name for name, topic in topics.items() if NOT_CARRIED_OUT not in topic.summary}
    assert silent == (USED | REFERRED_TO) & set(topics)
