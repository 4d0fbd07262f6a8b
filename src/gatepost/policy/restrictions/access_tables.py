"""Access tables: check_client_access and its kin. What the table answers is acted on as access(5) says.

A bare `type:table` in a list means the check of that list. A look-up that fails is answered as if the table had
held `451 4.3.5 Server configuration error`, so warn_if_reject turns it into a warning.
"""

from gatepost.model.answer import Unavailable
from gatepost.model.session import Session
from gatepost.model.verdict import DUNNO, OK, Verdict
from gatepost.policy.access import lookup_fault, never_ok
from gatepost.policy.access_lookup import look_up, name_keys
from gatepost.policy.asking import Asking
from gatepost.policy.lookup_order import AccessTable, address_keys, mail_address_keys
from gatepost.policy.registry import Argument, Needs, restriction
from gatepost.policy.resolving import Resolved, resolve
from gatepost.policy.subjects import Subject, client_names


@restriction("check_client_access", argument=Argument.TABLE)
def check_client_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look the client up: its verified name and parent domains, then its address and partial networks.

    A client without a verified name is looked up as "unknown". Name keys come before address keys. Pattern tables
    see the whole name and the whole address only.

    Unavailable: 451 4.3.5. Postfix: postconf(5) check_client_access; access(5).
    """
    names = yield from client_names(session)
    keys = (*name_keys(session, table, names.name), *address_keys(session.client.address.text, partial=table.partial))
    return (yield from look_up(session, Subject.CLIENT, table, keys))


@restriction("check_reverse_client_hostname_access", argument=Argument.TABLE)
def check_reverse_client_hostname_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look the client's PTR name up, verified or not, and its parent domains, then its address and partial networks.

    A client without a PTR name is looked up as "unknown". Whoever runs the reverse zone names what he likes, so an
    OK is refused: 451 4.3.5; write DUNNO to make an exception.

    Unavailable: 451 4.3.5. Postfix: postconf(5) check_reverse_client_hostname_access; access(5).
    """
    names = yield from client_names(session)
    address = session.client.address.text
    keys = (*name_keys(session, table, names.reverse_name), *address_keys(address, partial=table.partial))
    verdict = yield from look_up(session, Subject.REVERSE_CLIENT, table, keys)
    return never_ok(verdict, "check_reverse_client_hostname_access")


@restriction("check_helo_access", argument=Argument.TABLE, needs=Needs.HELO)
def check_helo_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look the HELO name and its parent domains up, never as a network.

    Unavailable: 451 4.3.5. Postfix: postconf(5) check_helo_access; access(5).
    """
    keys = name_keys(session, table, session.helo_name or "")
    return (yield from look_up(session, Subject.HELO, table, keys))


@restriction("check_etrn_access", argument=Argument.TABLE, needs=Needs.ETRN)
def check_etrn_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look the ETRN domain and its parent domains up.

    Unavailable: 451 4.3.5. Postfix: postconf(5) check_etrn_access; access(5).
    """
    keys = name_keys(session, table, session.etrn_domain or "")
    return (yield from look_up(session, Subject.ETRN, table, keys))


@restriction("check_sender_access", argument=Argument.TABLE, needs=Needs.SENDER)
def check_sender_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look the sender up: address, without extension, domain and parents, `user@`.

    A null sender has the one key smtpd_null_access_lookup_key (`<>`). The address is rewritten as for delivery and
    lower-cased first.

    Unavailable: 451 4.3.5. Postfix: postconf(5) check_sender_access; access(5).
    """
    if session.sender == "":
        keys = (session.settings.smtpd_null_access_lookup_key,)
        return (yield from look_up(session, Subject.SENDER, table, keys))
    resolved = yield from resolve(session.sender or "", session.settings)
    return (yield from _look_up_address(session, Subject.SENDER, table, resolved))


@restriction("check_recipient_access", argument=Argument.TABLE, needs=Needs.RECIPIENT)
def check_recipient_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look the recipient up: address, without extension, domain and parents, `user@`.

    An OK for an address that routes through us (`user%other@ours`) is no opinion, unless allow_untrusted_routing.

    Unavailable: 451 4.3.5. Postfix: postconf(5) check_recipient_access; access(5).
    """
    resolved = yield from resolve(session.recipient or "", session.settings)
    verdict = yield from _look_up_address(session, Subject.RECIPIENT, table, resolved)
    is_routed = isinstance(resolved, Resolved) and resolved.is_routed
    return DUNNO if is_routed and verdict == OK else verdict


def _look_up_address(
    session: Session, subject: Subject, table: AccessTable, resolved: Resolved | Unavailable
) -> Asking[Verdict]:
    if isinstance(resolved, Unavailable):
        return (yield from lookup_fault(session, subject, resolved.complaint()))
    settings = session.settings
    keys = mail_address_keys(
        resolved.address,
        partial=table.partial,
        delimiters=settings.recipient_delimiter,
        parents_match=settings.access_parents_match,
        owner_request_special=settings.owner_request_special,
    )
    return (yield from look_up(session, subject, table, keys))
