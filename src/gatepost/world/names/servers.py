"""What the DNS says of the servers of a domain: its mail exchangers, its name servers, the addresses of hosts.

Flows over keys, as in names.py: each gives the keys it needs one after another and is sent their outcomes.

Addresses are found as getaddrinfo(3) finds them (Postfix asks it): an old numeric form such as 12345 or 0x7f.1 is an
address; /etc/hosts comes before the DNS; one final dot does not count; IPv6 comes first (RFC 6724 section 2.1, where
neither family has a better route).
"""

import socket
from collections.abc import Generator, Iterator
from typing import Any

from gatepost.model.address import is_ip
from gatepost.model.answer import NOT_FOUND, Answer, Found, NotFound, Unavailable
from gatepost.model.hostnames import drop_final_dot, is_hostname
from gatepost.policy.questions import MALFORMED, NO_ADDRESS, NO_SUCH_HOST, NULL_MX, Exchanger
from gatepost.world.names.hostname import askable
from gatepost.world.names.local_files import HostsFile
from gatepost.world.names.message import AAAA, MX, NS, A
from gatepost.world.names.outcome import Failed, Key, NoRecords, Outcome, Records

Flow = Generator[Key, Outcome, Answer[Any]]

_NUMERIC = frozenset("0123456789abcdefABCDEFxX.")


def mail_fault(exchangers: tuple[Any, ...]) -> str:
    """Say what is wrong with the MX records as a whole; one usable host name makes them good."""
    names = [mx.exchange for mx in exchangers]
    if "" in names:
        return NULL_MX
    return "" if any(map(_is_server, names)) else MALFORMED


def _is_server(name: str) -> bool:
    return is_hostname(name) or is_ip(name)


def mail_exchangers(domain: str) -> Flow:
    """MX records, those whose name is neither host name nor address left out."""
    key = askable(domain)
    if key is None:
        return NOT_FOUND
    match (yield (key, MX)):
        case Records(values):
            why = mail_fault(values)
            if why:
                return NotFound(why)
            return Found(tuple(Exchanger(mx.preference, mx.exchange) for mx in values if _is_server(mx.exchange)))
        case Failed(reason):
            return Unavailable(f"{domain}: {reason}")
    return NOT_FOUND


def name_servers(domain: str) -> Flow:
    """NS records, those whose name is neither host name nor address left out."""
    key = askable(domain)
    if key is None:
        return NOT_FOUND
    match (yield (key, NS)):
        case Records(values):
            names = tuple(name for name in values if _is_server(name))
            return Found(names) if names else NotFound(MALFORMED)
        case Failed(reason):
            return Unavailable(f"{domain}: {reason}")
    return NOT_FOUND


def host_keys(names: tuple[str, ...]) -> Iterator[Key]:
    """The keys that host_addresses() may need, so that they can be asked for at once."""
    for name in names:
        key = askable(drop_final_dot(name))
        if key is not None:
            yield (key, AAAA)
            yield (key, A)


def host_addresses(names: tuple[str, ...], hosts: HostsFile) -> Flow:
    """One answer for each name."""
    answers: tuple[Answer[tuple[str, ...]], ...] = ()
    for name in names:
        answers += ((yield from _addresses_of(name, hosts)),)
    return Found(answers)


def _addresses_of(name: str, hosts: HostsFile) -> Generator[Key, Outcome, Answer[tuple[str, ...]]]:
    local = known_here(name, hosts)
    if local:
        return Found(local)
    key = askable(drop_final_dot(name))
    if key is None:
        return NotFound(NO_SUCH_HOST)
    found: tuple[str, ...] = ()
    trouble, is_name_known = "", False
    for type_code in (AAAA, A):
        match (yield (key, type_code)):
            case Records(values):
                found += values
            case Failed(reason):
                trouble = trouble or reason
            case NoRecords(known):
                is_name_known = is_name_known or known
    if found:
        return Found(found)
    if trouble:
        return Unavailable(f"{name}: {trouble}")
    return NotFound(NO_ADDRESS if is_name_known else NO_SUCH_HOST)


def known_here(name: str, hosts: HostsFile) -> tuple[str, ...]:
    """What needs no DNS: a numeric form, or an entry of the hosts file."""
    if name and _NUMERIC.issuperset(name):
        try:
            return (socket.inet_ntoa(socket.inet_aton(name)),)
        except OSError:
            pass
    bare = drop_final_dot(name)
    octets = (*hosts.addresses_of(bare, 16), *hosts.addresses_of(bare, 4))
    return tuple(socket.inet_ntop(socket.AF_INET6 if len(o) == 16 else socket.AF_INET, o) for o in octets)
