"""The client side of SMTP and LMTP: hands one message after another to a next hop. Pure: octets in, octets out.

SmtpDelivery is told what to do (open, recipient, data, write, finish, reset, quit), says what to send (outgoing)
and what the hop answered (receive, then next_event until NEED_DATA). It never waits and knows no time.

Asks: greeting, EHLO (HELO where the hop refuses EHLO) or LHLO; then per message XFORWARD where offered, MAIL, RCPT,
DATA, the message, the final dot. Where TLS is wanted and offered, STARTTLS follows EHLO, and another EHLO follows the
handshake. RSET is sent before the next MAIL where a transaction was left open, QUIT on request. XFORWARD, MAIL and
the first RCPT (and that RSET) go in one write where the hop offers PIPELINING; every reply is kept apart and in
order. CHUNKING and AUTH are not used.

Gives: the events below. `reply` is fit for our client, `given` is what the hop said, for the log.

Refuses, without asking the hop (open, recipient and write give the Reply at once): an address that no command can
hold (501 5.1.7, 501 5.1.3), a message that needs SMTPUTF8 where the hop has none (550 5.6.7), a message larger than
the hop's SIZE (552 5.3.4), a second recipient in an LMTP transaction (452 4.5.3: LMTP answers per recipient after
the dot and our client hears one reply).

A refusal of our own identity (greeting, EHLO, RSET, XFORWARD, MAIL) is no fault of the message: the client hears
451 4.3.0 and tries again. Only a 552 to MAIL, which speaks of the size, is passed on. A hop without 8BITMIME is
given 8-bit text all the same, as Postfix's proxy does. DSN parameters go only where DSN is offered.

The message leaves with CRLF line ends only and dot-stuffed: a stray LF becomes CRLF, a stray CR a space, so that
hop and Gatepost agree on where a message ends (SMTP smuggling, CVE-2023-51764). Nothing but finish() sends the dot.

RFC: 5321, 2033 (LMTP), 2920, 1870, 6531, 3461. Postfix: SMTPD_PROXY_README, XFORWARD_README.
"""

import re
from collections import deque
from dataclasses import dataclass
from enum import Enum

from gatepost.model.envelope import Origin, Recipient, Sender
from gatepost.model.reply import Reply
from gatepost.wire.smtp.delivery_commands import (
    Extensions,
    command_line,
    mail_command,
    read_extensions,
    recipient_command,
    xforward_commands,
)
from gatepost.wire.smtp.delivery_replies import GO_AHEAD, UNAVAILABLE, Garbled, HopReply, ReplyReader, for_client
from gatepost.wire.smtp.events import NEED_DATA, Pause


class TlsUse(Enum):
    """Whether to say STARTTLS."""

    NONE = "never, or not any more"
    WHERE_OFFERED = "where the hop offers it"
    MANDATORY = "always: a hop that does not offer it is given nothing"


CONNECT = "CONNECT"
END_OF_MESSAGE = "END-OF-MESSAGE"

BAD_SENDER = Reply(501, "5.1.7", "Bad sender address syntax")
BAD_RECIPIENT = Reply(501, "5.1.3", "Bad recipient address syntax")
NEEDS_SMTPUTF8 = Reply(550, "5.6.7", "Error: the next hop does not support SMTPUTF8, which this message needs")
TOO_LARGE = Reply(552, "5.3.4", "Message size exceeds fixed limit")
ONE_RECIPIENT = Reply(452, "4.5.3", "Error: one recipient per message here, send it again for this one")

