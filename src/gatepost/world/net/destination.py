"""Where an accepted message goes: the one interface of the next hop and of the Maildir.

One Destination serves one client session, transaction after transaction. Everything is told by callbacks, each
called exactly once unless reset() or abandon() came first; never from within the call that asked (no recursion).
A reply given to a callback is fit for the client: a hop's 421 is already a 451, its refusal of our identity too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gatepost.model.envelope import Origin, Recipient, Sender
from gatepost.model.reply import Reply

ReplyCallback = Callable[[Reply], None]


@dataclass(frozen=True, slots=True)
class Mail:
    """What is known of a transaction before its first recipient is offered."""

    sender: Sender
    origin: Origin


class Destination(Protocol):
    """Takes one message at a time and answers for it."""

    def offer_recipient(self, mail: Mail, recipient: Recipient, done: ReplyCallback) -> None:
        """Offer one recipient; the first offer of a transaction opens it. A positive reply means it was accepted."""

    def begin_data(self, done: ReplyCallback) -> None:
        """Ask leave to send the message. Positive (354) allows write().

        After a negative reply the transaction is dead: every offer and begin_data hears a refusal until reset().
        """

    def write(self, octets: bytes) -> bool:
        """Take some of the message (CRLF line ends, not dot-stuffed). False: hold back until on_writable is called.

        A destination that fails while the message is written swallows the rest and says so in finish().
        """

    def finish(self, done: ReplyCallback) -> None:
        """End the message. A positive reply means that it is safe with the destination, and nothing else does."""

    def reset(self) -> None:
        """Forget a transaction that has not begun its data; the connection stays usable."""

    def abandon(self) -> None:
        """Drop everything: a message that is under way is never completed. Callbacks are not called any more."""

    on_writable: Callable[[], None] | None
