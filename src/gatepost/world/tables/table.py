"""What a lookup table is: a record, an answer for every key, and its findings.

A table maps a key to a text. Every type (`hash:`, `regexp:`, …) is one file that exports one `TableType` record; the
record's loader reads the source and gives back a search function, and this file puts the same gate before all of
them:

- a key that is longer than 4096 characters or holds a NUL octet is not found;
- keys are folded to lower case for the types that say so (access(5) and its kind), by Unicode when smtputf8 is on;
- with smtputf8 (Postfix: smtputf8_enable) a key that is not UTF-8 is not found and a value that is not UTF-8 is
  Unavailable; without it both are octets. Octets that are not UTF-8 stand in text as surrogate escapes.

A table that cannot be used is no error of the program: it becomes a surrogate that answers Unavailable to every
key, and a Complaint says which file, which line, and what to do (Postfix: dict_surrogate).

Postfix: DATABASE_README
"""

from collections.abc import Callable, Iterable, KeysView
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gatepost.model.answer import NOT_FOUND, Answer, Found, NotFound, Unavailable
from gatepost.model.errors import Complaint, Place
from gatepost.policy.questions import TableHit

KEY_LENGTH_LIMIT = 4096
"""Characters. Twice Postfix's line_length_limit (2048), which bounds every command that a key can come from."""

SHOWN_NAME_LIMIT = 60
"""Characters of an inline table's own text that are shown where a file name would stand; longer is cut."""

GROUP_MARK = "\ufffd"
"""Stands in a listed result where an answer has what a group of a pattern matched."""

Search = Callable[[str], Answer[str]]

ParameterReader = Callable[[str], str | None]
"""Gives a parameter of main.cf, None where it is not set."""


@dataclass(frozen=True, slots=True)
class TableRequest:
    """What a loader is asked for: `name` as configured, `argument` the part after `type:`.

    `base` is the directory that relative file names start from (None: the current one). `parameter` gives a
    parameter of main.cf, for types whose name may be a prefix of such (None: there is no main.cf).
    `keeps_first`: of equal keys in a texthash the first counts, as for postmap; else the table is unusable.
    """

    name: str
    argument: str
    base: Path | None = None
    smtputf8: bool = True
    parameter: ParameterReader | None = None
    keeps_first: bool = False

    @property
    def path(self) -> Path:
        """The argument as a file."""
        return (self.base / self.argument) if self.base is not None else Path(self.argument)

    @property
    def shown_name(self) -> str:
        """The name, on one line and cut to a length fit for a message."""
        name = " ".join(self.name.split()) or "(an empty name)"
        return name if len(name) <= SHOWN_NAME_LIMIT else name[: SHOWN_NAME_LIMIT - 1] + "…"


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """What a loader gives: the search, its findings, the files to watch, and its entries if it can list them.

    `results` lists every text that it can answer with, GROUP_MARK for a group of a pattern, and where it stands.
    `known_keys`, where given, are all that it knows, as they are searched for.
    """

    search: Search
    complaints: tuple[Complaint, ...] = ()
    files: tuple[Path, ...] = ()
    entries: Callable[[], Iterable[tuple[str, str]]] | None = None
    results: Callable[[], Iterable[tuple[str, str]]] | None = None
    known_keys: KeysView[str] | None = None

    def make_table(self, record: "TableType", request: TableRequest) -> "Table":
        """Make the table."""
        return LocalTable(record, request, self)


class Loaded(Protocol):
    """What a loader gives: a LoadedTable, or what a table that must be waited for is made of (remote.py)."""

    def make_table(self, record: "TableType", request: TableRequest) -> "Table":
        """Make the table."""


class TableError(Exception):
    """The table cannot be used: `complaint` says why, `files` whose change makes it worth another try."""

    def __init__(self, complaint: Complaint, *files: Path) -> None:
        super().__init__(str(complaint))
        self.complaint = complaint
        self.files = files


def fault(place: str | Place, text: str, cure: str, *files: Path) -> TableError:
    """Make a TableError with an error for its complaint."""
    where = place if isinstance(place, Place) else Place(place)
    return TableError(Complaint("error", where, text, cure), *files)


@dataclass(frozen=True, slots=True)
class TableType:
    """The record of one table type.

    `manual` is the docstring of the file that defines it. `tries_partial_keys` tells FIXED tables, which are asked
    for parent domains and partial networks too, from PATTERN tables, which see only the whole key. `load` may raise
    TableError and nothing else.
    """

    name: str
    manual: str
    tries_partial_keys: bool
    folds_keys: bool
    load: Callable[[TableRequest], Loaded]

    @property
    def summary(self) -> str:
        """The first line of the manual."""
        return self.manual.strip().partition("\n")[0]


