"""The database behind a lookup file, opened to change a table: for commands that people call, never for the server.

Gives: a Database, or raises ServerAwayError (nobody answers), QueryRefusedError (it says no), TableError (the lookup
file cannot be used). No text of these holds a password.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from gatepost.world.tables import mysql, pgsql, sqlite
from gatepost.world.tables.lookup_file import LookupFile
from gatepost.world.tables.server import RemoteLimits
from gatepost.world.tables.sql_query import SqlQuery
from gatepost.world.tables.sql_table import Row, SqlConnection

KINDS = ("mysql", "pgsql", "sqlite")
"""The table types whose lookup files name a table that can be changed."""

PATIENCE = RemoteLimits(deadline_s=20.0)
"""A person waits longer than a session: another command may hold the table."""

Connector = Callable[[LookupFile, RemoteLimits], Callable[[], SqlConnection]]

_CONNECTORS: Mapping[str, Connector] = {
    "mysql": mysql.connector,
    "pgsql": pgsql.connector,
    "sqlite": partial(sqlite.connector, mode="rw"),
}
_CREATORS: Mapping[str, Connector] = {**_CONNECTORS, "sqlite": partial(sqlite.connector, mode="rwc")}

_COLUMNS = {
    "mysql": "SELECT column_name FROM information_schema.columns "
    "WHERE concat(if(table_schema = database(), '', concat(table_schema, '.')), table_name) = ? "
    "ORDER BY ordinal_position",
    "pgsql": "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped",
    "sqlite": "SELECT name FROM pragma_table_info(?)",
}


class _Values(dict[str, str]):
    """Values in front of those of a lookup file."""

    def __init__(self, own: Mapping[str, str], behind: Mapping[str, str]) -> None:
        super().__init__(own)
        self._behind = behind

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]  # no generic default
        return super().get(name) or self._behind.get(name, default)


def with_values(file: LookupFile, own: Mapping[str, str]) -> LookupFile:
    """The same lookup file with other values in front."""
    return replace(file, values=_Values(own, file.values))


class Database:
    """One connection, for as long as a command runs. `creates`: a database file that is not there is made."""

    def __init__(self, kind: str, file: LookupFile, *, creates: bool = False) -> None:
        self._kind = kind
        connector = _CREATORS[kind] if creates else _CONNECTORS[kind]
        self._connection = connector(with_values(file, {"require_result_set": "no"}), PATIENCE)()

    def run(self, statement: str, values: Sequence[str] = ()) -> Sequence[Row]:
        """Run a statement with `?` for each value; give its rows."""
        texts = tuple(statement.split("?")) if values else (statement,)
        return self._connection.rows(SqlQuery(texts), tuple(values))

    def columns(self, table: str) -> tuple[str, ...]:
        """The names of its columns in their order; none where there is no such table."""
        return tuple(row[0] or "" for row in self.run(_COLUMNS[self._kind], (table.replace("`", ""),)))

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
