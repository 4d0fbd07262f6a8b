"""What a refusal speaks of: the name and the class words of its text.

`554 5.7.1 <NAME>: CLASS rejected: text` (postfix-semantics 2.0). A check of an attribute names that attribute
wherever it stands; generic words (reject, defer, …) name the subject of the list they stand in.
"""

from collections.abc import Callable
from enum import Enum

from gatepost.model.answer import Found
from gatepost.model.reply import Reply
from gatepost.model.session import UNKNOWN, Client, ClientNames, NameStatus, Session
from gatepost.policy.asking import Asking
from gatepost.policy.questions import ClientName

UNREACHABLE_NAMES = ClientNames(UNKNOWN, NameStatus.TEMPORARY, UNKNOWN, NameStatus.TEMPORARY)
"""The names of a client when even the question could not be asked."""


class Subject(Enum):
    """The subjects, each with the words that Postfix uses for its class."""

    CLIENT = "Client host"
    REVERSE_CLIENT = "Unverified Client host"
    HELO = "Helo command"
    SENDER = "Sender address"
    RECIPIENT = "Recipient address"
    ETRN = "Etrn command"
    LOGIN = "SASL login name"
    CERTIFICATE = "Client certificate"
    DATA = "Data command"
    END_OF_DATA = "End-of-data"

    __hash__ = object.__hash__  # as Needs in registry.py


CLASSES = {subject: subject.value for subject in Subject}
"""The same words at hand: Enum's `value` is Python, and each refusal of each session asks for it."""


def client_names(session: Session) -> Asking[ClientNames]:
    """The names of the client: known already, or asked for."""
    client = session.client
    if client.names is not None:
        return client.names
    answer = yield ClientName(client.address)
    return answer.value if isinstance(answer, Found) else UNREACHABLE_NAMES


def client_label(client: Client, name: str, *, with_port: bool) -> str:
    """`name[address]`, or `name[address]:port` under smtpd_client_port_logging."""
    label = f"{name}[{client.address.text}]"
    return f"{label}:{client.port or UNKNOWN}" if with_port else label


def subject_name(session: Session, subject: Subject) -> Asking[str]:
    """The text between `<` and `>` for this subject."""
    if subject in (Subject.CLIENT, Subject.REVERSE_CLIENT):
        names = yield from client_names(session)
        if subject is Subject.REVERSE_CLIENT:
            return names.reverse_name
        return client_label(session.client, names.name, with_port=session.settings.smtpd_client_port_logging)
    return _PLAIN_NAMES[subject](session) or ""


_PLAIN_NAMES: dict[Subject, Callable[[Session], str | None]] = {
    Subject.HELO: lambda session: session.helo_name,
    Subject.SENDER: lambda session: session.sender,
    Subject.RECIPIENT: lambda session: session.recipient,
    Subject.ETRN: lambda session: session.etrn_domain,
    Subject.LOGIN: lambda session: session.sasl.username if session.sasl else "",
    Subject.CERTIFICATE: lambda session: session.tls.subject_cn if session.tls else "",
    Subject.DATA: lambda _: "DATA",
    Subject.END_OF_DATA: lambda _: "END-OF-MESSAGE",
}


def rejection(session: Session, subject: Subject, code: int, enhanced: str, text: str) -> Asking[Reply]:
    """The reply `<NAME>: CLASS rejected: text` about this subject."""
    name = yield from subject_name(session, subject)
    return Reply(code, enhanced, f"<{name}>: {CLASSES[subject]} rejected: {text}")


def recipient_rejection(session: Session, code: int, enhanced: str, text: str) -> Reply:
    """The same about the recipient, where there is nothing to ask."""
    return Reply(code, enhanced, f"<{session.recipient or ''}>: {CLASSES[Subject.RECIPIENT]} rejected: {text}")


def repair_enhanced_code(enhanced: str, subject: Subject) -> str:
    """Make an address-status code (X.1.n) fit the subject, as Postfix's smtpd_dsn_fix does; others stay.

    Sender codes become sender codes, recipient codes recipient codes, and a code about an address says nothing
    of a host or a command: X.0.0.
    """
    parts = enhanced.split(".")
    if len(parts) != 3 or parts[1] != "1":
        return enhanced
    status_class, detail = parts[0], parts[2]
    if subject is Subject.SENDER:
        detail = {"1": "7", "3": "7", "4": "7", "6": "7", "7": "7", "2": "8", "8": "8"}.get(detail, "0")
    elif subject is Subject.RECIPIENT:
        known = {"7": "3", "8": "2", "1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "6": "6"}
        detail = known.get(detail, "0")
    else:
        return f"{status_class}.0.0"
    return f"{status_class}.1.{detail}"
