"""mysql: a table in a MySQL or MariaDB database.

`mysql:/path/to/file` is a lookup file in the syntax of mysql_table(5): `hosts`, `user`, `password`, `dbname`, and
`query` or the old form with `table`, `select_field`, `where_field` and `additional_conditions`. Without `hosts`, and
for `localhost`, the server's own UNIX socket is used. Keys are sent as hexadecimal strings, which no SQL mode and no
character set can mistake; the connection is always UTF-8 (utf8mb4). `option_file` and `option_group` are read. The
`tls_` parameters ask for TLS: with `tls_CAfile` the server's certificate must be signed by it, with
`tls_verify_cert = yes` be for its name too.

A list of members such as mynetworks is kept whole as well: docs/database-tables.md.

Unavailable: the server is away and the key not known, or the query fails; `pip install gatepost[mysql]` is missing.
Postfix: mysql_table(5)
"""

import os
import ssl
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from gatepost.world.tables.database_hosts import DatabaseHost, Failover, read_hosts
from gatepost.world.tables.lookup_file import LookupFile
from gatepost.world.tables.remote import RemoteSource
from gatepost.world.tables.server import RemoteLimits, ServerAwayError
from gatepost.world.tables.sql_query import SqlQuery
from gatepost.world.tables.sql_table import QueryRefusedError, Row, SqlConnection, load_sql
from gatepost.world.tables.table import TableRequest, TableType, fault

_DEBIAN, _RED_HAT = "/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock"
_OWN = "/tmp/mysql.sock"  # noqa: S108 -- MySQL's default
SOCKETS = (_DEBIAN, _RED_HAT, _OWN)
"""Where the server's own socket may be."""

CONNECT_TIMEOUT_S = 3
PORT = 3306

_AWAY = frozenset({1040, 1053, 1927, 4031})
"""Too many connections, server shutdown, connection killed, disconnected. (Those of a client are 2000 to 2999.)"""


class MysqlConnection:
    """One connection (sql_table.SqlConnection)."""

    def __init__(self, driver: Any, connection: Any, *, requires_rows: bool) -> None:  # noqa: ANN401 -- PyMySQL's
        self._driver = driver
        self._connection = connection
        self._requires_rows = requires_rows

    def rows(self, query: SqlQuery, values: tuple[str, ...]) -> list[Row]:
        """Run a query. Raises ServerAwayError, QueryRefusedError."""
        literals = (f"_utf8mb4 X'{value.encode().hex()}'" for value in values)
        text = query.texts[0] + "".join(v + t for v, t in zip(literals, query.texts[1:], strict=True))
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(text)
                return self._fetch(cursor)
        except (self._driver.err.Error, OSError) as error:
            raise _meaning(error) from None

    def _fetch(self, cursor: Any) -> list[Row]:  # noqa: ANN401 -- PyMySQL's
        """The rows of the one result that has some; a stored procedure gives a status beside it."""
        found: list[Row] | None = None
        while True:
            if cursor.description is not None:
                if found is not None:
                    raise QueryRefusedError("the query gives more than one result set")
                found = [tuple(map(_text, row)) for row in cursor.fetchall()]
            if not cursor.nextset():
                break
        if found is None and self._requires_rows:
            raise QueryRefusedError("the query gives no result set (require_result_set = no allows it)")
        return found or []

    def close(self) -> None:
        """End it."""
        try:
            self._connection.close()
        except (self._driver.err.Error, OSError):
            return


def _text(value: Any) -> str | None:  # noqa: ANN401 -- whatever a column holds
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return None if value is None else str(value)


def _meaning(error: Exception) -> ServerAwayError | QueryRefusedError:
    code = error.args[0] if error.args else 0
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    if isinstance(error, OSError) or not isinstance(code, int) or code in _AWAY or code == 0 or 2000 <= code < 3000:
        return ServerAwayError(" ".join(text.split()) or type(error).__name__)
    return QueryRefusedError(" ".join(text.split()))


def connector(file: LookupFile, limits: RemoteLimits) -> Callable[[], SqlConnection]:
    """What opens a connection to one of the servers of a lookup file. Raises TableError."""
    driver = _driver()
    connection_of = _connection_class(driver)
    hosts = Failover(read_hosts(file, localhost_is_socket=True))
    settings = _settings(file, limits)
    requires_rows = file.yes("require_result_set", default=True)

    def connect(host: DatabaseHost) -> MysqlConnection:
        try:
            connection = connection_of(**settings, **_address(host))
        except (driver.err.Error, OSError, ValueError) as error:
            raise ServerAwayError(file.conceal(f"{host}: {_meaning(error)}")) from None
        return MysqlConnection(driver, connection, requires_rows=requires_rows)

    return lambda: hosts.connect(connect)


def _driver() -> Any:  # noqa: ANN401 -- the module
    try:
        import pymysql  # loaded only where a configuration has such a table
    except ImportError:
        raise fault("mysql", "the driver is not installed", "pip install gatepost[mysql]") from None
    return pymysql


@cache
def _connection_class(driver: Any) -> Any:  # noqa: ANN401 -- the module, and a class of it
    """The driver's, with one TLS context for all connections where no tls_ parameter asks for any.

    Its own is made for each connection, and one that fails too: 0.9 MB and 20 ms, for authorities that nobody asks.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    class Connection(driver.connections.Connection):  # type: ignore[misc]  # it is known when it is imported
        def _create_ssl_ctx(self, given: object) -> object:
            return super()._create_ssl_ctx(given) if given else context

    return Connection


def _settings(file: LookupFile, limits: RemoteLimits) -> dict[str, Any]:
    """What is the same for all servers of a file. Raises TableError."""
    settings: dict[str, Any] = {
        "user": file.user or None,
        "password": file.password,
        "database": file.dbname or None,
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_TIMEOUT_S,
        "read_timeout": limits.deadline_s,
        "write_timeout": limits.deadline_s,
        "autocommit": True,
        "conv": {},
    }
    if file.text("option_file"):
        settings |= {"read_default_file": file.text("option_file")}
        settings |= {"read_default_group": file.text("option_group", "client") or "client"}
    tls = _tls(file)
    return settings if tls is None else settings | {"ssl": tls}


def _tls(file: LookupFile) -> ssl.SSLContext | None:
    authorities, directory = file.text("tls_CAfile"), file.text("tls_CApath")
    certificate, ciphers = file.text("tls_cert_file"), file.text("tls_ciphers")
    if not (authorities or directory or certificate or ciphers):
        return None
    try:
        context = ssl.create_default_context(cafile=authorities or None, capath=directory or None)
        context.check_hostname = file.yes("tls_verify_cert", default=False)
        if not authorities and not directory and not context.check_hostname:
            context.verify_mode = ssl.CERT_NONE
        if certificate:
            context.load_cert_chain(certificate, file.text("tls_key_file") or None)
        if ciphers:
            context.set_ciphers(ciphers)
    except (OSError, ValueError) as error:
        raise file.fault("tls_CAfile", f"TLS cannot be set up: {error}", "check the tls_ files") from None
    return context


def _address(host: DatabaseHost) -> dict[str, Any]:
    if not host.is_unix:
        return {"host": host.host, "port": host.port or PORT}
    usual = os.environ.get("MYSQL_UNIX_PORT") or next((s for s in SOCKETS if Path(s).exists()), SOCKETS[0])
    return {"unix_socket": host.path or usual}


def load(request: TableRequest) -> RemoteSource:
    """Read the lookup file."""
    return load_sql(request, "mysql", connector)


MYSQL = TableType("mysql", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
