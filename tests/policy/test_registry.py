"""A restriction's manual and whether it asks: the same from the function and, where that is compiled, from its source."""

import inspect

import pytest

from gatepost.policy.language.parse import parse_list  # noqa: F401 - loads every restriction
from gatepost.policy.registry import RESTRICTIONS, _sources, told_by_source

RECORDS = {record.name: record for record in RESTRICTIONS.values()}


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_the_source_tells_what_the_function_tells(name):
    record = RECORDS[name]
    assert told_by_source(record.function) == (record.manual, record.asks)
    if inspect.isfunction(record.function):
        assert record.asks == inspect.isgeneratorfunction(record.function)


def test_every_module_of_restrictions_was_read():
    assert {record.function.__module__ for record in RECORDS.values()} >= {"gatepost.policy.restrictions.words"}
    assert "reject" in _sources("gatepost.policy.restrictions.words")
