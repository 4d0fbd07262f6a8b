"""The name servers to ask, as `dns_nameservers` gives them.

`address[:port] …`, separated by spaces or commas; IPv6 in brackets when a port follows (`[::1]:5353`), brackets or
none without. The default port is 53. The order is the order of preference.
"""

from typing import NamedTuple

from gatepost.model.address import parse_ip

DNS_PORT = 53


class Nameserver(NamedTuple):
    """Where a name server listens: address text (a scope like `%eth0` allowed) and port."""

    address: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


def parse_nameservers(text: str) -> tuple[Nameserver, ...]:
    """Read the value of `dns_nameservers`. Raises ValueError, whose text names the element and the cure."""
    return tuple(_parse(element) for element in text.replace(",", " ").split())


def _parse(element: str) -> Nameserver:
    if element.startswith("["):
        address, closing, rest = element[1:].partition("]")
        is_well_formed = bool(closing) and (not rest or rest.startswith(":"))
        port_text = rest[1:] if rest else str(DNS_PORT)
    elif element.count(":") == 1:
        address, _, port_text = element.partition(":")
        is_well_formed = True
    else:
        address, port_text, is_well_formed = element, str(DNS_PORT), True
    try:
        parse_ip(address.partition("%")[0])  # a link-local server is named with its scope
    except ValueError:
        is_well_formed = False
    if not is_well_formed:
        raise ValueError(f"{element!r} is not an IP address: write 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:5353")
    if not (port_text.isascii() and port_text.isdigit() and len(port_text) <= 5 and 0 < int(port_text) < 65536):
        raise ValueError(f"{element!r} has no usable port: write a number from 1 to 65535")
    return Nameserver(address, int(port_text))
