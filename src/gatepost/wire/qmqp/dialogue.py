"""The server's side of QMQP as a pure machine: octets in, events out, verdicts in, one reply out.

    dialogue = QmqpDialogue(settings)
    dialogue.receive(octets)                    what the client sent, in any pieces
    while isinstance(event := dialogue.next_event(), Event): ...
    dialogue.decide(None | reply)               after an event marked (verdict) in events.py
    sleep(dialogue.pause_s); send(dialogue.outgoing())

A client sends one netstring that holds others: the message, the sender, each recipient. The server answers with one
netstring and closes. So the message is there before anybody knows whom it is for. The first event is Connected,
before anything was received; the last is SessionEnded.

Lengths must be right: a netstring that does not end where the one around it ends is refused, which Postfix does not
see. What follows the outer netstring is thrown away. Line ends are made CRLF as everywhere (wire/smtp/message.py): a
message with CRLF line ends keeps its lines.

Limits: message_size_limit octets of message, line_length_limit of an address, MOST_ENVELOPE_OCTETS of recipients,
qmqpd_timeout seconds for each read, INPUT_LIMIT octets waiting unread.
Nothing that a client sends raises; decide() without a question does.
Postfix: qmqpd(8). cr.yp.to/proto/qmqp.html.
"""

from collections.abc import Generator, Iterator
from typing import TypeVar

from gatepost.wire.netstrings import NetstringFault, NetstringReader
from gatepost.wire.qmqp.events import (
    AWAITING_VERDICT,
    NEED_DATA,
    Connected,
    Event,
    MailReceived,
    MessageChunk,
    Pause,
    SessionEnded,
)
from gatepost.wire.qmqp.reply import QmqpReply, Status
from gatepost.wire.qmqp.settings import QmqpSettings
from gatepost.wire.smtp.message import Fault, MessageText

INPUT_LIMIT = 65536
"""Octets that may wait unread before wants_input says no: as much as one read of the connection brings."""

MOST_ENVELOPE_OCTETS = 1 << 20
"""Octets of recipients: some thirty thousand addresses, kept in memory until the message is delivered."""

MOST_ADDRESS_OCTETS = INPUT_LIMIT // 2
"""Of one address, whatever line_length_limit says: it must fit into what may wait."""

MOST_OCTETS = 2**31 - 1
"""The longest netstring that Postfix reads (an int)."""

HEADER, CONTENT, SENDER, RECIPIENT = "QMQP packet header", "message content", "sender address", "recipient address"

NO_RECIPIENTS = "Error: no recipients specified"
TOO_MANY_HOPS = "Error: too many hops"
INTERNAL_ERROR = QmqpReply(Status.DEFERRED, "Error: internal error")
SHUTTING_DOWN = QmqpReply(Status.DEFERRED, "Error: service shutting down")

T = TypeVar("T")
Script = Generator[Event | Pause, None, T]


class _Broken(Exception):  # noqa: N818 - it ends the script, it is no error of ours
    """The packet cannot be received any further; `replies`: the client is told."""

    def __init__(self, reason: str, *, replies: bool = True) -> None:
        self.reason = reason
        self.replies = replies


