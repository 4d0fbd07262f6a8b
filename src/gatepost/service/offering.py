"""The envelope of a session's messages, offered to hops: as the client gave it, or as access tables changed it.

A recipient that the policy permits is offered to its hop before the client hears 250. A REDIRECT takes the place of
all recipients: what the hop had accepted is reset, the one address is offered, and recipients that follow are not. A
BCC is offered last, when the client has said DATA, and asks for no notification (RFC 3461): the sender need not know.
"""

from collections.abc import Callable

from gatepost.model.envelope import Origin, Recipient
from gatepost.model.reply import Reply
from gatepost.service.delivering import Delivering
from gatepost.service.destinations import NO_DESTINATION, Destinations
from gatepost.service.inquiry import inquire
from gatepost.service.session_log import SessionLog
from gatepost.service.transaction import Transaction
from gatepost.world.answering import SessionAnswers
from gatepost.world.net.destination import Mail, ReplyCallback

REDIRECTED = Reply(250, "2.1.5", "Ok")


class Offering:
    """Offers recipients; `origin_of` tells a hop where a transaction came from."""

    __slots__ = ("_answers", "_delivering", "_destinations", "_log", "_origin_of")

    def __init__(
        self,
        destinations: Destinations,
        delivering: Delivering,
        answers: SessionAnswers,
        log: SessionLog,
        origin_of: Callable[[Transaction], Origin],
    ) -> None:
        self._destinations = destinations
        self._delivering = delivering
        self._answers = answers
        self._log = log
        self._origin_of = origin_of

    def offer(self, transaction: Transaction, recipient: Recipient, done: ReplyCallback) -> None:
        """Offer a recipient, or what stands for it; `done` hears what the client may hear."""
        if transaction.effects.redirect:
            self._redirect(transaction, done)
        else:
            self._find_hop(transaction, recipient, done)

    def complete(self, transaction: Transaction, done: Callable[[Reply | None], None]) -> None:
        """Before DATA: see that the hop has the envelope as access tables want it. A reply: it cannot be sent."""
        effects = transaction.effects
        if effects.redirect:
            self._redirect(transaction, lambda reply: done(None if reply.is_positive else reply))
        elif not effects.copies:
            done(None)
        else:
            address = effects.copies.pop(0)

            def answered(reply: Reply) -> None:
                if not reply.is_positive:
                    text = (
                        f"BCC to <{address}> was refused, the mail goes on without: {reply}; id={transaction.ident}"
                    )
                    self._log.say(text, is_warning=True)
                self.complete(transaction, done)

            self._find_hop(transaction, Recipient(address, notify="NEVER"), answered)

    def _redirect(self, transaction: Transaction, done: ReplyCallback) -> None:
        effects = transaction.effects
        if effects.is_redirected:
            done(REDIRECTED)
            return

        def answered(reply: Reply) -> None:
            effects.is_redirected = reply.is_positive
            done(reply)

        self._delivering.reset()
        self._find_hop(transaction, Recipient(effects.redirect), answered)

    def _find_hop(self, transaction: Transaction, recipient: Recipient, done: ReplyCallback) -> None:
        destinations = self._destinations
        if destinations.has_one_hop:
            self._offer_to(transaction, recipient, done, destinations.default_hop or NO_DESTINATION)
        else:
            asking = destinations.hop_for(recipient.address)
            inquire(asking, self._answers, lambda hop: self._offer_to(transaction, recipient, done, hop))

    def _offer_to(
        self, transaction: Transaction, recipient: Recipient, done: ReplyCallback, hop: str | Reply
    ) -> None:
        if isinstance(hop, Reply):
            done(hop)
            return
        mail = Mail(transaction.sender, self._origin_of(transaction))
        self._delivering.offer(hop, mail, recipient, done)
