"""Where the messages of one session go: its destinations, and the transaction that is under way.

The first recipient that a hop accepts fixes the hop of the transaction; one that needs another hears 452 4.5.3. Until
then the hop may still change. A message is complete only by finish(); everything else drops it.
"""

from collections.abc import Callable
from contextlib import suppress

from gatepost.model.envelope import Recipient
from gatepost.model.reply import Reply
from gatepost.service.destinations import ANOTHER_HOP, Destinations
from gatepost.world.net.connection import Connection
from gatepost.world.net.destination import Destination, Mail, ReplyCallback


class Delivering:
    """One session's way out. What a destination calls back with is guarded (Connection.guard)."""

    __slots__ = (
        "_connection",
        "_current",
        "_destinations",
        "_has_begun_data",
        "_has_recipients",
        "_hop",
        "_opened",
    )

    def __init__(self, destinations: Destinations, connection: Connection) -> None:
        self._destinations = destinations
        self._connection = connection
        self._opened: dict[str, Destination] = {}
        self._current: Destination | None = None
        self._hop = ""
        self._has_begun_data = False
        self._has_recipients = False

    def offer(self, hop: str, mail: Mail, recipient: Recipient, done: ReplyCallback) -> None:
        """Offer a recipient to its hop; `done` hears whether it was accepted."""
        destination = self._towards(hop)
        if isinstance(destination, Reply):
            done(destination)
            return

        def answered(reply: Reply) -> None:
            if reply.is_positive:
                self._has_recipients = True
            done(reply)

        destination.offer_recipient(mail, recipient, self._connection.guard(answered))

    def _towards(self, hop: str) -> Destination | Reply:
        if self._current is not None and hop != self._hop:
            if self._has_recipients:
                return ANOTHER_HOP
            self._current.reset()
        destination = self._opened.get(hop) or self._destinations.open(hop)
        if not isinstance(destination, Reply):
            destination.on_writable = self._connection.guard(self._connection.release)
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

        destination.begin_data(self._connection.guard(answered))

    def write(self, octets: bytes) -> bool:
        """Pass some of the message on. False: hold back until on_writable."""
        return self._current is None or self._current.write(octets)

    def finish(self, done: ReplyCallback) -> None:
        """End the message; `done` hears whether it is safe. Then the transaction is over."""
        assert self._current is not None  # see begin_data
        destination = self._current

        def answered(reply: Reply) -> None:
            self._forget()  # before the client hears of it: its next transaction may already wait in the input
            done(reply)

        destination.finish(self._connection.guard(answered))

    def reset(self) -> None:
        """Drop the transaction, whatever state it is in."""
        if self._current is not None:
            if self._has_begun_data:
                self._current.abandon()
            else:
                self._current.reset()
        self._forget()

    def drop(self) -> None:
        """Something of ours broke: nothing that is under way may ever be completed, whatever else fails."""
        for destination in self._opened.values():
            with suppress(Exception):  # a destination that is broken itself: it is never given a dot
                destination.abandon()
        self._opened.clear()
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
        self._has_recipients = False
