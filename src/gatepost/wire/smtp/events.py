"""What happens in an SMTP session, told in the past tense by SmtpDialogue.next_event().

Events marked (verdict) stop the dialogue until decide() is called; input that arrives meanwhile waits unread.
The others are told in passing.
"""

from dataclasses import dataclass
from enum import Enum

from gatepost.model.envelope import Recipient, Sender


class Pause(Enum):
    """What next_event() gives when there is no event."""

    NEED_DATA = "need data"
    AWAITING_VERDICT = "awaiting verdict"


NEED_DATA = Pause.NEED_DATA
AWAITING_VERDICT = Pause.AWAITING_VERDICT


@dataclass(frozen=True, slots=True)
class Connected:
    """(verdict) A client is there and has not been greeted."""


@dataclass(frozen=True, slots=True)
class HelloGiven:
    """(verdict) HELO or EHLO. `name` is made printable as Postfix does; `given_name` is what the client sent."""

    name: str
    given_name: str
    is_extended: bool


@dataclass(frozen=True, slots=True)
class SenderGiven:
    """(verdict) MAIL FROM with a well-formed address and parameters."""

    sender: Sender


@dataclass(frozen=True, slots=True)
class RecipientGiven:
    """(verdict) RCPT TO with a well-formed address and parameters."""

    recipient: Recipient


@dataclass(frozen=True, slots=True)
class DataRequested:
    """(verdict) DATA, or the first BDAT of a message; `command` says which."""

    command: str


@dataclass(frozen=True, slots=True)
class MessageChunk:
    """Some octets of the message: whole or partial lines, CRLF line ends only, dot-stuffing removed.

    A chunk may end between CR and LF of nothing: the dialogue never splits a CRLF over two chunks.
    """

    octets: bytes


@dataclass(frozen=True, slots=True)
class MessageEnded:
    """(verdict) The end of the message was received: its size as passed on, its count of Received: headers.

    `refusal_is_due` is set by the dialogue when it will refuse the message itself, whatever is decided (too large,
    too many hops, bare newline): the asker then drops the message and decides nothing.
    """

    size_bytes: int
    hop_count: int
    refusal_is_due: bool = False


@dataclass(frozen=True, slots=True)
class VerifyAsked:
    """(verdict) VRFY with an argument, while VRFY is enabled."""

    address: str
    is_smtputf8: bool = False


@dataclass(frozen=True, slots=True)
class EtrnAsked:
    """(verdict) ETRN with a well-formed domain."""

    domain: str


@dataclass(frozen=True, slots=True)
class TransactionReset:
    """The open transaction, if any, is over without a message: RSET, a new HELO, or a refusal that ends it."""


@dataclass(frozen=True, slots=True)
class Remarked:
    """Something worth a log line; `%s` in the text stands for `name[address]` of the client.

    Severity is "info" or "warning".
    """

    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """Nothing more will come: send what is outgoing and close.

    `reason` is "quit", "lost connection", "timeout", "too many errors", or "" (closed by decision); `after` is the
    command it happened after, in Postfix's words (CONNECT, EHLO, RCPT, DATA, END-OF-MESSAGE …).
    """

    reason: str
    after: str


Event = (
    Connected
    | HelloGiven
    | SenderGiven
    | RecipientGiven
    | DataRequested
    | MessageChunk
    | MessageEnded
    | VerifyAsked
    | EtrnAsked
    | TransactionReset
    | Remarked
    | SessionEnded
)
