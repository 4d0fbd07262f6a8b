"""The questions that policy asks of the world, each a frozen value, and what a good answer holds.

A question says by `may_be_asked_early` whether look-ahead may send it before its turn (default no: whatever
records, charges or changes something must wait for its turn) and by `is_remembered` whether its answer, Unavailable
included, serves for the rest of the session.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from gatepost.model.address import IPAddress


@dataclass(frozen=True, slots=True)
class TableHit:
    """The first key that a table knew, and its value."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class TableLookup:
    """Ask one table for the first of several keys it knows, in their order. Found holds a TableHit."""

    may_be_asked_early: ClassVar[bool] = False
    is_remembered: ClassVar[bool] = True

    table: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClientName:
    """Ask for the names of a client: PTR, then the address of that name. Always Found, holding ClientNames."""

    may_be_asked_early: ClassVar[bool] = True
    is_remembered: ClassVar[bool] = True

    address: IPAddress


@dataclass(frozen=True, slots=True)
class AddressRecords:
    """Ask for the A records of a name (block lists). Found holds a tuple of dotted quads in the order of DNS."""

    may_be_asked_early: ClassVar[bool] = True
    is_remembered: ClassVar[bool] = True

    name: str


@dataclass(frozen=True, slots=True)
class TextRecords:
    """Ask for the TXT records of a name. Found holds a tuple of strings, one per record, its parts joined."""

    may_be_asked_early: ClassVar[bool] = True
    is_remembered: ClassVar[bool] = True

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

    may_be_asked_early: ClassVar[bool] = True
    is_remembered: ClassVar[bool] = True

    name: str
    types: tuple[str, ...] = field(default=("MX", "A", "AAAA"))


@dataclass(frozen=True, slots=True)
class Delay:
    """Ask for time to pass. Found holds None."""

    may_be_asked_early: ClassVar[bool] = False
    is_remembered: ClassVar[bool] = False

    seconds: int


@dataclass(frozen=True, slots=True)
class LocalTime:
    """Ask what time it is. Found holds `Mon dd hh:mm:ss` in the server's time zone."""

    may_be_asked_early: ClassVar[bool] = False
    is_remembered: ClassVar[bool] = False


NameQuestion = ClientName | AddressRecords | TextRecords | DomainExists
"""What DNS answers."""

Question = TableLookup | NameQuestion | Delay | LocalTime
