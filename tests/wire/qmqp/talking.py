"""A QMQP client for the tests of the dialogue: what it says, and what the dialogue makes of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gatepost.wire.netstrings import netstring
from gatepost.wire.qmqp.dialogue import QmqpDialogue
from gatepost.wire.qmqp.events import Connected, Event, MailReceived, MessageChunk, Pause, SessionEnded
from gatepost.wire.qmqp.reply import QmqpReply, Status
from gatepost.wire.qmqp.settings import QmqpSettings

SETTINGS = QmqpSettings(qmqpd_error_delay=0, message_size_limit=1000, line_length_limit=100)
TAKEN = QmqpReply(Status.TAKEN, "Ok: queued as 1")
TEXT = b"Subject: x\n\nhello\n"


def packet(text: bytes = TEXT, sender: bytes = b"ann@a.example", *recipients: bytes) -> bytes:
    """What an honest client sends."""
    return netstring(b"".join(netstring(part) for part in (text, sender, *(recipients or (b"bob@b.example",)))))


@dataclass(slots=True)
class Heard:
    """What came of a session."""

    mail: MailReceived | None = None
    text: bytes = b""
    said: bytes = b""
    ended: SessionEnded | None = None
    events: list[Event] = field(default_factory=list)


def converse(
    pieces: Iterable[bytes],
    settings: QmqpSettings = SETTINGS,
    *,
    refusal: QmqpReply | None = None,
    answer: QmqpReply = TAKEN,
    eof: bool = True,
) -> Heard:
    """A session that receives these pieces, decided as told; a pause is passed over."""
    dialogue = QmqpDialogue(settings)
    heard = Heard()

    def pump() -> None:
        while heard.ended is None:
            event = dialogue.next_event()
            if isinstance(event, Pause):
                if dialogue.pause_s == 0:
                    return
                heard.said += dialogue.outgoing()
                continue
            heard.events.append(event)
            if isinstance(event, Connected):
                dialogue.decide(refusal)
            elif isinstance(event, MessageChunk):
                heard.text += event.octets
            elif isinstance(event, MailReceived):
                heard.mail = event
                dialogue.decide(answer)
            else:
                heard.ended = event

    pump()
    for piece in pieces:
        if heard.ended is None:
            dialogue.receive(piece)
            pump()
    if eof:
        dialogue.receive_eof()
        pump()
    heard.said += dialogue.outgoing()
    return heard
