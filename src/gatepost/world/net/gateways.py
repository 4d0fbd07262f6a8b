"""The default gateways of this machine, as the kernel's routing tables have them.

Inside a Docker network the gateway is the host's end of the bridge, and Docker's proxy for published ports connects
from just that address; a router that translates addresses for what it lets in does the same.

Gives: addresses as text, of both families; none where there is no such table (another system than Linux).
"""

import ipaddress
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

IPV4_ROUTES = Path("/proc/net/route")
IPV6_ROUTES = Path("/proc/net/ipv6_route")

_GATEWAY = 0x2  # RTF_GATEWAY, linux/route.h
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))  # Docker's and Podman's


def default_gateways(ipv4_routes: Path = IPV4_ROUTES, ipv6_routes: Path = IPV6_ROUTES) -> frozenset[str]:
    """Read both tables."""
    return frozenset((*_read(ipv4_routes, _ipv4_gateway), *_read(ipv6_routes, _ipv6_gateway)))


def is_container() -> bool:
    """This machine looks like a container, where a userland proxy in front is likely."""
    return any(mark.exists() for mark in _CONTAINER_MARKS)


def _read(path: Path, gateway_of: Callable[[list[str]], str]) -> Iterator[str]:
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        try:
            address = gateway_of(line.split())
        except (IndexError, ValueError):
            continue  # the heading, or a line of another shape
        if address:
            yield address


def _ipv4_gateway(fields: list[str]) -> str:
    """Iface Destination Gateway Flags RefCnt Use Metric Mask …: hexadecimal, addresses in the machine's order."""
    destination, gateway, flags, mask = (int(fields[index], 16) for index in (1, 2, 3, 7))
    if destination or mask or not flags & _GATEWAY:
        return ""
    return str(ipaddress.IPv4Address(gateway.to_bytes(4, sys.byteorder)))


def _ipv6_gateway(fields: list[str]) -> str:
    """Destination length source length next-hop metric references use flags interface: hexadecimal."""
    destination, length, hop, flags = (int(fields[index], 16) for index in (0, 1, 4, 8))
    if destination or length or not flags & _GATEWAY:
        return ""
    return str(ipaddress.IPv6Address(hop))
