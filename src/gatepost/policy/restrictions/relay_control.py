"""Relay control: is the recipient ours to take? An open relay is one line away: see policy/safety.py."""

from collections.abc import Callable

from gatepost.model.answer import Unavailable
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.verdict import DUNNO, OK, Refuse, Verdict
from gatepost.policy.access import lookup_fault
from gatepost.policy.asking import Asking
from gatepost.policy.registry import Needs, restriction
from gatepost.policy.resolving import resolve
from gatepost.policy.subjects import Subject


@restriction("permit_auth_destination", needs=Needs.RECIPIENT)
def permit_auth_destination(session: Session, _: None) -> Asking[Verdict]:
    """Permit a recipient in a domain of ours (local, virtual, relay) that routes nowhere else.

    Unavailable: 451 4.3.0. Postfix: postconf(5) permit_auth_destination.
    """
    return (yield from _judge(session, OK, lambda: DUNNO))


@restriction("reject_unauth_destination", needs=Needs.RECIPIENT)
def reject_unauth_destination(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a recipient that is not in a domain of ours, or that routes through us to elsewhere.

    Code relay_domains_reject_code (554), 5.7.1 "Relay access denied".

    Unavailable: 451 4.3.0. Postfix: postconf(5) reject_unauth_destination.
    """
    code = session.settings.relay_domains_reject_code
    return (yield from _judge(session, DUNNO, lambda: _denied(session, code, "5.7.1")))


@restriction("defer_unauth_destination", needs=Needs.RECIPIENT)
def defer_unauth_destination(session: Session, _: None) -> Asking[Verdict]:
    """Refuse as reject_unauth_destination, but for now: the code less 100 (454), 4.7.1.

    Unavailable: 451 4.3.0. Postfix: postconf(5) defer_unauth_destination.
    """
    code = session.settings.relay_domains_reject_code - 100
    return (yield from _judge(session, DUNNO, lambda: _denied(session, code, "4.7.1")))


def _denied(session: Session, code: int, enhanced: str) -> Verdict:
    return Refuse(Reply(code, enhanced, f"<{session.recipient}>: Relay access denied"))


def _judge(session: Session, ours: Verdict, foreign: Callable[[], Verdict]) -> Asking[Verdict]:
    resolved = yield from resolve(session.recipient or "", session.settings)
    if isinstance(resolved, Unavailable):
        return (yield from lookup_fault(session, Subject.RECIPIENT, resolved.complaint()))
    return ours if resolved.is_authorised_destination else foreign()
