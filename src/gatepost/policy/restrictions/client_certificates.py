"""The client's TLS certificate: permitted by fingerprint or by trust, or looked up in an access table.

A session without TLS, or whose client showed no certificate, is no opinion for all three. Fingerprints are in the
form of smtpd_tls_fingerprint_digest: pairs of hexadecimal digits, separated by colons.
"""

from gatepost.model.answer import Found, Unavailable
from gatepost.model.session import Session, TlsFacts
from gatepost.model.verdict import DUNNO, OK, Verdict
from gatepost.policy.access import lookup_fault
from gatepost.policy.access_lookup import find_in_table
from gatepost.policy.asking import Asking, ask
from gatepost.policy.certificate_table import CertificateTable
from gatepost.policy.questions import TableLookup
from gatepost.policy.registry import Argument, restriction
from gatepost.policy.subjects import Subject


@restriction("permit_tls_clientcerts", argument=Argument.SUBJECT)
def permit_tls_clientcerts(session: Session, subject: Subject) -> Asking[Verdict]:
    """Permit a client whose certificate or public key is in relay_clientcerts, by fingerprint.

    Whether a known authority has signed the certificate does not matter.

    Unavailable: 451 4.3.0. Postfix: postconf(5) permit_tls_clientcerts, relay_clientcerts; TLS_README.
    """
    return (yield from _find_known(session, subject))


@restriction("permit_tls_all_clientcerts", argument=Argument.SUBJECT)
def permit_tls_all_clientcerts(session: Session, subject: Subject) -> Asking[Verdict]:
    """Permit a client whose certificate is signed by an authority in smtpd_tls_CAfile, or is in relay_clientcerts.

    Only for an authority that signs nobody but one's own clients: with a public one this opens the relay.

    Unavailable: 451 4.3.0. Postfix: postconf(5) permit_tls_all_clientcerts, smtpd_tls_CAfile; TLS_README.
    """
    if session.tls is not None and session.tls.is_trusted:
        return OK
    return (yield from _find_known(session, subject))


def _find_known(session: Session, subject: Subject) -> Asking[Verdict]:
    for fingerprint in _fingerprints(session.tls):
        for table in session.settings.relay_clientcerts:
            answer = yield from ask(TableLookup(table, (fingerprint,)))
            if isinstance(answer, Found):
                return OK
            if isinstance(answer, Unavailable):
                return (yield from lookup_fault(session, subject, answer.complaint("relay_clientcerts")))
    return DUNNO


def _fingerprints(tls: TlsFacts | None) -> tuple[str, ...]:
    """That of the certificate, then that of its public key."""
    if tls is None or not tls.certificate_fingerprint:
        return ()
    return (tls.certificate_fingerprint, tls.public_key_fingerprint)


@restriction("check_ccert_access", argument=Argument.CERTIFICATE_TABLE)
def check_ccert_access(session: Session, table: CertificateTable) -> Asking[Verdict]:
    """Look the client's certificate up by its fingerprint, then by that of its public key.

    `check_ccert_access { type:table, { search_order = pubkey_fingerprint } }` names the kinds to look for and their
    order: cert_fingerprint, pubkey_fingerprint.

    Unavailable: 451 4.3.5. Postfix: postconf(5) check_ccert_access; access(5).
    """
    tls = session.tls
    if tls is None or not tls.certificate_fingerprint:
        return DUNNO
    prints = {"cert_fingerprint": tls.certificate_fingerprint, "pubkey_fingerprint": tls.public_key_fingerprint}
    for kind in table.search_order:
        verdict = yield from find_in_table(session, Subject.CERTIFICATE, table, (prints[kind],))
        if verdict is not None:
            return verdict
    return DUNNO
