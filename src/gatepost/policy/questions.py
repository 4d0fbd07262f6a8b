"""The questions that policy asks of the world, each a frozen value, and what a good answer holds.

A question that DNS answers (NAME_QUESTIONS) may be asked before its turn, and its answer, Unavailable included,
serves for the rest of the session. What records, charges or changes something waits for its turn, and each who asks
has an answer of his own.
"""

from dataclasses import dataclass, field

from gatepost.model.address import IPAddress
from gatepost.model.policy_service import Endpoint, ServiceLimits
from gatepost.model.quick import quick
from gatepost.policy.greylisting import GreylistTerms


@dataclass(frozen=True, slots=True)
class TableHit:
    """The first key that a table knew, and its value."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class TableLookup:
    """Ask one table for the first of several keys it knows, in their order. Found holds a TableHit."""

    table: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClientName:
    """Ask for the names of a client: PTR, then the address of that name. Always Found, holding ClientNames."""

    address: IPAddress


@dataclass(frozen=True, slots=True)
class AddressRecords:
    """Ask for the A records of a name (block lists). Found holds a tuple of dotted quads in the order of DNS."""

    name: str


@dataclass(frozen=True, slots=True)
class TextRecords:
    """Ask for the TXT records of a name. Found holds a tuple of strings, one per record, its parts joined."""

    name: str


NULL_MX = "null MX"
MALFORMED = "malformed DNS server reply"


@dataclass(frozen=True, slots=True)
class DomainExists:
    """Ask for records of `types` in that order until one type has some (MX, A, AAAA for a mail domain).

    Found holds the type that answered. NotFound has `why` "" (none of the types), NULL_MX (the domain says by
    RFC 7505 that it takes no mail; then no other type is asked) or MALFORMED. One type that could not be asked
    among types without records makes the whole Unavailable (Postfix: dns_lookup status precedence).
    """

    name: str
    types: tuple[str, ...] = field(default=("MX", "A", "AAAA"))


@dataclass(frozen=True, slots=True)
class PolicyRequest:
    """Ask a policy server about a session (check_policy_service). Found holds the text of its action, perhaps "".

    `attributes` are names and values in the order in which they are sent. Asked anew each time, for the server may
    count or record: greylisting does. Never NotFound.
    """

    endpoint: Endpoint
    limits: ServiceLimits
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GreylistAttempt:
    """Ask a greylist store (greylist_store) what an attempt to deliver comes to, and have it written down.

    Found holds a Decision (policy/greylisting.py). Never NotFound. `pool_name` is the client's verified name where it
    tells a pool, else ""; `network` is what the client is without one. Sender and recipient are in normal form.
    """

    store: str
    pool_name: str
    network: str
    sender: str
    recipient: str
    terms: GreylistTerms

    def __hash__(self) -> int:
        """That of two fields tells attempts apart as well as that of all."""
        return hash((self.sender, self.recipient))


@dataclass(frozen=True, slots=True)
class AddressProbe:
    """Ask whether an address takes mail. Found holds a ProbeResult (policy/address_verification.py). Never NotFound.

    Asked is `hop`, as transport_maps or smtpd_proxy_filter name it; "": the mail exchangers of the address's domain.
    The probe comes from `sender`. After `wait_s` the answer is IN_PROGRESS, and the probe goes on.
    """

    address: str
    hop: str
    sender: str
    wait_s: int


@dataclass(frozen=True, slots=True)
class Exchanger:
    """One mail exchanger of a domain; the lower the preference the better (RFC 5321 section 5.1)."""

    preference: int
    name: str


@dataclass(frozen=True, slots=True)
class MailExchangers:
    """Ask for the MX records of a domain. Found holds a tuple of Exchanger in the order of DNS, at most 100.

    NotFound has `why` "" (no MX record, or no such domain), NULL_MX or MALFORMED (none names a host). An exchanger
    may be an address, against RFC 5321: its `name` is then that.
    """

    domain: str


@dataclass(frozen=True, slots=True)
class NameServers:
    """Ask for the NS records of a domain. Found holds a tuple of names in the order of DNS, at most 100.

    NotFound has `why` "" (none there: a parent domain may have some) or MALFORMED (none names a host).
    """

    domain: str


NO_SUCH_HOST = "Name or service not known"
NO_ADDRESS = "No address associated with hostname"


@dataclass(frozen=True, slots=True)
class HostAddresses:
    """Ask for the addresses of several hosts at once, as getaddrinfo(3) gives them: hosts file first, IPv6 first.

    Found holds a tuple with one answer for each name: Found with a tuple of address texts, NotFound with `why`
    NO_SUCH_HOST or NO_ADDRESS, or Unavailable.
    """

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delay:
    """Ask for time to pass. Found holds None."""

    seconds: int


@dataclass(frozen=True, slots=True)
class LocalTime:
    """Ask what time it is. Found holds `Mon dd hh:mm:ss` in the server's time zone."""


NameQuestion = ClientName | AddressRecords | TextRecords | DomainExists | MailExchangers | NameServers | HostAddresses
NAME_QUESTIONS = (ClientName, AddressRecords, TextRecords, DomainExists, MailExchangers, NameServers, HostAddresses)
"""What DNS answers."""

SHARED = (*NAME_QUESTIONS, TableLookup)
"""Asked once for all restrictions of an evaluation that wait for the same."""

Question = TableLookup | NameQuestion | PolicyRequest | GreylistAttempt | AddressProbe | Delay | LocalTime


quick(TableHit, TableLookup, ClientName, AddressRecords, TextRecords, DomainExists, GreylistAttempt)
