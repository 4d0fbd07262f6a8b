"""A QMQP client that sends anything. Held: one reply at most, a netstring; no bare CR or LF in a message."""

from gatepost.wire.qmqp.dialogue import QmqpDialogue
from gatepost.wire.qmqp.events import AWAITING_VERDICT, MessageChunk, Pause, SessionEnded
from gatepost.wire.qmqp.reply import QmqpReply, Status
from gatepost.wire.qmqp.settings import QmqpSettings
from tests.fuzz.pieces import in_pieces, split_input
from tests.fuzz.targets.smtp import BARE

DOORS = (
    QmqpSettings(qmqpd_error_delay=0),
    QmqpSettings(qmqpd_error_delay=1, message_size_limit=50, line_length_limit=20, hopcount_limit=2),
    QmqpSettings(soft_bounce=True, message_size_limit=0),
)
TAKEN = QmqpReply(Status.TAKEN, "Ok")
REFUSED = QmqpReply(Status.REFUSED, "No\r\nway\0")


class Session:
    """One session under way."""

    def __init__(self, chosen: int) -> None:
        self.dialogue = QmqpDialogue(DOORS[chosen % len(DOORS)])
        self.is_refused = bool(chosen & 64)
        self.message = self.said = b""
        self.has_ended = False

    def pump(self) -> None:
        """Take every event, and decide. A pause is passed over."""
        dialogue = self.dialogue
        is_greeted = False
        while True:
            event = dialogue.next_event()
            if isinstance(event, Pause):
                assert event is not AWAITING_VERDICT
                if dialogue.pause_s == 0:
                    break
                self.said += dialogue.outgoing()
            elif isinstance(event, MessageChunk):
                self.message += event.octets
            elif isinstance(event, SessionEnded):
                assert not self.has_ended
                self.has_ended = True
                assert event.told.isprintable()
            else:
                is_greeted = type(event).__name__ == "Connected"
                dialogue.decide((REFUSED if self.is_refused else None) if is_greeted else TAKEN)
        self.said += dialogue.outgoing()


def one_input(octets: bytes) -> None:
    """One session."""
    chosen, how, sent = split_input(octets)
    session = Session(chosen)
    session.pump()
    for piece in in_pieces(sent, how):
        session.dialogue.receive(piece)
        session.pump()
    session.dialogue.receive_eof()
    session.pump()
    assert session.has_ended
    assert not BARE.search(session.message), session.message
    if session.said:
        length, _, rest = session.said.partition(b":")
        assert rest == rest[: int(length)] + b",", session.said
        assert rest[:1] in b"KZD", session.said
