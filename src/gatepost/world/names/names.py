"""Names: the answers to policy's questions about the DNS.

Asks: the cache, then the resolver; for a client's name also /etc/hosts, as Postfix's getnameinfo and getaddrinfo do.
Gives: Found | NotFound | Unavailable as gatepost.policy.questions says, at once from the cache (`instant`) or by
callback (`ask`). Values per answer: at most 100. Names that are no host names are never asked for: NotFound, as in
Postfix.

One computation per kind of question, a generator of keys, serves both ways: `instant` runs it over the cache and
gives up at the first miss; `ask` sends the misses to the resolver. Records of one name and type, which block lists
ask for, need no generator: of ten questions of a session five to seven are such, and each costs 4 us less.

Unavailable: no server could tell before the deadline (5 s), or all failed; remembered for 30 s.
Postfix: dns_lookup, smtpd_peer.c (postfix-semantics.md 2.2 to 2.4).
RFC: 7505 (null MX).
"""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gatepost.model.address import IPAddress, parse_ip
from gatepost.model.answer import NOT_FOUND, Answer, Found, NotFound, Unavailable
from gatepost.model.hostnames import is_hostname
from gatepost.model.session import NAMELESS, UNKNOWN, ClientNames, NameStatus
from gatepost.policy.questions import (
    NULL_MX,
    AddressRecords,
    ClientName,
    DomainExists,
    HostAddresses,
    MailExchangers,
    NameQuestion,
    NameServers,
    TextRecords,
)
from gatepost.world.names.cache import MAX_ENTRIES, Cache
from gatepost.world.names.hostname import askable
from gatepost.world.names.local_files import HostsFile, ResolvConf
from gatepost.world.names.message import AAAA, PTR, TXT, TYPE_CODES, A
from gatepost.world.names.nameservers import Nameserver, parse_nameservers
from gatepost.world.names.outcome import Failed, Key, NoRecords, Outcome, Records
from gatepost.world.names.resolver import DEADLINE_S, Resolver
from gatepost.world.names.servers import (
    Flow,
    host_addresses,
    host_keys,
    known_here,
    mail_exchangers,
    mail_fault,
    name_servers,
)

Done = Callable[[Answer[Any]], None]

RECORDS = (AddressRecords, TextRecords)
RECORD_TYPES: dict[type[Any], int] = {AddressRecords: A, TextRecords: TXT}
_NO_NAME = NoRecords(is_name_known=False, ttl_s=None)
_UNRESOLVED = ClientNames(UNKNOWN, NameStatus.TEMPORARY, UNKNOWN, NameStatus.TEMPORARY)


class Asked:
    """A question under way. `cancel()` drops the callback; what was sent goes on and fills the cache."""

    __slots__ = ("_done", "_flow", "_names")

    def __init__(self, names: "Names", flow: Flow, done: Done) -> None:
        self._names = names
        self._flow = flow
        self._done: Done | None = done

    def cancel(self) -> None:
        """Do not call back."""
        self._done = None
        self._flow.close()

    def _resume(self, outcome: Outcome) -> None:
        """Go on with what the resolver found."""
        done = self._done
        if done is None:
            return
        step = self._names._advance(self._flow, outcome)
        if isinstance(step, tuple):
            self._names.resolver.ask(step, self._resume)
        else:
            self._tell(step)

    def _tell(self, answer: Answer[Any]) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(answer)


class AskedRecords:
    """A question for the records of one name and type under way; `cancel()` as in Asked."""

    __slots__ = ("_done", "_name")

    def __init__(self, name: str, done: Done) -> None:
        self._name = name
        self._done: Done | None = done

    def cancel(self) -> None:
        """Do not call back."""
        self._done = None

    def take(self, outcome: Outcome) -> None:
        """Take what the resolver found."""
        done, self._done = self._done, None
        if done is not None:
            done(_answer(self._name, outcome))


