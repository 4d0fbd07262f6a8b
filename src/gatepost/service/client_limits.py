"""Limits for each client, as Postfix has them: connections at once, and events in anvil_rate_time_unit.

    limits = ClientLimits(terms, service, host, counts, clock)     one for a door
    visit = limits.visit(address, log)                             one for a client of a session
    visit.connect(late)         the refusal of a connection too many, or None; late(refusal) where it is known later
    visit.count("MAIL", …)       the refusal of one too many: MAIL, RCPT, AUTH, STARTTLS, TLS
    visit.leave()               the connection is over

A client is an address, or a network where a prefix length says so; what it does at one row of master.cf counts there
alone. A limit of 0 is none, and costs nothing. Whoever is on smtpd_client_event_limit_exceptions, or may XCLIENT, has
no visit. Log lines are Postfix's: `warning: Connection concurrency limit exceeded: 51 from name[address] for service
smtp`.

Postfix: smtpd_client_*_limit, smtpd_client_ipv4_prefix_length, anvil_rate_time_unit; anvil(8).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from gatepost.model.address import IPAddress
from gatepost.model.reply import Reply
from gatepost.world.limits.shared_counts import Event


@dataclass(frozen=True, slots=True)
class LimitTerms:
    """The parameters, each named as in postconf(5)."""

    smtpd_client_connection_count_limit: int = 50
    smtpd_client_connection_rate_limit: int = 0
    smtpd_client_message_rate_limit: int = 0
    smtpd_client_recipient_rate_limit: int = 0
    smtpd_client_auth_rate_limit: int = 0
    smtpd_client_new_tls_session_rate_limit: int = 0
    smtpd_client_ipv4_prefix_length: int = 32
    smtpd_client_ipv6_prefix_length: int = 84
    anvil_rate_time_unit: int = 60


class Counts(Protocol):
    """What counts, for this process and all that share with it."""

    def client_key(self, service: str, network: bytes) -> int:
        """The number of a client of a service."""

    def connect(self, client: int, limit: int, late: Callable[[int], None]) -> int:
        """Count a connection; gives how many the client is known to have. `late` hears when it was one too many."""

    def disconnect(self, client: int) -> None:
        """Count a connection less."""

    def add(self, client: int, event: Event, now: int, within_s: int, more: int = 1) -> int:
        """Count an event, or so many more; gives how many there are within the time."""

    def close(self) -> None:
        """Let go of whatever is asked."""


class Line(Protocol):
    """Where a session writes."""

    def say(self, text: str, *, is_warning: bool = False) -> None:
        """Write a line; the first `%s` stands for the client."""


CONCURRENCY = "Connection concurrency limit exceeded"

STARTTLS = "STARTTLS"
"""It counts nothing itself: a session under TLS that has begun does (TLS)."""


class _Rate(NamedTuple):
    event: Event
    parameter: str
    code: int
    enhanced: str
    text: str  # behind it stands whom it is about
    log: str
    names: bool = False  # the reply names the client, where others show its address alone


_RATES = {
    "MAIL": _Rate(
        Event.MESSAGE,
        "smtpd_client_message_rate_limit",
        450,
        "4.7.1",
        "Error: too much mail from",
        "Message delivery request rate limit exceeded",
    ),
    "RCPT": _Rate(
        Event.RECIPIENT,
        "smtpd_client_recipient_rate_limit",
        450,
        "4.7.1",
        "Error: too many recipients from",
        "Recipient address rate limit exceeded",
    ),
    "AUTH": _Rate(
        Event.AUTH,
        "smtpd_client_auth_rate_limit",
        450,
        "4.7.1",
        "Error: too many AUTH commands from",
        "AUTH command rate limit exceeded",
    ),
    STARTTLS: _Rate(
        Event.NEW_TLS_SESSION,
        "smtpd_client_new_tls_session_rate_limit",
        454,
        "4.7.0",
        "Error: too many new TLS sessions from",
        "Refusing STARTTLS request",
        names=True,
    ),
    "TLS": _Rate(
        Event.NEW_TLS_SESSION,
        "smtpd_client_new_tls_session_rate_limit",
        421,
        "4.7.0",
        "Error: too many new TLS sessions from",
        "New TLS session rate limit exceeded",
        names=True,
    ),
}


class ClientLimits:
    """The limits of one door. `are_set`: some limit is not 0; `count_commands`: one of commands."""

    __slots__ = ("_limits", "are_set", "clock", "count_commands", "counts", "host", "service", "terms")

    def __init__(
        self, terms: LimitTerms, service: str, host: str, counts: Counts, clock: Callable[[], float]
    ) -> None:
        connections = terms.smtpd_client_connection_count_limit, terms.smtpd_client_connection_rate_limit
        self.terms = terms
        self.service = service
        self.host = host
        self.counts = counts
        self.clock = clock
        self._limits = {verb: getattr(terms, rate.parameter) for verb, rate in _RATES.items()}
        self.count_commands = any(self._limits.values())
        self.are_set = self.count_commands or any(connections)

    def visit(self, address: IPAddress, log: Line) -> "Visit":
        """A client is there."""
        return Visit(self, address.text, self.counts.client_key(self.service, self._network(address)), log)

    def _network(self, address: IPAddress) -> bytes:
        terms = self.terms
        length = terms.smtpd_client_ipv6_prefix_length if address.is_ipv6 else terms.smtpd_client_ipv4_prefix_length
        spare = len(address.octets) * 8 - length
        if spare <= 0:
            return address.octets
        return (int.from_bytes(address.octets, "big") >> spare).to_bytes(len(address.octets), "big")

    def limit_of(self, verb: str) -> int:
        """How many of these are allowed in the time."""
        return self._limits[verb]  # type: ignore[no-any-return]  # getattr of integers

    def add(self, client: int, event: Event, more: int = 1) -> int:
        """Count an event, or only look."""
        return self.counts.add(client, event, int(self.clock()), self.terms.anvil_rate_time_unit, more)


class Visit:
    """One client of one session."""

    __slots__ = ("_address", "_client", "_is_connected", "_limits", "_log")

    def __init__(self, limits: ClientLimits, address: str, client: int, log: Line) -> None:
        self._limits = limits
        self._address = address
        self._client = client
        self._log = log
        self._is_connected = False

    def connect(self, late: Callable[[Reply], None]) -> Reply | None:
        """Count the connection; gives the refusal of one too many, or calls `late` with it."""
        limits, terms = self._limits, self._limits.terms
        at_once, rate = terms.smtpd_client_connection_count_limit, terms.smtpd_client_connection_rate_limit
        number = often = 0
        if at_once:
            self._is_connected = True
            number = limits.counts.connect(self._client, at_once, partial(self._is_exceeded, late))
        if rate:
            often = limits.add(self._client, Event.CONNECTION)
        if number > at_once:
            self._say(CONCURRENCY, number)
        elif often > rate:
            self._say("Connection rate limit exceeded", often)
        else:
            return None
        return self._too_many

    def _is_exceeded(self, late: Callable[[Reply], None], number: int) -> None:
        if self._is_connected:
            self._say(CONCURRENCY, number)
            late(self._too_many)

    @property
    def _too_many(self) -> Reply:
        return Reply(421, "4.7.0", f"{self._limits.host} Error: too many connections from {self._address}")

    def count(self, verb: str, label: str) -> Reply | None:
        """Count a command; gives the refusal of one too many. `label`: name[address] of the client."""
        limit = self._limits.limit_of(verb)
        if not limit:
            return None
        rate = _RATES[verb]
        number = self._limits.add(self._client, rate.event, more=verb != STARTTLS)
        if number <= limit:
            return None
        if verb == STARTTLS:
            self._log.say(f"{rate.log} from %s for service {self._limits.service}", is_warning=True)
        else:
            self._say(rate.log, number)
        host = f"{self._limits.host} " if rate.code == 421 else ""
        return Reply(rate.code, rate.enhanced, f"{host}{rate.text} {label if rate.names else self._address}")

    def leave(self) -> None:
        """The connection is over."""
        if self._is_connected:
            self._is_connected = False
            self._limits.counts.disconnect(self._client)

    def _say(self, what: str, number: int) -> None:
        self._log.say(f"{what}: {number} from %s for service {self._limits.service}", is_warning=True)
