"""The servers behind a domain, looked up in an access table: check_*_{a,mx,ns}_access (postfix-semantics 4.5).

The servers are, by kind, the domain's mail exchangers (without any the domain itself), its name servers or those of
the nearest parent that has some, or the host itself. For each, in the order of DNS: its name and parent domains (not
for A), then its addresses with their partial networks. The first key that the table knows decides, even as DUNNO.

Asks: MailExchangers, NameServers, HostAddresses (eight hosts at once), TableLookup. At most 100 addresses in all.
Unavailable: a table 451 4.3.5; a name that cannot be looked up DUNNO, with a complaint.
RFC: 5321 section 5.1; 7505 (a null MX is DUNNO).
"""

from enum import Enum

from gatepost.model.answer import Answer, Found, NotFound, Unavailable
from gatepost.model.hostnames import is_address_literal, is_host_address
from gatepost.model.session import Session
from gatepost.model.verdict import DUNNO, Dunno, Verdict
from gatepost.policy.access_lookup import find_in_table, name_keys
from gatepost.policy.asking import Asking, ask
from gatepost.policy.lookup_order import AccessTable, address_keys
from gatepost.policy.questions import NULL_MX, HostAddresses, MailExchangers, NameServers
from gatepost.policy.subjects import Subject

MOST_ADDRESSES = 100
"""How many addresses of servers are looked up for one check (Postfix 3.7.11)."""

ASKED_AT_ONCE = 8
"""Hosts whose addresses one question asks for. Few domains have more servers; those that have are asked in turn."""


class Servers(Enum):
    """Which servers of a domain are looked up, by the record that names them."""

    A = "A"
    MX = "MX"
    NS = "NS"


def check_servers(
    session: Session, subject: Subject, table: AccessTable, name: str, kind: Servers
) -> Asking[Verdict]:
    """The verdict of the table on the servers of a host name or of an address's domain."""
    domain = name.rpartition("@")[2]
    if not domain:  # user@, with resolve_null_domain
        return DUNNO
    if domain.startswith("["):
        return (yield from _check_literal(session, subject, table, domain, kind))
    hosts = yield from _hosts_of(domain, kind)
    if isinstance(hosts, Dunno):
        return hosts
    return (yield from _Walk(session, subject, table, kind).over(hosts))


def _check_literal(
    session: Session, subject: Subject, table: AccessTable, domain: str, kind: Servers
) -> Asking[Verdict]:
    if kind is Servers.NS or not is_address_literal(domain):
        return DUNNO
    address = domain[6:-1] if domain[1:6].lower() == "ipv6:" else domain[1:-1]
    verdict = yield from find_in_table(session, subject, table, address_keys(address, partial=table.partial))
    return DUNNO if verdict is None else verdict


def _hosts_of(domain: str, kind: Servers) -> Asking[tuple[str, ...] | Dunno]:
    if kind is Servers.A:
        return (domain,)
    if kind is Servers.NS:
        return (yield from _name_servers(domain))
    answer = yield from ask(MailExchangers(domain))
    if isinstance(answer, Found):
        return tuple(exchanger.name for exchanger in answer.value)
    if isinstance(answer, NotFound) and not answer.why:
        return (domain,)
    is_null = isinstance(answer, NotFound) and answer.why == NULL_MX
    return DUNNO if is_null else Dunno(f"MX of {domain}: {answer.why}")


def _name_servers(domain: str) -> Asking[tuple[str, ...] | Dunno]:
    """Those of the domain or of the nearest parent that has some."""
    zone = domain
    while zone:
        answer = yield from ask(NameServers(zone))
        if isinstance(answer, Found):
            servers: tuple[str, ...] = answer.value
            return servers
        if isinstance(answer, Unavailable) or answer.why:
            return Dunno(f"NS of {zone}: {answer.why}")
        zone = zone.partition(".")[2]
    return Dunno(f"NS of {domain}: none, nor of its parent domains")


class _Walk:
    """Looks hosts up one after another; holds what is the same for all, and what went wrong on the way."""

    __slots__ = ("_address_count", "_complaints", "_kind", "_session", "_subject", "_table")

    def __init__(self, session: Session, subject: Subject, table: AccessTable, kind: Servers) -> None:
        self._session = session
        self._subject = subject
        self._table = table
        self._kind = kind
        self._address_count = 0
        self._complaints: list[str] = []

    def over(self, hosts: tuple[str, ...]) -> Asking[Verdict]:
        """The verdict on the first host that the table knows by name or address."""
        for first in range(0, len(hosts), ASKED_AT_ONCE):
            verdict = yield from self._some(hosts[first : first + ASKED_AT_ONCE])
            if verdict is not None:
                return verdict
        return Dunno("; ".join(self._complaints)) if self._complaints else DUNNO

    def _some(self, hosts: tuple[str, ...]) -> Asking[Verdict | None]:
        """Addresses are asked for when the first is needed, then for all hosts that are left."""
        known: dict[str, Answer[tuple[str, ...]]] = {}
        for position, host in enumerate(hosts):
            if is_host_address(host):
                verdict = yield from self._find_addresses((host,))
            else:
                verdict = yield from self._find_name(host)
                if verdict is None:
                    if not known:
                        known = yield from addresses_of(hosts[position:])
                    verdict = yield from self._judge(host, known[host])
            if verdict is not None:
                return verdict
        return None

    def _find_name(self, host: str) -> Asking[Verdict | None]:
        if self._kind is Servers.A:
            return None
        keys = name_keys(self._session, self._table, host)
        return (yield from find_in_table(self._session, self._subject, self._table, keys))

    def _judge(self, host: str, answer: Answer[tuple[str, ...]]) -> Asking[Verdict | None]:
        if isinstance(answer, Found):
            return (yield from self._find_addresses(answer.value))
        if self._kind is not Servers.A:
            self._complaints.append(f"{self._kind.value} host {host}: {answer.why}")
        return None

    def _find_addresses(self, addresses: tuple[str, ...]) -> Asking[Verdict | None]:
        """One look-up for all of them: the first key that is known decides."""
        left = MOST_ADDRESSES - self._address_count
        self._address_count += len(addresses)
        partial = self._table.partial
        keys = [key for address in addresses[:left] for key in address_keys(address, partial=partial)]
        if keys:
            verdict = yield from find_in_table(self._session, self._subject, self._table, keys)
            if verdict is not None:
                return verdict
        if len(addresses) > left:
            return Dunno(
                f"more than {MOST_ADDRESSES} addresses of {self._kind.value} hosts: the rest is not looked up"
            )
        return None


def addresses_of(hosts: tuple[str, ...]) -> Asking[dict[str, Answer[tuple[str, ...]]]]:
    """The addresses of each host, asked for at once."""
    names = tuple(dict.fromkeys(host for host in hosts if not is_host_address(host)))
    if not names:
        return {}
    answer = yield from ask(HostAddresses(names))
    if isinstance(answer, Found):
        return dict(zip(names, answer.value, strict=True))
    return dict.fromkeys(names, answer)
