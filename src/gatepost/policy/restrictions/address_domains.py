"""The domain of a sender or recipient: fully qualified, and known to DNS."""

from gatepost.model.answer import Found, Unavailable
from gatepost.model.hostnames import is_fully_qualified
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.verdict import DUNNO, Refuse, Verdict
from gatepost.policy.access import lookup_fault
from gatepost.policy.asking import Asking
from gatepost.policy.questions import MALFORMED, NULL_MX, DomainExists
from gatepost.policy.registry import Needs, restriction
from gatepost.policy.resolving import AddressClass, resolve
from gatepost.policy.subjects import Subject
from gatepost.policy.temporary import temporary_failure

_CLASSES_WITHOUT_DNS = (AddressClass.LOCAL, AddressClass.VIRTUAL_ALIAS, AddressClass.VIRTUAL_MAILBOX)

_NULL_MX_REPLIES = {Subject.SENDER: (550, "5.7.27"), Subject.RECIPIENT: (556, "5.1.10")}
"""RFC 7505 section 4.2."""

_UNKNOWN_DOMAIN_STATUS = {Subject.SENDER: "4.1.8", Subject.RECIPIENT: "4.1.2"}
"""RFC 3463 section 3.2."""


@restriction("reject_non_fqdn_sender", needs=Needs.FULL_SENDER)
def reject_non_fqdn_sender(session: Session, _: None) -> Verdict:
    """Refuse a sender whose domain is missing or not fully qualified. A null sender and a literal pass.

    Code non_fqdn_reject_code (504), 5.5.2.

    RFC: 5321 section 2.3.5. Postfix: postconf(5) reject_non_fqdn_sender.
    """
    return _judge_syntax(session, Subject.SENDER, session.sender or "")


@restriction("reject_non_fqdn_recipient", needs=Needs.RECIPIENT)
def reject_non_fqdn_recipient(session: Session, _: None) -> Verdict:
    """Refuse a recipient whose domain is missing or not fully qualified. A literal passes.

    Code non_fqdn_reject_code (504), 5.5.2.

    RFC: 5321 section 2.3.5. Postfix: postconf(5) reject_non_fqdn_recipient.
    """
    return _judge_syntax(session, Subject.RECIPIENT, session.recipient or "")


def _judge_syntax(session: Session, subject: Subject, address: str) -> Verdict:
    _, at, domain = address.rpartition("@")
    if at and (domain.startswith("[") or is_fully_qualified(domain, is_smtputf8=session.is_smtputf8)):
        return DUNNO
    text = f"<{address}>: {subject.value} rejected: need fully-qualified address"
    return Refuse(Reply(session.settings.non_fqdn_reject_code, "5.5.2", text))


@restriction("reject_unknown_sender_domain", "reject_unknown_address", needs=Needs.FULL_SENDER)
def reject_unknown_sender_domain(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a sender whose domain has no MX, A or AAAA record, or says that it takes no mail (null MX).

    Our own and virtual domains and literals are not asked for. Code unknown_address_reject_code (450), 4.1.8;
    a null MX is 550 5.7.27.

    Unavailable: unknown_address_tempfail_action (defer_if_permit), 450 4.1.8.
    RFC: 7505. Postfix: postconf(5) reject_unknown_sender_domain.
    """
    return (yield from _judge_domain(session, Subject.SENDER, session.sender or ""))


@restriction("reject_unknown_recipient_domain", needs=Needs.RECIPIENT)
def reject_unknown_recipient_domain(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a recipient whose domain has no MX, A or AAAA record, or says that it takes no mail (null MX).

    Our own and virtual domains and literals are not asked for. Code unknown_address_reject_code (450), 4.1.2;
    a null MX is 556 5.1.10.

    Unavailable: unknown_address_tempfail_action (defer_if_permit), 450 4.1.2.
    RFC: 7505. Postfix: postconf(5) reject_unknown_recipient_domain.
    """
    return (yield from _judge_domain(session, Subject.RECIPIENT, session.recipient or ""))


def _judge_domain(session: Session, subject: Subject, address: str) -> Asking[Verdict]:
    settings = session.settings
    resolved = yield from resolve(address, settings)
    if isinstance(resolved, Unavailable):
        return (yield from lookup_fault(session, subject, resolved.complaint()))
    if resolved.address_class in _CLASSES_WITHOUT_DNS or resolved.domain.startswith("["):
        return DUNNO
    answer = yield DomainExists(resolved.domain)
    if isinstance(answer, Found):
        return DUNNO
    status = _UNKNOWN_DOMAIN_STATUS[subject]
    text = f"<{address}>: {subject.value} rejected: "
    if isinstance(answer, Unavailable):
        reply = Reply(450, status, f"{text}Domain not found")
        return temporary_failure(settings.unknown_address_tempfail_action, reply)
    if answer.why == NULL_MX:
        code, status = _NULL_MX_REPLIES[subject]
        return Refuse(Reply(code, status, f"{text}Domain {resolved.domain} does not accept mail (nullMX)"))
    reason = "Malformed DNS server reply" if answer.why == MALFORMED else "Domain not found"
    return Refuse(Reply(settings.unknown_address_reject_code, status, text + reason))
