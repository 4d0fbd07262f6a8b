"""Reading a parameter as its declaration has it, whatever its kind."""

from collections.abc import Callable
from dataclasses import fields
from typing import TypeVar

from gatepost.config.configuration import Configuration
from gatepost.config.declaration import Kind
from gatepost.config.match_lists import read_match_list
from gatepost.config.parameters import declared_parameters
from gatepost.model.errors import Complaint, ConfigurationError

T = TypeVar("T")


def read_parameter(configuration: Configuration, name: str) -> object:
    """The value of a declared parameter, as its kind has it. Raises ConfigurationError."""
    return _READERS[declared_parameters()[name].kind](configuration, name)


_READERS: dict[Kind, Callable[[Configuration, str], object]] = {
    Kind.TEXT: Configuration.text,
    Kind.WORDS: Configuration.words,
    Kind.RESTRICTIONS: Configuration.words,
    Kind.YES_NO: Configuration.yes,
    Kind.NUMBER: Configuration.number,
    Kind.CODE: Configuration.number,
    Kind.TIME: Configuration.seconds,
    Kind.CHOICE: Configuration.choice,
    Kind.TABLES: Configuration.tables,
    Kind.CLIENTS: read_match_list,
    Kind.DOMAINS: read_match_list,
    Kind.STRINGS: read_match_list,
}


def read_fields(configuration: Configuration, record: type[T]) -> T:
    """A record whose every field is named like a declared parameter, read by its kind. Raises ConfigurationError."""
    values: dict[str, object] = {}
    faults: list[Complaint] = []
    for field in fields(record):  # type: ignore[arg-type]  # T is a dataclass: those are all there is to read
        try:
            value = read_parameter(configuration, field.name)
        except ConfigurationError as error:
            faults.extend(complaint for complaint in error.complaints if complaint not in faults)
            continue
        values[field.name] = frozenset(value) if isinstance(field.default, frozenset) else value  # type: ignore[call-overload]  # words
    if faults:
        raise ConfigurationError(*faults)
    return record(**values)