_STRAY = re.compile(rb"(?<!\r)\n|\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Ready:
    """The hop has greeted us and told its extensions: open() may be called."""


@dataclass(frozen=True, slots=True)
class IdentityRefused:
    """The hop refused us at `command`, before any recipient; the connection is spent."""

    command: str
    given: HopReply
    reply: Reply


@dataclass(frozen=True, slots=True)
class RecipientAnswered:
    """The answer to RCPT."""

    given: HopReply
    reply: Reply


@dataclass(frozen=True, slots=True)
class DataAnswered:
    """The answer to DATA: write() is allowed after a positive one (354) only."""

    given: HopReply
    reply: Reply


@dataclass(frozen=True, slots=True)
class MessageAnswered:
    """The answer to the message. It can come before finish(), then it is a refusal and the connection is spent."""

    given: HopReply
    reply: Reply


@dataclass(frozen=True, slots=True)
class HopBroke:
    """The hop does not speak SMTP, or answered what nobody asked; the connection is spent."""

    why: str


@dataclass(frozen=True, slots=True)
class TlsReady:
    """The hop waits for the handshake: do it, then call secured()."""


DeliveryEvent = Ready | TlsReady | IdentityRefused | RecipientAnswered | DataAnswered | MessageAnswered | HopBroke


class SmtpDelivery:
    """One connection to a hop. `is_spent`: drop it, nothing more can be done with it."""

    __slots__ = (
        "_awaited",
        "_content_bytes",
        "_held_back",
        "_in_content",
        "_in_transaction",
        "_is_at_line_start",
        "_is_lmtp",
        "_outgoing",
        "_own_name",
        "_queued",
        "_reader",
        "_tls",
        "accepted_count",
        "extensions",
        "is_spent",
    )

    def __init__(self, own_name: str, *, is_lmtp: bool = False, tls: TlsUse = TlsUse.NONE) -> None:
        self._own_name = own_name
        self._tls = tls
        self._is_lmtp = is_lmtp
        self._reader = ReplyReader()
        self._outgoing: list[bytes] = []
        self._queued: deque[tuple[str, bytes]] = deque()
        self._awaited: deque[str] = deque((CONNECT,))
        self._in_transaction = False
        self._in_content = False
        self._content_bytes = 0
        self._held_back = b""
        self._is_at_line_start = True
        self.accepted_count = 0
        self.extensions = Extensions()
        self.is_spent = False

    # What the owner of the connection does.

    @property
    def awaits_reply(self) -> bool:
        """The hop owes an answer."""
        return bool(self._awaited)

    @property
    def awaited_command(self) -> str:
        """The command whose reply comes next, CONNECT for the greeting; "" where the hop owes none."""
        return self._awaited[0] if self._awaited else ""

    @property
    def is_quiet(self) -> bool:
        """Nothing is under way: the connection can serve another transaction (an open one is reset first)."""
        return not (self.is_spent or self._awaited or self._queued or self._in_content)

    def secured(self) -> None:
        """The handshake is done: what the hop offered in the clear counts no more (RFC 3207 section 4.2)."""
        self._tls = TlsUse.NONE
        self.extensions = Extensions()
        self._queued.appendleft(self._greeting("EHLO"))
        self._flush()

    def receive(self, octets: bytes) -> None:
        """Take what came from the hop."""
        if not self.is_spent:
            self._reader.receive(octets)

    def outgoing(self) -> bytes:
        """Give what is to be sent now; it is given once."""
        if not self._outgoing:
            return b""
        octets = self._outgoing[0] if len(self._outgoing) == 1 else b"".join(self._outgoing)
        self._outgoing.clear()
        return octets

    def next_event(self) -> DeliveryEvent | Pause:
        """Tell what the hop answered."""
        while not self.is_spent:
            given = self._reader.next_reply()
            if given is None:
                return NEED_DATA
            if isinstance(given, Garbled):
                return self._broke(given.why)
            event = self._answered(given) if self._awaited else self._unasked(given)
            if event is not None:
                return event
        return NEED_DATA

    # What the sender of mail does.

    def open(self, sender: Sender, origin: Origin | None, recipient: Recipient) -> Reply | None:
        """Begin a transaction with its first recipient. None: asked; a Reply: refused here, nothing was sent.

        Without an `origin` (an address probe) the hop is not told of a client.
        """
        offered = self.extensions
        is_foreign = sender.is_smtputf8 or not sender.address.isascii() or not recipient.address.isascii()
        if is_foreign and not offered.has_smtputf8:
            return NEEDS_SMTPUTF8
        if 0 < offered.size_limit_bytes < sender.size_bytes:
            return TOO_LARGE
        mail, first = mail_command(sender, offered), recipient_command(recipient, offered)
        if mail is None:
            return BAD_SENDER
        if first is None:
            return BAD_RECIPIENT
        if self._in_transaction:
            self._queued.append(("RSET", b"RSET\r\n"))
        if origin is not None:
            self._queued.extend(("XFORWARD", line) for line in xforward_commands(origin, offered))
        self._queued.append(("MAIL", mail))
        self._queued.append(("RCPT", first))
        self._in_transaction = True
        self.accepted_count = 0
        self._flush()
        return None

    def recipient(self, recipient: Recipient) -> Reply | None:
        """Offer one more recipient. None: asked; a Reply: refused here."""
        if self._is_lmtp and self.accepted_count:
            return ONE_RECIPIENT
        if not recipient.address.isascii() and not self.extensions.has_smtputf8:
            return NEEDS_SMTPUTF8
        line = recipient_command(recipient, self.extensions)
        if line is None:
            return BAD_RECIPIENT
        self._ask("RCPT", line)
        return None

    def data(self) -> None:
        """Ask leave to send the message."""
        self._ask("DATA", b"DATA\r\n")

    def write(self, octets: bytes) -> Reply | None:
        """Send some of the message. A Reply: it is too large for the hop; drop the connection."""
        self._content_bytes += len(octets)
        if 0 < self.extensions.size_limit_bytes < self._content_bytes:
            self.is_spent = True
            return TOO_LARGE
        if self._held_back:
            octets, self._held_back = self._held_back + octets, b""
        if octets.endswith(b"\r"):
            octets, self._held_back = octets[:-1], b"\r"
        if octets:
            self._outgoing.append(self._stuffed(octets))
        return None

    def finish(self) -> None:
        """End the message with the dot."""
        if self._held_back:
            self._held_back = b""
            self._outgoing.append(b" ")
            self._is_at_line_start = False
        self._outgoing.append(b".\r\n" if self._is_at_line_start else b"\r\n.\r\n")
        self._in_content = False
        self._awaited.append(END_OF_MESSAGE)

    def reset(self) -> None:
        """Leave the transaction; RSET goes out before the next one. Only while is_quiet."""
        self.accepted_count = 0

    def quit(self) -> None:
        """Take leave."""
        self._ask("QUIT", b"QUIT\r\n")

    # How it works.

    def _stuffed(self, octets: bytes) -> bytes:
        line_ends = octets.count(b"\r\n")
        if octets.count(b"\n") != line_ends or octets.count(b"\r") != line_ends:
            octets = _STRAY.sub(lambda found: b"\r\n" if found[0] == b"\n" else b" ", octets)
        was_at_line_start, self._is_at_line_start = self._is_at_line_start, octets.endswith(b"\r\n")
        if b"." in octets and b"\r\n." in octets:  # one octet is looked for much faster than three: base64 has no dot
            octets = octets.replace(b"\r\n.", b"\r\n..")
        return b"." + octets if was_at_line_start and octets.startswith(b".") else octets

    def _ask(self, command: str, line: bytes) -> None:
        self._queued.append((command, line))
        self._flush()

    def _flush(self) -> None:
        """Send what may be sent: all that is queued with PIPELINING, else one command per reply."""
        while self._queued and (self.extensions.has_pipelining or not self._awaited):
            command, line = self._queued.popleft()
            self._awaited.append(command)
            self._outgoing.append(line)

    def _broke(self, why: str) -> HopBroke:
        self.is_spent = True
        return HopBroke(why)

    def _unasked(self, given: HopReply) -> DeliveryEvent:
        if self._in_content and given.code >= 400:
            self.is_spent = True
            return MessageAnswered(given, for_client(given, END_OF_MESSAGE))
        return self._broke(f"unasked: {given}")

    def _answered(self, given: HopReply) -> DeliveryEvent | None:
        command = self._awaited.popleft()
        may_say_more = command == "DATA" and given.code == 354  # and then a refusal, without having read anything
        says_more = not self._awaited and self._reader.has_more and not may_say_more
        if says_more and given.code < 400 and command != END_OF_MESSAGE:
            return self._broke(f"more than was asked for after {command}: {given}")
        self.is_spent = says_more or given.code in (421, 521)
        if command == "RCPT":
            event: DeliveryEvent | None = self._recipient_answered(given)
        elif command == "DATA":
            event = self._data_answered(given)
        elif command == END_OF_MESSAGE:
            event = self._message_answered(given)
        elif command in ("EHLO", "LHLO", "HELO", CONNECT):
            event = self._hello(command, given)
        elif command == "STARTTLS":
            event = self._starttls(given)
        else:
            event = None if given.code // 100 == 2 else self._identity_refused(command, given)
        if not self.is_spent:
            self._flush()
        return event

    def _identity_refused(self, command: str, given: HopReply) -> IdentityRefused:
        self.is_spent = True
        speaks_of_size = command == "MAIL" and given.code == 552
        return IdentityRefused(command, given, for_client(given, command) if speaks_of_size else UNAVAILABLE)

    def _hello(self, command: str, given: HopReply) -> DeliveryEvent | None:
        if command == "EHLO" and given.code >= 400 and not self.is_spent:
            self._queued.appendleft(self._greeting("HELO"))
            return None
        if given.code // 100 != 2 or self.is_spent:
            return self._identity_refused(command, given)
        if command == CONNECT:
            self._queued.appendleft(self._greeting("LHLO" if self._is_lmtp else "EHLO"))
            return None
        if command != "HELO":
            self.extensions = read_extensions(given)
        if self._tls is not TlsUse.NONE and self.extensions.has_starttls:
            self._queued.appendleft(("STARTTLS", b"STARTTLS\r\n"))
            return None
        if self._tls is TlsUse.MANDATORY:
            return self._broke("no STARTTLS offered, and smtp_tls_security_level asks for TLS")
        return Ready()

    def _starttls(self, given: HopReply) -> DeliveryEvent:
        if given.code // 100 == 2:
            return TlsReady()
        if self._tls is TlsUse.MANDATORY or self.is_spent:
            return self._identity_refused("STARTTLS", given)
        return Ready()

    def _greeting(self, verb: str) -> tuple[str, bytes]:
        return verb, command_line(verb, self._own_name) or f"{verb} localhost\r\n".encode()

    def _recipient_answered(self, given: HopReply) -> DeliveryEvent:
        if given.code // 100 == 3:
            return self._broke(f"in answer to RCPT: {given}")
        if given.code < 300:
            self.accepted_count += 1
        return RecipientAnswered(given, for_client(given, "RCPT"))

    def _data_answered(self, given: HopReply) -> DeliveryEvent:
        if given.code < 400 and given.code != 354:
            return self._broke(f"in answer to DATA: {given}")
        self._in_content = given.code == 354
        self._is_at_line_start = True
        self._content_bytes = 0
        return DataAnswered(given, GO_AHEAD if self._in_content else for_client(given, "DATA"))

    def _message_answered(self, given: HopReply) -> DeliveryEvent:
        if given.code // 100 == 3:
            return self._broke(f"in answer to the message: {given}")
        self._in_transaction = False
        self.accepted_count = 0
        return MessageAnswered(given, for_client(given, END_OF_MESSAGE))