class QmqpDialogue:
    """One QMQP session."""

    __slots__ = (
        "_awaits_verdict",
        "_has_eof",
        "_has_spoken",
        "_is_whole",
        "_outgoing",
        "_pause",
        "_script",
        "_verdict",
        "has_ended",
        "input",
        "receiving",
        "settings",
    )

    def __init__(self, settings: QmqpSettings) -> None:
        self.settings = settings
        self.input = NetstringReader()
        self.has_ended = False
        self.receiving = HEADER
        self._has_eof = False
        self._has_spoken = False
        self._is_whole = False
        self._awaits_verdict = False
        self._verdict: QmqpReply | None = None
        self._outgoing = b""
        self._pause = 0.0
        self._script: Iterator[Event | Pause] = self._converse()

    # What the connection does.

    def receive(self, octets: bytes) -> None:
        """Take what the client sent."""
        if not self.has_ended and not self._is_whole:
            self.input.append(octets)

    def receive_eof(self) -> None:
        """Take note that the client will send no more; what it sent is still answered."""
        self._has_eof = True

    def next_event(self) -> Event | Pause:
        """Give the next event, or why there is none now: input is needed, or a verdict."""
        return next(self._script, NEED_DATA)

    def decide(self, reply: QmqpReply | None) -> None:
        """Answer the event that awaits a verdict."""
        assert self._awaits_verdict, "decide() without an event that awaits a verdict"
        self._awaits_verdict = False
        self._verdict = reply

    def outgoing(self) -> bytes:
        """Take the octets to send now."""
        octets, self._outgoing = self._outgoing, b""
        self._pause = 0.0
        return octets

    @property
    def pause_s(self) -> float:
        """Seconds to sleep before sending what is outgoing: qmqpd_error_delay before bad news."""
        return self._pause

    @property
    def deadline_s(self) -> float | None:
        """Seconds to wait for input from now, or None while a verdict is awaited or nothing is."""
        return None if self._awaits_verdict or self.has_ended else self.settings.qmqpd_timeout

    @property
    def earned_s(self) -> None:
        """Whatever the client sends begins a new deadline."""

    @property
    def wants_input(self) -> bool:
        """Reading may go on. What follows the message is read too, so that a client that leaves is noticed."""
        return not self.has_ended and len(self.input) < INPUT_LIMIT

    def time_out(self) -> None:
        """The stated deadline passed: end without a reply, as Postfix does."""
        self.break_off(None, "read/write timeout")

    def hang_up(self) -> None:
        """Close without a reply (access(5) HANGUP)."""
        self.break_off(None, "")

    def fail(self) -> None:
        """End because something of ours broke."""
        self.break_off(INTERNAL_ERROR)

    def shut_down(self) -> None:
        """The service stops: a message that is not complete is put off, one that is being delivered goes on."""
        if not self._is_whole:
            self.break_off(SHUTTING_DOWN)

    def break_off(self, reply: QmqpReply | None, reason: str = "") -> None:
        """End here and now, with a reply that no event asked for; one that was said already stays the only one."""
        if self.has_ended:
            return
        self._awaits_verdict = False
        if reply is not None and not self._has_spoken:
            self._say(reply)
        self._script = iter((self._end(SessionEnded(reason, self.receiving)),))

    # The conversation.

    def _converse(self) -> Script[None]:
        refusal = yield from self._ask(Connected())
        if refusal is None:
            try:
                mail = yield from self._receive_mail()
            except _Broken as broken:
                ended = SessionEnded(broken.reason, self.receiving)
                if broken.replies:
                    yield from self._answer(QmqpReply(Status.REFUSED, ended.told))
                yield self._end(ended)
                return
            self._is_whole = True
            refusal = yield from self._ask(mail)
            assert refusal is not None  # a message is answered
        yield from self._answer(refusal)
        yield self._end(SessionEnded("", self.receiving))

    def _ask(self, event: Event) -> Script[QmqpReply | None]:
        self._awaits_verdict = True
        yield event
        while self._awaits_verdict:
            yield AWAITING_VERDICT
        return self._verdict

    def _receive_mail(self) -> Script[MailReceived]:
        packet_end = (yield from self._length(HEADER, MOST_OCTETS)) + self.input.taken
        text = MessageText("normalize", 0, self.settings.hopcount_limit)
        has_8bit = yield from self._receive_message(text, packet_end)
        sender = yield from self._address(SENDER, packet_end)
        recipients = yield from self._receive_recipients(packet_end)
        if text.fault is Fault.TOO_MANY_HOPS:
            raise _Broken(TOO_MANY_HOPS)
        if not recipients:
            raise _Broken(NO_RECIPIENTS)
        return MailReceived(sender, tuple(dict.fromkeys(recipients)), text.size_bytes, has_8bit)

    def _receive_message(self, text: MessageText, packet_end: int) -> Script[bool]:
        """Pass the message on as it comes, and tell whether octets beyond ASCII are in it."""
        limit = self.settings.message_size_limit or MOST_OCTETS
        left = yield from self._length(CONTENT, limit, packet_end)
        has_8bit = False
        while left:
            yield from self._await_input()
            octets = self.input.take(left)
            left -= len(octets)
            has_8bit = has_8bit or not octets.isascii()
            passed = text.take_chunk(octets)
            if passed:
                yield MessageChunk(passed)
        yield from self._comma()
        passed = text.end_chunks()
        if passed:
            yield MessageChunk(passed)
        return has_8bit

    def _receive_recipients(self, packet_end: int) -> Script[list[str]]:
        self.receiving = RECIPIENT
        recipients = []
        begin = self.input.taken
        while self.input.taken < packet_end:
            recipients.append((yield from self._address(RECIPIENT, packet_end)))
            if self.input.taken - begin > MOST_ENVELOPE_OCTETS:
                raise _Broken(NetstringFault.SIZE.value)
        yield from self._await_input()
        yield from self._comma()
        return recipients

    def _address(self, receiving: str, packet_end: int) -> Script[str]:
        limit = min(self.settings.line_length_limit, MOST_ADDRESS_OCTETS)
        length = yield from self._length(receiving, limit, packet_end)
        while len(self.input) < length:
            yield from self._await_input(length)
        octets = self.input.take(length)
        yield from self._comma()
        return octets.decode("utf-8", "surrogateescape")

    # Its parts.

    def _length(self, receiving: str, limit: int, packet_end: int | None = None) -> Script[int]:
        """Take the length of a netstring, which must end, its comma too, before the packet does."""
        self.receiving = receiving
        while (length := self.input.take_length(limit)) is None:
            yield from self._await_input(len(self.input) + 1)
        if isinstance(length, NetstringFault):
            raise _Broken(length.value)
        if packet_end is not None and self.input.taken + length + 1 > packet_end:
            raise _Broken(NetstringFault.FORMAT.value)
        return length

    def _comma(self) -> Script[None]:
        """Take the comma behind a netstring. An end of file in its place is a fault of format, as in Postfix."""
        while (comma := self.input.take_comma()) is None and not self._has_eof:
            yield NEED_DATA
        if not comma:
            raise _Broken(NetstringFault.FORMAT.value)

    def _await_input(self, wanted: int = 1) -> Script[None]:
        """Wait until so many octets are there."""
        while len(self.input) < wanted:
            if self._has_eof:
                raise _Broken("lost connection", replies=False)
            yield NEED_DATA

    def _answer(self, reply: QmqpReply) -> Script[None]:
        """Say the one reply; bad news only after the pause that the connection makes now."""
        self._say(reply)
        if not reply.is_positive and self.settings.qmqpd_error_delay:
            self._pause = self.settings.qmqpd_error_delay
            yield NEED_DATA

    def _say(self, reply: QmqpReply) -> None:
        self._has_spoken = True
        self._outgoing = (reply.softened() if self.settings.soft_bounce else reply).to_wire()

    def _end(self, ended: SessionEnded) -> SessionEnded:
        self.has_ended = True
        return ended
