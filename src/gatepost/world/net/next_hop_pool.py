"""The connections of one worker to its next hops: opened, kept for a while, watched, closed.

Gives: `take` (an idle connection, the one used last first), `connect` (a new one; the addresses of a host are tried
in the order of getaddrinfo until one answers), `give_back`, `close`. One sweep for all deadlines.

Limits: at most 20 idle connections per hop (Postfix: default_destination_concurrency_limit); an idle one is kept
for smtp_connection_cache_time_limit (2 s, so that a busy gate reuses and a quiet one does not occupy the hop), used
for smtp_connection_reuse_time_limit (300 s) and smtp_connection_reuse_count_limit messages (0: no limit). The
addresses of a host name are remembered for 60 s, the last good ones for as long as the resolver fails. The sweep
runs every second while there are connections, four times per timeout where that is shorter; a deadline is kept to
that exactness. The same complaint about a hop is logged once in 60 s.

Unavailable: a host that cannot be resolved or reached is told to the owner by hop_lost.

Postfix: smtpd_proxy_timeout, smtp_connect_timeout, smtp_connection_cache_time_limit.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from gatepost.wire.smtp.delivery import SmtpDelivery, TlsUse
from gatepost.world.net.hop_tls import HopTls
from gatepost.world.net.next_hop_address import HopAddress
from gatepost.world.net.next_hop_connection import HopConnection, HopOwner
from gatepost.world.net.tls_handshakes import Handshakes
from gatepost.world.watching.outage import Outage

IDLE_CONNECTION_LIMIT = 20
ADDRESS_MEMORY_SECONDS = 60.0
ADDRESS_LIMIT = 1000  # hosts remembered: a pattern in transport_maps may make them of what clients send
COMPLAINT_INTERVAL_SECONDS = 60.0
COMPLAINT_LIMIT = 200  # different complaints remembered; beyond it all are forgotten, so that memory stays flat
SWEEP_SECONDS = 1.0
IN_THE_CLEAR_SECONDS = 60.0  # then TLS is tried again with a hop that could not do it (level may alone)


@dataclass(frozen=True, slots=True)
class NextHopSettings:
    """The parameters of a next hop, by their Postfix names. Times in seconds; `smtpd_proxy_ehlo` is our name."""

    smtpd_proxy_ehlo: str = "localhost"
    smtpd_proxy_timeout: float = 100.0
    smtp_connect_timeout: float = 30.0
    smtp_connection_cache_time_limit: float = 2.0
    smtp_connection_reuse_time_limit: float = 300.0
    smtp_connection_reuse_count_limit: int = 0


HopKey = tuple[HopAddress, NextHopSettings]


class NextHopPool:
    """Owns every next hop connection of a worker. To be used within one event loop."""

    def __init__(self, idle_connection_limit: int = IDLE_CONNECTION_LIMIT, tls: HopTls | None = None) -> None:
        self._tls = tls
        self._handshakes = Handshakes()
        self._in_the_clear: dict[HopAddress, float] = {}
        self._idle_connection_limit = idle_connection_limit
        self._idle: dict[HopKey, list[HopConnection]] = {}
        self._keys: dict[HopConnection, HopKey] = {}
        self._addresses: dict[str, tuple[float, list[str]]] = {}
        self._complaints: dict[str, float] = {}
        self._outages: dict[HopAddress, Outage] = {}
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closed = False

    @property
    def connection_count(self) -> int:
        """Connections that are opening, in use, idle or taking their leave."""
        return len(self._keys)

    @property
    def idle_count(self) -> int:
        """Connections that wait for the next transaction."""
        return sum(map(len, self._idle.values()))

    def take(self, key: HopKey, owner: HopOwner) -> HopConnection | None:
        """Give an idle connection to this hop, or None. What is left of its last transaction is reset by open()."""
        idle = self._idle.get(key, [])
        while idle:
            connection = idle.pop()
            if connection.is_connected:
                connection.owner = owner
                connection.is_reused = True
                return connection
            connection.drop()
        return None

    def connect(self, key: HopKey, owner: HopOwner) -> HopConnection:
        """Begin a new connection: the owner hears Ready, or IdentityRefused, or hop_lost."""
        address, settings = key
        loop = asyncio.get_running_loop()
        tls = self._tls_for(address, loop.time())
        use = TlsUse.NONE
        if tls is not None and not tls.is_wrapped:
            use = TlsUse.MANDATORY if tls.is_mandatory else TlsUse.WHERE_OFFERED
        delivery = SmtpDelivery(settings.smtpd_proxy_ehlo, is_lmtp=address.is_lmtp, tls=use)
        connection = HopConnection(
            loop, delivery, settings.smtpd_proxy_timeout, owner, self._forget, tls, address.host, self._handshakes
        )  # fmt: skip
        self._keys[connection] = key
        connection.opening = loop.create_task(self._open(connection, address, settings.smtp_connect_timeout))
        self._keep_sweeping(loop)
        return connection

    def give_back(self, connection: HopConnection) -> None:
        """Take a connection whose transaction is over: keep it for the next one, or close it."""
        key = self._keys.get(connection)
        if key is None or not connection.delivery.is_quiet or not connection.is_connected:
            connection.drop()
            return
        settings = key[1]
        now = connection.loop.time()
        count_limit = settings.smtp_connection_reuse_count_limit
        idle = self._idle.setdefault(key, [])
        is_worn_out = (
            now - connection.opened_at >= settings.smtp_connection_reuse_time_limit
            or 0 < count_limit <= connection.message_count
            or len(idle) >= self._idle_connection_limit
        )
        if is_worn_out or self._is_closed:
            connection.retire()
            return
        connection.owner = None
        connection.idle_since = now
        idle.append(connection)

    def outage(self, address: HopAddress) -> Outage:
        """What the log is told of this hop."""
        outage = self._outages.get(address)
        if outage is None:
            if len(self._outages) >= ADDRESS_LIMIT:
                self._outages.clear()  # what is known of them lies in memory that all workers share
            outage = self._outages[address] = Outage(f"next hop {address}")
        return outage

    def complain(self, log: Callable[[str, str], None], text: str) -> None:
        """Log a warning about a hop, unless the very same was logged within the last minute."""
        now = asyncio.get_running_loop().time()
        if now < self._complaints.get(text, 0.0):
            return
        if len(self._complaints) >= COMPLAINT_LIMIT:
            self._complaints.clear()
        self._complaints[text] = now + COMPLAINT_INTERVAL_SECONDS
        log("warning", text)

    def close(self) -> None:
        """Take leave of the idle hops; those in use end when they are given back."""
        self._is_closed = True
        for idle in self._idle.values():
            while idle:
                idle.pop().retire()

    def _tls_for(self, address: HopAddress, now: float) -> HopTls | None:
        """What is asked of a hop: nothing of LMTP and unix sockets, nor of one with which no handshake succeeded."""
        if address.is_lmtp or address.path or now < self._in_the_clear.get(address, 0.0):
            return None
        return self._tls

    def _forget(self, connection: HopConnection) -> None:
        key = self._keys.pop(connection, None)
        if key and connection.has_given_up_tls:
            if len(self._in_the_clear) >= ADDRESS_LIMIT:
                self._in_the_clear.clear()
            self._in_the_clear[key[0]] = connection.loop.time() + IN_THE_CLEAR_SECONDS
        idle = self._idle.get(key, []) if key else []
        if connection in idle:
            idle.remove(connection)
        if key and not idle:
            self._idle.pop(key, None)

    async def _open(self, connection: HopConnection, address: HopAddress, limit_seconds: float) -> None:
        try:
            why = await self._try_addresses(connection, address, limit_seconds)
        except (OSError, UnicodeError) as error:  # UnicodeError: a name that IDNA cannot write
            why = str(error)
        connection.opening = None
        owner = connection.owner
        if why and owner is not None:
            connection.drop()
            owner.hop_lost(why, has_timed_out=False)

    async def _try_addresses(self, connection: HopConnection, address: HopAddress, limit_seconds: float) -> str:
        """Connect to the first address that answers. Gives "" or the last reason why none did."""
        loop = connection.loop
        why = "no address"
        for place in [address.path] if address.path else await self._resolve(address.host, limit_seconds):
            try:
                async with asyncio.timeout(limit_seconds):
                    if address.path:
                        await loop.create_unix_connection(lambda: connection, place)
                    else:
                        await loop.create_connection(lambda: connection, place, address.port)
            except TimeoutError:
                why = f"connect to {place}: timed out"
            except OSError as error:
                why = f"connect to {place}: {os.strerror(error.errno) if error.errno else error}"
            else:
                return ""
        return why

    async def _resolve(self, host: str, limit_seconds: float) -> list[str]:
        """Give the addresses of a host, asked of the system's resolver (the host is the administrator's own)."""
        loop = asyncio.get_running_loop()
        known_until, known = self._addresses.get(host, (0.0, []))
        if loop.time() < known_until:
            return known
        try:
            async with asyncio.timeout(limit_seconds):
                found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, TimeoutError) as error:
            if known:
                return known
            raise OSError(f"host {host}: {error.strerror or 'look-up timed out'}") from None
        places = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if len(self._addresses) >= ADDRESS_LIMIT:
            self._addresses.clear()
        self._addresses[host] = (loop.time() + ADDRESS_MEMORY_SECONDS, places)
        return places

    def _keep_sweeping(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._sweep is None:
            soonest = min(min(settings.smtpd_proxy_timeout for _, settings in self._keys.values()) / 4, SWEEP_SECONDS)
            self._sweep = loop.call_later(soonest, self._sweep_now, loop)

    def _sweep_now(self, loop: asyncio.AbstractEventLoop) -> None:
        self._sweep = None
        now = loop.time()
        for connection in [c for c in self._keys if c.deadline <= now]:
            connection.expire()
        for (_, settings), idle in list(self._idle.items()):
            oldest = now - settings.smtp_connection_cache_time_limit
            while idle and idle[0].idle_since <= oldest:
                idle.pop(0).retire()
        if self._keys:
            self._keep_sweeping(loop)
