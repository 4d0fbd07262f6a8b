"""One connection to a next hop: the octets of a SmtpDelivery on an asyncio transport, its deadline, its owner.

While a transaction runs, the owner (a NextHop) is told by three calls: `hop_told` with each event of the delivery,
`hop_lost` when the connection is gone (with the reason, and whether it had merely timed out), `hop_writable` when
the hop takes more of the message. Without an owner the connection is idle or taking its leave; whatever arrives
then (a 421, an end of file) closes it at once. Where TLS is wanted (hop_tls.py) the owner hears nothing of it: Ready
comes when the hop has come up to what is asked, hop_lost when not.

Limits: the replies to what was sent in one write are waited for `timeout` seconds (smtpd_proxy_timeout) from that
write; a hop that dribbles octets gains nothing by it. The same time is given to a hop
that stops reading the message. The deadline is a number that the pool's sweep compares: no timer per command. 64 KiB
of the message may wait in the transport before the writer is told to hold back.
"""

import asyncio
import math
from collections.abc import Callable
from typing import Protocol, cast

from gatepost.wire.smtp.delivery import DeliveryEvent, SmtpDelivery, TlsReady
from gatepost.wire.smtp.events import Pause
from gatepost.world.net.hop_tls import HopTls
from gatepost.world.net.tls_handshakes import Handshakes

HIGH_WATER_OCTETS = 65536  # asyncio's own default, stated because uvloop and asyncio may differ
GOODBYE_SECONDS = 5.0  # how long the answer to QUIT may take before the connection is closed without it
NEVER = math.inf
HANDSHAKE = "TLS handshake"


class HopOwner(Protocol):
    """Who uses a connection at present."""

    def hop_told(self, event: DeliveryEvent) -> None:
        """Take what the hop answered."""

    def hop_lost(self, why: str, *, has_timed_out: bool) -> None:
        """Learn that the connection is gone."""

    def hop_writable(self) -> None:
        """Learn that more of the message may be written."""


class HopConnection(asyncio.Protocol):
    """One connection. `is_reused` from the second transaction on; `idle_since`, `opened_at` are loop times."""

    __slots__ = (
        "_handshakes",
        "_on_gone",
        "_timeout",
        "_tls",
        "_transport",
        "deadline",
        "delivery",
        "has_given_up_tls",
        "host",
        "idle_since",
        "is_reused",
        "is_writable",
        "loop",
        "message_count",
        "opened_at",
        "opening",
        "owner",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        delivery: SmtpDelivery,
        timeout: float,
        owner: HopOwner,
        on_gone: Callable[["HopConnection"], None],
        tls: HopTls | None = None,
        host: str = "",
        handshakes: Handshakes | None = None,
    ) -> None:
        self.loop = loop
        self.delivery = delivery
        self.owner: HopOwner | None = owner
        self.opening: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._timeout = timeout
        self._on_gone = on_gone
        self._tls = tls
        self._handshakes = handshakes or Handshakes()
        self.host = host
        self.has_given_up_tls = False
        self.deadline = NEVER
        self.opened_at = loop.time()
        self.idle_since = NEVER
        self.message_count = 0
        self.is_reused = False
        self.is_writable = True

    @property
    def is_connected(self) -> bool:
        """The transport is there and not closing."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def is_worth_another(self) -> bool:
        """Lost, it says little of the hop: it had died unused, or TLS alone failed, and that was a mere wish."""
        return self.is_reused or self.has_given_up_tls

    @property
    def peer_address(self) -> str:
        """Where it is connected to: an IP address, or "" for a Unix socket and for none."""
        peer = self._transport.get_extra_info("peername") if self._transport is not None else None
        return str(peer[0]) if isinstance(peer, tuple) else ""

    def send(self) -> None:
        """Write what the delivery wants sent, in one write, and start the deadline of the replies to it."""
        octets = self.delivery.outgoing()
        if octets and self._transport is not None:
            self._transport.write(octets)
        if octets or not self.delivery.awaits_reply:
            self._set_deadline()

    def drop(self) -> None:
        """Close at once and tell nobody; octets that were not sent yet never will be."""
        self.owner = None
        if self.opening is not None:
            self.opening.cancel()
            self.opening = None
        if self._transport is not None:
            self._transport.abort()
        self._on_gone(self)

    def retire(self) -> None:
        """Say QUIT and close when it is answered, or after GOODBYE_SECONDS."""
        self.owner = None
        if not self.is_connected:
            self.drop()
            return
        self.delivery.quit()
        self.send()
        self.deadline = self.loop.time() + GOODBYE_SECONDS

    def expire(self) -> None:
        """Close because the deadline has passed."""
        self._lose("timed out", has_timed_out=True)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the greeting."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's does not inherit it
        if self.owner is None:
            self._transport.abort()
            return
        self._transport.set_write_buffer_limits(high=HIGH_WATER_OCTETS)
        self._set_deadline()
        if self._tls is not None and self._tls.is_wrapped:
            self._begin_tls(self._tls)

    def data_received(self, data: bytes) -> None:
        """Feed the delivery and tell the owner what it made of it."""
        if self.owner is None:
            self.drop()
            return
        self.delivery.receive(data)
        while (owner := self.owner) is not None:
            event = self.delivery.next_event()
            if isinstance(event, TlsReady):
                assert self._tls is not None  # or the delivery would not have asked
                self._begin_tls(self._tls)
                return
            if isinstance(event, Pause):
                self.send()
                return
            owner.hop_told(event)

    def _begin_tls(self, tls: HopTls) -> None:
        from gatepost.world.net.tls_engine import TlsEngine
        from gatepost.world.net.tls_layer import TlsLayer

        engine = TlsEngine(tls.context, server_name=tls.name_for(self.host), is_server=False)

        def done(why: str | None) -> None:
            if self.owner is None:
                return
            if why is None:
                why = tls.fault(engine, self.host)
                if not why:
                    self._secured(tls)
                    return
            elif not tls.is_mandatory:
                self.has_given_up_tls = True
            self._lose(f"{HANDSHAKE}: {why}", has_timed_out=False)

        layer = TlsLayer(cast("asyncio.Transport", self._transport), self, engine, self._handshakes, done)
        self._transport = cast("asyncio.Transport", layer)  # it has all of a transport that is used here
        self.deadline = self.loop.time() + tls.timeout_s
        layer.begin()

    def _secured(self, tls: HopTls) -> None:
        self._set_deadline()
        if not tls.is_wrapped:
            self.delivery.secured()
            self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner why."""
        self._lose(f"lost connection ({exc})" if exc else "lost connection", has_timed_out=False)

    def pause_writing(self) -> None:
        """Hold back: the hop is slow."""
        self.is_writable = False
        self._set_deadline()

    def resume_writing(self) -> None:
        """Go on."""
        self.is_writable = True
        self._set_deadline()
        if self.owner is not None:
            self.owner.hop_writable()

    def _set_deadline(self) -> None:
        is_waiting = self.delivery.awaits_reply or not self.is_writable
        self.deadline = self.loop.time() + self._timeout if is_waiting else NEVER

    def _lose(self, why: str, *, has_timed_out: bool) -> None:
        owner = self.owner
        self.drop()
        if owner is not None:
            owner.hop_lost(why, has_timed_out=has_timed_out)
