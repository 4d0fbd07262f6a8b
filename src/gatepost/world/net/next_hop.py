"""The next hop as a Destination: each message goes to an SMTP or LMTP server while the client is still there.

There is no queue: the client hears 250 when the hop has said so. Each recipient is offered to the hop before it is
accepted, the hop's refusals reach the client, and the final dot is sent by finish() alone. One NextHop serves one
client session; its connections come from the worker's NextHopPool and go back after each message or reset().

Asks: what SmtpDelivery asks of a hop (XFORWARD, MAIL, RCPT, DATA).

Unavailable: a hop that cannot be reached, that refuses *us* (greeting, EHLO, XFORWARD, MAIL), that says 421, breaks
the protocol, is lost or lets `smtpd_proxy_timeout` pass: `451 4.3.0 Error: next hop unavailable` and a warning in
the log, so that the client keeps the mail. The whole transaction is then lost: every later recipient and DATA hear
the same, until reset().

A reused connection that is lost while the first recipient is offered, or that answers 421 to RSET, XFORWARD or
MAIL, had probably died in the pool: the offer is made once more, on a fresh one. Nothing else is repeated. A
connection lost after the final dot leaves open whether the hop has the message (RFC 5321 section 6.1): 451, and the
log says that the client may send it again.

Logs: by `log(severity, text)`, severity "info" or "warning". That a hop is away is told once, and once that it
answers again; other complaints that repeat are logged once a minute.

Postfix: smtpd_proxy_filter, smtpd_proxy_timeout, smtpd_proxy_ehlo, transport_maps.
"""

import asyncio
from collections.abc import Callable
from enum import Enum

from gatepost.model.envelope import Recipient
from gatepost.model.reply import Reply
from gatepost.wire.smtp.delivery import (
    DataAnswered,
    DeliveryEvent,
    HopBroke,
    IdentityRefused,
    MessageAnswered,
    Ready,
    RecipientAnswered,
)
from gatepost.wire.smtp.delivery_commands import dsn_parameters
from gatepost.wire.smtp.delivery_replies import UNAVAILABLE, HopReply
from gatepost.world.net.destination import Mail, ReplyCallback
from gatepost.world.net.next_hop_address import HopAddress, parse_hop_address
from gatepost.world.net.next_hop_connection import HopConnection
from gatepost.world.net.next_hop_pool import NextHopPool, NextHopSettings

__all__ = ["HopAddress", "NextHop", "NextHopPool", "NextHopSettings", "parse_hop_address"]


class _Stage(Enum):
    """Where a transaction stands."""

    NONE = "no transaction"
    OPENING = "offering the first recipient"
    ENVELOPE = "recipients"
    DATA = "DATA"
    CONTENT = "sending message"
    END = "after final dot"


