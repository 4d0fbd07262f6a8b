"""What an address is to us: rewritten for look-up, resolved to a domain and its class (trivial-rewrite(8)).

Postfix's rules (postfix-semantics 3.11): a bare user gets `@$myorigin`; `a!b` and `user%domain` are routes; while
the domain is our own it is stripped and the rest looked at again; operators left in front of a foreign domain mark
the address as routed, and a routed address is nobody's authorised destination.

Addresses here are in internal form: `localpart@domain`, no quotes, no angle brackets.
"""

import re
from dataclasses import dataclass
from enum import Enum

from gatepost.model.answer import Unavailable
from gatepost.model.hostnames import is_host_address
from gatepost.model.localparts import quote_localpart
from gatepost.model.quick import quick
from gatepost.model.settings import Settings
from gatepost.policy.asking import Asking
from gatepost.policy.matching import domain_matches, string_matches

MOST_CRACKS = 50
"""How often a routed localpart is looked at again (Postfix: no limit; RFC 5321 4.5.3.1.1: 64 octets of localpart)."""


EMPTY_RECIPIENT = "MAILER-DAEMON"
"""Who an empty localpart at a domain of ours is (postconf: empty_address_recipient)."""

_OPERATOR = re.compile("[@!%]")


class AddressClass(Enum):
    """ADDRESS_CLASS_README: who is responsible for a domain."""

    LOCAL = "local"
    VIRTUAL_ALIAS = "virtual alias"
    VIRTUAL_MAILBOX = "virtual mailbox"
    RELAY = "relay"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Resolved:
    """An address as the look-ups see it. `domain` is lower case; `is_routed`: operators stand before the domain."""

    address: str
    localpart: str
    domain: str
    address_class: AddressClass
    is_routed: bool

    @property
    def is_authorised_destination(self) -> bool:
        """We are responsible for this domain and nothing routes through it."""
        return self.address_class is not AddressClass.DEFAULT and not self.is_routed


def rewrite(address: str, settings: Settings) -> str:
    """The canonical form: routes without a domain become addresses, a bare user is given our origin."""
    localpart, at, domain = address.rpartition("@")
    if not at:
        localpart, domain = _crack(domain, settings) or (
            domain,
            settings.myorigin if settings.append_at_myorigin else "",
        )
        at = domain
    if settings.append_dot_mydomain and domain and "." not in domain and not domain.startswith("["):
        domain = f"{domain}.{settings.mydomain}"
    if domain.endswith(".") and not domain.endswith("..") and domain != ".":
        domain = domain[:-1]
    return f"{localpart}@{domain}" if at else localpart


def _crack(text: str, settings: Settings) -> tuple[str, str] | None:
    """Part an unquoted text without `@` at its routing operator: (localpart, domain); None where there is none."""
    if quote_localpart(text) != text:
        return None
    if settings.swap_bangpath and "!" in text:
        site, _, user = text.partition("!")
        return user, site
    if settings.allow_percent_hack and "%" in text:
        user, _, domain = text.rpartition("%")
        return user, domain
    return None


def _inner_address(localpart: str, settings: Settings) -> str | None:
    """The address that a localpart at a domain of ours contains, rewritten; None where it is just a user.

    What is quoted is looked into with resolve_dequoted_address only, and there `@` counts as well.
    """
    if quote_localpart(localpart) == localpart:
        cracked = _crack(localpart, settings)
        return None if cracked is None else rewrite("@".join(cracked), settings)
    if not settings.resolve_dequoted_address:
        return None
    if "@" in localpart:
        return rewrite(localpart, settings)
    if settings.allow_percent_hack and "%" in localpart:
        return rewrite("@".join(localpart.rsplit("%", 1)), settings)
    if settings.swap_bangpath and "!" in localpart:
        site, _, user = localpart.partition("!")
        return rewrite(f"{user}@{site}", settings)
    return None


