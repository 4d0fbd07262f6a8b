"""One entry of a table of hosts that may relay: an address or a network, whose it is, until when.

In a table of networks an address is compared as text: its octets in hexadecimal, lower case, 8 digits for IPv4 and 32
for IPv6, so that a network is all texts of one length from its first to its last address, in any database.
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
"""How a time is given to a database, in UTC."""


@dataclass(frozen=True, slots=True)
class HostRange:
    """An address or a network as it is written here: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`."""

    text: str
    first: str
    last: str
    is_single: bool


@dataclass(frozen=True, slots=True)
class RelayHost:
    """One entry. `network` is as the table has it; times are in UTC; what a table has no column for is empty."""

    network: str
    is_active: bool = True
    client: str = ""
    note: str = ""
    added_by: str = ""
    added_at: datetime | None = None
    expires_at: datetime | None = None

    def has_expired(self, now: datetime) -> bool:
        """Its time is over: it may relay no more."""
        return self.expires_at is not None and self.expires_at <= now


def read_range(text: str) -> HostRange:
    """Read an address or a network, IPv6 in brackets or not. Raises ValueError with what to write."""
    bare = text.strip().replace("[", "").replace("]", "")
    try:
        network = ipaddress.ip_network(bare, strict=True)
    except ValueError:
        raise ValueError(_why_not(bare)) from None
    if isinstance(network, ipaddress.IPv6Network) and network.network_address.ipv4_mapped:
        raise ValueError(f"{text} is an IPv4 address written as IPv6: write {network.network_address.ipv4_mapped}")
    is_single = network.prefixlen == network.max_prefixlen
    return HostRange(
        str(network.network_address) if is_single else str(network),
        network.network_address.packed.hex(),
        network.broadcast_address.packed.hex(),
        is_single,
    )


def _why_not(bare: str) -> str:
    try:
        network = ipaddress.ip_network(bare, strict=False)
    except ValueError:
        return f"{bare[:60]!r} is neither an address nor a network: write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/48"
    return f"{bare} has bits behind the length of its network: write {network}"


def now_utc() -> datetime:
    """The time, without fractions and without a zone, as the tables have it."""
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None)


def read_time(value: object) -> datetime | None:
    """A time as a database gives it: one of its own, or text. What is neither is none."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0, tzinfo=None)
    try:
        return datetime.fromisoformat(str(value)).replace(microsecond=0, tzinfo=None) if value else None
    except ValueError:
        return None
