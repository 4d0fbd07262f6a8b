"""Clients without a name: reject_unknown_client_hostname and reject_unknown_reverse_client_hostname.

Both lose real mail: see field notes 3.3. Their replies carry the address, not a `<name>` before the text.
"""

from gatepost.model.reply import Reply
from gatepost.model.session import NameStatus, Session
from gatepost.model.verdict import DUNNO, Refuse, Verdict
from gatepost.policy.asking import Asking
from gatepost.policy.registry import restriction
from gatepost.policy.subjects import client_names

TRY_AGAIN = 450
"""The code where the name server did not answer, whatever unknown_client_reject_code says (postconf(5))."""


@restriction("reject_unknown_client_hostname", "reject_unknown_client")
def reject_unknown_client_hostname(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a client whose address has no name, or whose name does not resolve back to its address.

    Code unknown_client_reject_code (450), 4.7.25.

    Unavailable: 450. Postfix: postconf(5) reject_unknown_client_hostname.
    """
    names = yield from client_names(session)
    if names.name_status is NameStatus.VERIFIED:
        return DUNNO
    text = f"Client host rejected: cannot find your hostname, [{session.client.address.text}]"
    return Refuse(Reply(_code(session, names.name_status), "4.7.25", text))


@restriction("reject_unknown_reverse_client_hostname")
def reject_unknown_reverse_client_hostname(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a client whose address has no name at all (no PTR record).

    Code unknown_client_reject_code (450), 4.7.1.

    Unavailable: 450. Postfix: postconf(5) reject_unknown_reverse_client_hostname.
    """
    names = yield from client_names(session)
    if names.reverse_status is NameStatus.VERIFIED:
        return DUNNO
    text = f"Client host rejected: cannot find your reverse hostname, [{session.client.address.text}]"
    return Refuse(Reply(_code(session, names.reverse_status), "4.7.1", text))


def _code(session: Session, status: NameStatus) -> int:
    return TRY_AGAIN if status is NameStatus.TEMPORARY else session.settings.unknown_client_reject_code
