"""Lookup files: what `mysql:FILE`, `pgsql:`, `sqlite:` and `ldap:` are told about their server and their query.

    user     = postfix
    password = secret
    hosts    = unix:/run/mysqld/mysqld.sock 192.0.2.7:3307
    dbname   = mail
    query    = SELECT 'OK' FROM allowed_hosts WHERE IP='%s' AND active='yes'

Logical lines as in main.cf: a line that starts with whitespace continues the one before, `#` opens a comment line.
Nothing is expanded, quotes around a value are part of it; of two lines with the same name the last wins, with a
warning. A line without `=` makes the table unusable. A name that does not start with `/` or `.` is no file but a
prefix: `mysql:hosts` reads `hosts_user`, `hosts_query` and so on from main.cf.

A file that holds a password and may be read by everybody is warned about. A password is never shown: neither the
representation of a LookupFile nor any message holds it.

Postfix: mysql_table(5), pgsql_table(5), sqlite_table(5), ldap_table(5)
"""

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gatepost.model.errors import Complaint, Place
from gatepost.model.secrets import SECRET_NAMES, without_secrets
from gatepost.world.tables.source import read_file
from gatepost.world.tables.table import ParameterReader, TableError, TableRequest, fault

SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_TIME = re.compile(r"(\d{1,9})([smhdw]?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class LookupFile:
    """The parameters of one lookup file, by name. `label` stands for the file in messages; `path` is None for a
    prefix in main.cf.
    """

    label: str
    path: Path | None
    values: Mapping[str, str] = field(repr=False)
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)
    complaints: tuple[Complaint, ...] = ()

    def text(self, name: str, default: str = "") -> str:
        """The value as it stands, or the default where the name does not occur."""
        value = self._value(name)
        return default if value is None else value

    def number(self, name: str, default: int, least: int = 0) -> int:
        """A whole number. Raises TableError."""
        text = self._value(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < least:
            raise self.fault(name, f"{text[:40]!r} is no number from {least}", "write digits only")
        return int(text)

    def seconds(self, name: str, default: float) -> float:
        """A time. Raises TableError."""
        text = self._value(name)
        if text is None:
            return default
        match = _TIME.fullmatch(text)
        if match is None:
            raise self.fault(name, f"{text[:40]!r} is not a time", "write a number and s, m, h, d or w, such as 2s")
        return int(match.group(1)) * SECONDS[match.group(2)]

    def yes(self, name: str, *, default: bool) -> bool:
        """`yes` or `no`. Raises TableError."""
        text = self._value(name)
        if text is None:
            return default
        if text.lower() not in ("yes", "no"):
            raise self.fault(name, f"{text[:40]!r} is neither yes nor no", f'write "{name} = yes" or "{name} = no"')
        return text.lower() == "yes"

    def words(self, name: str, default: str = "") -> tuple[str, ...]:
        """A list, its elements separated by commas or whitespace."""
        return tuple(self.text(name, default).replace(",", " ").split())

    def _value(self, name: str) -> str | None:
        return self.values.get(name)

    def place(self, name: str = "") -> Place:
        """Where a parameter stands."""
        return Place(self.label, self.lines.get(name, 0))

    def fault(self, name: str, text: str, cure: str) -> TableError:
        """Make the fault of the whole table, found in this parameter."""
        files = () if self.path is None else (self.path,)
        return fault(self.place(name), f"{name}: {text}" if name else text, cure, *files)

    def conceal(self, text: str) -> str:
        """A text for a message, without the secrets that a driver may have put in it."""
        for name in SECRET_NAMES:
            secret = self._value(name)
            if secret and len(secret) > 2:
                text = text.replace(secret, "…")
        return without_secrets(text)

    @property
    def user(self) -> str:
        """Who we are to the server."""
        return self.text("user")

    @property
    def password(self) -> str:
        """The password. Not to be shown."""
        return self.text("password")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The servers as written; empty means the type's default (database_hosts.py reads them)."""
        return self.words("hosts")

    @property
    def dbname(self) -> str:
        """The database (sqlite: see `dbpath`)."""
        return self.text("dbname")

    @property
    def dbpath(self) -> str:
        """The file of an SQLite database."""
        return self.text("dbpath")

    @property
    def query(self) -> str:
        """The query of the new form, "" in the old form."""
        return self.text("query")

    @property
    def table(self) -> str:
        """Old form: the table of the database."""
        return self.text("table")

    @property
    def select_field(self) -> str:
        """Old form: the column that gives the value."""
        return self.text("select_field")

    @property
    def where_field(self) -> str:
        """Old form: the column that holds the key."""
        return self.text("where_field")

    @property
    def additional_conditions(self) -> str:
        """Old form: the end of the query, with its own AND."""
        return self.text("additional_conditions")


def read_lookup_file(request: TableRequest) -> LookupFile:
    """Read the file, or the parameters of main.cf, that a table's name names. Raises TableError."""
    if request.argument.startswith(("/", ".")):
        return _read_file(request)
    if request.parameter is None:
        cure = f"name a file: {request.name.partition(':')[0]}:/etc/postfix/{request.argument}"
        raise fault(request.shown_name, "the parameters of this table would be in main.cf, which is not read", cure)
    values = _Prefixed(request.argument, request.parameter)
    return LookupFile(request.shown_name, None, values)


class _Prefixed(dict[str, str]):
    """The parameters `prefix_name` of main.cf, looked up as they are asked for."""

    def __init__(self, prefix: str, parameter: ParameterReader) -> None:
        super().__init__()
        self._prefix = prefix
        self._parameter = parameter

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override] # no generic default
        value = self._parameter(f"{self._prefix}_{name}")
        return default if value is None else value


def _read_file(request: TableRequest) -> LookupFile:
    source = read_file(request)
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, line in source.lines():
        name, equals, value = line.decode("utf-8", "surrogateescape").partition("=")
        name = name.strip()
        if not equals or not name:
            raise source.fault(number, "a line without a name and =", "write: name = value")
        if name in values:
            text = f"{name} stands here again; line {lines[name]} is overridden"
            source.warn(number, text, "remove one of the two lines")
        values[name] = value.strip()
        lines[name] = number
    complaints = (*source.complaints, *_secrecy(request.path, values, lines))
    return LookupFile(str(request.path), request.path, values, lines, complaints)


def _secrecy(path: Path, values: Mapping[str, str], lines: Mapping[str, int]) -> tuple[Complaint, ...]:
    """Warn where everybody of this machine can read a password."""
    secret = next((name for name, value in values.items() if value and _holds_secret(name, value)), None)
    try:
        is_open = secret is not None and bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return ()
    if not is_open or secret is None:
        return ()
    text = "everybody on this machine can read the password in this file"
    cure = f"chmod o= {path}, and give it to the group of mail_owner: chgrp postfix {path}; chmod 640 {path}"
    return (Complaint("warning", Place(str(path), lines[secret]), text, cure),)


def _holds_secret(name: str, value: str) -> bool:
    """It is a password, or an address with one in it."""
    return name in SECRET_NAMES or without_secrets(value) != value
