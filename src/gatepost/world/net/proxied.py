"""A connection from a proxy that says for whom it comes: its PROXY header is read, then the session takes over.

    ProxiedConnection(connection, terms, deadlines, on_closed, log)       in the place of `connection` itself

Who may say so is asked of `terms` first; from anybody else no octet counts. When the whole header is there and good,
the transport is handed to the Connection with the addresses that the header tells, and what came behind it. LOCAL, a
health check, keeps the addresses of the proxy itself, and the Connection knows that it is one.

Refuses: a bad header, as Postfix does, with `refusal_of_header` and one log line; a peer that may not, with
`refusal_of_peer` and one log line; both lines once a minute for each peer. A peer that closes before it has said
anything is a health check of the simplest kind: no line.
Limits: the header within timeout_s, of wire/proxy_protocol.HEADER_LIMIT octets; of what comes while `may_speak` asks,
one read of the socket.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from gatepost.wire.proxy_protocol import BadHeader, Proxied, ProxyReader
from gatepost.world.net.connection import FOREVER, LINGER_S, Connection, host_and_port
from gatepost.world.net.deadlines import Deadlines
from gatepost.world.watching.log import Logging

MaySpeak = Callable[[str, Callable[[bool], None]], None]
"""Asked with the address of the peer; answers at once or later."""


@dataclass(frozen=True, slots=True)
class ProxyTerms:
    """Who may speak for others, within what time, and what those hear who may not or do not.

    `begins_with_tls`: what follows the header is TLS, and not for the session.
    """

    may_speak: MaySpeak
    timeout_s: float
    refusal_of_header: bytes
    refusal_of_peer: bytes
    begins_with_tls: bool = False


class ProxiedConnection(asyncio.Protocol):
    """One accepted connection until its header is read. `due_at` is for Deadlines."""

    __slots__ = (
        "_connection",
        "_deadlines",
        "_early",
        "_is_allowed",
        "_is_over",
        "_local",
        "_log",
        "_loop",
        "_on_closed",
        "_peer",
        "_reader",
        "_terms",
        "_transport",
        "due_at",
    )

    def __init__(
        self,
        connection: Connection,
        terms: ProxyTerms,
        deadlines: Deadlines,
        on_closed: Callable[[Connection], None],
        log: Logging,
    ) -> None:
        self._connection = connection
        self._terms = terms
        self._deadlines = deadlines
        self._on_closed = on_closed
        self._log = log
        self._reader = ProxyReader()
        self._is_allowed = self._is_over = False
        self._early = b""
        self.due_at = FOREVER

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Find out whether this peer may speak for others."""
        self._loop = asyncio.get_running_loop()
        self._transport = cast(asyncio.Transport, transport)
        self._peer = host_and_port(transport.get_extra_info("peername"))
        self._local = host_and_port(transport.get_extra_info("sockname"))
        self.due_at = self._loop.time() + self._terms.timeout_s
        self._deadlines.watch(self)
        self._terms.may_speak(self._peer[0], self._allowed)

    def _allowed(self, is_allowed: bool) -> None:
        if self._is_over:
            return
        if not is_allowed:
            text = f"PROXY protocol: {self._peer[0]} is not on smtpd_upstream_proxy_hosts: refused"
            self._refuse(self._terms.refusal_of_peer, text)
            return
        self._is_allowed = True
        if self._early:
            self._transport.resume_reading()
            self._read(self._early)

    def data_received(self, data: bytes) -> None:
        """Read on; after a refusal nothing counts."""
        if self._is_over:
            return
        if not self._is_allowed:
            self._early += data
            self._transport.pause_reading()
            return
        self._read(data)

    def _read(self, data: bytes) -> None:
        told = self._reader.receive(data)
        if isinstance(told, BadHeader):
            text = f"haproxy read: {told.why} from {self._peer[0]}: {told.shown}"
            self._refuse(self._terms.refusal_of_header, text)
        elif told is not None:
            self._hand_over(told)

    def eof_received(self) -> bool:
        """The peer will send no more, and the header is not all there."""
        if not self._is_over and self._reader.rest:
            self._say(f"haproxy read: EOF from {self._peer[0]}")
        return False

    def connection_lost(self, _: Exception | None) -> None:
        """The peer is gone before there was a session."""
        self._is_over = True
        self._deadlines.forget(self)
        self._on_closed(self._connection)

    def overdue(self) -> None:
        """The header did not come, or whoever was refused does not close."""
        if self._is_over:
            self.due_at = FOREVER
            self._transport.abort()
        else:
            self._refuse(self._terms.refusal_of_header, f"haproxy read: timeout error from {self._peer[0]}")

    def _hand_over(self, told: Proxied) -> None:
        self._is_over = True
        self._deadlines.forget(self)
        peer, local = self._peer, self._local
        if told.client is not None and told.server is not None:
            peer = (told.client[0].text, told.client[1])
            local = (told.server[0].text, told.server[1])
        connection = self._connection
        self._transport.set_protocol(connection)
        is_check, rest = told.client is None, self._reader.rest
        if self._terms.begins_with_tls:
            connection.begin(self._transport, peer, local, is_health_check=is_check)
            cast(asyncio.Protocol, self._transport.get_protocol()).data_received(rest)  # the one that does TLS
        else:
            connection.begin(self._transport, peer, local, ahead=rest, is_health_check=is_check)

    def _refuse(self, reply: bytes, text: str) -> None:
        """Say it, and close in two steps: a plain close over unread input would take the reply with it."""
        self._say(text)
        self._is_over = True
        self._transport.write(reply)
        if self._transport.can_write_eof():
            self._transport.write_eof()
        if self._early:
            self._transport.resume_reading()
        self.due_at = self._loop.time() + LINGER_S

    def _say(self, text: str) -> None:
        self._log.once(f"PROXY {self._peer[0]}", text)
