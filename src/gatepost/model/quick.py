"""Frozen values that every session makes by the dozen, made without the price of being frozen.

    quick(Reply, Session)                       behind the classes

The `__init__` of a frozen dataclass sets each field through object.__setattr__, 0.7 us for four fields; a plain one
takes 0.1 us. A session makes some sixty values, so 5 % of a worker's time went there. `quick` puts the plain
`__init__` in its place and takes the run-time guard away; that nobody assigns to a field is what mypy --strict holds,
which knows nothing of this. For classes made many times per session only; all others keep their guard. It is no
decorator, for mypyc (decision 0006) makes no native class of one that is decorated by a stranger.
"""

from dataclasses import fields, make_dataclass


def quick(*frozen: type) -> None:
    """Make the instances of frozen dataclasses without __post_init__ quick to make."""
    for each in frozen:
        specification = [(field.name, field.type, field) for field in fields(each)]
        plain = make_dataclass(each.__name__, specification, repr=False, eq=False, match_args=False)
        each.__init__ = plain.__init__  # type: ignore[misc]  # the same signature
        del each.__setattr__, each.__delattr__
