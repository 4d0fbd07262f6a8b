"""What happens in a QMQP session, told in the past tense by QmqpDialogue.next_event().

Events marked (verdict) stop the dialogue until decide() is called. The others are told in passing.
"""

from dataclasses import dataclass
from enum import Enum


class Pause(Enum):
    """What next_event() gives when there is no event."""

    NEED_DATA = "need data"
    AWAITING_VERDICT = "awaiting verdict"


NEED_DATA = Pause.NEED_DATA
AWAITING_VERDICT = Pause.AWAITING_VERDICT


@dataclass(frozen=True, slots=True)
class Connected:
    """(verdict) A client is there. None lets it send its message; a reply refuses it, unheard."""


@dataclass(frozen=True, slots=True)
class MessageChunk:
    """Some octets of the message, with CRLF line ends only."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class MailReceived:
    """(verdict) The message and its envelope are complete; the reply is the last word of the session.

    A null sender is "". Each recipient is named once, in the order given. `size_bytes` counts what was passed on.
    """

    sender: str
    recipients: tuple[str, ...]
    size_bytes: int
    has_8bit: bool


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """Nothing more will come: send what is outgoing and close.

    `reason` is "" (the verdict was given), "lost connection", "read/write timeout", the words of a NetstringFault or
    an error of the message ("Error: no recipients specified"); `receiving` is what was being received then, in
    Postfix's words (QMQP packet header, message content, sender address, recipient address).
    """

    reason: str
    receiving: str = ""

    @property
    def is_about_mail(self) -> bool:
        """The packet was whole; what is wrong is the mail in it."""
        return self.reason.startswith("Error: ")

    @property
    def told(self) -> str:
        """The reason in one line, as clients and the log hear it."""
        if self.is_about_mail or not self.receiving:
            return self.reason
        return f"{self.reason} while receiving {self.receiving}"


Event = Connected | MessageChunk | MailReceived | SessionEnded
