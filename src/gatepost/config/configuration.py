"""The configuration: main.cf and master.cf read, every value typed, lazily, and kept.

`load_configuration(directory)` (loading.py) reads both files and looks at every value once, so that whatever is wrong
is told at load, all of it together. `for_row(row)` lays the `-o name=value` of one row of master.cf on top.

Values are asked for by kind: text, yes, number, seconds, choice, words, tables. A parameter that is not set has its
default (parameters.py), which may refer to other parameters; an unknown name is empty text.

Gives: `complaints`, warnings and notices in the order found; `files`, every file that was read (a reload watches
them); `rows`, the doors of master.cf.
Raises: ConfigurationError, with file, line and cure, for a value that is not of the kind asked for.
Postfix: postconf(5), master(5).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from gatepost.config.declaration import Kind, Parameter
from gatepost.config.expansion import Expander, ExpansionError, names_referred_to
from gatepost.config.logical_lines import read_text
from gatepost.config.machine_defaults import COMPUTED
from gatepost.config.main_cf import Entry
from gatepost.config.master_cf import MasterRow
from gatepost.config.parameters import declared_parameters, default_values, postfix_facts
from gatepost.config.values import BadValueError, read_choice, read_number, read_seconds, read_table, read_yes_no
from gatepost.config.word_places import place_of_word
from gatepost.model.errors import Complaint, ConfigurationError, Place
from gatepost.model.secrets import holds_secret
from gatepost.policy.language.tokens import words as split_words

T = TypeVar("T")

_NO_COMMENTS = "put the comment on a line of its own: behind a value # is part of it"

COMMAND_LINE = Place("command line")


class Configuration:
    """Parameters with their values. Unchanging but for `complaints` and `files`, which readers of values add to."""

    def __init__(
        self,
        directory: Path,
        entries: Mapping[str, Entry],
        rows: tuple[MasterRow, ...] = (),
        complaints: list[Complaint] | None = None,
        files: list[Path] | None = None,
    ) -> None:
        self.directory = directory
        self.entries = entries
        self.rows = rows
        self.complaints: list[Complaint] = [] if complaints is None else complaints
        self.files: list[Path] = [] if files is None else files
        self._expander = Expander(self.raw_value)
        self._typed: dict[tuple[str, Kind], object] = {}

    def with_overrides(self, overrides: Mapping[str, str], place: Place = COMMAND_LINE) -> "Configuration":
        """The same configuration with other values on top."""
        return self._with_entries({name: Entry(name, value.strip(), place) for name, value in overrides.items()})

    def for_row(self, row: MasterRow) -> "Configuration":
        """The configuration as the service of one row of master.cf sees it."""
        own = {entry.name: entry for entry in row.overrides}
        return self._with_entries({"service_name": Entry("service_name", row.service, row.place)} | own)

    def _with_entries(self, entries: Mapping[str, Entry]) -> "Configuration":
        return Configuration(self.directory, {**self.entries, **entries}, self.rows, self.complaints, self.files)

    def is_set(self, name: str) -> bool:
        """The parameter is given in main.cf or on top of it, perhaps as nothing."""
        return name in self.entries

    def place(self, name: str, word: str = "") -> Place:
        """Where the value stands, or one word of it; main.cf as a whole for a default."""
        entry = self.entries.get(name)
        whole = entry.place if entry else Place(str(self.directory / "main.cf"))
        return place_of_word(self.entries, name, word) or whole

    def origin(self, name: str) -> str:
        """The parameter to mend when the value of this one is wrong: for a default, what it refers to."""
        seen: set[str] = set()
        while not self.is_set(name) and name not in seen:
            seen.add(name)
            mentioned = tuple(names_referred_to(default_values().get(name, "")))
            given = [other for other in mentioned if self.is_set(other)]
            name = (given or [other for other in mentioned if other in default_values()] or [name])[0]
        return name

    def mistake(self, name: str, text: str, cure: str, word: str = "") -> ConfigurationError:
        """What to raise for a value that cannot be used, because of this word where one is given."""
        origin = self.origin(name)
        return ConfigurationError(Complaint("error", self.place(origin, word), f"{origin}: {text}", cure))

    def raw_value(self, name: str) -> str | None:
        """The value as written, or the default as written; None for a name that nobody knows."""
        entry = self.entries.get(name)
        if entry is None:
            return self.default_value(name)
        if name == "myorigin" and entry.value.startswith("/"):
            self._remember_file(Path(entry.value))
            return _first_line(entry)
        return entry.value

    def _remember_file(self, path: Path) -> None:
        if path not in self.files:
            self.files.append(path)

    def default_value(self, name: str) -> str | None:
        """The default as written, computed where it depends on the machine."""
        if name == "config_directory":
            return str(self.directory)
        compute = COMPUTED.get(name)
        return compute(self) if compute else default_values().get(name)

    def text(self, name: str) -> str:
        """The value, expanded unless Postfix keeps this parameter raw."""
        fact = postfix_facts().get(name)
        if fact is not None and fact.is_raw:
            return self.raw_value(name) or ""
        try:
            return self._expander.value(name).strip()
        except ExpansionError as error:
            written = self.raw_value(name) or ""
            hides = holds_secret(name, written)
            raise self.mistake(name, "the value cannot be expanded" if hides else str(error), error.cure) from None

    def given(self, name: str) -> str | None:
        """The value of a parameter that nobody declared, such as that of a table; None where it is not set."""
        return self.text(name) if self.is_set(name) else None

    def yes(self, name: str) -> bool:
        """A value that is yes or no."""
        return self._read(name, Kind.YES_NO, read_yes_no)

    def number(self, name: str) -> int:
        """A number, or a reply code."""
        return self._read(name, Kind.NUMBER, read_number)

    def seconds(self, name: str) -> int:
        """A time, in seconds."""
        return self._read(name, Kind.TIME, read_seconds)

    def choice(self, name: str) -> str:
        """One of the words that the parameter allows."""
        return self._read(name, Kind.CHOICE, read_choice)

    def tables(self, name: str) -> tuple[str, ...]:
        """A list of tables, each `type:name`."""
        return self._read(name, Kind.TABLES, _read_tables)

    def words(self, name: str) -> tuple[str, ...]:
        """A list, split at white space and commas; `{ … }` holds together and keeps its braces."""
        return split_words(self.text(name))

    def _read(self, name: str, kind: Kind, read: Callable[[Parameter, str], T]) -> T:
        key = (name, kind)
        if key not in self._typed:
            try:
                self._typed[key] = read(declared_parameters()[name], self.text(name))
            except BadValueError as fault:
                cure = _NO_COMMENTS if "#" in self.text(name) else fault.cure
                raise self.mistake(name, fault.text, cure, fault.word) from None
        return self._typed[key]  # type: ignore[return-value]  # written three lines above by the same reader


def _first_line(entry: Entry) -> str:
    """Debian's `myorigin = /etc/mailname`: the value is what the file says."""
    cure = "write the domain itself, or put it on the first line of the file"
    try:
        text = read_text(Path(entry.value.replace("\0", "")))
    except ConfigurationError as error:
        what = f"{entry.name}: {entry.value}: {error.complaints[0].text}"
        raise ConfigurationError(Complaint("error", entry.place, what, cure)) from None
    first = text.split("\n", 1)[0].strip()
    if not first:
        raise ConfigurationError(Complaint("error", entry.place, f"{entry.name}: {entry.value} is empty", cure))
    return first


def _read_tables(_known: Parameter, text: str) -> tuple[str, ...]:
    return tuple(read_table(word) for word in split_words(text))
