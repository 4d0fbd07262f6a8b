"""One connection to a policy server: opened for a question, asked one question after another, watched while idle.

Its owner is the service it belongs to (policy_service.py) and hears of each question's end: `answered` with what the
server said, or `failed` with why there was no answer; and `gone` when the connection is. Whatever arrives while
nothing is asked, an end of file too, closes the connection: no answer is ever taken for that of a later question.

Limits: smtpd_policy_service_timeout for connecting, and again from sending a question to the last octet of its
reply. A connection is kept until max_idle, max_ttl or request_limit. All times are kept to half a second.
"""

import asyncio
import math
from typing import Protocol, cast

from gatepost.model.policy_service import Endpoint, ServiceLimits
from gatepost.wire.policy_protocol.reply import Garbage, Reply, ReplyReader
from gatepost.world.net.deadlines import Deadlines

NEVER = math.inf


class ConnectionOwner(Protocol):
    """Who hears of the questions' ends."""

    def answered(self, connection: "PolicyConnection", text: str) -> None:
        """The question under way is answered."""

    def failed(self, connection: "PolicyConnection", why: str, *, was_stale: bool) -> None:
        """It will not be. `was_stale`: a kept connection turned out to be dead, so the server may well be there."""

    def gone(self, connection: "PolicyConnection") -> None:
        """The connection is closed."""


class PolicyConnection(asyncio.Protocol):
    """One connection. `due_at` is for Deadlines."""

    __slots__ = (
        "_count",
        "_deadlines",
        "_idle_since",
        "_is_gone",
        "_is_spent",
        "_limits",
        "_loop",
        "_opened_at",
        "_opening",
        "_owner",
        "_reader",
        "_request",
        "_transport",
        "due_at",
    )

    def __init__(self, owner: ConnectionOwner, limits: ServiceLimits, deadlines: Deadlines) -> None:
        self._owner = owner
        self._limits = limits
        self._deadlines = deadlines
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._opening: asyncio.Task[None] | None = None
        self._reader: ReplyReader | None = None
        self._request = b""
        self._count = 0
        self._opened_at = self._idle_since = self._loop.time()
        self._is_gone = self._is_spent = False
        self.due_at = NEVER
        deadlines.watch(self)

    def open(self, endpoint: Endpoint, port: int) -> None:
        """Begin to connect."""
        self.due_at = self._loop.time() + self._limits.timeout
        self._opening = self._loop.create_task(self._open(endpoint, port))

    async def _open(self, endpoint: Endpoint, port: int) -> None:
        try:
            if endpoint.path:
                await self._loop.create_unix_connection(lambda: self, endpoint.path)
            else:
                await self._loop.create_connection(lambda: self, endpoint.host, port)
        except (OSError, UnicodeError, ValueError) as error:  # a name that IDNA cannot write; a path that is too long
            self._fail(f"connect: {getattr(error, 'strerror', None) or error}")

    def ask(self, request: bytes) -> None:
        """Send a question, once the connection is there."""
        self._request = request
        self._reader = ReplyReader(must_be_utf8=self._limits.must_be_utf8)
        if self._transport is not None:
            self._send()

    def _send(self) -> None:
        assert self._transport is not None
        self._count += 1
        self.due_at = self._loop.time() + self._limits.timeout
        self._transport.write(self._request)

    @property
    def is_fit(self) -> bool:
        """Another question may be sent."""
        limits, now = self._limits, self._loop.time()
        return (
            self._transport is not None
            and not self._is_spent
            and not self._transport.is_closing()
            and not 0 < limits.request_limit <= self._count
            and now < self._opened_at + limits.max_ttl
            and now < self._idle_since + limits.max_idle
        )

    def rest(self) -> None:
        """Wait for the next question."""
        self._idle_since = self._loop.time()
        self.due_at = min(self._idle_since + self._limits.max_idle, self._opened_at + self._limits.max_ttl)

    def close(self) -> None:
        """Close at once and tell only `gone`."""
        self._reader = None
        if self._is_gone:
            return
        self._is_gone = True
        self._deadlines.forget(self)
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._transport is not None:
            self._transport.abort()
        self._owner.gone(self)

    def overdue(self) -> None:
        """The server was too slow, or the connection idle or in use for long enough."""
        doing = "the answer" if self._transport is not None else "a connection"
        self._fail(f"waited {self._limits.timeout} s for {doing}")

    def _fail(self, why: str, *, was_lost: bool = False) -> None:
        reader = self._reader
        was_stale = was_lost and self._count > 1 and reader is not None and not reader.has_begun
        self.close()
        if reader is not None:
            self._owner.failed(self, why, was_stale=was_stale)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the question that the connection was opened for."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's does not inherit it
        self._opening = None
        self._opened_at = self._loop.time()
        if self._is_gone:
            self._transport.abort()
        elif self._reader is not None:
            self._send()

    def data_received(self, data: bytes) -> None:
        """Read the reply."""
        reader = self._reader
        if reader is None:
            self.close()
            return
        reply: Reply | None = reader.receive(data)
        if reply is None:
            return
        if isinstance(reply, Garbage):
            self._fail(reply.why)
            return
        self._reader = None
        self._is_spent = reader.has_surplus
        self._owner.answered(self, reply.text)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has closed."""
        where = "within the reply" if self._reader is not None and self._reader.has_begun else "before a reply"
        self._fail(f"lost connection {where}{f' ({exc})' if exc else ''}", was_lost=True)
