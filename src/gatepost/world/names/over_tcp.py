"""One DNS question over TCP, for answers that did not fit a datagram (RFC 7766).

Own framing (two octets of length) and not dnspython's asyncquery.tcp: the answer then goes through the same bounded
reader as every other, no second parser and no backend detection come in, and giving up is one abort. One connection
per question: truncation is rare. At most 65,535 octets come back; the asker's deadline is the only clock.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from gatepost.world.names.nameservers import Nameserver

_LENGTH_OCTETS = 2


class TcpQuestion(asyncio.Protocol):
    """Sends one query and hands over one reply, or None with the reason; calls back once at most."""

    def __init__(
        self, nameserver: Nameserver, query: bytes, ident: bytes, done: Callable[[bytes | None, str], None]
    ) -> None:
        self.nameserver = nameserver
        self.ident = ident
        self._framed = (len(query) + len(ident)).to_bytes(_LENGTH_OCTETS, "big") + ident + query
        self._done: Callable[[bytes | None, str], None] | None = done
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None
        self._connecting: asyncio.Task[None] | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Connect and send."""
        self._connecting = loop.create_task(self._connect(loop))

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            await loop.create_connection(lambda: self, self.nameserver.address, self.nameserver.port)
        except OSError as error:
            self._finish(None, f"TCP to {self.nameserver}: {error.strerror or error}")

    def abandon(self) -> None:
        """Give up without a word."""
        self._done = None
        self._close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the query."""
        self._transport = cast(asyncio.Transport, transport)
        if self._done is None:
            self._close()
        else:
            self._transport.write(self._framed)

    def data_received(self, data: bytes) -> None:
        """Collect the reply."""
        received = self._received
        received += data
        if len(received) < _LENGTH_OCTETS:
            return
        end = _LENGTH_OCTETS + int.from_bytes(received[:_LENGTH_OCTETS], "big")
        if len(received) >= end:
            self._finish(bytes(received[_LENGTH_OCTETS:end]), "")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- the asyncio protocol's signature
        """Hear that the server hung up."""
        self._finish(None, f"TCP to {self.nameserver}: connection closed")

    def _finish(self, packet: bytes | None, why: str) -> None:
        done, self._done = self._done, None
        self._close()
        if done is not None:
            done(packet, why)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        elif self._connecting is not None and self._connecting is not asyncio.current_task():
            self._connecting.cancel()
