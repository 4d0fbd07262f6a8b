"""One message handed to every hop that its recipients need, so that its sender can be told one thing: all or nothing.

A parcel is one transaction with one hop. Recipients that need another hop, or a sender of their own (VERP), and those
that a hop takes no more of in one transaction (452: too many recipients; LMTP takes one), go into parcels of their
own, side by side. The message is sent to all before the first final dot; then the dots are sent one after the other.

Until the first dot nothing is delivered. What a hop has taken cannot be taken back: where a later one refuses, or the
client is lost before it hears of it, it may send the message again, and some recipients would have it twice. That is
logged, with the hops.

Limits: MOST_PARCELS at once; a message that needs more is refused.
RFC: 5321 section 4.5.3.1.10.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ParamSpec, Protocol

from gatepost.model.envelope import Origin, Recipient, Sender
from gatepost.model.reply import Reply
from gatepost.service.destinations import NO_DESTINATION, Destinations
from gatepost.service.inquiry import inquire
from gatepost.world.answering import SessionAnswers
from gatepost.world.net.destination import Destination, Mail, ReplyCallback
from gatepost.world.net.spool import Spool

MOST_PARCELS = 100
"""Each holds a connection to a hop until all are done; Postfix keeps 20 per destination, smtpd serves 100."""

TOO_MANY_PARCELS = Reply(
    554, "5.5.3", "Error: the recipients need too many transactions with next hops: send to fewer at a time"
)
TOO_MANY_RECIPIENTS = 452

P = ParamSpec("P")


class Guard(Protocol):
    """Makes a callback that breaks its session off when it raises (Connection.guard)."""

    def __call__(self, work: Callable[P, None], /) -> Callable[P, None]:
        """Guard this one."""


@dataclass(slots=True)
class Parcel:
    """A transaction with one hop."""

    hop: str
    destination: Destination
    recipients: list[str] = field(default_factory=list)


class Parcels:
    """The parcels of one message."""

    __slots__ = (
        "_answers",
        "_destinations",
        "_dotted",
        "_guard",
        "_log",
        "_open",
        "_origin",
        "_parcels",
        "_spool",
    )

    def __init__(
        self,
        destinations: Destinations,
        answers: SessionAnswers,
        origin: Origin,
        log: Callable[[str], None],
        guard: Guard,
    ) -> None:
        self._destinations = destinations
        self._answers = answers
        self._origin = origin
        self._log = log
        self._guard = guard
        self._open: dict[tuple[str, Sender], Parcel] = {}
        self._parcels: list[Parcel] = []
        self._dotted: list[Parcel] = []
        self._spool: Spool | None = None

    # Recipients.

    def offer(self, sender: Sender, recipient: Recipient, done: ReplyCallback) -> None:
        """Offer a recipient to its hop; `done` hears whether it was accepted."""
        if self._destinations.has_one_hop:
            self._offer_to(self._destinations.default_hop or NO_DESTINATION, sender, recipient, done)
        else:
            asking = self._destinations.hop_for(recipient.address)
            told = lambda hop: self._offer_to(hop, sender, recipient, done)  # noqa: E731 - a partial in another order
            inquire(asking, self._answers, told)

    def _offer_to(self, hop: str | Reply, sender: Sender, recipient: Recipient, done: ReplyCallback) -> None:
        parcel = hop if isinstance(hop, Reply) else self._parcel_for(hop, sender)
        if isinstance(parcel, Reply):
            done(parcel)
            return

        def answered(reply: Reply) -> None:
            if reply.is_positive:
                parcel.recipients.append(recipient.address)
            elif reply.code == TOO_MANY_RECIPIENTS and parcel.recipients:
                del self._open[parcel.hop, sender]
                self._offer_to(hop, sender, recipient, done)
                return
            done(reply)

        parcel.destination.offer_recipient(Mail(sender, self._origin), recipient, self._guard(answered))

    def _parcel_for(self, hop: str, sender: Sender) -> Parcel | Reply:
        parcel = self._open.get((hop, sender))
        if parcel is not None:
            return parcel
        if len(self._parcels) >= MOST_PARCELS:
            return TOO_MANY_PARCELS
        destination = self._destinations.open(hop)
        if isinstance(destination, Reply):
            return destination
        parcel = Parcel(hop, destination)
        self._parcels.append(parcel)
        self._open[hop, sender] = parcel
        return parcel

    # The message.

    def deliver(self, header: bytes, spool: Spool, done: ReplyCallback) -> None:
        """Hand the message to every hop that has accepted a recipient; `done` hears what became of it."""
        for parcel in self._parcels:
            if not parcel.recipients:
                parcel.destination.reset()
        self._parcels = [parcel for parcel in self._parcels if parcel.recipients]
        self._spool = spool
        self._begin(0, header, done)

    def _begin(self, at: int, header: bytes, done: ReplyCallback) -> None:
        """Send the message, without its end, to this parcel and those behind it."""
        if at == len(self._parcels):
            self._finish(0, done)
            return
        destination = self._parcels[at].destination
        spool = self._spool
        assert spool is not None  # deliver() has set it

        def begun(reply: Reply) -> None:
            if not reply.is_positive:
                self._fail(reply, done)
                return
            spool.rewind()
            if destination.write(header):
                carry()

        def carry() -> None:
            while octets := spool.read():
                if not destination.write(octets):
                    return
            destination.on_writable = None
            self._begin(at + 1, header, done)

        destination.on_writable = self._guard(carry)
        destination.begin_data(self._guard(begun))

    def _finish(self, at: int, done: ReplyCallback) -> None:
        parcel = self._parcels[at]

        def answered(reply: Reply) -> None:
            if not reply.is_positive:
                self._dotted.remove(parcel)
                self._fail(reply, done)
            elif at + 1 < len(self._parcels):
                self._finish(at + 1, done)
            else:
                self._parcels, self._dotted = [], []
                done(reply)

        self._dotted.append(parcel)
        parcel.destination.finish(self._guard(answered))

    def _fail(self, reply: Reply, done: ReplyCallback) -> None:
        self.drop(str(reply))
        done(reply)

    def drop(self, why: str) -> None:
        """Leave everything as it is: what has no dot yet is never delivered."""
        if self._dotted:
            taken = ", ".join(f"{len(parcel.recipients)} at {parcel.hop}" for parcel in self._dotted)
            self._log(
                f"{self._origin.ident}: delivered, or about to be, to {taken}, but the client does not hear so: "
                f"{why}; if it sends the message again, they have it twice"
            )
        for parcel in self._parcels:
            parcel.destination.abandon()
        self._parcels, self._dotted = [], []
        self._open.clear()
        self._spool = None
