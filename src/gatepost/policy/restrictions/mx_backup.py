"""permit_mx_backup: mail for domains that name us as a worse mail exchanger."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gatepost.model.address import parse_ip
from gatepost.model.answer import Found, Unavailable
from gatepost.model.hostnames import is_host_address
from gatepost.model.reply import Reply
from gatepost.model.session import Client, ClientNames, NameStatus, Session
from gatepost.model.verdict import DUNNO, OK, DeferIfReject, Verdict
from gatepost.policy.access import lookup_fault
from gatepost.policy.asking import Asking, ask
from gatepost.policy.matching import client_matches, string_matches
from gatepost.policy.questions import Exchanger, MailExchangers
from gatepost.policy.registry import Needs, restriction
from gatepost.policy.resolving import resolve
from gatepost.policy.servers import addresses_of
from gatepost.policy.subjects import Subject

TRY_AGAIN = "Temporary failure in name resolution"
"""What Postfix says of a host that could not be looked up (getaddrinfo's EAI_AGAIN); ours is in the log."""


@dataclass(frozen=True, slots=True)
class _Finding:
    """Whether something holds; `trouble` is the first thing that could not be looked up, as the client hears it."""

    holds: bool
    trouble: str = ""


@restriction(
    "permit_mx_backup",
    needs=Needs.RECIPIENT,
    warning="this gate has no queue: while the better mail exchanger is down it can only answer 451, "
    "so it is no backup unless the next hop queues",
)
def permit_mx_backup(session: Session, _: None) -> Asking[Verdict]:
    """Permit a recipient in a domain of ours, or in one that names us as a mail exchanger that is not the best.

    With permit_mx_backup_networks every address of every best exchanger must be in there: without it whoever points
    an MX record at us may send mail through us. We are an exchanger by name (mydestination) or by address
    (inet_interfaces, proxy_interfaces). Addresses in brackets and routed addresses are no opinion.

    Unavailable: later 5xx refusals of this list become 450 4.4.4 (defer_if_reject).
    RFC: 5321 section 5.1. Postfix: postconf(5) permit_mx_backup, permit_mx_backup_networks.
    """
    resolved = yield from resolve(session.recipient or "", session.settings)
    if isinstance(resolved, Unavailable):
        return (yield from lookup_fault(session, Subject.RECIPIENT, resolved.complaint()))
    if resolved.is_authorised_destination:
        return OK
    if resolved.is_routed or resolved.domain.startswith("["):
        return DUNNO
    answer = yield from ask(MailExchangers(resolved.domain))
    if isinstance(answer, Unavailable):
        text = "Unable to look up mail exchanger information: Host not found, try again"
        return _deferral(session, text, permits=False)
    return (yield from _judge(session, answer.value)) if isinstance(answer, Found) else DUNNO


def _judge(session: Session, exchangers: tuple[Exchanger, ...]) -> Asking[Verdict]:
    """We must be among the worse, not among the best, and the best must be where we trust them."""
    best = min(exchanger.preference for exchanger in exchangers)
    better = [exchanger.name for exchanger in exchangers if exchanger.preference == best]
    worse = [exchanger.name for exchanger in exchangers if exchanger.preference > best]
    if not worse:
        return DUNNO
    primary = yield from _are_we_among(session, better)
    if isinstance(primary, Unavailable):
        return (yield from lookup_fault(session, Subject.RECIPIENT, primary.complaint()))
    if primary.holds:
        return _verdict(session, primary.trouble, permits=False)
    backup = yield from _are_we_among(session, worse)
    if isinstance(backup, Unavailable):
        return (yield from lookup_fault(session, Subject.RECIPIENT, backup.complaint()))
    trouble = primary.trouble or backup.trouble
    if not backup.holds or not session.settings.permit_mx_backup_networks.patterns:
        return _verdict(session, trouble, permits=backup.holds)
    trusted = yield from _are_trusted(session, better)
    return _verdict(session, trouble or trusted.trouble, permits=trusted.holds)


def _verdict(session: Session, trouble: str, *, permits: bool) -> Verdict:
    if trouble:
        return _deferral(session, trouble, permits=permits)
    return OK if permits else DUNNO


def _deferral(session: Session, text: str, *, permits: bool) -> Verdict:
    rejection = f"<{session.recipient}>: {Subject.RECIPIENT.value} rejected: {text}"
    return DeferIfReject(Reply(450, "4.4.4", rejection), permits=permits)


def _are_we_among(session: Session, hosts: list[str]) -> Asking[_Finding | Unavailable]:
    """One of these hosts is us: all names first, then the addresses."""
    settings = session.settings
    for host in hosts:
        is_ours = yield from string_matches(settings.mydestination, host)
        if isinstance(is_ours, Unavailable):
            return is_ours
        if is_ours:
            return _Finding(holds=True)
    if _holds_own_address(session, (host for host in hosts if is_host_address(host))):
        return _Finding(holds=True)
    trouble = ""
    for host, answer in (yield from addresses_of(tuple(hosts))).items():
        if not isinstance(answer, Found):
            why = TRY_AGAIN if isinstance(answer, Unavailable) else answer.why
            trouble = trouble or f"Unable to look up mail exchanger host {host}: {why}"
        elif _holds_own_address(session, answer.value):
            return _Finding(holds=True, trouble=trouble)
    return _Finding(holds=False, trouble=trouble)


def _holds_own_address(session: Session, addresses: Iterable[str]) -> bool:
    return not session.settings.own_addresses.isdisjoint(addresses)


def _are_trusted(session: Session, hosts: list[str]) -> Asking[_Finding]:
    """Every address of every one of these hosts is in permit_mx_backup_networks."""
    for host in hosts:
        if is_host_address(host):  # DNS has no addresses for it, and so Postfix has none
            return _Finding(holds=False, trouble=f"Unable to look up host {host} as mail exchanger: Host not found")
    for host, answer in (yield from addresses_of(tuple(hosts))).items():
        for address in answer.value if isinstance(answer, Found) else ():
            is_trusted = yield from _is_trusted(session, host, address)
            if isinstance(is_trusted, Unavailable):
                return _Finding(holds=False, trouble=f"Unable to verify host {host} as mail exchanger")
            if not is_trusted:
                return _Finding(holds=False)
        if not isinstance(answer, Found):
            return _Finding(holds=False)
    return _Finding(holds=True)


def _is_trusted(session: Session, host: str, address: str) -> Asking[bool | Unavailable]:
    """The list is one of clients, and is matched as if this host had connected."""
    names = ClientNames(host, NameStatus.VERIFIED, host, NameStatus.VERIFIED)
    stranger = replace(session, client=Client(parse_ip(address), 0, names))
    return (yield from client_matches(session.settings.permit_mx_backup_networks, stranger))
