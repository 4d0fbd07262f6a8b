"""pgsql: a table in a PostgreSQL database.

`pgsql:/path/to/file` is a lookup file in the syntax of pgsql_table(5): `hosts` (a `unix:` host is the directory of
the socket, perhaps with `:port`; a `postgresql://` address is taken as it stands), `user`, `password`, `dbname`, and
`query`, `select_function`, or the old form with `table`, `select_field`, `where_field` and `additional_conditions`.
Keys are quoted by the database's own library for the connection, which is always UTF-8.

A list of members such as mynetworks is kept whole as well: docs/database-tables.md.

Unavailable: the server is away, or has not answered within `deadline`, and the key is not known; or the query fails;
`pip install gatepost[pgsql]` is missing.
Postfix: pgsql_table(5)
"""

import time
from collections.abc import Callable
from typing import Any

from gatepost.world.tables.database_hosts import DatabaseHost, Failover, read_hosts
from gatepost.world.tables.lookup_file import LookupFile
from gatepost.world.tables.remote import RemoteSource
from gatepost.world.tables.server import RemoteLimits, ServerAwayError
from gatepost.world.tables.sql_query import SqlQuery
from gatepost.world.tables.sql_table import QueryRefusedError, Row, SqlConnection, load_sql
from gatepost.world.tables.table import TableRequest, TableType, fault

CONNECT_TIMEOUT_S = 3
_URI = ("postgresql://", "postgres://")


class PgsqlConnection:
    """One connection (sql_table.SqlConnection)."""

    def __init__(self, driver: Any, connection: Any, deadline_s: float) -> None:  # noqa: ANN401 -- psycopg's
        self._driver = driver
        self._connection = connection
        self._deadline_s = deadline_s

    def rows(self, query: SqlQuery, values: tuple[str, ...]) -> list[Row]:
        """Run a query. Raises ServerAwayError, QueryRefusedError."""
        text = "%s".join(part.replace("%", "%%") for part in query.texts)
        asked_at = time.monotonic()
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(text, values)
                return _texts(cursor.pgresult)
        except self._driver.Error as error:
            text = " ".join(str(error).split())
            is_late = time.monotonic() - asked_at >= self._deadline_s
            if is_late or self._connection.closed or self._connection.broken:
                raise ServerAwayError(text) from None
            raise QueryRefusedError(text) from None

    def close(self) -> None:
        """End it."""
        try:
            self._connection.close()
        except self._driver.Error:
            return


def _texts(result: Any) -> list[Row]:  # noqa: ANN401 -- psycopg's
    """The rows as the server wrote them."""
    return [tuple(_text(result.get_value(r, c)) for c in range(result.nfields)) for r in range(result.ntuples)]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "surrogateescape")


def connector(file: LookupFile, limits: RemoteLimits) -> Callable[[], SqlConnection]:
    """What opens a connection to one of the servers of a lookup file. Raises TableError."""
    driver = _driver()
    addresses = tuple(word for word in file.hosts if word.startswith(_URI))
    hosts = tuple(DatabaseHost(host=word) for word in addresses)
    if not addresses or len(addresses) < len(file.hosts):
        hosts += tuple(h for h in read_hosts(file, localhost_is_socket=False) if not h.host.startswith(_URI))
    failover = Failover(hosts)
    settings = _settings(file, limits)
    kind = _impatient(driver.Connection, limits.deadline_s)

    def connect(host: DatabaseHost) -> PgsqlConnection:
        try:
            connection = _open(kind, host, settings | {"cursor_factory": driver.ClientCursor})
        except (driver.Error, OSError, UnicodeError) as error:
            raise ServerAwayError(file.conceal(" ".join(str(error).split()))) from None
        return PgsqlConnection(driver, connection, limits.deadline_s)

    return lambda: failover.connect(connect)


def _driver() -> Any:  # noqa: ANN401 -- the module
    try:
        import psycopg  # loaded only where a configuration has such a table
    except ImportError:
        raise fault("pgsql", "the driver is not installed", "pip install gatepost[pgsql]") from None
    return psycopg


def _impatient(kind: Any, deadline_s: float) -> Any:  # noqa: ANN401 -- psycopg's
    """A kind of connection that waits for no answer longer than this: libpq itself would wait for ever."""

    class Impatient(kind):  # type: ignore[misc]  # the driver is not known here
        def wait(self, *arguments: Any, timeout: float | None = None, **options: Any) -> Any:  # noqa: ANN401 -- any
            return super().wait(*arguments, timeout=deadline_s if timeout is None else timeout, **options)

    return Impatient


def _settings(file: LookupFile, limits: RemoteLimits) -> dict[str, Any]:
    """What is the same for all servers of a file; a silent one is noticed about at the deadline."""
    known = {"user": file.user, "password": file.password, "dbname": file.dbname}
    return {name: value for name, value in known.items() if value} | {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": int(limits.deadline_s * 1000),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "application_name": "gatepost",
        "client_encoding": "UTF8",
    }


def _open(kind: Any, host: DatabaseHost, settings: dict[str, Any]) -> Any:  # noqa: ANN401 -- psycopg's
    if host.host.startswith(_URI):
        own = {name: value for name, value in settings.items() if name not in ("user", "password", "dbname")}
        return kind.connect(host.host, **own, autocommit=True)
    address: dict[str, Any] = {"host": host.path if host.is_unix else host.host} if host.path or host.host else {}
    if host.port:
        address["port"] = host.port
    return kind.connect(**settings, **address, autocommit=True)


def load(request: TableRequest) -> RemoteSource:
    """Read the lookup file."""
    return load_sql(request, "pgsql", connector)


PGSQL = TableType("pgsql", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
