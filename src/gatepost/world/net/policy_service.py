"""The policy servers of one worker: questions sent over connections that are kept, tried again, given up.

    services = PolicyServices(log, queue_directory)
    pending = services.ask(PolicyRequest(…), done)      # done(Found("DUNNO")) or done(Unavailable(why))
    pending.cancel()                                    # the session is over: done is not called

Each pair of endpoint and limits has a pool of its own. An idle connection is taken, the one used last first; where
all are busy another one is opened, at most 100 (Postfix has one in each smtpd, of which default_process_limit allows
100); further questions wait their turn, at most `timeout`. A question whose client has left is not tried again.

A try fails when the server cannot be reached, is silent for `timeout`, closes, or answers what is no answer; then
the next one follows on a new connection after `retry_delay`, up to `try_limit` tries. A kept connection that was
closed without an octet had died unnoticed: then there is nothing to wait for, but the try counts.

Unavailable: after the last try; `why` is that of the last one. The log says so with the first question of an outage,
for each endpoint, and once more when it is over; a server that comes and goes is told of at most once a minute.
Postfix: smtpd_policy_service_timeout, …_max_idle, …_max_ttl, …_request_limit, …_try_limit, …_retry_delay.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from gatepost.model.answer import Answer, Found, Unavailable
from gatepost.model.policy_service import Endpoint, ServiceLimits
from gatepost.policy.questions import PolicyRequest
from gatepost.wire.policy_protocol.attributes import encode_attributes
from gatepost.world.net.deadlines import Deadlines
from gatepost.world.net.policy_service_connection import PolicyConnection
from gatepost.world.watching.log import Logging
from gatepost.world.watching.outages import outages_of

MOST_CONNECTIONS = 100
"""For each pool of each worker."""

MOST_SERVICES = 1000
"""Pools that are remembered while they are idle: a pattern may make endpoints of what clients send."""

Done = Callable[[Answer[Any]], None]


class PolicyServices:
    """Every connection of a worker to policy servers. To be used within one event loop."""

    def __init__(
        self, log: Logging, queue_directory: str = "/var/spool/postfix", *, most_connections: int = MOST_CONNECTIONS
    ) -> None:
        self._log = log
        self._queue_directory = queue_directory
        self._most_connections = most_connections
        self._services: dict[tuple[Endpoint, ServiceLimits], _Service] = {}
        self._outages: dict[Endpoint, _Outage] = {}
        self._deadlines: Deadlines | None = None

    def ask(self, request: PolicyRequest, done: Done) -> "Inquiry":
        """Ask; `done` is called once, never from within this call."""
        key = (request.endpoint, request.limits)
        service = self._services.get(key)
        if service is None:
            if len(self._services) >= MOST_SERVICES:
                self._services = {key: each for key, each in self._services.items() if each.connection_count}
                self._outages.clear()  # what is known of them lies in memory that all workers share
            service = self._services[key] = self._service(*key)
        inquiry = Inquiry(service, encode_attributes(request.attributes), done)
        service.start(inquiry)
        return inquiry

    def _service(self, endpoint: Endpoint, limits: ServiceLimits) -> "_Service":
        if self._deadlines is None:
            self._deadlines = Deadlines(asyncio.get_running_loop())
        outage = self._outages.setdefault(endpoint, _Outage(self._log, endpoint))
        name = str(endpoint)
        if endpoint.path:
            endpoint = replace(endpoint, path=str(Path(self._queue_directory) / endpoint.path))
        return _Service(name, endpoint, limits, self._deadlines, outage, self._most_connections)

    @property
    def connection_count(self) -> int:
        """Connections that are opening, in use or idle."""
        return sum(service.connection_count for service in self._services.values())

    def close(self) -> None:
        """Close every connection; whoever waits for an answer is not called."""
        for service in self._services.values():
            service.close()
        self._services.clear()


class Inquiry:
    """One question under way. `due_at` is for Deadlines, while it waits for a connection."""

    __slots__ = ("_done", "_service", "due_at", "request", "timer", "tries")

    def __init__(self, service: "_Service", request: bytes, done: Done) -> None:
        self._service = service
        self._done: Done | None = done
        self.request = request
        self.tries = 0
        self.timer: asyncio.TimerHandle | None = None
        self.due_at = 0.0

    @property
    def is_wanted(self) -> bool:
        """Somebody waits for the answer."""
        return self._done is not None

    def cancel(self) -> None:
        """Do not call back."""
        self._done = None
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        self._service.leave(self)

    def end(self, answer: Answer[str]) -> None:
        """Tell who asked."""
        done, self._done = self._done, None
        if done is not None:
            done(answer)

    def overdue(self) -> None:
        """No connection was free for too long."""
        self._service.leave(self)
        self._service.try_again(self, "every connection was busy")


class _Service:
    """One server, asked with one set of limits."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        limits: ServiceLimits,
        deadlines: Deadlines,
        outage: "_Outage",
        most_connections: int,
    ) -> None:
        self._name = name
        self._endpoint = endpoint
        self._limits = limits
        self._deadlines = deadlines
        self._outage = outage
        self._most_connections = most_connections
        self._loop = asyncio.get_running_loop()
        self._busy: dict[PolicyConnection, Inquiry] = {}
        self._idle: list[PolicyConnection] = []
        self._waiting: deque[Inquiry] = deque()

    @property
    def connection_count(self) -> int:
        """Connections of any kind."""
        return len(self._busy) + len(self._idle)

    def start(self, inquiry: Inquiry) -> None:
        """Give a question a connection, or let it wait for one."""
        inquiry.timer = None
        connection = self._take()
        if connection is not None:
            self._busy[connection] = inquiry
            connection.ask(inquiry.request)
        elif self.connection_count < self._most_connections:
            self._connect(inquiry)
        else:
            inquiry.due_at = self._loop.time() + self._limits.timeout
            self._waiting.append(inquiry)
            self._deadlines.watch(inquiry)

    def _take(self) -> PolicyConnection | None:
        while self._idle:
            connection = self._idle[-1]
            if connection.is_fit:
                return self._idle.pop()
            connection.close()
        return None

    def _connect(self, inquiry: Inquiry) -> None:
        connection = PolicyConnection(self, self._limits, self._deadlines)
        self._busy[connection] = inquiry
        connection.ask(inquiry.request)
        connection.open(self._endpoint, self._port())

    def _port(self) -> int:
        """The number of the port; an unknown name becomes 0, to which nobody can connect (told at load)."""
        port = self._endpoint.port
        if not port or port.isdigit():
            return int(port or 0)
        try:
            return socket.getservbyname(port, "tcp")
        except OSError:
            return 0

    def leave(self, inquiry: Inquiry) -> None:
        """A question that waits for a connection needs none any more; one that is being asked runs to its end."""
        if inquiry in self._waiting:
            self._waiting.remove(inquiry)
            self._deadlines.forget(inquiry)

    def try_again(self, inquiry: Inquiry, why: str, *, at_once: bool = False) -> None:
        """Count a try that failed; ask once more, or give up."""
        if not inquiry.is_wanted:
            return
        inquiry.tries += 1
        if inquiry.tries >= self._limits.try_limit:
            self._outage.has_failed(why)
            inquiry.end(Unavailable(f"policy service {self._name}: {why}"))
        elif at_once:
            self.start(inquiry)
        else:
            inquiry.timer = self._loop.call_later(self._limits.retry_delay, self.start, inquiry)

    def close(self) -> None:
        """Close every connection and forget every question."""
        for inquiry in [*self._busy.values(), *self._waiting]:
            inquiry.cancel()
        connections = [*self._busy, *self._idle]
        self._busy.clear()
        for connection in connections:
            connection.close()

    # What connections tell (ConnectionOwner).

    def answered(self, connection: PolicyConnection, text: str) -> None:
        """Pass the answer on; the connection rests, unless it is worn out."""
        inquiry = self._busy.pop(connection)
        if connection.is_fit:
            connection.rest()
            self._idle.append(connection)
        else:
            connection.close()
        self._outage.is_over()
        inquiry.end(Found(text, self._name))
        self._serve_waiting()

    def failed(self, connection: PolicyConnection, why: str, *, was_stale: bool) -> None:
        """Try again, or give up."""
        self.try_again(self._busy.pop(connection), why, at_once=was_stale)
        self._serve_waiting()

    def gone(self, connection: PolicyConnection) -> None:
        """Forget a connection."""
        if connection in self._idle:
            self._idle.remove(connection)

    def _serve_waiting(self) -> None:
        while self._waiting and (self._idle or self.connection_count < self._most_connections):
            inquiry = self._waiting.popleft()
            self._deadlines.forget(inquiry)
            self.start(inquiry)


class _Outage:
    """What the log is told of one endpoint: that it gives no answers, and that it does again."""

    __slots__ = ("_log", "_name", "_outages")

    def __init__(self, log: Logging, endpoint: Endpoint) -> None:
        self._log = log
        self._name = f"policy service {endpoint}"
        self._outages = outages_of(self._name, asyncio.get_running_loop().time)

    def has_failed(self, why: str) -> None:
        """One more question has no answer."""
        if self._outages.begins():
            self._log.warning(f"{self._name}: {why}: its default_action stands in until it answers")

    def is_over(self) -> None:
        """An answer has come."""
        ended = self._outages.ends()
        if ended is not None:
            self._log.info(f"{self._name} answers again: {ended.failures} questions had no answer")
