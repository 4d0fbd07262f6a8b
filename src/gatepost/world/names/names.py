"""Names: the answers to policy's questions about the DNS.

Asks: the cache, then the resolver; for a client's name also /etc/hosts, as Postfix's getnameinfo and getaddrinfo do.
Gives: Found | NotFound | Unavailable as gatepost.policy.questions says, at once from the cache (`instant`) or by
callback (`ask`). Values per answer: at most 100. Names that are no host names are never asked for: NotFound, as in
Postfix.

One computation per kind of question, a generator of keys, serves both ways: `instant` runs it over the cache and
gives up at the first miss; `ask` sends the misses to the resolver. Records of one name and type, which block lists
ask for, need no generator: of ten questions of a session five to seven are such, and each costs 4 us less. Nor is one
begun where already its first key is missing: a session's first question finds nothing, mostly.

Unavailable: no server could tell before the deadline (5 s), or all failed; remembered for 30 s.
Postfix: dns_lookup, smtpd_peer.c (postfix-semantics.md 2.2 to 2.4).
RFC: 7505 (null MX).
"""

import asyncio
import os
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from gatepost.model.address import IPAddress
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
from gatepost.world.names.message import AAAA, PTR, TXT, TYPE_CODES, A, address_text
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
            done(NOT_FOUND if isinstance(outcome, NoRecords) else _answer(self._name, outcome))


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
        if self._lacks_the_first_key(question):
            return None
        flow = self._flow(question)
        step = self._advance(flow, None)
        if isinstance(step, tuple):
            flow.close()
            return None
        return step

    def ask(self, question: NameQuestion, done: Done) -> Asked | AskedRecords:
        """Ask. `done` is called exactly once unless cancelled, never from within this call."""
        if isinstance(question, RECORDS):
            asked_records = AskedRecords(question.name, done)
            name = askable(question.name)
            key = (name or "", RECORD_TYPES[type(question)])
            known = self.cache.get(key) if name else _NO_NAME
            if known is None:
                self.resolver.ask(key, asked_records.take)
            else:
                self.cache_hits += 1 if name else 0
                asyncio.get_running_loop().call_soon(asked_records.take, known)
            return asked_records
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

    def _lacks_the_first_key(self, question: NameQuestion) -> bool:
        """Something must be asked, as can be seen at once: so for nearly every client and sender that is new."""
        if isinstance(question, ClientName):
            octets = question.address.octets
            return self.cache.get(_reverse_key(octets)) is None and self.hosts.name_of(octets) is None
        if isinstance(question, DomainExists):
            name = askable(question.name)
            return name is not None and self.cache.get((name, TYPE_CODES[question.types[0]])) is None
        return False

    def _flow(self, question: NameQuestion) -> Flow:
        if isinstance(question, ClientName):
            return _client_name(question.address, self.hosts)
        if isinstance(question, DomainExists):
            return _domain_exists(question.name, question.types)
        match question:
            case AddressRecords(name):
                return _values(name, A)
            case TextRecords(name):
                return _values(name, TXT)
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
        outcome = yield (key, TYPE_CODES[type_name])
        if isinstance(outcome, Records):
            why = mail_fault(outcome.values) if type_name == "MX" else ""
            if not why:
                return Found(type_name, outcome.owner)
            if why == NULL_MX or types[0] == "MX":
                break
        elif isinstance(outcome, Failed):
            trouble = trouble or outcome.why
    if trouble:
        return Unavailable(f"{name}: {trouble}")
    return NotFound(why) if why else NOT_FOUND


def _client_name(address: IPAddress, hosts: HostsFile) -> Flow:
    """PTR, then the address of the first name found, in the client's own family."""
    octets = address.octets
    reverse_name = hosts.name_of(octets)
    if reverse_name is None:
        outcome = yield _reverse_key(octets)
        if not isinstance(outcome, Records):
            return Found(NAMELESS if isinstance(outcome, NoRecords) else _UNRESOLVED)
        reverse_name = outcome.values[0]
    if not is_hostname(reverse_name):
        return Found(NAMELESS)
    local = hosts.addresses_of(reverse_name, len(octets))
    is_its_own = octets in local
    if not local:
        outcome = yield (reverse_name.lower(), AAAA if len(octets) == 16 else A)
        if isinstance(outcome, Failed):
            return Found(ClientNames(UNKNOWN, NameStatus.TEMPORARY, reverse_name, NameStatus.VERIFIED))
        is_its_own = isinstance(outcome, Records) and address_text(octets) in outcome.values
    if is_its_own:
        return Found(ClientNames(reverse_name, NameStatus.VERIFIED, reverse_name, NameStatus.VERIFIED))
    return Found(ClientNames(UNKNOWN, NameStatus.FORGED, reverse_name, NameStatus.VERIFIED))


@lru_cache(maxsize=1024)
def _reverse_key(octets: bytes) -> Key:
    """Give the key of an address's PTR (RFC 1035 section 3.5, RFC 3596 section 2.5)."""
    if len(octets) == 4:
        return f"{octets[3]}.{octets[2]}.{octets[1]}.{octets[0]}.in-addr.arpa", PTR
    return ".".join(reversed(octets.hex())) + ".ip6.arpa", PTR
