"""A next hop that answers anything, from its greeting to the dot. Held: it never hears a bare CR or LF, nor a dot
that ends our message early; our client hears one well-formed reply for each thing that was asked.
"""

from gatepost.model.envelope import Origin, Recipient, Sender
from gatepost.wire.smtp.delivery import DataAnswered, HopBroke, IdentityRefused, MessageAnswered, Ready, SmtpDelivery
from gatepost.wire.smtp.delivery import RecipientAnswered as Answered
from gatepost.wire.smtp.events import Pause
from tests.fuzz.pieces import in_pieces, split_input
from tests.fuzz.targets.smtp import BARE, REPLIES

ORIGIN = Origin("client.example", "192.0.2.7", 4711, "ESMTP", "helo", "ID1")
TEXT = b"Subject: x\r\n\r\n.\r\n..\r\n"
WORDS = ("220 hop\r\n", "250-hop\r\n", "250 PIPELINING\r\n", "250-XFORWARD ADDR\r\n", "250 2.1.0 ok\r\n", "354 go\r\n", "421 ",
         "550-5.1.1 no\r\n", "250-SIZE 1\r\n", "250-SMTPUTF8\r\n")  # fmt: skip


class Talk:
    """One delivery: each answer leads to the next step."""

    def __init__(self, *, is_lmtp: bool) -> None:
        self.delivery = SmtpDelivery("gate.example", is_lmtp=is_lmtp)
        self.sent = b""
        self.has_broken = False

    def pump(self) -> None:
        """Take every event, and do what comes next."""
        while not self.has_broken and not isinstance(event := self.delivery.next_event(), Pause):
            self._go_on(event)
            self.sent += self.delivery.outgoing()
        self.sent += self.delivery.outgoing()

    def _go_on(self, event: object) -> None:
        delivery = self.delivery
        if isinstance(event, HopBroke | IdentityRefused):
            self.has_broken = True
            return
        if isinstance(event, Answered | DataAnswered | MessageAnswered):
            assert REPLIES.fullmatch(event.reply.to_wire()), event
        if isinstance(event, Ready):
            delivery.open(Sender("a@b.example"), ORIGIN, Recipient("c@d.example"))
        elif isinstance(event, Answered) and event.reply.is_positive:
            delivery.data()
        elif isinstance(event, DataAnswered) and event.reply.code == 354:
            if delivery.write(TEXT) is None:
                delivery.finish()
        else:
            delivery.quit()


def one_input(octets: bytes) -> None:
    """One connection."""
    chosen, how, said = split_input(octets)
    talk = Talk(is_lmtp=bool(chosen & 1))
    for piece in in_pieces(said, how):
        if talk.has_broken:
            break
        talk.delivery.receive(piece)
        talk.pump()
    assert not BARE.search(talk.sent), talk.sent
    assert talk.sent.count(b"\r\n.\r\n") <= 1
