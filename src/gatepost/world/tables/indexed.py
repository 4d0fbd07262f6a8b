"""hash, btree, dbm, sdbm, lmdb, cdb: tables that Postfix compiles with postmap, read here from their source text.

`hash:/etc/postfix/access` reads `/etc/postfix/access`, the file that postmap would be given, and follows its
changes; no compiled file is needed. Where there is no text, the compiled file of lmdb and cdb is read instead;
one that is older than its text is told. Each line of the text is `key whitespace value`; keys are
folded to lower case; of two lines with the same key the first is kept, with a warning.

A file in which every key ends with a colon is what postalias(1) compiles, and is read as aliases(5):
`name: value, value`; the name may be quoted, and is known without its quotes.

Unavailable: neither the text is there, nor (lmdb, cdb) the compiled file.
Postfix: DATABASE_README, postmap(1), postalias(1), aliases(5)
"""

from collections.abc import Iterator
from functools import partial

from gatepost.world.tables.compiled import SUFFIXES, load_compiled, staleness
from gatepost.world.tables.source import Source, read_file
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType
from gatepost.world.tables.text_table import Entry, as_table, keep_first, read_entries, usable_lines


def load(kind: str, request: TableRequest) -> LoadedTable:
    """Read the source text, or else the compiled file."""
    compiled = load_compiled(kind, request)
    if compiled is not None:
        return compiled
    source = read_file(request)
    stale = staleness(kind, request.path)
    if stale is not None:
        source.keep(stale)
    if _is_aliases(Source(source.label, source.octets), smtputf8=request.smtputf8):
        entries = _read_aliases(source, smtputf8=request.smtputf8)
    else:
        entries = read_entries(source, smtputf8=request.smtputf8)
    return as_table(source, keep_first(source, entries, smtputf8=request.smtputf8))


def _is_aliases(probe: Source, *, smtputf8: bool) -> bool:
    """Every key has one colon, at its end. (A partial IPv6 network, `2001:db8:`, has others.)"""
    has_keys = False
    for _line, key, _value in read_entries(probe, smtputf8=smtputf8):
        if len(key) < 2 or key.find(":") != len(key) - 1:
            return False
        has_keys = True
    return has_keys


def _read_aliases(source: Source, *, smtputf8: bool) -> Iterator[Entry]:
    """Read `name: value` lines."""
    for number, line in usable_lines(source, smtputf8=smtputf8):
        text = line.decode("utf-8", "surrogateescape")
        name, colon, value = _split_alias(text)
        if not colon or not name or not value:
            source.warn(number, "the line is left out: it has no name, colon and value", "write: name: value")
        else:
            yield number, name, value


def _split_alias(text: str) -> tuple[str, str, str]:
    """Split at the first colon outside quotes; quotes and backslashes are taken off the name."""
    name: list[str] = []
    is_quoted = False
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\" and at + 1 < len(text):
            at += 1
            name.append(text[at])
        elif character == '"':
            is_quoted = not is_quoted
        elif character == ":" and not is_quoted:
            return "".join(name).strip(), ":", text[at + 1 :].strip(" \t\n\v\f\r")
        else:
            name.append(character)
        at += 1
    return "".join(name), "", ""


INDEXED = tuple(
    TableType(name, __doc__, tries_partial_keys=True, folds_keys=True, load=partial(load, name)) for name in SUFFIXES
)
