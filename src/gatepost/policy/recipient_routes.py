"""The route of a recipient that the policy permits, and what is said where that is a refusal (`error:`, `retry:`).

The unlisted checks say it too; where they do not run (smtpd_reject_unlisted_recipient = no) Postfix would queue the
mail and bounce it. An address that an alias or canonical map knows is not refused: it goes elsewhere.

Unavailable: 451 4.3.0. Postfix: error(8), transport(5).
"""

import re

from gatepost.model.answer import Unavailable
from gatepost.model.reply import Reply
from gatepost.model.settings import Settings
from gatepost.policy.address_maps import find_address
from gatepost.policy.asking import Asking
from gatepost.policy.outcome import finish
from gatepost.policy.resolving import AddressClass, Resolved, resolve
from gatepost.policy.routing import Route, refuses_a_class, route
from gatepost.policy.subjects import Subject, repair_enhanced_code

UNDELIVERABLE_STATUS = {Subject.RECIPIENT: "5.1.1", Subject.SENDER: "5.1.0"}

LOOKUP_FAILED = Reply(451, "4.3.0", "Temporary lookup failure: transport_maps")

_ENHANCED = re.compile(r"([45]\.\d{1,3}\.\d{1,3})\s+(.*)", re.DOTALL)


def has_routes(settings: Settings) -> bool:
    """Not all recipients go to the default hop: a table chooses, or a class refuses."""
    return bool(settings.transport_maps or settings.relocated_maps) or refuses_a_class(settings)


def route_of(address: str, settings: Settings) -> Asking[Route | Reply | None]:
    """The route of a recipient, the reply that refuses it, or None for the default hop."""
    resolved = yield from resolve(address, settings)
    if isinstance(resolved, Unavailable):
        return LOOKUP_FAILED
    chosen = yield from route(resolved, settings)
    if isinstance(chosen, Unavailable):
        return LOOKUP_FAILED
    if chosen is None or not chosen.refuses:
        return chosen
    known = yield from find_address(alias_maps(settings, Subject.RECIPIENT), resolved, settings)
    if isinstance(known, Unavailable):
        return LOOKUP_FAILED
    if known is not None:
        return None
    return finish(undeliverable(Subject.RECIPIENT, address, chosen, resolved, settings), settings)


def alias_maps(settings: Settings, subject: Subject) -> tuple[str, ...]:
    """The tables that send an address elsewhere: what they know is not refused by its own route."""
    own = settings.sender_canonical_maps if subject is Subject.SENDER else ()
    return (*settings.recipient_canonical_maps, *own, *settings.canonical_maps, *settings.virtual_alias_maps)


def undeliverable(subject: Subject, address: str, chosen: Route, resolved: Resolved, settings: Settings) -> Reply:
    """The refusal that an `error:` or `retry:` route stands for."""
    is_alias = resolved.address_class is AddressClass.VIRTUAL_ALIAS
    code = settings.unknown_virtual_alias_reject_code if is_alias else 550
    status, text = UNDELIVERABLE_STATUS[subject], chosen.nexthop
    if chosen.transport == "retry":
        code, status = 450, f"4{status[1:]}"
    status, text = split_status(text, status)
    words = f"<{address}>: {subject.value} rejected: {text or 'undeliverable address'}"
    return Reply(code, repair_enhanced_code(status, subject), words)


def split_status(text: str, status: str = "") -> tuple[str, str]:
    """The enhanced code that stands before a text, else `status`; and the text."""
    match = _ENHANCED.match(text)
    return (match[1], match[2]) if match else (status, text)