def is_utf8(text: str) -> bool:
    """The text came from valid UTF-8: no surrogate escapes in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def fold_key(key: str, *, smtputf8: bool) -> str:
    """Fold a key as Postfix does: ASCII to lower case, the rest by Unicode case folding if smtputf8 is on."""
    if key.isascii():
        return key.lower()
    if smtputf8:
        return key.casefold()
    return key.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def admit(key: str, *, folds: bool, smtputf8: bool) -> str | None:
    """The key as the source of a table is asked for it; None for one that can be in no table."""
    if len(key) > KEY_LENGTH_LIMIT or "\0" in key:
        return None
    if not key.isascii() and (smtputf8 or not _is_octets(key)) and not is_utf8(key):
        return None
    return fold_key(key, smtputf8=smtputf8) if folds else key


class Table(Protocol):
    """What load_table gives: a LocalTable, whose answers are there at once, or an AwaitedTable (awaited.py)."""

    name: str
    record: TableType
    complaints: tuple[Complaint, ...]
    files: tuple[Path, ...]
    entries: Callable[[], Iterable[tuple[str, str]]] | None
    results: Callable[[], Iterable[tuple[str, str]]] | None

    async def lookup(self, key: str) -> Answer[str]:
        """Give the value of one key."""


class LocalTable:
    """A table in memory. `find` answers at once; `lookup` is the same as a coroutine, as remote tables have it."""

    __slots__ = (
        "_folds",
        "_known_keys",
        "_search",
        "_smtputf8",
        "complaints",
        "entries",
        "files",
        "name",
        "record",
        "results",
    )

    def __init__(self, record: TableType, request: TableRequest, loaded: LoadedTable) -> None:
        self.name = request.name
        self.record = record
        self.files = loaded.files
        self.complaints = loaded.complaints
        self.entries = loaded.entries
        self.results = loaded.results
        self._search = loaded.search
        self._known_keys = loaded.known_keys
        self._folds = record.folds_keys
        self._smtputf8 = request.smtputf8

    def find_first(self, keys: tuple[str, ...]) -> Answer[TableHit]:
        """The first of several keys that the table knows.

        Unavailable: the table failed, or the value is empty (Postfix: an empty result is not allowed).
        """
        if self._known_keys is not None and self._known_keys.isdisjoint(keys):
            as_one = "".join(keys)
            if as_one.isascii() and as_one == as_one.lower():  # what find() would say of each key, for nearly all
                return NOT_FOUND
        for key in keys:
            answer = self.find(key)
            if isinstance(answer, NotFound):
                continue
            if isinstance(answer, Unavailable):
                return answer
            if not answer.value:
                return Unavailable(f"{answer.source or self.name}: the result is empty")
            return Found(TableHit(key, answer.value), answer.source)
        return NOT_FOUND

    def find(self, key: str) -> Answer[str]:
        """Give the value of one key. Found.source is `file:line`."""
        if key.isascii() and len(key) <= KEY_LENGTH_LIMIT and "\0" not in key:  # as admit(), for nearly all keys
            admitted: str | None = key.lower() if self._folds else key
        else:
            admitted = admit(key, folds=self._folds, smtputf8=self._smtputf8)
        if admitted is None:
            return NOT_FOUND
        answer = self._search(admitted)
        if self._smtputf8 and isinstance(answer, Found) and not answer.value.isascii() and not is_utf8(answer.value):
            return Unavailable(f"{answer.source or self.name}: the value is not UTF-8")
        return answer

    async def lookup(self, key: str) -> Answer[str]:
        """Give the value of one key."""
        return self.find(key)


class Surrogate(LocalTable):
    """Stands for a table that cannot be used: every key is Unavailable, with the reason."""

    __slots__ = ("_answer",)

    def __init__(self, record: TableType, request: TableRequest, cause: TableError) -> None:
        answer = Unavailable(f"{request.shown_name}: {cause.complaint.text}")
        super().__init__(record, request, LoadedTable(lambda _key: answer, (cause.complaint,), cause.files))
        self._answer = answer

    def find(self, key: str) -> Answer[str]:  # noqa: ARG002 -- the answer does not depend on the key
        """Give Unavailable."""
        return self._answer


def load_as(record: TableType, request: TableRequest) -> Table:
    """Load one table by its type's record; a fault gives a surrogate."""
    try:
        return record.load(request).make_table(record, request)
    except TableError as cause:
        return Surrogate(record, request, cause)


def _is_octets(key: str) -> bool:
    """The key can be turned back into octets (a lone surrogate that is no escape cannot)."""
    try:
        key.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
