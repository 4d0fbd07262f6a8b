"""DNS block and allow lists, by address and by domain (RFC 5782; postfix-semantics 4.6, 4.7).

A hit is any A record that passes the list's filter and the answer guard; only then is TXT asked. The reply is a
template: rbl_reply_maps by the restriction's argument, else default_rbl_reply.
"""

from gatepost.model.answer import Answer, Found, NotFound, Unavailable
from gatepost.model.reply import Reply
from gatepost.model.session import UNKNOWN, Session
from gatepost.model.verdict import DUNNO, OK, DeferIfReject, Dunno, Verdict
from gatepost.policy.asking import Asking
from gatepost.policy.dnsbl import NOT_LISTED, DnsZone, Listing, judge, listable_domain
from gatepost.policy.listing_reply import Hit, listing_refusal
from gatepost.policy.questions import AddressRecords, TextRecords
from gatepost.policy.registry import Argument, Needs, restriction
from gatepost.policy.resolving import resolve
from gatepost.policy.subjects import Subject, client_names

LONGEST_REASON = 500
"""Octets of TXT that a reply may carry (Postfix)."""


@restriction("reject_rbl_client", "reject_rbl", argument=Argument.ZONE)
def reject_rbl_client(session: Session, zone: DnsZone) -> Asking[Verdict]:
    """Refuse a client whose address is on a DNS block list.

    `domain=filter` counts only answers that the filter names. IPv6 addresses are asked as nibbles. Code
    maps_rbl_reject_code (554).

    Unavailable: no opinion. RFC: 5782. Postfix: postconf(5) reject_rbl_client.
    """
    address = session.client.address
    name = zone.name_for_address(address)
    answer = yield AddressRecords(name)
    if isinstance(answer, NotFound):  # nearly always: the rest is for the few
        return DUNNO
    return (yield from _judge(session, Hit(zone, Subject.CLIENT, address.text), name, answer))


@restriction("reject_rhsbl_client", argument=Argument.ZONE)
def reject_rhsbl_client(session: Session, zone: DnsZone) -> Asking[Verdict]:
    """Refuse a client whose verified name is on a DNS block list of domains. A client without a name is skipped.

    Unavailable: no opinion. Postfix: postconf(5) reject_rhsbl_client.
    """
    names = yield from client_names(session)
    return (yield from _reject_domain(session, zone, Subject.CLIENT, names.name))


@restriction("reject_rhsbl_reverse_client", argument=Argument.ZONE)
def reject_rhsbl_reverse_client(session: Session, zone: DnsZone) -> Asking[Verdict]:
    """Refuse a client whose PTR name, verified or not, is on a DNS block list of domains.

    Unavailable: no opinion. Postfix: postconf(5) reject_rhsbl_reverse_client.
    """
    names = yield from client_names(session)
    return (yield from _reject_domain(session, zone, Subject.REVERSE_CLIENT, names.reverse_name))


@restriction("reject_rhsbl_helo", argument=Argument.ZONE, needs=Needs.HELO)
def reject_rhsbl_helo(session: Session, zone: DnsZone) -> Asking[Verdict]:
    """Refuse a HELO name that is on a DNS block list of domains.

    Unavailable: no opinion. Postfix: postconf(5) reject_rhsbl_helo.
    """
    return (yield from _reject_domain(session, zone, Subject.HELO, session.helo_name or ""))


@restriction("reject_rhsbl_sender", argument=Argument.ZONE, needs=Needs.FULL_SENDER)
def reject_rhsbl_sender(session: Session, zone: DnsZone) -> Asking[Verdict]:
    """Refuse a sender whose domain is on a DNS block list of domains.

    Unavailable: no opinion. Postfix: postconf(5) reject_rhsbl_sender.
    """
    return (yield from _reject_domain(session, zone, Subject.SENDER, session.sender or ""))


