"""One question to one server: would it take mail for this address? MAIL, RCPT, and no message.

A Probe is the owner of a hop's connection for as long as it takes. The transaction is left open: RSET comes before
the connection's next MAIL, or QUIT before its end. A reused connection that is lost is replaced by a fresh one, once.

Gives: a Probed: the result in the words of a Postfix reply, and whether the server is to blame (`is_away`) or the
next one may know better (`may_ask_next`).

Postfix: smtp(8) as it delivers probes; postfix-semantics 3.12.
"""

import asyncio
from dataclasses import dataclass

from gatepost.model.envelope import Recipient, Sender
from gatepost.policy.address_verification import AddressStatus, ProbeResult
from gatepost.wire.smtp.delivery import (
    CONNECT,
    DataAnswered,
    DeliveryEvent,
    HopBroke,
    IdentityRefused,
    MessageAnswered,
    Ready,
    RecipientAnswered,
)
from gatepost.wire.smtp.delivery_replies import HopReply
from gatepost.world.net.next_hop_address import HopAddress
from gatepost.world.net.next_hop_connection import HopConnection
from gatepost.world.net.next_hop_pool import NextHopPool, NextHopSettings

_DOING = {
    "": "sending RCPT TO",
    CONNECT: "receiving the initial server greeting",
    "EHLO": "performing the EHLO handshake",
    "HELO": "performing the HELO handshake",
    "LHLO": "performing the LHLO handshake",
    "MAIL": "sending MAIL FROM",
    "RCPT": "sending RCPT TO",
}
_COMMANDS = {"MAIL": "MAIL FROM", "RCPT": "RCPT TO"}
_HANDSHAKE = frozenset({CONNECT, "EHLO", "HELO", "LHLO"})


@dataclass(frozen=True, slots=True)
class Probed:
    """What one server came to."""

    result: ProbeResult
    may_ask_next: bool = False
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """Whom to ask: `name` as it stands in replies. `is_kept`: its connection serves again."""

    name: str
    address: HopAddress
    settings: NextHopSettings
    is_kept: bool


class Probe:
    """The owner of a connection (HopOwner). `outcome` is there once the server has answered, or failed to."""

    __slots__ = ("_connection", "_pool", "_recipient", "_sender", "_server", "outcome")

    def __init__(self, pool: NextHopPool, server: Server, sender: str, recipient: str) -> None:
        self._pool = pool
        self._server = server
        self._sender = Sender(sender, is_smtputf8=not (sender + recipient).isascii())
        self._recipient = Recipient(recipient)
        self._connection: HopConnection | None = None
        self.outcome: asyncio.Future[Probed] = asyncio.get_running_loop().create_future()

    def start(self) -> None:
        """Ask, on an idle connection or on a new one."""
        self._connection = self._pool.take(self._key, self)
        if self._connection is None:
            self._connection = self._pool.connect(self._key, self)
        else:
            self._ask()

    def give_up(self) -> Probed:
        """The time is over."""
        text = self._while("conversation with {} timed out while {}")
        self._drop()
        return Probed(ProbeResult(AddressStatus.DEFERRED, text), is_away=True)

    # What the connection calls (HopOwner).

    def hop_told(self, event: DeliveryEvent) -> None:
        """Take an answer of the server."""
        match event:
            case Ready():
                self._ask()
            case IdentityRefused(command, given):
                self._refused(command, given)
            case RecipientAnswered(given):
                self._answered(given)
            case HopBroke(why):
                self._failed(f"{self._label}: {why}")
            case DataAnswered() | MessageAnswered():
                pass  # nobody asked for either

    def hop_lost(self, why: str, *, has_timed_out: bool) -> None:
        """Learn that the connection is gone."""
        connection = self._connection
        if connection is not None and connection.is_worth_another and not has_timed_out:
            self._connection = self._pool.connect(self._key, self)
        elif why.startswith("connect to "):
            self._failed(self._unconnected(why.removeprefix("connect to ")))
        elif why.startswith("host "):
            self._failed(f"unable to look up {why}")
        elif has_timed_out:
            self._failed(self._while("conversation with {} timed out while {}"))
        else:
            self._failed(self._while("lost connection with {} while {}"))

    def hop_writable(self) -> None:
        """Nothing is written that could fill a connection."""

    # How it works.

    @property
    def _key(self) -> tuple[HopAddress, NextHopSettings]:
        return self._server.address, self._server.settings

    @property
    def _label(self) -> str:
        address = self._connection.peer_address if self._connection is not None else ""
        return f"{self._server.name}[{address or self._server.address.path or self._server.address.host}]"

    def _unconnected(self, why: str) -> str:
        """`PLACE: reason` of the pool, as Postfix says it."""
        place, _, reason = why.rpartition(": ")
        server = self._server
        port = f":{server.address.port}" if server.address.port else ""
        reason = "Connection timed out" if reason == "timed out" else reason
        return f"connect to {server.name}[{place}]{port}: {reason}"

    def _while(self, words: str) -> str:
        command = self._connection.delivery.awaited_command if self._connection is not None else CONNECT
        return words.format(self._label, _DOING.get(command, f"sending {command}"))

    def _ask(self) -> None:
        assert self._connection is not None
        refusal = self._connection.delivery.open(self._sender, None, self._recipient)
        if refusal is None:
            self._connection.send()
            return
        self._leave()
        self._end(Probed(ProbeResult(AddressStatus.UNDELIVERABLE, f"{self._server.name}: {refusal}")))

    def _refused(self, command: str, given: HopReply) -> None:
        if given.code == 421 and self._connection is not None and self._connection.is_reused:
            self._drop()
            self._connection = self._pool.connect(self._key, self)
            return
        if command in _HANDSHAKE:
            text = f"host {self._label} refused to talk to me: {given.verbatim}"
        else:
            text = self._said(command, given)
        is_final = given.code >= 500 and command not in (CONNECT, "RSET")  # smtp_skip_5xx_greeting
        self._drop()
        status = AddressStatus.UNDELIVERABLE if is_final else AddressStatus.DEFERRED
        self._end(Probed(ProbeResult(status, text), may_ask_next=not is_final, is_away=True))

    def _answered(self, given: HopReply) -> None:
        if given.code < 300:
            probed = Probed(ProbeResult(AddressStatus.DELIVERABLE))
        else:
            status = AddressStatus.UNDELIVERABLE if given.code >= 500 else AddressStatus.DEFERRED
            result = ProbeResult(status, self._said("RCPT", given))
            probed = Probed(result, may_ask_next=status is AddressStatus.DEFERRED)
        self._leave()
        self._end(probed)

    def _said(self, command: str, given: HopReply) -> str:
        return f"host {self._label} said: {given.verbatim} (in reply to {_COMMANDS.get(command, command)} command)"

    def _failed(self, text: str) -> None:
        self._drop()
        self._end(Probed(ProbeResult(AddressStatus.DEFERRED, text), may_ask_next=True, is_away=True))

    def _end(self, probed: Probed) -> None:
        if not self.outcome.done():
            self.outcome.set_result(probed)

    def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if connection.delivery.is_spent:
            connection.drop()
        elif self._server.is_kept:
            connection.delivery.reset()
            self._pool.give_back(connection)
        else:
            connection.retire()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.drop()
