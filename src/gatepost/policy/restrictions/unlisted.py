"""Addresses that no table of ours lists: reject_unlisted_recipient and reject_unlisted_sender.

Run unasked too: at the end of RCPT (smtpd_reject_unlisted_recipient, default yes) and of the sender's list
(smtpd_reject_unlisted_sender, default no); even after an OK, and for own networks (postfix-semantics 3.8).
"""

from dataclasses import dataclass

from gatepost.model.answer import Unavailable
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.settings import Settings
from gatepost.model.verdict import DUNNO, Refuse, Verdict
from gatepost.policy.access import lookup_fault
from gatepost.policy.address_maps import find_address
from gatepost.policy.asking import Asking
from gatepost.policy.questions import TableHit
from gatepost.policy.recipient_routes import UNDELIVERABLE_STATUS, alias_maps, undeliverable
from gatepost.policy.registry import Needs, restriction
from gatepost.policy.resolving import AddressClass, Resolved, resolve
from gatepost.policy.routing import Route, route
from gatepost.policy.subjects import Subject, repair_enhanced_code

ALWAYS_LOCAL = frozenset({"postmaster", "mailer-daemon", "double-bounce"})
"""Local parts that every site has (postfix-semantics 3.8)."""


@dataclass(frozen=True, slots=True)
class Membership:
    """Where the addresses of a class are listed: tables, table name in the reply, reject code, are they required.

    `status` where the class has an enhanced code of its own: Postfix makes it fit the subject (X.1.1 to X.1.7).
    """

    maps: tuple[str, ...]
    table_name: str
    code: int
    is_required: bool
    status: str = ""


@restriction("reject_unlisted_recipient", "check_recipient_maps", needs=Needs.RECIPIENT)
def reject_unlisted_recipient(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a recipient in a domain of ours that its table does not list: 550 5.1.1 User unknown.

    Unavailable: 451 4.3.0. Postfix: postconf(5) reject_unlisted_recipient, smtpd_reject_unlisted_recipient.
    """
    return (yield from _judge(session, Subject.RECIPIENT, session.recipient or ""))


@restriction("reject_unlisted_sender", needs=Needs.FULL_SENDER)
def reject_unlisted_sender(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a sender in a domain of ours that its table does not list: 550 5.1.0 User unknown.

    Unavailable: 451 4.3.0. Postfix: postconf(5) reject_unlisted_sender, smtpd_reject_unlisted_sender.
    """
    return (yield from _judge(session, Subject.SENDER, session.sender or ""))


def _judge(session: Session, subject: Subject, address: str) -> Asking[Verdict]:
    settings = session.settings
    resolved = yield from resolve(address, settings)
    if isinstance(resolved, Unavailable):
        return (yield from lookup_fault(session, subject, resolved.complaint()))
    known = yield from find_address(alias_maps(settings, subject), resolved, settings)
    if isinstance(known, TableHit):
        return DUNNO
    chosen = yield from route(resolved, settings)
    for answer in (known, chosen):
        if isinstance(answer, Unavailable):
            return (yield from lookup_fault(session, subject, answer.complaint()))
    if isinstance(chosen, Route) and chosen.refuses:
        return Refuse(undeliverable(subject, address, chosen, resolved, settings))
    return (yield from _judge_membership(session, subject, address, resolved))


def _judge_membership(session: Session, subject: Subject, address: str, resolved: Resolved) -> Asking[Verdict]:
    settings = session.settings
    membership = _membership(resolved, settings)
    if membership is None or not membership.is_required:
        return DUNNO
    found = yield from find_address(membership.maps, resolved, settings)
    if isinstance(found, Unavailable):
        return (yield from lookup_fault(session, subject, found.complaint()))
    if found is not None:
        return DUNNO
    where = f" in {membership.table_name}" if settings.show_user_unknown_table_name else ""
    status = repair_enhanced_code(membership.status, subject) if membership.status else UNDELIVERABLE_STATUS[subject]
    return _refuse(subject, address, membership.code, status, f"User unknown{where}")


def _membership(resolved: Resolved, settings: Settings) -> Membership | None:
    match resolved.address_class:
        case AddressClass.LOCAL:
            maps, name, code = settings.local_recipient_maps, "local", settings.unknown_local_recipient_reject_code
            required = bool(maps) and resolved.localpart.lower() not in ALWAYS_LOCAL
            return Membership(maps, f"{name} recipient table", code, required)
        case AddressClass.VIRTUAL_ALIAS:
            code = settings.unknown_virtual_alias_reject_code
            return Membership((), "virtual alias table", code, is_required=True, status="5.1.1")
        case AddressClass.VIRTUAL_MAILBOX:
            maps, code = settings.virtual_mailbox_maps, settings.unknown_virtual_mailbox_reject_code
            return Membership(maps, "virtual mailbox table", code, bool(maps))
        case AddressClass.RELAY:
            maps, code = settings.relay_recipient_maps, settings.unknown_relay_recipient_reject_code
            return Membership(maps, "relay recipient table", code, bool(maps))
        case AddressClass.DEFAULT:
            return None


def _refuse(subject: Subject, address: str, code: int, status: str, text: str) -> Verdict:
    return Refuse(Reply(code, status, f"<{address}>: {subject.value} rejected: {text}"))
