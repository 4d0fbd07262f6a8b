"""The addresses of this machine, with the networks they stand in, as the kernel tells them to anyone who asks.

Asked over rtnetlink (RTM_GETADDR), which needs no rights. Where that is not to be had (another system than Linux, a
sandbox without it), only the loopback addresses are known.

Gives: interface addresses, IPv4 before IPv6, each family in the kernel's order; link-local ones too.
"""

import ipaddress
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from gatepost.model.address import IPAddress, parse_ip

_RTM_GETADDR, _RTM_NEWADDR, _NLMSG_ERROR, _NLMSG_DONE = 22, 20, 2, 3  # linux/rtnetlink.h, linux/netlink.h
_NLM_F_REQUEST, _NLM_F_DUMP = 0x001, 0x300
_IFA_ADDRESS, _IFA_LOCAL = 1, 2  # linux/if_addr.h
_HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_ADDRESS = struct.Struct("=BBBBI")  # ifaddrmsg: family, prefix length, flags, scope, index
_ATTRIBUTE = struct.Struct("=HH")  # rtattr: length, type
_ANSWER_OCTETS = 65536
_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """One address of this machine and the length of its network's prefix."""

    address: IPAddress
    prefix_length: int

    @property
    def is_loopback(self) -> bool:
        """In 127.0.0.0/8, or ::1."""
        return ipaddress.ip_address(self.address.text).is_loopback


LOOPBACK = (InterfaceAddress(parse_ip("127.0.0.1"), 8), InterfaceAddress(parse_ip("::1"), 128))


def interface_addresses() -> tuple[InterfaceAddress, ...]:
    """Ask the kernel."""
    try:
        found = tuple(_ask_kernel())
    except (AttributeError, OSError, struct.error, ValueError):
        found = ()
    return tuple(sorted(found or LOOPBACK, key=lambda known: known.address.is_ipv6))


def _ask_kernel() -> Iterator[InterfaceAddress]:
    request = _HEADER.pack(_HEADER.size + _ADDRESS.size, _RTM_GETADDR, _NLM_F_REQUEST | _NLM_F_DUMP, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:  # 0: NETLINK_ROUTE
        kernel.settimeout(_PATIENCE_S)
        kernel.send(request + _ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, 0))
        while True:
            answer = kernel.recv(_ANSWER_OCTETS)
            at = 0
            while at + _HEADER.size <= len(answer):
                length, kind, *_ = _HEADER.unpack_from(answer, at)
                if kind in (_NLMSG_DONE, _NLMSG_ERROR) or length < _HEADER.size:
                    return
                if kind == _RTM_NEWADDR:
                    yield from _address_in(answer[at + _HEADER.size : at + length])
                at += _aligned(length)


def _address_in(message: bytes) -> Iterator[InterfaceAddress]:
    _, prefix_length, *_ = _ADDRESS.unpack_from(message)
    octets: dict[int, bytes] = {}
    at = _ADDRESS.size
    while at + _ATTRIBUTE.size <= len(message):
        length, kind = _ATTRIBUTE.unpack_from(message, at)
        if length < _ATTRIBUTE.size:
            break
        octets[kind] = message[at + _ATTRIBUTE.size : at + length]
        at += _aligned(length)
    own = octets.get(_IFA_LOCAL) or octets.get(_IFA_ADDRESS)  # on a point-to-point link ADDRESS is the other end
    if own and len(own) in (4, 16):
        yield InterfaceAddress(parse_ip(str(ipaddress.ip_address(own))), prefix_length)


def _aligned(length: int) -> int:
    return (length + 3) & ~3
