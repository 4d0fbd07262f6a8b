"""The transport of an address: transport_maps, for the next hop and for `error:` destinations (transport(5)).

Keys in their order: the full address, without its extension, the domain, its parents as `.domain`, `*`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gatepost.model.answer import Found, Unavailable
from gatepost.model.localparts import quote_localpart
from gatepost.model.settings import Settings
from gatepost.policy.address_maps import find_address
from gatepost.policy.asking import Asking, ask
from gatepost.policy.lookup_order import domain_keys, strip_extension, tries_partial_keys
from gatepost.policy.questions import TableHit, TableLookup
from gatepost.policy.resolving import AddressClass, Resolved

MAILDIR = "maildir:"
"""The name of the built-in destination, and the transport that transport_maps may name for it."""

REFUSING_TRANSPORTS = ("error", "retry")
"""error(8): mail for these destinations is refused, for good or for now, with the next hop's text as the reason."""


@dataclass(frozen=True, slots=True)
class Route:
    """`transport:nexthop` of an entry, either part empty where the entry leaves it out."""

    transport: str
    nexthop: str

    @property
    def hop(self) -> str:
        """The hop's name, MAILDIR, or "" for the default one."""
        if not self.nexthop:
            return ""
        return MAILDIR if self.transport == "maildir" else f"{self.transport or 'smtp'}:{self.nexthop}"

    @property
    def refuses(self) -> bool:
        """Mail is not sent there but refused."""
        return self.transport in REFUSING_TRANSPORTS


def route(resolved: Resolved, settings: Settings) -> Asking[Route | Unavailable | None]:
    """Where an address goes; None for the default hop. What relocated_maps knows is refused, whatever its route."""
    moved = yield from find_address(settings.relocated_maps, resolved, settings)
    if isinstance(moved, TableHit):
        return Route("error", f"5.1.6 User has moved to {moved.value}")
    return moved or (yield from _transport(resolved, settings))


def _transport(resolved: Resolved, settings: Settings) -> Asking[Route | Unavailable | None]:
    """The entry for an address; else its class's own transport where that refuses (`error:`, `retry:`); else None."""
    for table in settings.transport_maps:
        keys = tuple(_keys(resolved, settings, partial=tries_partial_keys(table)))
        answer = yield from ask(TableLookup(table, keys))
        if isinstance(answer, Unavailable):
            return answer
        if isinstance(answer, Found):
            transport, _, nexthop = answer.value.value.partition(":")
            return Route(transport, nexthop)
    transport, _, nexthop = _transport_of_class(resolved, settings).partition(":")
    return Route(transport, nexthop) if transport in REFUSING_TRANSPORTS else None


def refuses_a_class(settings: Settings) -> bool:
    """A whole class of addresses has `error:` or `retry:` for its transport."""
    own = (settings.local_transport, settings.virtual_transport, settings.relay_transport, settings.default_transport)
    return any(transport.partition(":")[0] in REFUSING_TRANSPORTS for transport in own)


def _transport_of_class(resolved: Resolved, settings: Settings) -> str:
    return {
        AddressClass.LOCAL: settings.local_transport,
        AddressClass.VIRTUAL_ALIAS: "",
        AddressClass.VIRTUAL_MAILBOX: settings.virtual_transport,
        AddressClass.RELAY: settings.relay_transport,
        AddressClass.DEFAULT: settings.default_transport,
    }[resolved.address_class]


def _keys(resolved: Resolved, settings: Settings, *, partial: bool) -> Iterator[str]:
    localpart, domain = resolved.localpart.lower(), resolved.domain
    yield f"{quote_localpart(localpart)}@{domain}"
    if not partial:
        yield domain
        return
    bare = strip_extension(
        localpart, settings.recipient_delimiter, owner_request_special=settings.owner_request_special
    )
    if bare is not None:
        yield f"{quote_localpart(bare)}@{domain}"
    yield from domain_keys(domain, partial=True, parents_match=False)
    yield "*"
