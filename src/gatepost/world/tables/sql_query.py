"""SQL queries of lookup files, taken apart so that no key can break out of its place.

A text in quotes that holds an expansion (`'%s'`, `'%u@%d'`) becomes one value, filled in for each key and handed to
the driver beside the query: as a parameter where the database takes such, else quoted by the driver for the
connection it is sent on. An expansion outside quotes is such a value by itself, with a warning. One inside an
identifier, a comment, or a string with escapes of its own (PostgreSQL's E'…' and $$…$$) is a fault.

Besides `query` the old form is read: `table`, `select_field`, `where_field` and `additional_conditions` (with its own
AND) make `SELECT select_field FROM table WHERE where_field='%s' additional_conditions`; pgsql knows
`select_function` too.

The snapshot of a table is the query with its key column in place of the key: possible where the query is one SELECT
that compares one column with `'%s'` and ANDs the rest. `snapshot_query` (ours) gives it for others: two columns, the
key and the value.

Postfix: mysql_table(5), pgsql_table(5), sqlite_table(5)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gatepost.model.errors import Complaint
from gatepost.world.tables.key_template import BadTemplateError, KeyTemplate, parse_template
from gatepost.world.tables.lookup_file import LookupFile

_MYSQL = re.compile(
    r"""(?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")|(?P<other>`[^`]*`|--\s[^\n]*|\#[^\n]*|/\*.*?\*/)""",
    re.DOTALL | re.VERBOSE,
)
_PGSQL = re.compile(
    r"""(?P<other>\b[eE]'(?:[^'\\]|\\.|'')*'|\b[uU]&'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/
        |\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)|(?P<string>'(?:[^']|'')*')""",
    re.DOTALL | re.VERBOSE,
)
_SQLITE = re.compile(
    r"""(?P<string>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?P<other>`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/)""",
    re.DOTALL | re.VERBOSE,
)
DIALECTS = {"mysql": _MYSQL, "pgsql": _PGSQL, "sqlite": _SQLITE}
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}

_WORD = re.compile(r"[A-Za-z_]\w*|\|\||[()!]")
_NO_SNAPSHOT = {"OR", "XOR", "NOT", "UNION", "INTERSECT", "EXCEPT", "LIMIT", "GROUP", "HAVING", "ORDER", "DISTINCT"}
_NO_SNAPSHOT |= {"BETWEEN", "CASE", "OFFSET", "FETCH", "FOR", "CALL", "PROCEDURE", "INTO", "||", "!"}
_AGGREGATE = re.compile(
    r"\b(?:COUNT|MAX|MIN|SUM|TOTAL|AVG|ANY_VALUE|(?:GROUP|JSON_GROUP)_\w+|\w+_AGG|JSON\w+AGG|BIT_\w+|BOOL_\w+|EVERY"
    r"|STD|STDDEV\w*|VAR_\w+|VARIANCE)\s*\(",
    re.IGNORECASE,
)
"""Makes one row of all: of every key's rows, where the snapshot asks."""

SNAPSHOT_ROWS = 50_000
"""A table of more rows is not kept whole: some 10 MB for each worker, and seconds of a driver's time."""


@dataclass(frozen=True, slots=True)
class SqlQuery:
    """A query in pieces: `texts` stand around the values; `values` are the templates of those."""

    texts: tuple[str, ...]
    values: tuple[KeyTemplate, ...] = ()

    def fill(self, key: str) -> tuple[str, ...] | None:
        """The values for one key; None where the key cannot fill them, so that it is not asked for."""
        filled = [template.fill(key) for template in self.values]
        return None if None in filled else tuple(value for value in filled if value is not None)


@dataclass(frozen=True, slots=True)
class SqlQueries:
    """What a lookup file asks: the query for one key, and for all of them where that can be told (`snapshot`)."""

    query: SqlQuery
    snapshot: SqlQuery | None
    complaints: tuple[Complaint, ...]


def read_queries(file: LookupFile, dialect: str) -> SqlQueries:
    """Make the queries of a lookup file. Raises TableError."""
    name, text = _query_text(file, dialect)
    complaints: list[Complaint] = []
    query = _compile(file, name, text, dialect, complaints)
    whole = file.text("snapshot_query")
    snapshot = _compile(file, "snapshot_query", whole, dialect, complaints) if whole else derive_snapshot(query)
    if snapshot is not None and snapshot.values:
        raise file.fault("snapshot_query", "it may not name a key", "select all keys and their values")
    return SqlQueries(query, snapshot, tuple(complaints))


