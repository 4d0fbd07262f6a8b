"""What Postfix 3.7 still carries out and 3.9 no longer knows: each has a better successor, named in its warning."""

from gatepost.model.answer import Unavailable
from gatepost.model.hostnames import is_address_literal
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.verdict import DUNNO, OK, Dunno, Refuse, Verdict
from gatepost.policy.access import configuration_fault, lookup_fault
from gatepost.policy.asking import Asking
from gatepost.policy.dnsbl import parse_zone
from gatepost.policy.matching import domain_matches
from gatepost.policy.registry import Needs, restriction
from gatepost.policy.resolving import resolve
from gatepost.policy.restrictions.block_lists import reject_rbl_client
from gatepost.policy.subjects import Subject, client_names


@restriction(
    "permit_naked_ip_address",
    needs=Needs.HELO,
    warning="Postfix 3.9 has it no more: every spammer can say an address; use permit_mynetworks",
)
def permit_naked_ip_address(session: Session, _: None) -> Verdict:
    """Permit a client that says a bare IPv4 address as its HELO name; digits, dots and colons that are none: refuse.

    Code invalid_hostname_reject_code (501), 5.5.2.

    Postfix: postconf(5) permit_naked_ip_address (until 3.8).
    """
    name = session.helo_name or ""
    if name.strip("0123456789.:"):
        return DUNNO
    if is_address_literal(f"[{name}]"):
        return OK
    text = f"<{name}>: {Subject.HELO.value} rejected: invalid ip address"
    return Refuse(Reply(session.settings.invalid_hostname_reject_code, "5.5.2", text))


@restriction(
    "check_relay_domains",
    needs=Needs.RECIPIENT,
    warning="Postfix 3.9 has it no more: use permit_auth_destination, or reject_unauth_destination",
)
def check_relay_domains(session: Session, _: None) -> Asking[Verdict]:
    """Permit a client whose verified name is in relay_domains, and a recipient of ours; refuse every other.

    Code relay_domains_reject_code (554), 5.7.1 "Relay access denied".

    Unavailable: 451 4.3.0. Postfix: postconf(5) check_relay_domains (until 3.8).
    """
    settings = session.settings
    names = yield from client_names(session)
    is_relayed = yield from domain_matches(settings.relay_domains, names.name)
    if isinstance(is_relayed, Unavailable):
        return (yield from lookup_fault(session, Subject.RECIPIENT, is_relayed.complaint("relay_domains")))
    if is_relayed:
        return OK
    resolved = yield from resolve(session.recipient or "", settings)
    if isinstance(resolved, Unavailable):
        return (yield from lookup_fault(session, Subject.RECIPIENT, resolved.complaint()))
    if resolved.is_authorised_destination:
        return OK
    text = f"<{session.recipient}>: {Subject.RECIPIENT.value} rejected: Relay access denied"
    return Refuse(Reply(settings.relay_domains_reject_code, "5.7.1", text))


@restriction("reject_maps_rbl", warning="Postfix 3.9 has it no more: use reject_rbl_client, once for each list")
def reject_maps_rbl(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a client whose address is on one of the lists in maps_rbl_domains, as reject_rbl_client does.

    Unavailable: no opinion. Postfix: postconf(5) reject_maps_rbl, maps_rbl_domains (until 3.8).
    """
    complaints: list[str] = []
    for text in session.settings.maps_rbl_domains:
        try:
            zone = parse_zone(text)
        except ValueError as error:
            return configuration_fault(f"maps_rbl_domains: {error}")
        verdict: Verdict = yield from reject_rbl_client(session, zone)
        if not isinstance(verdict, Dunno):
            return verdict
        complaints += [verdict.complaint] if verdict.complaint else []
    return Dunno("; ".join(complaints)) if complaints else DUNNO
