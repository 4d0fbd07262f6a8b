"""Defaults that depend on the machine: who it is, which addresses are its own, which networks it trusts.

myhostname      the system's name, with `.$mydomain` when it has no dot
mydomain        myhostname without its first label, or localdomain; each may refer to the other, which is then empty
mynetworks      from inet_interfaces by mynetworks_style: host, subnet or class (classes A, B, C; IPv6: subnet)
process_id, process_name, config_directory

Raises: ConfigurationError for inet_interfaces, inet_protocols or mynetworks_style that cannot be used.
Postfix: postconf(5), myhostname, mydomain, mynetworks_style, inet_interfaces, proxy_interfaces.
"""

import ipaddress
import os
import socket
from collections.abc import Callable, Mapping
from typing import Protocol

from gatepost.config.interfaces import LOOPBACK, InterfaceAddress, interface_addresses
from gatepost.config.values import quoted
from gatepost.model.address import IPAddress, is_ip, parse_ip
from gatepost.model.errors import ConfigurationError

STYLES = ("class", "subnet", "host")
PROTOCOLS = ("all", "ipv4", "ipv6")
_PROCESS_NAME = "smtpd"  # what $process_name says in a log prefix or banner


class Asker(Protocol):
    """What a computed default may look at."""

    def text(self, name: str) -> str:
        """The expanded value of a parameter."""

    def words(self, name: str) -> tuple[str, ...]:
        """A parameter as a list."""

    def mistake(self, name: str, text: str, cure: str) -> ConfigurationError:
        """What to raise for a value that cannot be used."""

    def with_overrides(self, overrides: Mapping[str, str]) -> "Asker":
        """The same with other values."""

    def is_set(self, name: str) -> bool:
        """The parameter is given, not left to its default."""


def _myhostname(configuration: Asker) -> str:
    name = socket.gethostname() or "localhost"
    if "." in name:
        return name
    if not configuration.is_set("mydomain"):
        return f"{name}.localdomain"
    return f"{name}.{configuration.with_overrides({'myhostname': ''}).text('mydomain')}"


def _mydomain(configuration: Asker) -> str:
    view = configuration.with_overrides({"mydomain": ""}) if configuration.is_set("myhostname") else configuration
    _, dot, domain = view.text("myhostname").partition(".")
    return domain if dot else "localdomain"


def _mynetworks(configuration: Asker) -> str:
    style = configuration.text("mynetworks_style").lower()
    if style not in STYLES:
        raise _bad(configuration, "mynetworks_style", style, STYLES)
    own = own_interfaces(configuration)
    return " ".join(dict.fromkeys(_network(known, style) for known in own))


def _network(known: InterfaceAddress, style: str) -> str:
    text, length = known.address.text, known.prefix_length
    if style == "host":
        length = 128 if known.address.is_ipv6 else 32
    elif style == "class" and not known.address.is_ipv6:
        first = known.address.octets[0]
        length = 8 if first < 128 else 16 if first < 192 else 24  # RFC 791: classes A, B and the rest
    network = ipaddress.ip_network(f"{text}/{length}", strict=False)
    return f"[{network.network_address}]/{length}" if known.address.is_ipv6 else str(network)


def protocol_families(configuration: Asker) -> frozenset[str]:
    """Which of ipv4 and ipv6 inet_protocols allows."""
    chosen = {word.lower() for word in configuration.words("inet_protocols")}
    if not chosen or not chosen <= set(PROTOCOLS):
        raise _bad(configuration, "inet_protocols", configuration.text("inet_protocols"), PROTOCOLS)
    return frozenset({"ipv4", "ipv6"} if "all" in chosen else chosen)


def own_interfaces(configuration: Asker) -> tuple[InterfaceAddress, ...]:
    """The addresses of inet_interfaces: `all`, `loopback-only`, addresses, host names."""
    families = protocol_families(configuration)
    machine = interface_addresses()
    found: list[InterfaceAddress] = []
    for word in configuration.words("inet_interfaces"):
        if word.lower() == "all":
            found.extend(machine)
        elif word.lower() == "loopback-only":
            found.extend([known for known in machine if known.is_loopback] or LOOPBACK)
        else:
            found.extend(
                _with_prefix(address, machine) for address in _resolved(configuration, "inet_interfaces", word)
            )
    if not found:
        raise _bad(configuration, "inet_interfaces", "", ("all", "loopback-only", "addresses"))
    return tuple(dict.fromkeys(known for known in found if _family(known.address) in families))


def own_addresses(configuration: Asker) -> frozenset[str]:
    """Every address that counts as our own: inet_interfaces and proxy_interfaces."""
    own = {known.address.text for known in own_interfaces(configuration)}
    for word in configuration.words("proxy_interfaces"):
        own.update(address.text for address in _resolved(configuration, "proxy_interfaces", word))
    return frozenset(own)


def _with_prefix(address: IPAddress, machine: tuple[InterfaceAddress, ...]) -> InterfaceAddress:
    alone = InterfaceAddress(address, 128 if address.is_ipv6 else 32)
    return next((known for known in machine if known.address == address), alone)


def _resolved(configuration: Asker, name: str, word: str) -> tuple[IPAddress, ...]:
    bare = word[1:-1] if word.startswith("[") and word.endswith("]") else word
    if is_ip(bare):
        return (parse_ip(bare),)
    found = _host_addresses(bare)
    if not found:
        text = f"{quoted(word)} is neither an address nor a host name that can be found"
        raise configuration.mistake(name, text, "write all, loopback-only or addresses of this machine")
    return found


def _host_addresses(host: str) -> tuple[IPAddress, ...]:
    try:
        answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return tuple(dict.fromkeys(parse_ip(str(answer[4][0])) for answer in answers))
    except (OSError, ValueError):  # ValueError: no host name at all (empty or overlong label, NUL)
        return ()


def _family(address: IPAddress) -> str:
    return "ipv6" if address.is_ipv6 else "ipv4"


def _bad(configuration: Asker, name: str, value: str, choices: tuple[str, ...]) -> ConfigurationError:
    words = ", ".join(choices)
    return configuration.mistake(name, f"{quoted(value)} is not one of {words}", f"write one of {words}")


COMPUTED: dict[str, Callable[[Asker], str]] = {
    "myhostname": _myhostname,
    "mydomain": _mydomain,
    "mynetworks": _mynetworks,
    "process_id": lambda _: str(os.getpid()),
    "process_name": lambda _: _PROCESS_NAME,
}