class Names:
    """Answers DNS questions for all sessions of one worker.

    `nameservers` is the value of `dns_nameservers`; when empty, `resolv_conf` is read and followed. Raises
    ValueError for a value that cannot be read. `on_complaint` hears one line per outage and one at its end. Counters:
    `cache_hits` here; `questions`, `packets`, `timeouts`, `failures`, `ignored`, `tcp_questions` of `resolver`.
    """

    def __init__(
        self,
        nameservers: str = "",
        *,
        resolv_conf: Path = Path("/etc/resolv.conf"),
        hosts: Path = Path("/etc/hosts"),
        deadline_s: float = DEADLINE_S,
        max_cached: int = MAX_ENTRIES,
        on_complaint: Callable[[str], None] = lambda _line: None,
        clock: Callable[[], float] = time.monotonic,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.cache_hits = 0
        self.cache = Cache(clock, max_cached)
        self.hosts = HostsFile(hosts, clock)
        fixed = parse_nameservers(nameservers)
        self.resolver = Resolver(
            _once(fixed) if fixed else ResolvConf(resolv_conf, clock).news,
            on_outcome=self.cache.put,
            on_complaint=on_complaint,
            clock=clock,
            random_bytes=random_bytes,
            deadline_s=deadline_s,
        )

    def instant(self, question: NameQuestion) -> Answer[Any] | None:
        """Answer from the cache, or None when something would have to be asked."""
        if isinstance(question, RECORDS):
            key = askable(question.name)
            if key is None:
                return NOT_FOUND
            known = self.cache.get((key, RECORD_TYPES[type(question)]))
            if known is None:
                return None
            self.cache_hits += 1
            return _answer(question.name, known)
        flow = self._flow(question)
        step = self._advance(flow, None)
        if isinstance(step, tuple):
            flow.close()
            return None
        return step

    def ask(self, question: NameQuestion, done: Done) -> Asked | AskedRecords:
        """Ask. `done` is called exactly once unless cancelled, never from within this call."""
        if isinstance(question, RECORDS):
            return self._ask_records(question, done)
        if isinstance(question, HostAddresses):
            self._ask_ahead(question)
        flow = self._flow(question)
        asked = Asked(self, flow, done)
        step = self._advance(flow, None)
        if isinstance(step, tuple):
            self.resolver.ask(step, asked._resume)
        else:
            asyncio.get_running_loop().call_soon(asked._tell, step)
        return asked

    def _ask_records(self, question: AddressRecords | TextRecords, done: Done) -> AskedRecords:
        asked = AskedRecords(question.name, done)
        name = askable(question.name)
        key = (name or "", RECORD_TYPES[type(question)])
        known = self.cache.get(key) if name else _NO_NAME
        if known is None:
            self.resolver.ask(key, asked.take)
        else:
            self.cache_hits += 1 if name else 0
            asyncio.get_running_loop().call_soon(asked.take, known)
        return asked

    def consulted(self, question: NameQuestion) -> tuple[tuple[Key, Outcome], ...]:
        """The DNS questions that a question comes to, and what is known of each: for people. Nothing is sent."""
        flow = self._flow(question)
        seen: list[tuple[Key, Outcome]] = []
        try:
            key = next(flow)
            while (known := self.cache.get(key)) is not None:
                seen.append((key, known))
                key = flow.send(known)
        except StopIteration:
            return tuple(seen)
        flow.close()
        return tuple(seen)

    def close(self) -> None:
        """Close the sockets; callbacks still due are dropped."""
        self.resolver.close()

    def _ask_ahead(self, question: HostAddresses) -> None:
        """Send everything that the flow will want: one after another it finds it in the cache or under way."""
        wanted = tuple(name for name in question.names if not known_here(name, self.hosts))
        for key in host_keys(wanted):
            if self.cache.get(key) is None:
                self.resolver.ask(key, _unheard)

    def _flow(self, question: NameQuestion) -> Flow:
        match question:
            case AddressRecords(name):
                return _values(name, A)
            case TextRecords(name):
                return _values(name, TXT)
            case DomainExists(name, types):
                return _domain_exists(name, types)
            case ClientName(address):
                return _client_name(address, self.hosts)
            case MailExchangers(domain):
                return mail_exchangers(domain)
            case NameServers(domain):
                return name_servers(domain)
            case HostAddresses(names):
                return host_addresses(names, self.hosts)

    def _advance(self, flow: Flow, outcome: Outcome | None) -> Key | Answer[Any]:
        """Run a flow as far as the cache carries it: to the key it misses, or to its answer."""
        try:
            key = next(flow) if outcome is None else flow.send(outcome)
            while (known := self.cache.get(key)) is not None:
                self.cache_hits += 1
                key = flow.send(known)
        except StopIteration as stop:
            answer: Answer[Any] = stop.value
            return answer
        return key


def _unheard(_outcome: Outcome) -> None:
    """Take an outcome that the cache has taken already."""


def _once(nameservers: tuple[Nameserver, ...]) -> Callable[[], tuple[Nameserver, ...] | None]:
    """Give news that never change."""
    news = [nameservers]
    return lambda: news.pop() if news else None


def _values(name: str, type_code: int) -> Flow:
    """All values of one type."""
    key = askable(name)
    if key is None:
        return NOT_FOUND
    return _answer(name, (yield (key, type_code)))


def _answer(name: str, outcome: Outcome) -> Answer[tuple[Any, ...]]:
    """What the records of one type, or their absence, are to who asked for them."""
    if isinstance(outcome, NoRecords):
        return NOT_FOUND
    if isinstance(outcome, Records):
        return Found(outcome.values, outcome.owner)
    return Unavailable(f"{name}: {outcome.why}")


def _domain_exists(name: str, types: tuple[str, ...]) -> Flow:
    """The first of several types that has records.

    Precedence where none has (dns.h): no answer, then malformed, then nothing. As in Postfix a malformed answer ends
    the look-up of a mail domain (MX first) but not that of a HELO name (addresses first).
    """
    key = askable(name)
    if key is None:
        return NOT_FOUND
    trouble = why = ""
    for type_name in types:
        match (yield (key, TYPE_CODES[type_name])):
            case Records(values, _, owner):
                why = mail_fault(values) if type_name == "MX" else ""
                if not why:
                    return Found(type_name, owner)
                if why == NULL_MX or types[0] == "MX":
                    break
            case Failed(reason):
                trouble = trouble or reason
    if trouble:
        return Unavailable(f"{name}: {trouble}")
    return NotFound(why) if why else NOT_FOUND


def _client_name(address: IPAddress, hosts: HostsFile) -> Flow:
    """PTR, then the address of the first name found, in the client's own family."""
    octets = address.octets
    reverse_name = hosts.name_of(octets)
    if reverse_name is None:
        match (yield (_reverse_key(octets), PTR)):
            case Records(values):
                reverse_name = values[0]
            case NoRecords():
                return Found(NAMELESS)
            case Failed():
                return Found(_UNRESOLVED)
    if reverse_name is None or not is_hostname(reverse_name):
        return Found(NAMELESS)
    addresses = hosts.addresses_of(reverse_name, len(octets))
    if not addresses:
        match (yield (reverse_name.lower(), AAAA if len(octets) == 16 else A)):
            case Records(values):
                addresses = tuple(parse_ip(text).octets for text in values)
            case Failed():
                return Found(ClientNames(UNKNOWN, NameStatus.TEMPORARY, reverse_name, NameStatus.VERIFIED))
    if octets in addresses:
        return Found(ClientNames(reverse_name, NameStatus.VERIFIED, reverse_name, NameStatus.VERIFIED))
    return Found(ClientNames(UNKNOWN, NameStatus.FORGED, reverse_name, NameStatus.VERIFIED))


def _reverse_key(octets: bytes) -> str:
    """Give the name that holds an address's PTR (RFC 1035 section 3.5, RFC 3596 section 2.5)."""
    if len(octets) == 4:
        return f"{octets[3]}.{octets[2]}.{octets[1]}.{octets[0]}.in-addr.arpa"
    return ".".join(reversed(octets.hex())) + ".ip6.arpa"