def _query_text(file: LookupFile, dialect: str) -> tuple[str, str]:
    """The parameter that decides, and the query as one text."""
    if file.query:
        return "query", file.query
    function = file.text("select_function")
    if dialect == "pgsql" and function:
        return "select_function", f"SELECT {function}('%s')"
    for name in ("table", "select_field", "where_field"):
        if not file.text(name):
            cure = f"write query = SELECT …, or all of table, select_field and where_field ({name} is missing)"
            raise file.fault("", "it has no query", cure)
    select = f"SELECT {file.select_field} FROM {file.table}"  # noqa: S608 -- the administrator's own words, no key
    return "table", f"{select} WHERE {file.where_field}='%s' {file.additional_conditions}"


def _compile(file: LookupFile, name: str, text: str, dialect: str, complaints: list[Complaint]) -> SqlQuery:
    texts: list[str] = [""]
    values: list[KeyTemplate] = []
    try:
        for kind, piece in _pieces(text, DIALECTS[dialect]):
            template = parse_template(_unquoted(piece, dialect) if kind == "string" else piece)
            if not template.letters:
                texts[-1] += parse_template(piece).texts[0]
            elif kind == "other":
                text = f"a key cannot stand in {piece[:40]!r}"
                raise file.fault(name, text, "let it stand in plain quotes: '%s'")
            elif kind == "string":
                values.append(template)
                texts.append("")
            else:
                text = f"{piece.strip()[:40]!r} has an expansion outside quotes: it is sent as a quoted value"
                complaints.append(Complaint("warning", file.place(name), f"{name}: {text}", "write '%s'"))
                texts[-1] += template.texts[0]
                values += (KeyTemplate(("", ""), (letter,)) for letter in template.letters)
                texts += template.texts[1:]
    except BadTemplateError as error:
        raise file.fault(name, str(error), "write %% for a percent sign") from None
    return SqlQuery(tuple(texts), tuple(values))


def _pieces(text: str, dialect: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """The strings, the other quoted things and comments, and the text between them."""
    at = 0
    for match in dialect.finditer(text):
        if match.start() > at:
            yield "text", text[at : match.start()]
        yield ("string" if match.group("string") is not None else "other"), match.group()
        at = match.end()
    if at < len(text):
        yield "text", text[at:]


def _unquoted(literal: str, dialect: str) -> str:
    """What a string in quotes stands for."""
    quote, inner = literal[0], literal[1:-1]
    if dialect == "mysql" and "\\" in inner:
        inner = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), inner, flags=re.DOTALL)
    return inner.replace(quote * 2, quote)


_COMPARISON = re.compile(r"""\b(?:WHERE|AND)\s+(?P<column>[A-Za-z_][\w.]*|`[^`]+`|"[^"]+")\s*=\s*$""", re.IGNORECASE)
_REST = re.compile(r"\s*(?:AND\b.*)?;?\s*$", re.IGNORECASE | re.DOTALL)


def derive_snapshot(query: SqlQuery) -> SqlQuery | None:
    """The query for all keys at once, or None where none can be made that is surely the same."""
    if [(value.texts, value.letters) for value in query.values] != [(("", ""), ("s",))]:
        return None
    before, after = query.texts[0], query.texts[1].rstrip().removesuffix(";")
    comparison, select = _COMPARISON.search(before), re.match(r"\s*SELECT\b", before, re.IGNORECASE)
    if comparison is None or select is None or ";" in after or _REST.match(after) is None:
        return None
    conditions, rest = list(_outer_words(before)), list(_outer_words(after))
    words = [*conditions, *rest]
    if words.count("SELECT") != 1 or words.count("WHERE") != 1 or _NO_SNAPSHOT & set(words):
        return None
    if "WHERE" not in conditions or _is_open(before) or _AGGREGATE.search(before + after):
        return None
    column = comparison.group("column")
    text = f"{before[select.end() : comparison.start('column')]}1=1{after}"
    return SqlQuery((f"SELECT {column},{text}\nLIMIT {SNAPSHOT_ROWS + 1}",))


_QUOTED = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|`[^`]*`""")


def _is_open(text: str) -> bool:
    """It ends inside a parenthesis, where what stands around it cannot be told."""
    bare = _QUOTED.sub(" ", text)
    return bare.count("(") != bare.count(")")


def _outer_words(text: str) -> Iterator[str]:
    """The words outside parentheses and quotes, in upper case. An open parenthesis hides what follows."""
    depth = 0
    for match in _WORD.finditer(_QUOTED.sub(" ", text)):
        word = match.group()
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif depth == 0:
            yield word.upper()
