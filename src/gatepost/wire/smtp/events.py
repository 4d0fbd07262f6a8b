"""What happens in an SMTP session, told in the past tense by SmtpDialogue.next_event().

Events marked (verdict) stop the dialogue until decide() is called; input that arrives meanwhile waits unread.
The others are told in passing.
"""

from dataclasses import dataclass, field
from enum import Enum

from gatepost.model.envelope import Recipient, Sender
from gatepost.model.reply import Reply


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
class XclientGiven:
    """(verdict) XCLIENT from a client that may_xclient: it speaks for another, and the session begins anew.

    `attributes` are well-formed (name, value) pairs in the order given: NAME, REVERSE_NAME, ADDR, PORT, LOGIN,
    DESTADDR, DESTPORT. Values are decoded; an address is as it is printed; what the client cannot tell is
    "[UNAVAILABLE]" or, for names, "[TEMPUNAVAIL]". HELO and PROTO have taken effect in the dialogue already.
    """

    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TlsAsked:
    """(verdict) STARTTLS from a client that is not under TLS yet. None: it hears 220, and HandshakeBegun follows."""


@dataclass(frozen=True, slots=True)
class HandshakeBegun:
    """The octets that come next are TLS: send what is outgoing, do the handshake, call secured() or not_secured().

    `is_first`: before anything else (smtpd_tls_wrappermode); Connected follows when the session is secured.
    """

    is_first: bool


@dataclass(frozen=True, slots=True)
class AuthAsked:
    """(verdict) AUTH: a login begins. `response` is the initial response as given, None without one."""

    mechanism: str
    response: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuthAnswered:
    """(verdict) What the client says to a challenge."""

    response: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuthAborted:
    """The login under way is over without a verdict: the client said `*`, or more than it may."""

    is_by_client: bool


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

    `refusal` is set by the dialogue when it refuses the message itself (too large, too many hops, bare newline): the
    asker then drops the message and decides nothing; the reply is for the log.
    """

    size_bytes: int
    hop_count: int
    refusal: Reply | None = None

    @property
    def refusal_is_due(self) -> bool:
        """The dialogue refuses this message: no verdict is awaited."""
        return self.refusal is not None


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
    """Something worth a log line; the first `%s` in the text, if any, stands for `name[address]` of the client.

    Severity is "info" or "warning". What follows that `%s` may be the client's own words (another `%s` included):
    put the name in with `text.replace("%s", name, 1)`. Control characters are `?` already.
    """

    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """Nothing more will come: send what is outgoing and close.

    `reason` is "quit", "lost connection", "timeout", "too many errors", or "" (closed by decision); `after` is the
    command it happened after, in Postfix's words (CONNECT, EHLO, RCPT, UNKNOWN, END-OF-MESSAGE …; within a message
    `DATA (1234 bytes)`).
    """

    reason: str
    after: str

    @property
    def is_logged(self) -> bool:
        """Postfix logs `reason after …`: not after QUIT, nor when the client left between two messages."""
        if self.reason in ("", "quit"):
            return False
        return self.reason != "lost connection" or self.after != "END-OF-MESSAGE"


@dataclass(frozen=True, slots=True)
class SpokeEarly:
    """The client spoke before its greeting, so many octets by now; `shown` is how they begin, with C escapes."""

    size_bytes: int
    shown: str


Event = (
    Connected
    | HelloGiven
    | XclientGiven
    | TlsAsked
    | HandshakeBegun
    | AuthAsked
    | AuthAnswered
    | AuthAborted
    | SenderGiven
    | RecipientGiven
    | DataRequested
    | MessageChunk
    | MessageEnded
    | VerifyAsked
    | EtrnAsked
    | TransactionReset
    | Remarked
    | SpokeEarly
    | SessionEnded
)
