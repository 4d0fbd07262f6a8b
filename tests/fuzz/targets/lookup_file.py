"""A lookup file (mysql, pgsql, ldap, sqlite) with anything in it, and the queries made from it. Held: a query or a
complaint; every key is escaped, whatever it holds. Nothing is connected to.
"""

from pathlib import Path

from gatepost.world.tables import load_table
from gatepost.world.tables.lookup_file import read_lookup_file
from gatepost.world.tables.sql_query import DIALECTS, read_queries
from gatepost.world.tables.table import TableError, TableRequest
from tests.fuzz.pieces import split_input

KINDS = ("mysql", "pgsql", "sqlite", "ldap", "memcache")
KEYS = ("a@b.example", "'; DROP TABLE x; --", "a\\' OR 1=1", "\0", "%s%d", "@", "a@", "x" * 300)
WORDS = ("hosts = ", "user = ", "password = ", "dbname = ", "query = SELECT a FROM b WHERE c='%s'", "table = ", "select_field = ",
         "where_field = ", "additional_conditions = ", "result_format = ", "domain = ", "%u@%d", "search_base = ",
         "query_filter = (mail=%s)", "result_attribute = ", "dbpath = ", "expansion_limit = ", "tls_")  # fmt: skip


def one_input(octets: bytes) -> None:
    """One file."""
    chosen, _, text = split_input(octets)
    Path("lookup").write_bytes(text)
    table = load_table(f"{KINDS[chosen % len(KINDS)]}:./lookup", base=Path.cwd())
    assert all(complaint.text for complaint in table.complaints)
    dialect = KINDS[chosen % 4]
    if dialect in DIALECTS:
        _hold_queries(TableRequest(f"{dialect}:./lookup", "./lookup", Path.cwd()), dialect)


def _hold_queries(request: TableRequest, dialect: str) -> None:
    try:
        queries = read_queries(read_lookup_file(request), dialect)
    except TableError as error:
        assert error.complaint.text  # noqa: PT017 -- what is raised is looked at here
        return
    for query in (queries.query, queries.snapshot):
        if query is not None:
            assert len(query.texts) == len(query.values) + 1
            for key in KEYS:
                filled = query.fill(key)
                assert filled is None or len(filled) == len(query.values)