@restriction("reject_rhsbl_recipient", argument=Argument.ZONE, needs=Needs.RECIPIENT)
def reject_rhsbl_recipient(session: Session, zone: DnsZone) -> Asking[Verdict]:
    """Refuse a recipient whose domain is on a DNS block list of domains.

    Unavailable: no opinion. Postfix: postconf(5) reject_rhsbl_recipient.
    """
    return (yield from _reject_domain(session, zone, Subject.RECIPIENT, session.recipient or ""))


@restriction("permit_dnswl_client", argument=Argument.ZONE)
def permit_dnswl_client(session: Session, zone: DnsZone) -> Asking[Verdict]:
    """Permit a client whose address is on a DNS allow list; at RCPT only towards a domain of ours.

    Unavailable: later 5xx refusals of this list become 450 (defer_if_reject).
    RFC: 5782. Postfix: postconf(5) permit_dnswl_client.
    """
    address = session.client.address
    return (yield from _permit(session, zone, zone.name_for_address(address), address.text))


@restriction("permit_rhswl_client", argument=Argument.ZONE)
def permit_rhswl_client(session: Session, zone: DnsZone) -> Asking[Verdict]:
    """Permit a client whose verified name is on a DNS allow list of domains; at RCPT only towards a domain of ours.

    Unavailable: later 5xx refusals of this list become 450 (defer_if_reject).
    Postfix: postconf(5) permit_rhswl_client.
    """
    names = yield from client_names(session)
    domain = None if names.name == UNKNOWN else listable_domain(names.name)
    if domain is None:
        return DUNNO
    return (yield from _permit(session, zone, zone.name_for_domain(domain), names.name))


def _listing(session: Session, zone: DnsZone, answer: Answer[tuple[str, ...]]) -> Listing | Unavailable:
    if isinstance(answer, Found):
        return judge(zone, answer.value, guard=session.settings.rbl_answer_guard)
    return answer if isinstance(answer, Unavailable) else NOT_LISTED


def _reject_domain(session: Session, zone: DnsZone, subject: Subject, what: str) -> Asking[Verdict]:
    domain = None if what == UNKNOWN else listable_domain(what)
    if domain is None:
        return DUNNO
    name = zone.name_for_domain(domain)
    answer = yield AddressRecords(name)
    if isinstance(answer, NotFound):
        return DUNNO
    return (yield from _judge(session, Hit(zone, subject, what), name, answer))


def _judge(session: Session, hit: Hit, name: str, answer: Answer[tuple[str, ...]]) -> Asking[Verdict]:
    listing = _listing(session, hit.zone, answer)
    if isinstance(listing, Unavailable):
        return Dunno(_outage(hit.zone, name, listing))
    if not listing.is_listed:
        return Dunno(listing.error) if listing.error else DUNNO
    said = yield TextRecords(name)
    texts = said.value if isinstance(said, Found) else ()
    return (yield from listing_refusal(session, hit, " / ".join(texts)[:LONGEST_REASON]))


def _outage(zone: DnsZone, name: str, listing: Unavailable) -> str:
    """The line for the log: the same for every name of the zone, so that it is said once."""
    return f"{zone.domain}: {listing.why.removeprefix(f'{name}: ')}"


def _permit(session: Session, zone: DnsZone, name: str, what: str) -> Asking[Verdict]:
    """A mail that nobody may send through us anyhow is not asked about, so the list cannot fail for it either."""
    if session.protocol_state == "RCPT" and session.recipient is not None:
        resolved = yield from resolve(session.recipient, session.settings)
        if isinstance(resolved, Unavailable) or not resolved.is_authorised_destination:
            return DUNNO
    listing = _listing(session, zone, (yield AddressRecords(name)))
    if isinstance(listing, Unavailable):
        text = f"<{what}>: {Subject.CLIENT.value} rejected: Service unavailable"
        return DeferIfReject(Reply(450, "4.7.1", text), complaint=_outage(zone, name, listing))
    if listing.is_listed:
        return OK
    return Dunno(listing.error) if listing.error else DUNNO
