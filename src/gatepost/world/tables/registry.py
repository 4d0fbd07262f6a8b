"""All table types, and the tables that are loaded.

A table type is one file that exports its TableType, and one entry in TABLE_TYPES here.

`proxy:type:name` is the same table as `type:name`: what Postfix's proxymap(8) is for (one connection for many
processes, files that only root may read) Gatepost's supervisor does anyway. A name without `type:` or with an unknown
type gives a surrogate, like a file that cannot be read.

Postfix: DATABASE_README
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from gatepost.model.answer import Answer
from gatepost.model.errors import Complaint
from gatepost.policy.questions import TableHit, TableLookup
from gatepost.world.tables.awaited import AwaitedTable, Done, Tell, Ticket
from gatepost.world.tables.cidr import CIDR
from gatepost.world.tables.environ import ENVIRON
from gatepost.world.tables.fail import FAIL
from gatepost.world.tables.indexed import INDEXED
from gatepost.world.tables.inline import INLINE
from gatepost.world.tables.ldap import LDAP
from gatepost.world.tables.mysql import MYSQL
from gatepost.world.tables.nis import NIS
from gatepost.world.tables.pcre import PCRE
from gatepost.world.tables.pgsql import PGSQL
from gatepost.world.tables.pipemap import PIPEMAP
from gatepost.world.tables.randmap import RANDMAP
from gatepost.world.tables.regexp import REGEXP
from gatepost.world.tables.socketmap import SOCKETMAP
from gatepost.world.tables.sqlite import SQLITE
from gatepost.world.tables.static import STATIC
from gatepost.world.tables.table import (
    LoadedTable,
    LocalTable,
    ParameterReader,
    Table,
    TableRequest,
    TableType,
    fault,
    load_as,
)
from gatepost.world.tables.tcp import TCP
from gatepost.world.tables.texthash import TEXTHASH
from gatepost.world.tables.unionmap import UNIONMAP
from gatepost.world.tables.unix import UNIX

_FILES = (TEXTHASH, *INDEXED, REGEXP, PCRE, CIDR)
_OTHERS = (INLINE, STATIC, FAIL, ENVIRON, UNIX, NIS, UNIONMAP, PIPEMAP, RANDMAP)
_SERVERS = (SQLITE, MYSQL, PGSQL, LDAP, TCP, SOCKETMAP)
TABLE_TYPES = {record.name: record for record in (*_FILES, *_OTHERS, *_SERVERS)}


def _refuse(request: TableRequest) -> LoadedTable:
    """Load nothing: the name is of no known type."""
    known = ", ".join(TABLE_TYPES)
    kind, colon, _ = request.name.partition(":")
    if not colon or not kind or not request.argument:
        raise fault(request.shown_name, "is not of the form type:name", f"put a table type before it: {known}")
    raise fault(request.shown_name, f"unknown table type {kind!r}", f"use one of: {known}")


UNKNOWN = TableType("unknown", "A name of no known type.", tries_partial_keys=True, folds_keys=False, load=_refuse)


def load_table(
    name: str,
    *,
    base: Path | None = None,
    smtputf8: bool = True,
    parameter: ParameterReader | None = None,
    keeps_first: bool = False,
) -> Table:
    """Load a table by its `type:name`, reading its file at once; never raises.

    Relative file names start from `base`. `smtputf8`: keys and values must be UTF-8 (Postfix: smtputf8_enable).
    `parameter` reads main.cf, for lookup tables that are configured there (`mysql:prefix`). `keeps_first`: judge
    equal keys of a texthash as postmap does, not as a server does.
    """
    bare = name
    while bare.startswith("proxy:"):
        bare = bare.removeprefix("proxy:")
    kind, _, argument = bare.partition(":")
    record = TABLE_TYPES.get(kind, UNKNOWN) if argument else UNKNOWN
    return load_as(record, TableRequest(name, argument, base, smtputf8, parameter, keeps_first))


class Tables:
    """The tables of one configuration, each loaded once: by load(), or else when it is first asked.

    What must be waited for is asked by threads and connections that start() and ask() make: in a worker, not before.
    """

    __slots__ = ("_base", "_parameter", "_smtputf8", "_tables", "_tell")

    def __init__(
        self, base: Path | None = None, *, smtputf8: bool = True, parameter: ParameterReader | None = None
    ) -> None:
        self._base = base
        self._smtputf8 = smtputf8
        self._parameter = parameter
        self._tables: dict[str, Table] = {}
        self._tell: Tell | None = None

    def __iter__(self) -> Iterator[Table]:
        return iter(self._tables.values())

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """What is wrong in all tables loaded so far."""
        return tuple(complaint for table in self for complaint in table.complaints)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files whose change calls for a reload, each once."""
        return tuple(dict.fromkeys(path for table in self for path in table.files))

    def load(self, name: str) -> Table:
        """Give the table of this name."""
        table = self._tables.get(name)
        if table is None:
            loaded = load_table(name, base=self._base, smtputf8=self._smtputf8, parameter=self._parameter)
            table = self._tables[name] = loaded
            if self._tell is not None and isinstance(table, AwaitedTable):
                table.start(self._tell, is_membership=False)
        return table

    def start(self, tell: Tell, memberships: Collection[str] = ()) -> None:
        """Begin to serve, in the event loop of a worker.

        `tell` says when a table's server goes away and when it is back; tables of `memberships` are kept whole.
        """
        self._tell = tell
        for table in self:
            if isinstance(table, AwaitedTable):
                table.start(tell, is_membership=table.name in memberships)

    def close(self) -> None:
        """End what is open towards servers."""
        for table in self:
            if isinstance(table, AwaitedTable):
                table.close()

    def find(self, question: TableLookup) -> Answer[TableHit] | None:
        """Answer at once: the first key that the table knows; None where the answer must be waited for.

        Unavailable: the table failed, or the value is empty (Postfix: an empty result is not allowed).
        """
        table = self._tables.get(question.table) or self.load(question.table)
        if isinstance(table, AwaitedTable):
            return table.instant(question.keys)
        assert isinstance(table, LocalTable)
        return table.find_first(question.keys)

    def ask(self, question: TableLookup, done: Done) -> Ticket:
        """Ask a table for which find() gives None; `done` is called once, never from within this call."""
        table = self.load(question.table)
        assert isinstance(table, AwaitedTable)
        return table.ask(question.keys, done)
