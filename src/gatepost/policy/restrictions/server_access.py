"""Access tables asked about the servers behind a name: what check_client_mx_access and its kin look up.

Useful against many domains that one operator hosts: they share mail exchangers, name servers or networks. Whoever
owns a domain names any servers he likes, so an OK is refused: 451 4.3.5; write DUNNO to make an exception.
"""

from gatepost.model.session import UNKNOWN, Session
from gatepost.model.verdict import DUNNO, Verdict
from gatepost.policy.access import never_ok
from gatepost.policy.asking import Asking
from gatepost.policy.lookup_order import AccessTable
from gatepost.policy.registry import Argument, Needs, restriction
from gatepost.policy.servers import Servers, check_servers
from gatepost.policy.subjects import Subject, client_names


def _check(
    session: Session, word: str, subject: Subject, table: AccessTable, name: str, kind: Servers
) -> Asking[Verdict]:
    verdict = yield from check_servers(session, subject, table, name, kind)
    return never_ok(verdict, word)


def _check_client(
    session: Session, word: str, subject: Subject, table: AccessTable, kind: Servers
) -> Asking[Verdict]:
    names = yield from client_names(session)
    name = names.reverse_name if subject is Subject.REVERSE_CLIENT else names.name
    if name.lower() == UNKNOWN:
        return DUNNO
    return (yield from _check(session, word, subject, table, name, kind))


@restriction("check_client_a_access", argument=Argument.TABLE)
def check_client_a_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the addresses of the client's verified name, OK refused.

    A client without one is skipped.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_client_a_access.
    """
    return (yield from _check_client(session, "check_client_a_access", Subject.CLIENT, table, Servers.A))


@restriction("check_client_mx_access", argument=Argument.TABLE)
def check_client_mx_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the mail exchangers of the client's verified name, OK refused.

    A domain without MX record is its own exchanger, a null MX no opinion. A client without one is skipped.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_client_mx_access.
    """
    return (yield from _check_client(session, "check_client_mx_access", Subject.CLIENT, table, Servers.MX))


@restriction("check_client_ns_access", argument=Argument.TABLE)
def check_client_ns_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the name servers of the client's verified name, OK refused.

    A domain without NS record has those of its nearest parent. A client without one is skipped.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_client_ns_access.
    """
    return (yield from _check_client(session, "check_client_ns_access", Subject.CLIENT, table, Servers.NS))


@restriction("check_reverse_client_hostname_a_access", argument=Argument.TABLE)
def check_reverse_client_hostname_a_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the addresses of the client's PTR name, verified or not, OK refused.

    A client without one is skipped.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_reverse_client_hostname_a_access.
    """
    return (
        yield from _check_client(
            session, "check_reverse_client_hostname_a_access", Subject.REVERSE_CLIENT, table, Servers.A
        )
    )


@restriction("check_reverse_client_hostname_mx_access", argument=Argument.TABLE)
def check_reverse_client_hostname_mx_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the mail exchangers of the client's PTR name, verified or not, OK refused.

    A domain without MX record is its own exchanger, a null MX no opinion. A client without one is skipped.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_reverse_client_hostname_mx_access.
    """
    return (
        yield from _check_client(
            session, "check_reverse_client_hostname_mx_access", Subject.REVERSE_CLIENT, table, Servers.MX
        )
    )


@restriction("check_reverse_client_hostname_ns_access", argument=Argument.TABLE)
def check_reverse_client_hostname_ns_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the name servers of the client's PTR name, verified or not, OK refused.

    A domain without NS record has those of its nearest parent. A client without one is skipped.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_reverse_client_hostname_ns_access.
    """
    return (
        yield from _check_client(
            session, "check_reverse_client_hostname_ns_access", Subject.REVERSE_CLIENT, table, Servers.NS
        )
    )


@restriction("check_helo_a_access", argument=Argument.TABLE, needs=Needs.HELO)
def check_helo_a_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the addresses of the HELO name, OK refused.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_helo_a_access.
    """
    return (
        yield from _check(session, "check_helo_a_access", Subject.HELO, table, session.helo_name or "", Servers.A)
    )


@restriction("check_helo_mx_access", argument=Argument.TABLE, needs=Needs.HELO)
def check_helo_mx_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the mail exchangers of the HELO name, OK refused.

    A domain without MX record is its own exchanger, a null MX no opinion.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_helo_mx_access.
    """
    return (
        yield from _check(session, "check_helo_mx_access", Subject.HELO, table, session.helo_name or "", Servers.MX)
    )


@restriction("check_helo_ns_access", argument=Argument.TABLE, needs=Needs.HELO)
def check_helo_ns_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the name servers of the HELO name, OK refused.

    A domain without NS record has those of its nearest parent.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_helo_ns_access.
    """
    return (
        yield from _check(session, "check_helo_ns_access", Subject.HELO, table, session.helo_name or "", Servers.NS)
    )


@restriction("check_sender_a_access", argument=Argument.TABLE, needs=Needs.FULL_SENDER)
def check_sender_a_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the addresses of the sender's domain, OK refused.

    A null sender is skipped.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_sender_a_access.
    """
    return (
        yield from _check(session, "check_sender_a_access", Subject.SENDER, table, session.sender or "", Servers.A)
    )


@restriction("check_sender_mx_access", argument=Argument.TABLE, needs=Needs.FULL_SENDER)
def check_sender_mx_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the mail exchangers of the sender's domain, OK refused.

    A domain without MX record is its own exchanger, a null MX no opinion. A null sender is skipped.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_sender_mx_access.
    """
    return (
        yield from _check(session, "check_sender_mx_access", Subject.SENDER, table, session.sender or "", Servers.MX)
    )


@restriction("check_sender_ns_access", argument=Argument.TABLE, needs=Needs.FULL_SENDER)
def check_sender_ns_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the name servers of the sender's domain, OK refused.

    A domain without NS record has those of its nearest parent. A null sender is skipped.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_sender_ns_access.
    """
    return (
        yield from _check(session, "check_sender_ns_access", Subject.SENDER, table, session.sender or "", Servers.NS)
    )


@restriction("check_recipient_a_access", argument=Argument.TABLE, needs=Needs.RECIPIENT)
def check_recipient_a_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the addresses of the recipient's domain, OK refused.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_recipient_a_access.
    """
    return (
        yield from _check(
            session, "check_recipient_a_access", Subject.RECIPIENT, table, session.recipient or "", Servers.A
        )
    )


@restriction("check_recipient_mx_access", argument=Argument.TABLE, needs=Needs.RECIPIENT)
def check_recipient_mx_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the mail exchangers of the recipient's domain, OK refused.

    A domain without MX record is its own exchanger, a null MX no opinion.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_recipient_mx_access.
    """
    return (
        yield from _check(
            session, "check_recipient_mx_access", Subject.RECIPIENT, table, session.recipient or "", Servers.MX
        )
    )


@restriction("check_recipient_ns_access", argument=Argument.TABLE, needs=Needs.RECIPIENT)
def check_recipient_ns_access(session: Session, table: AccessTable) -> Asking[Verdict]:
    """Look up the name servers of the recipient's domain, OK refused.

    A domain without NS record has those of its nearest parent.

    Unavailable: no opinion; a table 451 4.3.5. Postfix: postconf(5) check_recipient_ns_access.
    """
    return (
        yield from _check(
            session, "check_recipient_ns_access", Subject.RECIPIENT, table, session.recipient or "", Servers.NS
        )
    )
