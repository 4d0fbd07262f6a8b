"""Users who have logged in: which sender addresses they may use, and what a table says of them.

smtpd_sender_login_maps names the owners of a sender address: login names separated by commas or blanks, compared
without case. All of these are no opinion, with a complaint, while smtpd_sasl_auth_enable is no.
"""

from gatepost.model.answer import Unavailable
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.verdict import DUNNO, Dunno, Refuse, Verdict
from gatepost.policy.access import lookup_fault
from gatepost.policy.access_lookup import look_up
from gatepost.policy.address_maps import find_address
from gatepost.policy.asking import Asking
from gatepost.policy.language.tokens import words
from gatepost.policy.lookup_order import AccessTable
from gatepost.policy.registry import Argument, Needs, restriction
from gatepost.policy.resolving import resolve
from gatepost.policy.subjects import Subject


@restriction("reject_sender_login_mismatch", needs=Needs.FULL_SENDER)
def reject_sender_login_mismatch(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a sender that the logged-in user does not own, or that has an owner while nobody is logged in.

    A user who is logged in may use no sender that smtpd_sender_login_maps does not list. Code 553, 5.7.1.

    Unavailable: 451 4.3.0. Postfix: postconf(5) reject_sender_login_mismatch, smtpd_sender_login_maps.
    """
    return (yield from _judge(session, _login(session), when="reject_sender_login_mismatch"))


@restriction("reject_authenticated_sender_login_mismatch", needs=Needs.FULL_SENDER)
def reject_authenticated_sender_login_mismatch(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a logged-in user a sender that is not his own, or that nobody owns. Code 553, 5.7.1.

    Unavailable: 451 4.3.0.
    Postfix: postconf(5) reject_authenticated_sender_login_mismatch, smtpd_sender_login_maps.
    """
    login = _login(session)
    if not login and session.settings.smtpd_sasl_auth_enable:
        return DUNNO
    return (yield from _judge(session, login, when="reject_authenticated_sender_login_mismatch"))


@restriction("reject_known_sender_login_mismatch", needs=Needs.FULL_SENDER)
def reject_known_sender_login_mismatch(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a sender that has owners to everybody else, logged in or not. Code 553, 5.7.1.

    Unavailable: 451 4.3.0. Postfix: postconf(5) reject_known_sender_login_mismatch, smtpd_sender_login_maps.
    """
    when = "reject_known_sender_login_mismatch"
    return (yield from _judge(session, _login(session), when=when, permits_unowned=True))


@restriction("reject_unauthenticated_sender_login_mismatch", needs=Needs.FULL_SENDER)
def reject_unauthenticated_sender_login_mismatch(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a sender that has an owner while nobody is logged in. Code 553, 5.7.1.

    Unavailable: 451 4.3.0.
    Postfix: postconf(5) reject_unauthenticated_sender_login_mismatch, smtpd_sender_login_maps.
    """
    login = _login(session)
    if login and session.settings.smtpd_sasl_auth_enable:
        return DUNNO
    return (yield from _judge(session, login, when="reject_unauthenticated_sender_login_mismatch"))


@restriction("check_sasl_access", argument=Argument.TABLE)
def check_sasl_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look the login name up, as it stands. A client that has not logged in is skipped.

    Unavailable: 451 4.3.5. Postfix: postconf(5) check_sasl_access; access(5).
    """
    if not session.settings.smtpd_sasl_auth_enable:
        return _unheeded("check_sasl_access")
    login = _login(session)
    if not login:
        return DUNNO
    return (yield from look_up(session, Subject.LOGIN, table, (login,)))


def _login(session: Session) -> str:
    return session.sasl.username if session.sasl else ""


def _unheeded(word: str) -> Verdict:
    return Dunno(f"{word} is not heeded while smtpd_sasl_auth_enable = no")


def _judge(session: Session, login: str, *, when: str, permits_unowned: bool = False) -> Asking[Verdict]:
    """Refuse where the sender is not the login's own; without a login, where it is anybody's."""
    settings = session.settings
    if not settings.smtpd_sasl_auth_enable:
        return _unheeded(when)
    resolved = yield from resolve(session.sender or "", settings)
    if isinstance(resolved, Unavailable):
        return (yield from lookup_fault(session, Subject.SENDER, resolved.complaint()))
    hit = yield from find_address(settings.smtpd_sender_login_maps, resolved, settings)
    if isinstance(hit, Unavailable):
        return (yield from lookup_fault(session, Subject.SENDER, hit.complaint()))
    if not login:
        return DUNNO if hit is None else _refuse(session, "not logged in")
    if hit is None:
        return DUNNO if permits_unowned else _refuse(session, f"not owned by user {login}")
    owners = {owner.lower() for owner in words(hit.value)}
    return DUNNO if login.lower() in owners else _refuse(session, f"not owned by user {login}")


def _refuse(session: Session, text: str) -> Verdict:
    return Refuse(Reply(553, "5.7.1", f"<{session.sender}>: {Subject.SENDER.value} rejected: {text}"))
