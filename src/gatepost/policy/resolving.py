"""What an address is to us: rewritten for look-up, resolved to a domain and its class (trivial-rewrite(8)).

Postfix's rules (postfix-semantics 3.11): a bare user gets `@$myorigin`; `a!b` and `user%domain` are routes; while
the domain is our own it is stripped and the rest looked at again; operators left in front of a foreign domain mark
the address as routed, and a routed address is nobody's authorised destination.

Addresses here are in internal form: `localpart@domain`, no quotes, no angle brackets.
"""

from dataclasses import dataclass
from enum import Enum

from gatepost.model.answer import Unavailable
from gatepost.model.settings import Settings
from gatepost.policy.asking import Asking
from gatepost.policy.matching import domain_matches, string_matches

MOST_CRACKS = 50
"""How often a routed localpart is looked at again (Postfix: no limit; RFC 5321 4.5.3.1.1: 64 octets of localpart)."""


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
        localpart, domain = _crack(domain, settings)
        if not domain:
            domain = settings.myorigin if settings.append_at_myorigin else ""
    if domain.endswith(".") and not domain.endswith(".."):
        domain = domain[:-1]
    if settings.append_dot_mydomain and domain and "." not in domain and not domain.startswith("["):
        domain = f"{domain}.{settings.mydomain}"
    return f"{localpart}@{domain}"


def _crack(text: str, settings: Settings) -> tuple[str, str]:
    """Split a domainless text at its routing operator: (localpart, domain), the domain empty where there is none."""
    if settings.swap_bangpath and "!" in text:
        site, _, user = text.partition("!")
        if site and user:
            return user, site
    if settings.allow_percent_hack and "%" in text:
        user, _, domain = text.rpartition("%")
        if user and domain:
            return user, domain
    return text, ""


def _has_operator(localpart: str, settings: Settings) -> bool:
    return (
        ("@" in localpart and settings.resolve_dequoted_address)
        or ("!" in localpart and settings.swap_bangpath)
        or ("%" in localpart and settings.allow_percent_hack)
    )


def _is_routed(localpart: str, settings: Settings) -> bool:
    """Some host may take this localpart for a route. That we do not (swap_bangpath …) does not help: the next may."""
    return not settings.allow_untrusted_routing and any(operator in localpart for operator in "@!%")


def resolve(address: str, settings: Settings) -> Asking[Resolved | Unavailable]:
    """Resolve an address. Unavailable where a list of domains could not be asked."""
    current = rewrite(address, settings)
    for _ in range(MOST_CRACKS):
        localpart, _, domain = current.rpartition("@")
        is_ours = yield from _is_local(domain, settings)
        if isinstance(is_ours, Unavailable):
            return is_ours
        if not is_ours:
            return (yield from _foreign(localpart, domain, settings))
        if not _has_operator(localpart, settings):
            is_routed = _is_routed(localpart, settings)
            return Resolved(f"{localpart}@{domain}", localpart, domain.lower(), AddressClass.LOCAL, is_routed)
        inner = rewrite(localpart, settings)
        if inner.rpartition("@")[0] == localpart:  # no operator could be cracked: the localpart stays as it is
            return Resolved(f"{localpart}@{domain}", localpart, domain.lower(), AddressClass.LOCAL, is_routed=True)
        current = inner
    return Unavailable(f"address with more than {MOST_CRACKS} routes")


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
