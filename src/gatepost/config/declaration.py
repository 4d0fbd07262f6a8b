"""What is said of a parameter where it is declared: its kind, its range, its manual text (see parameters.py)."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a value is, in the words of the reference."""

    TEXT = "text"
    WORDS = "list of words"
    YES_NO = "yes or no"
    NUMBER = "number"
    TIME = "time"
    CODE = "reply code"
    CHOICE = "one of several words"
    TABLES = "list of tables (type:name)"
    RESTRICTIONS = "list of restrictions"
    CLIENTS = "match list of clients: host names, networks, tables"
    DOMAINS = "match list of domains"
    STRINGS = "match list of names, compared whole"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declaration. `manual` is its text in the reference; numbers lie within least and most (None: no limit).

    A time without a unit letter is in seconds. `default` is None where Postfix's default stands.
    """

    name: str
    kind: Kind
    manual: str
    default: str | None = None
    because: str = ""
    unit: str = ""
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
