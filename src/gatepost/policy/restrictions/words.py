"""The words that ask nothing of the world: permit, reject, defer, and the flags; and sleep, which asks for time."""

from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.verdict import DUNNO, OK, DeferIfPermit, DeferIfReject, Refuse, Verdict
from gatepost.policy.asking import Asking, ask
from gatepost.policy.questions import Delay
from gatepost.policy.registry import Argument, restriction
from gatepost.policy.subjects import Subject, rejection


@restriction("permit")
def permit(session: Session, _: None) -> Verdict:  # noqa: ARG001 - the signature of every restriction
    """Permit: the rest of this list, and of no other, is skipped.

    Postfix: postconf(5) permit.
    """
    return OK


@restriction("reject", argument=Argument.SUBJECT)
def reject(session: Session, subject: Subject) -> Asking[Verdict]:
    """Refuse, with reject_code (554) and "Access denied".

    Postfix: postconf(5) reject, reject_code.
    """
    reply = yield from rejection(session, subject, session.settings.reject_code, "5.7.1", "Access denied")
    return Refuse(reply)


@restriction("defer", argument=Argument.SUBJECT)
def defer(session: Session, subject: Subject) -> Asking[Verdict]:
    """Refuse for now, with defer_code (450) and "Try again later".

    Postfix: postconf(5) defer, defer_code.
    """
    reply = yield from rejection(session, subject, session.settings.defer_code, "4.3.2", "Try again later")
    return Refuse(reply)


@restriction("defer_if_permit", argument=Argument.SUBJECT)
def defer_if_permit(session: Session, subject: Subject) -> Asking[Verdict]:
    """Answer 450 instead of a final permit; a real refusal by a later restriction keeps its own text.

    Postfix: postconf(5) defer_if_permit.
    """
    reply = yield from rejection(session, subject, 450, "4.7.0", "defer_if_permit requested")
    return DeferIfPermit(reply)


@restriction("defer_if_reject", argument=Argument.SUBJECT)
def defer_if_reject(session: Session, subject: Subject) -> Asking[Verdict]:
    """Answer 450 instead of a 5xx refusal by a later restriction of this list.

    Postfix: postconf(5) defer_if_reject.
    """
    reply = yield from rejection(session, subject, 450, "4.7.0", "defer_if_reject requested")
    return DeferIfReject(reply)


@restriction("sleep", argument=Argument.SECONDS)
def sleep(session: Session, seconds: int) -> Asking[Verdict]:  # noqa: ARG001 - the signature of every restriction
    """Wait this many seconds, then go on. It costs no process here, only the client's patience.

    Postfix: postconf(5) sleep.
    """
    yield from ask(Delay(seconds))
    return DUNNO


@restriction("reject_unauth_pipelining", argument=Argument.SUBJECT)
def reject_unauth_pipelining(session: Session, subject: Subject) -> Asking[Verdict]:
    """Refuse a client that sends commands ahead of time where SMTP does not allow it.

    Once it has done so, the mark stays for the session. Reply 503 5.5.0.

    RFC: 2920. Postfix: postconf(5) reject_unauth_pipelining.
    """
    if not session.is_pipelining_unauthorised:
        return DUNNO
    text = "Improper use of SMTP command pipelining"
    reply = yield from rejection(session, subject, 503, "5.5.0", text)
    return Refuse(reply)


@restriction("reject_plaintext_session")
def reject_plaintext_session(session: Session, _: None) -> Verdict:
    """Refuse a session that is not encrypted, with plaintext_reject_code (450).

    Postfix: postconf(5) reject_plaintext_session, plaintext_reject_code.
    """
    if session.tls is not None:
        return DUNNO
    return Refuse(Reply(session.settings.plaintext_reject_code, "4.7.1", "Session encryption is required"))


@restriction("reject_multi_recipient_bounce", argument=Argument.SUBJECT)
def reject_multi_recipient_bounce(session: Session, subject: Subject) -> Asking[Verdict]:
    """Refuse a null sender with more than one recipient; the first RCPT passes, the second does not.

    Code multi_recipient_bounce_reject_code (550), 5.5.3.

    Postfix: postconf(5) reject_multi_recipient_bounce.
    """
    most = 0 if session.protocol_state == "RCPT" else 1
    if session.sender != "" or session.recipient_count <= most:
        return DUNNO
    code = session.settings.multi_recipient_bounce_reject_code
    reply = yield from rejection(session, subject, code, "5.5.3", "Multi-recipient bounce")
    return Refuse(reply)
