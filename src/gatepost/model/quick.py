"""Frozen values that every session makes by the dozen, made without the price of being frozen.

The `__init__` of a frozen dataclass sets each field through object.__setattr__, 0.7 us for four fields; a plain one
takes 0.1 us. A session makes some sixty values, so 5 % of a worker's time went there. `quick` puts the plain
`__init__` in its place and takes the run-time guard away; that nobody assigns to a field is what mypy --strict holds,
which knows nothing of this decorator. For classes made many times per session only; all others keep their guard.
"""

from dataclasses import fields, make_dataclass
from typing import TypeVar

T = TypeVar("T")


def quick(frozen: type[T]) -> type[T]:
    """Make the instances of a frozen dataclass without __post_init__ quick to make."""
    specification = [(each.name, each.type, each) for each in fields(frozen)]  # type: ignore[arg-type]  # a dataclass
    plain = make_dataclass(frozen.__name__, specification, repr=False, eq=False, match_args=False)
    frozen.__init__ = plain.__init__  # type: ignore[method-assign, misc]  # the same signature
    del frozen.__setattr__, frozen.__delattr__
    return frozen
