"""Values read strictly, by kind: what Postfix would die of is a fault here too, with its cure.

    yes or no       the two words, in any case
    number          decimal digits, perhaps with a sign; no unit
    time            a number and one of s m h d w; without a letter the parameter's unit: seconds for all we declare
    choice          one of the words
    table           type:name

Raises: BadValueError.
Postfix: postconf(5), "Other attributes"; a numerical value must fit 32 bits, a size 64.
"""

import re

from gatepost.config.declaration import Parameter
from gatepost.model.address import is_ip
from gatepost.model.secrets import without_secrets

_NUMBER = re.compile(r"[+-]?\d{1,18}")
_TIME = re.compile(r"(\d{1,9})([smhdw]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MOST_SECONDS = 2**31 - 1  # Postfix keeps times in an int


class BadValueError(ValueError):
    """A value is not of its kind: what is wrong, and what to write instead; of a list, which word is meant."""

    def __init__(self, text: str, cure: str, word: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.cure = cure
        self.word = word


def read_yes_no(known: Parameter, text: str) -> bool:
    """`yes` or `no`."""
    folded = text.lower()
    if folded not in ("yes", "no"):
        cure = f'write "{known.name} = yes" or "{known.name} = no"'
        raise BadValueError(f"{_shown(text)} is neither yes nor no", cure)
    return folded == "yes"


def read_number(known: Parameter, text: str) -> int:
    """A whole number within the parameter's limits."""
    if not _NUMBER.fullmatch(text) or not text.isascii():
        cure = f"write digits only: a number of {known.unit}" if known.unit else "write digits only"
        raise BadValueError(f"{_shown(text)} is not a number", cure)
    return _within(known, int(text), known.unit)


def read_seconds(known: Parameter, text: str) -> int:
    """A time, in seconds."""
    match = _TIME.fullmatch(text) if text.isascii() else None
    if match is None:
        raise BadValueError(f"{_shown(text)} is not a time", "write a number and s, m, h, d or w, such as 30s")
    seconds = int(match.group(1)) * _SECONDS[match.group(2)]
    if seconds > _MOST_SECONDS:
        raise BadValueError(f"{_shown(text)} is too long", f"write less than {_MOST_SECONDS} seconds")
    return _within(known, seconds, "seconds")


def _within(known: Parameter, value: int, unit: str) -> int:
    counted = f"{value} {unit}".rstrip()
    if known.least is not None and value < known.least:
        raise BadValueError(f"{counted} is too little", f"write {known.least} or more")
    if known.most is not None and value > known.most:
        raise BadValueError(f"{counted} is too much", f"write {known.most} or less")
    return value


def read_choice(known: Parameter, text: str) -> str:
    """One of the parameter's words, in lower case."""
    folded = text.lower()
    if folded not in known.choices:
        choices = ", ".join(known.choices)
        raise BadValueError(f"{_shown(text)} is not one of {choices}", f"write one of {choices}")
    return folded


def read_table(word: str) -> str:
    """The name of a table, `type:name`."""
    kind, colon, rest = word.partition(":")
    if colon and kind and rest:
        return word
    address, slash, length = word.partition("/")
    if is_ip(address):
        raise BadValueError(f"{_shown(word)} is no table but an address", f"write [{address}]{slash}{length}", word)
    cure = f"write the type too, such as texthash:{word}" if word.startswith("/") else "write type:name"
    raise BadValueError(f"{_shown(word)} is not a table: it has no type", cure, word)


def quoted(text: str) -> str:
    """A value as a message shows it: one line, printable, at most 60 characters."""
    flat = "".join(c if c.isprintable() else "?" for c in " ".join(without_secrets(text).split()))
    return f'"{flat}"' if len(flat) <= 60 else f'"{flat[:57]}..."'


def _shown(text: str) -> str:
    return quoted(text) if text else "nothing"
