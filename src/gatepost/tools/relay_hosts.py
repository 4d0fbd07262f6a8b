"""Who may relay by address: the table behind mynetworks, what may be added to it, and which element lets one in.

The table is the one that a `mysql:`, `pgsql:` or `sqlite:` lookup file names which stands in mynetworks, behind
`proxy:` or not: in the old form its `table` and `where_field`, else what its query selects from.

Raises: ConfigurationError where there is none, or none that can be read; HostTableError, ServerAwayError and
QueryRefusedError for what the database says.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gatepost.config.configuration import Configuration
from gatepost.config.match_lists import read_match_list
from gatepost.model.address import IPAddress
from gatepost.model.answer import NOT_FOUND, Answer, Found, Unavailable
from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.model.match_list import MatchList, Pattern
from gatepost.model.session import NAMELESS, Client, ClientNames, NameStatus, Session
from gatepost.model.settings import Settings
from gatepost.policy.matching import client_matches
from gatepost.policy.questions import TableHit, TableLookup
from gatepost.world.relay_hosts.databases import KINDS, Database
from gatepost.world.relay_hosts.host_tables import HostTable, HostTableError, host_table
from gatepost.world.relay_hosts.relay_host import HostRange
from gatepost.world.tables.find_now import find_now
from gatepost.world.tables.lookup_file import LookupFile, read_lookup_file
from gatepost.world.tables.registry import Tables
from gatepost.world.tables.table import TableError, TableRequest

MYNETWORKS = "mynetworks"
WIDEST = {4: 16, 6: 32}
"""The shortest prefix that is added unasked, by IP version: no customer of a smarthost has more than that."""

_FROM = re.compile(r"\bFROM\s+([\w.`\"$]+)", re.IGNORECASE)
_COMPARED = re.compile(r"([\w.`\"]+)\s*=\s*'%s'")


@dataclass(frozen=True, slots=True)
class HostSource:
    """A lookup file: its element of mynetworks, its type, what it says."""

    name: str
    kind: str
    file: LookupFile

    @property
    def table(self) -> str:
        """The table that it asks; "" where that cannot be told."""
        found = _FROM.search(self.file.query)
        return self.file.table or (found.group(1) if found else "")

    @property
    def key_column(self) -> str:
        """The column that is compared with the address; "" where that cannot be told."""
        found = _COMPARED.search(self.file.query)
        return self.file.where_field or (found.group(1).rpartition(".")[2] if found else "")


def host_source(configuration: Configuration, chosen: str = "") -> HostSource:
    """The lookup file that is chosen, or the one that stands in mynetworks."""
    named = [chosen] if chosen else list(dict.fromkeys(_tables_in_mynetworks(configuration)))
    if len(named) == 1:
        return read_source(configuration, named[0])
    if named:
        text, cure = f"mynetworks names several: {', '.join(named)}", "choose one with --lookup TYPE:FILE"
    else:
        text = f"{MYNETWORKS} names no table of a database ({', '.join(f'{kind}:' for kind in KINDS)})"
        cure = "write mynetworks = ..., proxy:mysql:/path/to/lookup/file, or choose one with --lookup TYPE:FILE"
    raise ConfigurationError(Complaint("error", configuration.place(MYNETWORKS), text, cure))


def read_source(configuration: Configuration, name: str) -> HostSource:
    """Read one lookup file."""
    kind, argument = _taken_apart(name)
    if kind not in KINDS or not argument:
        cure = f"write {', '.join(f'{each}:FILE' for each in KINDS)}"
        complaint = Complaint("error", configuration.place(MYNETWORKS), f"{name!r} is no table of a database", cure)
        raise ConfigurationError(complaint)
    request = TableRequest(name, argument, configuration.directory, parameter=configuration.given)
    try:
        return HostSource(name, kind, read_lookup_file(request))
    except TableError as error:
        raise ConfigurationError(error.complaint) from None


def _tables_in_mynetworks(configuration: Configuration) -> Iterator[str]:
    for pattern in read_match_list(configuration, MYNETWORKS).patterns:
        if _taken_apart(pattern.table)[0] in KINDS:
            yield pattern.table


def _taken_apart(name: str) -> tuple[str, str]:
    while name.startswith("proxy:"):
        name = name.removeprefix("proxy:")
    kind, _, argument = name.partition(":")
    return kind, argument


def open_table(source: HostSource, database: Database) -> HostTable:
    """The table that a lookup file names, as what it is."""
    if not source.table:
        raise HostTableError(f"{source.file.label}: the query does not say which table it asks: {source.name}")
    columns = database.columns(source.table)
    if not columns:
        raise HostTableError(f"there is no table {source.table}: make it with `gatepost hosts init`")
    return host_table(database.run, source.table, source.key_column, columns)


def too_much(where: HostRange, gateways: frozenset[str]) -> str:
    """Why an entry should not be added, in words; "" for nothing."""
    network = ipaddress.ip_network(where.text)
    if network.prefixlen == 0:
        return f"{where.text} is everybody: that is an open relay"
    if network.prefixlen < WIDEST[network.version]:
        return f"{where.text} is wider than /{WIDEST[network.version]}: hardly all of it is one customer's"
    for address in sorted(gateways):
        if ipaddress.ip_address(address) in network:
            return (
                f"{where.text} holds {address}, the gateway of this machine: where a proxy or NAT puts that in place "
                "of the clients' addresses everybody may relay"
            )
    return ""


@dataclass(frozen=True, slots=True)
class Match:
    """The element of mynetworks that decides about an address. `why` where it could not be asked."""

    element: str
    may_relay: bool
    found: str = ""
    why: str = ""


def matching_element(configuration: Configuration, address: IPAddress, name: str) -> Match | None:
    """The first element that matches, or that cannot be asked; None: no element does."""
    tables = Tables(configuration.directory, parameter=configuration.given)
    names = ClientNames(name, NameStatus.VERIFIED, name, NameStatus.VERIFIED) if name else NAMELESS
    session = Session(Client(address, names=names), Settings(), "CONNECT")
    patterns = read_match_list(configuration, MYNETWORKS)
    for pattern in patterns.patterns:
        element = f"{'!' if pattern.is_negated else ''}{pattern.text}"
        alone = MatchList(MYNETWORKS, (_affirmed(pattern),), parents_match=patterns.parents_match)
        asking = client_matches(alone, session)
        found = ""
        try:
            question = next(asking)
            while True:
                assert isinstance(question, TableLookup)  # the names are known
                answer = _look_up(tables, question)
                found = answer.value.value if isinstance(answer, Found) else ""
                question = asking.send(answer)
        except StopIteration as end:
            if isinstance(end.value, Unavailable):
                return Match(element, may_relay=False, why=end.value.why)
            if end.value:
                return Match(element, may_relay=not pattern.is_negated, found=found)
    return None


def _look_up(tables: Tables, question: TableLookup) -> Answer[TableHit]:
    for key in question.keys:
        answer = find_now(tables.load(question.table), key)
        if isinstance(answer, Found):
            return Found(TableHit(key, answer.value), answer.source)
        if isinstance(answer, Unavailable):
            return answer
    return NOT_FOUND


def _affirmed(pattern: Pattern) -> Pattern:
    """The element without its sign: a match is then True."""
    return Pattern(pattern.text, table=pattern.table, network=pattern.network, fault=pattern.fault)
