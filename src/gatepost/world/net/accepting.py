"""Accept connections in an event loop, no more than can be served, and lose none when it ends.

loop.create_server of uvloop is not used: when descriptors run out, libuv accepts whatever waits and closes it, and
any other error of accept(2) closes the listener for good; it also takes the whole queue at once, so one worker would
get what all could share, and it cannot pause. Accepting one connection per readiness by hand costs 6 us of CPU more
per connection (44 against 38, measured with a greeting and QUIT; 10 with a task each) and has none of this.

Gives: a transport for each accepted connection, made by loop.connect_accepted_socket.
Limits: a place (places.py) is taken before accept(2) and given back with the end of the session; while all places of
the door are taken, by this worker or another, connections wait in the queue of the kernel.
Unavailable: without descriptors or memory accepting rests for 0.2 s; connections wait in the queue of the kernel. So
it does while less than a quarter of the descriptors is free: sessions need them, towards next hops and name servers.
Known limit: all workers wake for a connection and one gets it; with many idle workers that costs a failed accept(2)
each (4 to 5 us measured, the wake-up not counted).
"""

import asyncio
import errno
import os
import resource
import socket
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from gatepost.world.net.places import Places
from gatepost.world.net.stress import Stress
from gatepost.world.watching.log import Logging

RESERVE = 4
"""One descriptor in so many is left to what sessions open themselves: a next hop for each message under way."""

RAISE_THE_LIMIT = "connections wait; raise the limit of open files (LimitNOFILE=, ulimit -n)"
REST_S = 0.2  # long enough not to spin, short against any client's patience
EXHAUSTED = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))


class Accepting:
    """Accepts on some listening sockets of one door and counts its sessions.

    `open_session` makes the protocol of a connection; when that session is over the protocol calls `session_ended`,
    exactly once. Without a free place accepting rests until a session of this worker ends, or looks again after
    REST_S. `finish` closes the listeners; then, when the last session is over, `on_idle` is called once, from the
    loop.
    """

    __slots__ = (
        "_first_reserved",
        "_is_finishing",
        "_is_resting",
        "_is_short",
        "_listeners",
        "_log",
        "_loop",
        "_on_idle",
        "_open_session",
        "_places",
        "_waking",
        "open_sessions",
        "stress",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listeners: Sequence[socket.socket],
        open_session: Callable[[], asyncio.BaseProtocol],
        places: Places,
        log: Logging,
    ) -> None:
        self._loop = loop
        self._listeners = tuple(listeners)
        self._open_session = open_session
        self._places = places
        self._log = log
        self.stress = Stress(places, log, loop.time)
        self._on_idle: Callable[[], None] | None = None
        self._is_finishing = False
        self._is_resting = True
        self._is_short = False
        self._waking: asyncio.TimerHandle | None = None
        self._first_reserved = 0.0
        self.open_sessions = 0

    def start(self) -> None:
        """Begin to accept, or go on after a rest."""
        if self._is_resting and not self._is_finishing:
            self._is_resting = False
            self._first_reserved = _first_reserved()
            for listener in self._listeners:
                self._loop.add_reader(listener.fileno(), self._accept, listener)

    def _rest(self) -> None:
        if not self._is_resting:
            self._is_resting = True
            for listener in self._listeners:
                self._loop.remove_reader(listener.fileno())

    def _rest_a_while(self) -> None:
        self._rest()
        if self._waking is not None:
            self._waking.cancel()
        self._waking = self._loop.call_later(REST_S, self.start)

    def _accept(self, listener: socket.socket) -> None:
        if self._is_resting:  # readiness that was noted before another listener of this turn found no place
            return
        if self._is_short and self._lacks_descriptors(listener):
            self._rest_a_while()
            self._log.once("descriptors", f"nearly all file descriptors are taken: {RAISE_THE_LIMIT}")
            self.stress.begin("nearly all file descriptors are taken")
            return
        if not self._places.take():
            self._rest_a_while()
            self._log.once("places", f"all {self._places.most} sessions that maxproc allows are open: clients wait")
            return
        try:
            connection, _ = listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            self._places.give_back()
            return  # another worker was faster, or the client has gone
        except OSError as failure:
            self._places.give_back()
            self._rest_a_while()
            is_exhausted = failure.errno in EXHAUSTED
            cure = RAISE_THE_LIMIT if is_exhausted else "trying again"
            self._log.once("accept", f"accept: {failure.strerror}: {cure}")
            if is_exhausted:
                self.stress.begin("no file descriptor is free")
            return
        self._is_short = connection.fileno() >= self._first_reserved
        connection.setblocking(False)  # noqa: FBT003 -- the name of the method says it
        self.open_sessions += 1
        try:
            _run(self._loop.connect_accepted_socket(self._open_session, connection))
        except Exception as failure:  # noqa: BLE001 -- one connection must not stop the others
            connection.close()
            self._log.warning(f"connection dropped: {type(failure).__name__}: {failure}")
            self.session_ended()

    def _lacks_descriptors(self, listener: socket.socket) -> bool:
        """Look again, once a connection got a descriptor of the reserve: the kernel gives the lowest free one."""
        try:
            free = os.dup(listener.fileno())
        except OSError:
            return True
        os.close(free)
        self._is_short = free >= self._first_reserved
        return self._is_short

    def session_ended(self) -> None:
        """Count one session less; accept again, or tell that the last one is over."""
        self.open_sessions -= 1
        self._places.give_back()
        if self._is_finishing:
            if self.open_sessions == 0 and self._on_idle is not None:
                self._loop.call_soon(self._on_idle)
        elif self._is_resting:
            self.start()

    def finish(self, on_idle: Callable[[], None]) -> None:
        """Accept no more; call `on_idle` when no session is open any more. Asking again changes nothing."""
        if self._is_finishing:
            return
        self._rest()
        self._is_finishing = True
        self._on_idle = on_idle
        for listener in self._listeners:
            listener.close()
        if self.open_sessions == 0:
            self._loop.call_soon(on_idle)


def _first_reserved() -> float:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return limit - limit // RESERVE if limit > 0 else float("inf")  # a negative limit is none


def _run(opening: Coroutine[Any, Any, object]) -> None:
    """Run connect_accepted_socket to its end without a task: it waits once, for connection_made to be called."""
    waiting = opening.send(None)

    def go_on(_: object) -> None:
        try:
            opening.send(None)
        except StopIteration:
            return

    waiting.add_done_callback(go_on)
