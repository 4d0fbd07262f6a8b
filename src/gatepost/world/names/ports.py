"""The UDP sockets that questions leave by, and what is known of the health of each name server.

Each server has up to 8 connected sockets at a time; a question takes one at random and a random id on it. A socket
serves 250 questions and is replaced, so the source port keeps changing; Linux gives an unbound socket a random one
of some 28,000. Connected sockets let only the server's own packets in and report ICMP refusals. So a forger must
guess about 15 bits of port, and 16 of id, within one round trip (RFC 5452 section 9.2).

Plain non-blocking sockets with the loop's readers, not datagram transports: a socket then opens in the same call
that needs it, without a task, on uvloop and stock asyncio alike, and a question costs one send and one recv.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Protocol

from gatepost.world.names.nameservers import Nameserver
from gatepost.world.watching.outages import SOMETHING_AWAY, Outages, outages_of

PORTS_PER_SERVER = 8
QUESTIONS_PER_PORT = 250
# More than the 1232 octets we offer, as some servers do not look at the offer.
_RECV_OCTETS = 4096

# A server counts as silent after 5 questions in a row that it let pass, and 2 s without a word: one slow zone behind
# a healthy server is neither.
SILENT_QUESTIONS = 5
SILENT_S = 2.0
# A silent server gets one question in 5 s, to notice its return.
PROBE_EVERY_S = 5.0


class PortOwner(Protocol):
    """Whoever sent the questions."""

    def on_datagram(self, port: "Port", packet: bytes) -> None:
        """Take a packet that came in on this port."""

    def on_refused(self, port: "Port", why: str) -> None:
        """Hear that nothing takes our packets there (ICMP, no route)."""


class Port:
    """One connected UDP socket. `flights` holds what is awaited on it, by the two octets of the id.

    `send(packet)` is the socket's own: it raises OSError, BlockingIOError where only the send buffer is full.
    """

    __slots__ = (
        "_fileno",
        "_loop",
        "_owner",
        "_recv",
        "_socket",
        "flights",
        "is_retired",
        "questions",
        "send",
        "server",
    )

    def __init__(self, server: "Server", loop: asyncio.AbstractEventLoop, owner: PortOwner) -> None:
        """Open it. Raises OSError (no route, no descriptors left)."""
        self.server = server
        self.flights: dict[bytes, Any] = {}
        self.questions = 1
        self.is_retired = False
        self._loop = loop
        self._owner = owner
        self._socket = socket.socket(server.family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            self._socket.connect(server.sockaddr)
        except OSError:
            self._socket.close()
            raise
        self.send = self._socket.send
        self._recv = self._socket.recv
        self._fileno = self._socket.fileno()
        loop.add_reader(self._fileno, self._on_readable)

    def _on_readable(self) -> None:
        try:
            packet = self._recv(_RECV_OCTETS)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._owner.on_refused(self, error.strerror or "socket error")
            return
        self._owner.on_datagram(self, packet)

    def close_if_done(self) -> None:
        """Close a socket that takes no more questions and awaits no more answers."""
        if self.is_retired and not self.flights:
            self.close()

    def retire(self) -> None:
        """Take no more questions; close when the last one is answered or given up."""
        self.is_retired = True
        self.close_if_done()

    def close(self) -> None:
        """Close at once."""
        if self._fileno >= 0:
            self._loop.remove_reader(self._fileno)
            self._fileno = -1
            self._socket.close()


def outages_of_server(nameserver: Nameserver, clock: Callable[[], float]) -> Outages:
    """What the log is told of a name server, which is one story for all workers."""
    return outages_of(f"name server {nameserver}", clock)


class Server:
    """A name server: its sockets and its health. `is_silent`: this worker has no answers from it any more.

    `complain` hears one line when it stops answering, and one when it is back, of all workers together.
    """

    __slots__ = (
        "_complain",
        "_misses",
        "_outages",
        "_silent_since",
        "family",
        "is_silent",
        "nameserver",
        "ports",
        "probe_at",
        "sockaddr",
    )

    def __init__(self, nameserver: Nameserver, complain: Callable[[str], None], clock: Callable[[], float]) -> None:
        """Raises OSError for an address that this machine cannot use."""
        self.nameserver = nameserver
        self._complain = complain
        self._outages = outages_of_server(nameserver, clock)
        found = socket.getaddrinfo(
            nameserver.address, nameserver.port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
        )
        self.family, self.sockaddr = found[0][0], found[0][4]
        self.ports: list[Port] = []
        self.is_silent = False
        self.probe_at = 0.0
        self._misses = 0
        self._silent_since = 0.0

    def port(self, chance: int, loop: Callable[[], asyncio.AbstractEventLoop], owner: PortOwner) -> Port:
        """Give one of the sockets at random for a question, opening or replacing it where needed. Raises OSError."""
        ports = self.ports
        place = chance % PORTS_PER_SERVER
        if place >= len(ports):
            ports.append(Port(self, loop(), owner))
            return ports[-1]
        port = ports[place]
        port.questions += 1
        if port.questions > QUESTIONS_PER_PORT or port.is_retired:
            fresh = Port(self, loop(), owner)
            ports[place] = fresh
            port.retire()
            return fresh
        return port

    def note_answer(self, asked_at: float) -> None:
        """Note a packet that answers what was asked then."""
        self._misses = 0
        self.is_silent = False
        if SOMETHING_AWAY[0] and self._outages.ends(asked_at):
            self._complain(f"DNS: name server {self.nameserver} answers again")

    def note_miss(self, now: float) -> None:
        """Note a question left without an answer for a while."""
        if self._misses == 0:
            self._silent_since = now
        self._misses += 1
        if self._misses >= SILENT_QUESTIONS and now - self._silent_since >= SILENT_S:
            self._fall_silent(now, "does not answer")

    def note_refusal(self, now: float, why: str) -> None:
        """Note that nothing listens there."""
        self._fall_silent(now, f"cannot be reached: {why}")

    def _fall_silent(self, now: float, how: str) -> None:
        if not self.is_silent:
            self.is_silent = True
            self.probe_at = now + PROBE_EVERY_S
        if self._outages.begins():
            self._complain(f"DNS: name server {self.nameserver} {how}")

    def close(self, *, at_once: bool) -> None:
        """Close the sockets, at once or when their questions are done."""
        for port in self.ports:
            if at_once:
                port.close()
            else:
                port.retire()
        self.ports = []
