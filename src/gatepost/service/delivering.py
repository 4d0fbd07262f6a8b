"""Where the messages of one session go: its destinations, and the transaction that is under way.

The first recipient that a hop accepts fixes the hop of the transaction; one that needs another hears 452 4.5.3. Until
then the hop may still change. A message is complete only by finish(); everything else drops it.
"""

from collections.abc import Callable

from gatepost.model.envelope import Recipient
from gatepost.model.reply import Reply
from gatepost.service.destinations import ANOTHER_HOP, Destinations
from gatepost.world.net.destination import Destination, Mail, ReplyCallback


class Delivering:
    """One session's way out. `recipients` are those that the destination has accepted in this transaction."""

    __slots__ = ("_current", "_destinations", "_has_begun_data", "_hop", "_on_writable", "_opened", "recipients")

    def __init__(self, destinations: Destinations, on_writable: Callable[[], None]) -> None:
        self._destinations = destinations
        self._on_writable = on_writable
        self._opened: dict[str, Destination] = {}
        self._current: Destination | None = None
        self._hop = ""
        self._has_begun_data = False
        self.recipients: list[str] = []

    @property
    def only_recipient(self) -> str | None:
        """The recipient, where there is just one: with several, policy and headers show none of them."""
        return self.recipients[0] if len(self.recipients) == 1 else None

    @property
    def first_recipient(self) -> str:
        """The first recipient, as Postfix shows it in log lines about the whole message; "" without any."""
        return self.recipients[0] if self.recipients else ""

    def offer(self, hop: str, mail: Mail, recipient: Recipient, done: ReplyCallback) -> None:
        """Offer a recipient to its hop; `done` hears whether it was accepted."""
        destination = self._towards(hop)
        if isinstance(destination, Reply):
            done(destination)
            return

        def answered(reply: Reply) -> None:
            if reply.is_positive:
                self.recipients.append(recipient.address)
            done(reply)

        destination.offer_recipient(mail, recipient, answered)

    def _towards(self, hop: str) -> Destination | Reply:
        if self._current is not None and hop != self._hop:
            if self.recipients:
                return ANOTHER_HOP
            self._current.reset()
        destination = self._opened.get(hop) or self._destinations.open(hop)
        if not isinstance(destination, Reply):
            destination.on_writable = self._on_writable
            self._opened[hop] = self._current = destination
            self._hop = hop
        return destination

    def begin_data(self, header: Callable[[], bytes], done: ReplyCallback) -> None:
        """Ask leave to send the message; `header` gives what stands before it, asked for when leave is given."""
        assert self._current is not None  # a message without an accepted recipient is never begun
        destination = self._current

        def answered(reply: Reply) -> None:
            if reply.is_positive:
                self._has_begun_data = True
                destination.write(header())
            done(reply)

        destination.begin_data(answered)

    def write(self, octets: bytes) -> bool:
        """Pass some of the message on. False: hold back until on_writable."""
        return self._current is None or self._current.write(octets)

    def finish(self, done: ReplyCallback) -> None:
        """End the message; `done` hears whether it is safe. Then the transaction is over."""
        assert self._current is not None  # see begin_data
        destination = self._current

        def answered(reply: Reply) -> None:
            self._has_begun_data = False
            done(reply)
            self._forget()

        destination.finish(answered)

    def reset(self) -> None:
        """Drop the transaction, whatever state it is in."""
        if self._current is not None:
            if self._has_begun_data:
                self._current.abandon()
            else:
                self._current.reset()
        self._forget()

    def close(self) -> None:
        """The session is over: what is not finished is dropped."""
        self.reset()
        for destination in self._opened.values():
            destination.abandon()
        self._opened.clear()

    def _forget(self) -> None:
        self._current = None
        self._hop = ""
        self._has_begun_data = False
        self.recipients = []
