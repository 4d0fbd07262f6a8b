"""Whether a client that greets is of some other organisation, by the name it says: evidence for the trust guard.

A machine of our own says a name of our own domains, a name without a dot, or a private address. One that says
`mail.other.example` or a public address is a stranger, or a machine that speaks for strangers.

RFC: 6761, 6762 appendix G, 8375 (names that are never public); 1918, 4193 (addresses that are never public).
"""

import ipaddress
import re

from gatepost.model.settings import Settings

NEVER_PUBLIC = frozenset(("local", "localhost", "localdomain", "lan", "home", "internal", "intranet", "corp",
                          "private", "invalid", "arpa"))  # fmt: skip
"""Last labels of names for machines within a site."""

_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")


def organisation(name: str) -> str:
    """The last two labels of a domain: for co.uk and its like too few, which makes the guard slower, never rash."""
    return ".".join(name.lower().strip(".").split(".")[-2:])


def own_organisations(settings: Settings) -> frozenset[str]:
    """Those whose names are our own: of this machine, and of the domains that we take mail for."""
    lists = (
        settings.mydestination,
        settings.relay_domains,
        settings.virtual_alias_domains,
        settings.virtual_mailbox_domains,
        settings.mynetworks,
    )
    named = [p.text for each in lists for p in each.patterns if not p.table and p.network is None and not p.fault]
    return frozenset(map(organisation, (settings.mydomain, settings.myhostname, *named)))


def foreign_domain(helo_name: str, own: frozenset[str]) -> str:
    """The organisation or the public address that a HELO name speaks of; "" where it says nothing foreign."""
    name = helo_name.lower().rstrip(".")
    address = name.strip("[]").removeprefix("ipv6:")
    try:
        return address if ipaddress.ip_address(address).is_global else ""
    except ValueError:
        pass
    if not _NAME.fullmatch(name) or name.rpartition(".")[2] in NEVER_PUBLIC:
        return ""
    domain = organisation(name)
    return "" if domain in own else domain
