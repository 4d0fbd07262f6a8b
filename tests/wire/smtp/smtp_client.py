"""The asker's side of a dialogue, for tests: pumps it, decides as told, and remembers what happened."""

from collections.abc import Callable
from typing import TypeVar

from gatepost.model.reply import Reply
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.wire.smtp.events import (
    AWAITING_VERDICT,
    AuthAnswered,
    AuthAsked,
    Connected,
    DataRequested,
    EtrnAsked,
    Event,
    HelloGiven,
    MessageChunk,
    MessageEnded,
    Pause,
    RecipientGiven,
    SenderGiven,
    SessionEnded,
    TlsAsked,
    VerifyAsked,
    XclientGiven,
)
from gatepost.wire.smtp.settings import SmtpSettings

ASKED = (
    Connected,
    HelloGiven,
    XclientGiven,
    TlsAsked,
    AuthAsked,
    AuthAnswered,
    SenderGiven,
    RecipientGiven,
    DataRequested,
    MessageEnded,
    VerifyAsked,
    EtrnAsked,
)
T = TypeVar("T")
Verdict = Callable[[Event], Reply | None]

REFUSED = Reply(554, "5.7.1", "Access denied")


def accept_all(_event: Event) -> Reply | None:
    """Accept whatever is asked."""
    return None


class Asker:
    """Drives one dialogue. `events` holds all but the chunks, `messages` the text of each message begun."""

    def __init__(self, settings: SmtpSettings | None = None, verdict: Verdict = accept_all) -> None:
        self.dialogue = SmtpDialogue(settings or SmtpSettings(smtpd_forbid_unauth_pipelining=False))
        self.verdict = verdict
        self.events: list[Event] = []
        self.messages: list[bytes] = []
        self.pump()

    def pump(self) -> None:
        """Take every event there is."""
        dialogue = self.dialogue
        while not isinstance(event := dialogue.next_event(), Pause):
            if isinstance(event, MessageChunk):
                self.messages[-1] += event.octets
                continue
            self.events.append(event)
            if isinstance(event, DataRequested):
                self.messages.append(b"")
            if isinstance(event, ASKED) and not (isinstance(event, MessageEnded) and event.refusal_is_due):
                assert dialogue.next_event() is AWAITING_VERDICT
                dialogue.decide(self.verdict(event))

    def send(self, octets: bytes | str) -> str:
        """Send octets as the client; what the server says to that."""
        self.dialogue.receive(octets.encode() if isinstance(octets, str) else octets)
        self.pump()
        return self.said()

    def said(self) -> str:
        """What the server said since the last time."""
        return self.dialogue.outgoing().decode()

    def of_kind(self, kind: type[T]) -> list[T]:
        """The events of one class."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def has_ended(self) -> bool:
        """The session is over."""
        return any(isinstance(event, SessionEnded) for event in self.events)


SETTINGS = SmtpSettings(
    myhostname="mx.example", smtpd_banner="mx.example ESMTP", smtpd_forbid_unauth_pipelining=False
)
EHLO = "EHLO client.example\r\n"
TO_DATA = EHLO + "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
BUSY = Reply(421, "4.3.2", "Busy")


def refusing(kind: type, reply: Reply = REFUSED) -> Asker:
    """An asker that refuses one kind of event."""
    return Asker(SETTINGS, lambda event: reply if isinstance(event, kind) else None)
