"""Who is let through first: own networks, own addresses, users who logged in."""

from gatepost.model.answer import Unavailable
from gatepost.model.session import Session
from gatepost.model.verdict import DUNNO, OK, Verdict
from gatepost.policy.access import lookup_fault
from gatepost.policy.asking import Asking
from gatepost.policy.matching import is_trusted
from gatepost.policy.registry import Argument, restriction
from gatepost.policy.subjects import Subject


@restriction("permit_mynetworks", argument=Argument.SUBJECT)
def permit_mynetworks(session: Session, subject: Subject) -> Asking[Verdict]:
    """Permit a client whose address or verified name is in mynetworks.

    The name is asked for only where an element that is reached needs one. An address that trust_guard has found to
    hide strangers is not permitted.

    Unavailable: 451 4.3.0 "Temporary lookup failure", for a bad element too, when it is reached.
    Postfix: postconf(5) permit_mynetworks, mynetworks.
    """
    known = None if session.is_trust_withdrawn else session.settings.mynetworks.holds(session.client.address)
    if known is not None:
        return OK if known else DUNNO
    outcome = yield from is_trusted(session.settings.mynetworks, session)
    if isinstance(outcome, Unavailable):
        return (yield from lookup_fault(session, subject, outcome.complaint("mynetworks")))
    return OK if outcome else DUNNO


@restriction("permit_inet_interfaces")
def permit_inet_interfaces(session: Session, _: None) -> Verdict:
    """Permit a client whose address is one of this machine's own (inet_interfaces, proxy_interfaces).

    It is the address that connected that counts, whoever it speaks for (XCLIENT).

    Postfix: postconf(5) permit_inet_interfaces.
    """
    connected = session.client.spokesman or session.client.address
    return OK if connected.text in session.settings.own_addresses else DUNNO


@restriction("permit_sasl_authenticated")
def permit_sasl_authenticated(session: Session, _: None) -> Verdict:
    """Permit a client that has logged in (AUTH), other than anonymously.

    Nobody has, while smtpd_sasl_auth_enable is no: a login that a proxy tells of (XCLIENT) does not count then.

    Postfix: postconf(5) permit_sasl_authenticated.
    """
    sasl = session.sasl if session.settings.smtpd_sasl_auth_enable else None
    return OK if sasl is not None and sasl.username and sasl.method.lower() != "anonymous" else DUNNO
