"""IP addresses as policy sees them: text, octets, networks.

An address is kept as the text that Postfix would print (IPv4 dotted quad; IPv6 compressed lower case) beside its
octets, so that tables see the text and networks compare the octets. IPv4-mapped IPv6 addresses are IPv4.
"""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache

from gatepost.model.quick import quick


@dataclass(frozen=True, slots=True)
class IPAddress:
    """One address: `text` as Postfix prints it, `octets` (4 or 16, network order)."""

    text: str
    octets: bytes

    @property
    def is_ipv6(self) -> bool:
        """Of the IPv6 family."""
        return len(self.octets) == 16


_NUMBER = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_DOTTED_QUAD = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}\.{_NUMBER}")
"""IPv4 as it is printed: read at a fifth of what ipaddress takes, which reads all else."""


@lru_cache(maxsize=4096)
def parse_ip(text: str) -> IPAddress:
    """Read an address. Raises ValueError when it is none; one with a scope (`%eth0`) is none."""
    quad = _DOTTED_QUAD.fullmatch(text)
    if quad is not None:
        return IPAddress(text, bytes(map(int, quad.groups())))
    if ":" not in text:
        raise ValueError(f"neither IPv4 nor IPv6: {text!r}")
    if "%" in text:
        raise ValueError(f"an address with a scope: {text!r}")
    parsed = ipaddress.ip_address(text)
    mapped = getattr(parsed, "ipv4_mapped", None)
    address = mapped or parsed
    return IPAddress(str(address), address.packed)


def is_ip(text: str) -> bool:
    """The text is an IPv4 or IPv6 address."""
    if ":" not in text:
        return _DOTTED_QUAD.fullmatch(text) is not None
    try:
        parse_ip(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Network:
    """A network: base address and mask as integers, so that membership is one AND and one comparison."""

    base: int
    mask: int
    octet_count: int

    def holds(self, address: IPAddress) -> bool:
        """The address lies in this network (families never match each other)."""
        octets = address.octets
        return len(octets) == self.octet_count and int.from_bytes(octets, "big") & self.mask == self.base


def parse_network(text: str) -> Network:
    """Read `address` or `address/length`. Raises ValueError for host bits beyond the mask or a bad length."""
    parsed = ipaddress.ip_network(text, strict=True)
    return Network(int(parsed.network_address), int(parsed.netmask), parsed.max_prefixlen // 8)


quick(IPAddress)
