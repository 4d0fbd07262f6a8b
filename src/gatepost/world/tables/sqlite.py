"""sqlite: a table in an SQLite database.

`sqlite:/path/to/file` is a lookup file in the syntax of sqlite_table(5): `dbpath`, and `query` or the old form with
`table`, `select_field`, `where_field` and `additional_conditions`. The database is opened for reading only; keys are
parameters of the statement. Changes show within `cache_ttl` (2 s), no reload is needed.

Unavailable: the database cannot be opened and the key is not known, or the query fails.
Postfix: sqlite_table(5)
"""

import os
import sqlite3
from collections.abc import Callable
from urllib.parse import quote

from gatepost.world.tables.lookup_file import LookupFile
from gatepost.world.tables.remote import RemoteSource
from gatepost.world.tables.server import RemoteLimits, ServerAwayError
from gatepost.world.tables.sql_query import SqlQuery
from gatepost.world.tables.sql_table import QueryRefusedError, Row, SqlConnection, load_sql
from gatepost.world.tables.table import TableRequest, TableType


class SqliteConnection:
    """One connection (sql_table.SqlConnection)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, query: SqlQuery, values: tuple[str, ...]) -> list[Row]:
        """Run a query. Raises ServerAwayError, QueryRefusedError."""
        text = "?".join(query.texts)
        try:
            cursor = self._connection.execute(text, values)
            return [tuple(map(self._text, row)) for row in cursor.fetchall()]
        except sqlite3.OperationalError as error:
            if "unable to open" in str(error) or "disk I/O" in str(error):
                raise ServerAwayError(str(error)) from None
            raise QueryRefusedError(str(error)) from None
        except sqlite3.Error as error:
            raise QueryRefusedError(str(error)) from None

    def _text(self, value: str | bytes | float | None) -> str | None:
        """A value as SQLite itself writes it."""
        if isinstance(value, float):
            (text,) = self._connection.execute("SELECT CAST(? AS TEXT)", (value,)).fetchone()
            return str(text)
        if isinstance(value, bytes):
            return value.decode("utf-8", "surrogateescape")
        return None if value is None else str(value)

    def close(self) -> None:
        """End it."""
        self._connection.close()


def connector(file: LookupFile, limits: RemoteLimits, mode: str = "ro") -> Callable[[], SqlConnection]:
    """What opens the database of a lookup file; `mode` is SQLite's: ro, rw, rwc. Raises TableError."""
    if not file.dbpath:
        raise file.fault("", "it names no database", "write dbpath = /path/to/database")
    address = f"file:{quote(os.fsencode(file.dbpath))}?mode={mode}"

    def connect() -> SqliteConnection:
        try:
            connection = sqlite3.connect(address, uri=True, timeout=limits.deadline_s, isolation_level=None)
        except sqlite3.Error as error:
            raise ServerAwayError(f"{file.dbpath}: {error}") from None
        connection.text_factory = lambda octets: octets.decode("utf-8", "surrogateescape")
        return SqliteConnection(connection)

    return connect


def load(request: TableRequest) -> RemoteSource:
    """Read the lookup file."""
    return load_sql(request, "sqlite", connector)


SQLITE = TableType("sqlite", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