class NextHop:
    """The Destination of one client session towards one hop."""

    __slots__ = (
        "_address",
        "_connection",
        "_done",
        "_failure",
        "_has_told_dsn",
        "_key",
        "_log",
        "_mail",
        "_pool",
        "_recipient",
        "_soon",
        "_stage",
        "on_writable",
    )

    def __init__(
        self, address: HopAddress, settings: NextHopSettings, pool: NextHopPool, log: Callable[[str, str], None]
    ) -> None:
        self._address = address
        self._key = (address, settings)
        self._pool = pool
        self._log = log
        self._connection: HopConnection | None = None
        self._done: ReplyCallback | None = None
        self._soon: asyncio.Handle | None = None
        self._mail: Mail | None = None
        self._recipient: Recipient | None = None
        self._stage = _Stage.NONE
        self._failure: Reply | None = None
        self._has_told_dsn = False
        self.on_writable: Callable[[], None] | None = None

    # What the door calls (Destination).

    def offer_recipient(self, mail: Mail, recipient: Recipient, done: ReplyCallback) -> None:
        """Offer one recipient to the hop; the first of a transaction opens it."""
        self._done = done
        if self._failure is not None:
            self._tell_soon(self._failure)
            return
        self._mail, self._recipient = mail, recipient
        if self._stage is not _Stage.NONE and self._connection is not None:
            self._asked(self._connection.delivery.recipient(recipient))
            return
        self._stage = _Stage.OPENING
        self._connection = self._pool.take(self._key, self)
        if self._connection is None:
            self._connection = self._pool.connect(self._key, self)
        else:
            self._open()

    def begin_data(self, done: ReplyCallback) -> None:
        """Send DATA."""
        self._done = done
        if self._connection is None:
            self._failure = self._failure or UNAVAILABLE
            self._tell_soon(self._failure)
            return
        self._stage = _Stage.DATA
        self._connection.delivery.data()
        self._connection.send()

    def write(self, octets: bytes) -> bool:
        """Pass some of the message on."""
        connection = self._connection
        if connection is None:
            return True
        refusal = connection.delivery.write(octets)
        if refusal is not None:
            self._fail(refusal)
            return True
        connection.send()
        return connection.is_writable

    def finish(self, done: ReplyCallback) -> None:
        """Send the final dot."""
        self._done = done
        if self._connection is None:
            failure = self._failure or UNAVAILABLE
            self._start_over()
            self._tell_soon(failure)
            return
        self._stage = _Stage.END
        self._connection.delivery.finish()
        self._connection.send()

    def reset(self) -> None:
        """Leave the transaction; the connection goes back to the pool, where RSET comes before its next MAIL."""
        connection = self._detach()
        self._silence()
        if connection is None:
            return
        if connection.delivery.is_quiet:
            connection.delivery.reset()
            self._pool.give_back(connection)
        else:
            connection.drop()

    def abandon(self) -> None:
        """Drop the connection."""
        connection = self._detach()
        self._silence()
        if connection is not None:
            connection.drop()

    # What the connection calls (HopOwner).

    def hop_told(self, event: DeliveryEvent) -> None:
        """Take an answer of the hop."""
        match event:
            case Ready():
                assert self._connection is not None
                self._pool.outage(self._address).ends(self._log, self._connection.opened_at)
                self._open()
            case IdentityRefused(command, given, reply):
                self._identity_refused(command, given, reply)
            case RecipientAnswered(given, reply):
                self._recipient_answered(given, reply)
            case DataAnswered(given, reply):
                self._data_answered(given, reply)
            case MessageAnswered(given, reply):
                self._message_answered(given, reply)
            case HopBroke(why):
                self._broken(f"protocol error: {why}")

    def hop_lost(self, why: str, *, has_timed_out: bool) -> None:
        """Learn that the connection is gone."""
        if self._is_worth_a_retry() and not has_timed_out:
            if self._connection is not None and self._connection.has_given_up_tls:
                self._pool.complain(self._log, f"next hop {self._address}: {why}: going on in the clear")
            self._connection = self._pool.connect(self._key, self)
            return
        self._broken(why)

    def hop_writable(self) -> None:
        """Pass the word on."""
        if self._stage is _Stage.CONTENT and self.on_writable is not None:
            self.on_writable()

    # How it works.

    def _open(self) -> None:
        assert self._connection is not None
        assert self._mail is not None
        assert self._recipient is not None
        delivery = self._connection.delivery
        refusal = delivery.open(self._mail.sender, self._mail.origin, self._recipient)
        self._asked(refusal)
        if refusal is not None:
            self._leave()

    def _asked(self, refusal: Reply | None) -> None:
        """A recipient was asked about, or refused on the spot."""
        assert self._connection is not None
        if refusal is not None:
            self._tell_soon(refusal)
            return
        self._note_lost_dsn()
        self._connection.send()

    def _note_lost_dsn(self) -> None:
        assert self._connection is not None
        assert self._mail is not None
        assert self._recipient is not None
        if self._has_told_dsn or self._connection.delivery.extensions.has_dsn:
            return
        lost = dsn_parameters(self._mail.sender, self._recipient)
        if lost:
            self._has_told_dsn = True
            ident = self._mail.origin.ident
            self._log("info", f"{ident}: next hop {self._address} does not offer DSN: dropped {', '.join(lost)}")

    def _identity_refused(self, command: str, given: HopReply, reply: Reply) -> None:
        if given.code == 421 and self._is_worth_a_retry():
            self._drop_connection()
            self._connection = self._pool.connect(self._key, self)
            return
        if reply is UNAVAILABLE:
            self._pool.complain(self._log, f"next hop {self._address} refused us at {command}: {given}")
        self._fail(reply)

    def _recipient_answered(self, given: HopReply, reply: Reply) -> None:
        self._stage = _Stage.ENVELOPE
        self._note_spent(given, "RCPT")
        self._tell(reply)

    def _data_answered(self, given: HopReply, reply: Reply) -> None:
        self._note_spent(given, "DATA")
        if reply.code == 354:
            self._stage = _Stage.CONTENT
        else:
            self._leave()
            self._failure = UNAVAILABLE  # the recipients are gone with it: nothing more is taken until reset()
        self._tell(reply)

    def _message_answered(self, given: HopReply, reply: Reply) -> None:
        if self._stage is _Stage.CONTENT:
            self._complain_of(given, "sending message")
            self._fail(reply)
            return
        assert self._connection is not None
        self._connection.message_count += 1
        self._note_spent(given, "END-OF-MESSAGE")
        self._leave()
        self._start_over()
        self._tell(reply)

    def _note_spent(self, given: HopReply, command: str) -> None:
        """Drop a connection that cannot go on; the transaction ends with it."""
        if self._connection is not None and self._connection.delivery.is_spent:
            self._drop_connection()
            self._failure = UNAVAILABLE
            self._complain_of(given, command)

    def _complain_of(self, given: HopReply, command: str) -> None:
        """Log a 421, whose text the client does not hear."""
        if given.code == 421:
            self._pool.complain(self._log, f"next hop {self._address}, {command}: {given}")

    def _broken(self, why: str) -> None:
        ident = self._mail.origin.ident if self._mail else ""
        if self._stage is _Stage.END:
            self._log(
                "warning",
                f"{ident}: lost connection after final dot; the client may send it again"
                f" (next hop {self._address}: {why})",
            )
        elif self._stage in (_Stage.DATA, _Stage.CONTENT):
            self._log("warning", f"{ident}: next hop {self._address}, {self._stage.value}: {why}")
        else:
            self._pool.outage(self._address).begins(why, self._log)
        self._fail(UNAVAILABLE)

    def _fail(self, reply: Reply) -> None:
        """The transaction is lost: tell whoever waits, and remember it for whoever asks next."""
        is_held_back = self._connection is not None and not self._connection.is_writable
        self._drop_connection()
        self._failure = reply
        if self._stage is _Stage.END:
            self._start_over()
        self._tell(reply)
        if is_held_back:
            asyncio.get_running_loop().call_soon(self._wake_writer)

    def _wake_writer(self) -> None:
        if self._stage is _Stage.CONTENT and self.on_writable is not None:
            self.on_writable()

    def _is_worth_a_retry(self) -> bool:
        return self._stage is _Stage.OPENING and self._connection is not None and self._connection.is_worth_another

    def _leave(self) -> None:
        """Give the connection back; the transaction is over, or was not begun."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._stage = _Stage.NONE
            self._pool.give_back(connection)

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.drop()

    def _detach(self) -> HopConnection | None:
        connection, self._connection = self._connection, None
        self._start_over()
        return connection

    def _start_over(self) -> None:
        self._stage = _Stage.NONE
        self._failure = None
        self._has_told_dsn = False

    def _silence(self) -> None:
        self._done = None
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None

    def _tell(self, reply: Reply) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(reply)

    def _tell_soon(self, reply: Reply) -> None:
        self._soon = asyncio.get_running_loop().call_soon(self._tell, reply)
