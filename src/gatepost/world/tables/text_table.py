"""Read keys and values from a text, as postmap(1) reads its input: the engine of texthash, hash and their like.

Each logical line is `key whitespace value`. The key ends at the first whitespace that no double quotes and no
backslash protect; quotes and backslashes stay part of it. A line without value, with an unbalanced quote or (with
smtputf8) with octets that are not UTF-8 is told and left out; a key that ends in `:` is told.

Gives: Entries; 1,000,000 load in about 3 s and take some 160 MB, which workers share.

Postfix: postmap(1) INPUT FILE FORMAT
"""

from collections.abc import Iterable, Iterator, KeysView

from gatepost.model.answer import NOT_FOUND, Answer, Found
from gatepost.world.tables.source import Source
from gatepost.world.tables.table import LoadedTable, fold_key, is_utf8

Entry = tuple[int, str, str]
"""Line, key as written, value."""

_LINE_SHIFT = 28
"""Bits for the number of a value; SIZE_LIMIT_BYTES (source.py) allows no more values or lines than 2 ** 28."""


class Entries:
    """Folded keys with their values and lines. Values repeat: each is kept once, its number beside the line."""

    __slots__ = ("_numbers", "_places", "_values")

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._values: list[str] = []
        self._numbers: dict[str, int] = {}

    def add(self, key: str, value: str, line: int) -> int:
        """Add an entry, unless its key is there: then give the line where it is, else 0."""
        number = self._numbers.get(value)
        if number is None:
            number = self._numbers[value] = len(self._values)
            self._values.append(value)
        place = line << _LINE_SHIFT | number
        former = self._places.setdefault(key, place)
        return 0 if former == place else former >> _LINE_SHIFT

    def get(self, key: str) -> tuple[str, int] | None:
        """Give value and line."""
        place = self._places.get(key)
        return None if place is None else (self._values[place & (1 << _LINE_SHIFT) - 1], place >> _LINE_SHIFT)

    def keys(self) -> KeysView[str]:
        """Give all keys."""
        return self._places.keys()

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        """Give keys, values and lines in the order of their lines."""
        mask = (1 << _LINE_SHIFT) - 1
        for key, place in self._places.items():
            yield key, self._values[place & mask], place >> _LINE_SHIFT


_SPACE = b" \t\n\v\f\r"


def read_entries(source: Source, *, smtputf8: bool) -> Iterator[Entry]:
    """Give the usable entries in order; findings about the others go to the source."""
    for number, line in usable_lines(source, smtputf8=smtputf8):
        parts = split_protected(line) if b'"' in line or b"\\" in line else line.split(None, 1)
        if parts is None:
            source.warn(
                number, "a double quote is not closed; the line is left out", "close it or protect it with \\"
            )
        elif len(parts) < 2 or not parts[1]:
            source.warn(number, "a key without a value; the line is left out", "write: key whitespace value")
        else:
            key, value = (part.decode("utf-8", "surrogateescape") for part in parts)
            yield number, key, value.rstrip(" \t\n\v\f\r")


def usable_lines(source: Source, *, smtputf8: bool) -> Iterator[tuple[int, bytes]]:
    """Give the logical lines, without trailing whitespace; with smtputf8 only those that are UTF-8."""
    checks = smtputf8 and not is_utf8(source.octets.decode("utf-8", "surrogateescape"))
    for number, line in source.lines():
        if checks and not is_utf8(line.decode("utf-8", "surrogateescape")):
            cure = "save the file as UTF-8, or set smtputf8_enable = no"
            source.warn(number, "the line is not UTF-8 and is left out", cure)
        else:
            yield number, line.rstrip()


def split_protected(line: bytes) -> list[bytes] | None:
    """Split a line at the first whitespace outside quotes and not after a backslash; None for an open quote."""
    is_quoted = False
    at, end = 0, len(line)
    while at < end:
        octet = line[at]
        if octet == 92:  # a backslash protects the octet after it
            at += 1
        elif octet == 34:
            is_quoted = not is_quoted
        elif octet in _SPACE and not is_quoted:
            break
        at += 1
    if is_quoted:
        return None
    return [line[:at], line[at:].lstrip()]


def keep_first(source: Source, entries: Iterable[Entry], *, smtputf8: bool) -> Entries:
    """Make the dictionary; of two entries with the same key the first is kept, with a warning."""
    return _gather(source, entries, smtputf8=smtputf8, forgives=True)


def refuse_duplicates(source: Source, entries: Iterable[Entry], *, smtputf8: bool) -> Entries:
    """Make the dictionary; two entries with the same key make the whole table unusable. Raises TableError."""
    return _gather(source, entries, smtputf8=smtputf8, forgives=False)


def _gather(source: Source, entries: Iterable[Entry], *, smtputf8: bool, forgives: bool) -> Entries:
    table = Entries()
    for number, written, value in entries:
        key = written.lower() if written.isascii() else fold_key(written, smtputf8=smtputf8)
        former = table.add(key, value, number)
        if former:
            text = f"duplicate of line {former}: {written[:60]!r}"
            if not forgives:
                raise source.fault(number, f"{text} makes the whole table unusable", "remove one of the two lines")
            source.warn(number, f"{text} is left out", "remove one of the two lines")
        elif written.endswith(":"):
            cure = "remove the colon, unless the key is meant so"
            source.warn(number, f"key {written[:60]!r} ends with a colon, as in aliases(5)", cure)
    return table


def as_table(source: Source, table: Entries) -> LoadedTable:
    """Make the table that answers from a dictionary. Line 0: the entry stands in no line."""
    label = source.label

    def place(line: int) -> str:
        return f"{label}:{line}" if line else label

    def search(key: str) -> Answer[str]:
        hit = table.get(key)
        return NOT_FOUND if hit is None else Found(hit[0], place(hit[1]))

    def entries() -> Iterator[tuple[str, str]]:
        return ((key, value) for key, value, _line in table)

    def results() -> Iterator[tuple[str, str]]:
        return ((value, place(line)) for _key, value, line in table)

    return LoadedTable(search, source.complaints, source.files, entries, results, table.keys())