def _is_routed(localpart: str, settings: Settings) -> bool:
    """Some host may take this localpart for a route. That we do not (swap_bangpath …) does not help: the next may."""
    return not settings.allow_untrusted_routing and _OPERATOR.search(localpart) is not None


_MOST_RESOLVED = 1024
_resolved: dict[str, tuple[Settings, Resolved]] = {}
"""What was resolved last without a question. One transaction asks up to six times for each of its addresses."""


def resolve(address: str, settings: Settings) -> Asking[Resolved | Unavailable]:
    """Resolve an address. Unavailable where a list of domains could not be asked."""
    known = _resolved.get(address)
    if known is not None and known[0] is settings:
        return known[1]
    resolved = yield from _resolve(address, settings)
    if isinstance(resolved, Resolved) and not _may_ask(settings):
        if len(_resolved) >= _MOST_RESOLVED:
            _resolved.clear()
        _resolved[address] = settings, resolved
    return resolved


def _may_ask(settings: Settings) -> bool:
    lists = (
        settings.mydestination,
        settings.virtual_alias_domains,
        settings.virtual_mailbox_domains,
        settings.relay_domains,
    )
    return any(pattern.table for patterns in lists for pattern in patterns.patterns)


def _resolve(address: str, settings: Settings) -> Asking[Resolved | Unavailable]:
    current = rewrite(address, settings)
    ours = settings.myhostname
    for _ in range(MOST_CRACKS):
        localpart, at, domain = _parted(current, settings)
        if at:
            is_ours = yield from _is_local(domain, settings)
            if isinstance(is_ours, Unavailable):
                return is_ours
            if not is_ours:
                return (yield from _foreign(localpart, domain, settings))
            ours = domain
        inner = _inner_address(localpart, settings)
        if inner is None:
            localpart = localpart or EMPTY_RECIPIENT
            is_routed = _is_routed(localpart, settings)
            return Resolved(f"{localpart}@{ours}", localpart, ours.lower(), AddressClass.LOCAL, is_routed)
        current = inner
    return Unavailable(f"address with more than {MOST_CRACKS} routes")


def _parted(address: str, settings: Settings) -> tuple[str, str, str]:
    """Localpart, `@` or nothing, domain: without a dot at its end, in brackets where it is a number."""
    localpart, at, domain = address.rpartition("@")
    if not at:
        return domain, "", ""
    if domain.endswith(".") and not domain.endswith(".."):
        domain = domain[:-1]
    if not domain and settings.resolve_null_domain:
        return localpart, "", ""
    if settings.resolve_numeric_domain and is_host_address(domain):
        domain = f"[{domain}]"
    return localpart, at, domain


def _is_local(domain: str, settings: Settings) -> Asking[bool | Unavailable]:
    if not domain:
        return True
    if domain.startswith("["):
        literal = domain.strip("[]").lower().removeprefix("ipv6:")
        return literal in settings.own_addresses
    return (yield from string_matches(settings.mydestination, domain))


def _foreign(localpart: str, domain: str, settings: Settings) -> Asking[Resolved | Unavailable]:
    domain = domain.lower()
    address_class = yield from class_of_foreign_domain(domain, settings)
    if isinstance(address_class, Unavailable):
        return address_class
    return Resolved(f"{localpart}@{domain}", localpart, domain, address_class, _is_routed(localpart, settings))


def class_of_foreign_domain(domain: str, settings: Settings) -> Asking[AddressClass | Unavailable]:
    """The class of a domain that is not in mydestination."""
    lists = (
        (settings.virtual_alias_domains, AddressClass.VIRTUAL_ALIAS, string_matches),
        (settings.virtual_mailbox_domains, AddressClass.VIRTUAL_MAILBOX, string_matches),
        (settings.relay_domains, AddressClass.RELAY, domain_matches),
    )
    for patterns, address_class, matches in lists:
        if not patterns.patterns:
            continue
        outcome = yield from matches(patterns, domain)
        if isinstance(outcome, Unavailable):
            return outcome
        if outcome:
            return address_class
    return AddressClass.DEFAULT


quick(Resolved)
