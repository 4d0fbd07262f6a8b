"""What mysql, pgsql and sqlite have in common: a lookup file read, queries filled in, rows made into one value.

Every column of every row (sqlite: the first column) that is neither NULL nor empty is put through `result_format`,
and all are joined with commas; none means not found. `expansion_limit`: more results than that are an error (0: any
number). `domain`: only keys `user@d` with d in this list (a `/file` in it is read) are asked for.

    cache_ttl = 2s      how old an answer may be while the server is there   } ours, in the same
    stale_ttl = 4h      how old while it is away                             } file; Postfix passes
    deadline  = 5s      how long to wait for an answer                       } over them

Postfix: mysql_table(5)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gatepost.model.answer import NOT_FOUND, Answer, Found, Unavailable
from gatepost.world.tables.key_template import BadTemplateError, KeyTemplate, parse_template
from gatepost.world.tables.lookup_file import LookupFile, read_lookup_file
from gatepost.world.tables.remote import RemoteSource
from gatepost.world.tables.server import USUAL_LIMITS, Connection, Reconnecting, RemoteLimits
from gatepost.world.tables.source import read_file
from gatepost.world.tables.sql_query import SNAPSHOT_ROWS, SqlQueries, SqlQuery, read_queries
from gatepost.world.tables.table import TableRequest

Row = Sequence[str | None]


class QueryRefusedError(Exception):
    """The server is there and does not answer this query."""


class SqlConnection(Connection, Protocol):
    """One connection to a database."""

    def rows(self, query: SqlQuery, values: tuple[str, ...]) -> list[Row]:
        """Run a query. Raises ServerAwayError, QueryRefusedError."""


@dataclass(frozen=True, slots=True)
class Results:
    """How values are made into one answer."""

    template: KeyTemplate
    limit: int

    def join(self, values: Sequence[str | None], key: str) -> str:
        """The answer, or "" for none. Raises QueryRefusedError."""
        filled = [text for value in values if value and (text := self.template.fill(value, key))]
        if self.limit and len(filled) > self.limit:
            raise QueryRefusedError(f"more than expansion_limit = {self.limit} results")
        return ",".join(filled)


class SqlServer:
    """The servers of one table (server.Server)."""

    def __init__(
        self,
        label: str,
        queries: SqlQueries,
        results: Results,
        connection: Reconnecting[SqlConnection],
        *,
        first_column_only: bool,
    ) -> None:
        self._label = label
        self._queries = queries
        self._results = results
        self._connection = connection
        self._first_column_only = first_column_only

    def look_up(self, key: str) -> Answer[str]:
        """Ask for one key. Raises ServerAwayError."""
        values = self._queries.query.fill(key)
        if values is None:
            return NOT_FOUND
        try:
            rows = self._connection.over(lambda connection: connection.rows(self._queries.query, values))
            value = self._results.join(_columns(rows, self._first_column_only), key)
        except QueryRefusedError as refusal:
            return Unavailable(f"{self._label}: {refusal}")
        return Found(value, self._label) if value else NOT_FOUND

    def whole(self) -> Mapping[str, str] | None:
        """All keys and values. Raises ServerAwayError."""
        query = self._queries.snapshot
        assert query is not None  # RemoteSource.snapshot is empty then
        try:
            rows = self._connection.over(lambda connection: connection.rows(query, ()))
            return self._gather(rows) if len(rows) <= SNAPSHOT_ROWS else None
        except QueryRefusedError:
            return None

    def _gather(self, rows: Sequence[Row]) -> Mapping[str, str]:
        """The rows by their first column. Raises QueryRefusedError."""
        gathered: dict[str, list[str | None]] = {}
        for key, *columns in rows:
            if key:
                gathered.setdefault(key, []).extend(_columns([columns], self._first_column_only))
        return {key: value for key, columns in gathered.items() if (value := self._results.join(columns, key))}

    def check(self) -> None:
        """Connect, and ask something simple. Raises ServerAwayError."""
        try:
            self._connection.over(lambda connection: connection.rows(_ANYTHING, ()))
        except QueryRefusedError:
            return

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def _columns(rows: Sequence[Row], first_only: bool) -> list[str | None]:
    return [column for row in rows for column in (row[:1] if first_only else row)]


_ANYTHING = SqlQuery(("SELECT 1",))


def load_sql(
    request: TableRequest, dialect: str, connector: Callable[[LookupFile, RemoteLimits], Callable[[], SqlConnection]]
) -> RemoteSource:
    """Load a table of one dialect. `connector` makes what opens a connection, in any thread. Raises TableError.

    That is made here, before the workers give up root: the files of its TLS may be root's alone.
    """
    file = read_lookup_file(request)
    queries = read_queries(file, dialect)
    results = read_results(file)
    limits = read_limits(file)
    connect = connector(file, limits)

    def server() -> SqlServer:
        first_column_only = dialect == "sqlite"  # as in Postfix
        return SqlServer(
            request.shown_name, queries, results, Reconnecting(connect), first_column_only=first_column_only
        )

    return RemoteSource(
        server,
        limits,
        read_domains(file, request),
        (*file.complaints, *queries.complaints),
        () if file.path is None else (file.path,),
        snapshot=_identity(file, queries),
        folds_snapshot=dialect == "mysql",  # its collations compare without regard to case
        holds_networks=bool(file.text("snapshot_query")),
    )


def _identity(file: LookupFile, queries: SqlQueries) -> str:
    """What the snapshot is asked for by, and of whom; "" where there is none."""
    if queries.snapshot is None:
        return ""
    return "\0".join((*queries.snapshot.texts, file.dbname, file.dbpath, *file.hosts))


def read_results(file: LookupFile, format_name: str = "result_format") -> Results:
    """`result_format` and `expansion_limit`. Raises TableError."""
    try:
        template = parse_template(file.text(format_name, "%s"))
    except BadTemplateError as error:
        raise file.fault(format_name, str(error), "write %% for a percent sign") from None
    return Results(template, file.number("expansion_limit", 0))


def read_limits(file: LookupFile) -> RemoteLimits:
    """Our own parameters. Raises TableError."""
    usual = USUAL_LIMITS
    return RemoteLimits(
        file.seconds("cache_ttl", usual.cache_ttl_s),
        file.seconds("stale_ttl", usual.stale_ttl_s),
        max(file.seconds("deadline", usual.deadline_s), 1),
    )


def read_domains(file: LookupFile, request: TableRequest) -> Callable[[str], bool]:
    """What tells the keys that `domain` lets through. Raises TableError."""
    signs: dict[str, bool] = {}
    for word in file.words("domain"):
        name = word.lstrip("!")
        is_wanted = (len(word) - len(name)) % 2 == 0
        if ":" in name:
            raise file.fault("domain", f"{name[:60]!r} is a table, which is not read here", "name domains or a /file")
        for domain in _domains_of(name, request) if name.startswith("/") else (name,):
            signs.setdefault(domain.lower(), is_wanted)
    if not signs:
        return lambda _key: True

    def is_asked_for(key: str) -> bool:
        user, _, domain = key.rpartition("@")
        return bool(user) and signs.get(domain, False)

    return is_asked_for


def _domains_of(path: str, request: TableRequest) -> list[str]:
    text = read_file(TableRequest(path, path, request.base)).octets.decode("utf-8", "surrogateescape")
    lines = (line.partition("#")[0] for line in text.splitlines())
    return [word for line in lines for word in line.replace(",", " ").split()]
