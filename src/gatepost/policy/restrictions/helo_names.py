"""The HELO name: its syntax, whether it is fully qualified, whether DNS knows it."""

from gatepost.model.answer import Found, Unavailable
from gatepost.model.hostnames import (
    drop_final_dot,
    is_address_literal,
    is_fully_qualified,
    is_host_address,
    is_hostname,
)
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.verdict import DUNNO, Refuse, Verdict
from gatepost.policy.asking import Asking, ask
from gatepost.policy.questions import MALFORMED, NULL_MX, DomainExists
from gatepost.policy.registry import Needs, restriction
from gatepost.policy.temporary import temporary_failure


def _refuse(session: Session, code: int, enhanced: str, text: str) -> Verdict:
    return Refuse(Reply(code, enhanced, f"<{session.helo_name}>: Helo command rejected: {text}"))


def _judge_literal(session: Session, name: str) -> Verdict:
    if is_address_literal(name):
        return DUNNO
    return _refuse(session, session.settings.invalid_hostname_reject_code, "5.5.2", "invalid ip address")


@restriction("reject_invalid_helo_hostname", "reject_invalid_hostname", needs=Needs.HELO)
def reject_invalid_helo_hostname(session: Session, _: None) -> Verdict:
    """Refuse a HELO name that is neither a host name nor an address in its syntax.

    Code invalid_hostname_reject_code (501), 5.5.2.

    RFC: 5321 section 4.1.1.1. Postfix: postconf(5) reject_invalid_helo_hostname.
    """
    name = session.helo_name or ""
    if name.startswith("["):
        return _judge_literal(session, name)
    bare = drop_final_dot(name)
    if is_host_address(bare) or is_hostname(bare, is_smtputf8=session.is_smtputf8):
        return DUNNO
    return _refuse(session, session.settings.invalid_hostname_reject_code, "5.5.2", "Invalid name")


@restriction("reject_non_fqdn_helo_hostname", "reject_non_fqdn_hostname", needs=Needs.HELO)
def reject_non_fqdn_helo_hostname(session: Session, _: None) -> Verdict:
    """Refuse a HELO name that is not fully qualified; an address must be in brackets.

    Code non_fqdn_reject_code (504), 5.5.2.

    RFC: 5321 section 2.3.5. Postfix: postconf(5) reject_non_fqdn_helo_hostname.
    """
    name = session.helo_name or ""
    if name.startswith("["):
        return _judge_literal(session, name)
    if is_fully_qualified(name, is_smtputf8=session.is_smtputf8):
        return DUNNO
    return _refuse(session, session.settings.non_fqdn_reject_code, "5.5.2", "need fully-qualified hostname")


@restriction("reject_unknown_helo_hostname", "reject_unknown_hostname", needs=Needs.HELO)
def reject_unknown_helo_hostname(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a HELO name without A, AAAA or MX record. An address in brackets is checked for syntax only.

    A name that ends in a dot is no host name here and so unknown, as in Postfix, although the other checks allow it.

    Code unknown_hostname_reject_code (450), 4.7.1.

    Unavailable: unknown_helo_hostname_tempfail_action (defer_if_permit), 450 4.7.1.
    Postfix: postconf(5) reject_unknown_helo_hostname.
    """
    name = session.helo_name or ""
    if name.startswith("["):
        return _judge_literal(session, name)
    answer = yield from ask(DomainExists(name, ("A", "AAAA", "MX")))
    if isinstance(answer, Found) or (not isinstance(answer, Unavailable) and answer.why == NULL_MX):
        return DUNNO
    if isinstance(answer, Unavailable):
        reply = Reply(450, "4.7.1", f"<{name}>: Helo command rejected: Host not found")
        return temporary_failure(session.settings.unknown_helo_hostname_tempfail_action, reply)
    text = "Malformed DNS server reply" if answer.why == MALFORMED else "Host not found"
    return _refuse(session, session.settings.unknown_hostname_reject_code, "4.7.1", text)
