"""smtpd_sasl_type = dovecot: logins by Dovecot's auth socket, with every mechanism that it offers.

A worker has one connection for each socket, on which all its logins run, by number. It is opened when the worker
starts, and again by the first login after it was lost. While Dovecot has never answered, PLAIN and LOGIN are offered:
who tries them hears 454, comes again, and keeps the mail meanwhile.

Limits: MOST_AT_ONCE logins under way; what is beyond them is told to try again.
Unavailable: no connection, no answer within ANSWER_S, or what no one can understand: 454, one line in the log.
Postfix: smtpd_sasl_path (a path below queue_directory, or inet:host:port); SASL_README.
"""

import asyncio
import itertools
import os
from collections.abc import Callable
from functools import partial

from gatepost.model.login import Challenge, NoVerdict, Step
from gatepost.wire.sasl.dovecot import (
    DovecotReader,
    HandshakeDone,
    ProtocolError,
    auth_line,
    cancel_line,
    cont_line,
    greeting,
)
from gatepost.wire.sasl.mechanism import PASSWORD_MECHANISMS, Mechanism
from gatepost.world.logins.login_server import ANSWER_S, CONNECT_S, Attempt, Done
from gatepost.world.logins.outage import LoginOutage
from gatepost.world.watching.log import Logging

MOST_AT_ONCE = 1000

_COUNT = itertools.count()
"""Dovecot tells its clients apart by a number of 32 bits: the process (at most 22 of them) and a count."""


class DovecotLogins:
    """One Dovecot, as a worker sees it (LoginServer). `path` is a socket's, or `inet:host:port`."""

    def __init__(self, path: str, service: str, outage: LoginOutage, log: Logging) -> None:
        self._path = path
        self._service = service
        self._outage = outage
        self._log = log
        self._mechanisms: tuple[Mechanism, ...] = PASSWORD_MECHANISMS
        self._channel: _Channel | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._waiting: list[Callable[[], None]] = []
        self._logins: dict[int, DovecotLogin] = {}
        self._last_number = 0
        self._has_been_asked = False

    @property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        """What it offered last."""
        return self._mechanisms

    def when_ready(self, then: Callable[[], None]) -> None:
        """Wait for its first offer, or for the failure to get one."""
        if self._has_been_asked and self._connecting is None:
            then()
        else:
            self._connect(then)

    def begin(self, attempt: Attempt, done: Done) -> "DovecotLogin":
        """Begin a login, over a new connection where there is none."""
        self._last_number = self._last_number % 0x7FFFFFFF + 1
        login = DovecotLogin(self, self._last_number)
        if len(self._logins) >= MOST_AT_ONCE:
            done(NoVerdict("too many logins at once"))
            return login
        self._logins[login.number] = login
        facts = {
            "service": self._service,
            "nologin": "",
            "lip": attempt.server_address,
            "lport": str(attempt.server_port),
            "rip": attempt.client_address,
            "rport": str(attempt.client_port),
        } | ({"secured": ""} if attempt.is_secured else {})
        facts = {name: value for name, value in facts.items() if value or name in ("nologin", "secured")}
        login.send(auth_line(login.number, attempt.mechanism, facts, attempt.response), done)
        return login

    def send(self, line: bytes) -> None:
        """Say a line, now or when there is a connection; without one everybody who waits hears so."""
        if self._channel is not None:
            self._channel.write(line)
        else:
            self._connect(partial(self._send_if_connected, line))

    def _send_if_connected(self, line: bytes) -> None:
        if self._channel is not None:
            self._channel.write(line)

    def go_on(self, number: int, line: bytes) -> bool:
        """Say a line of a login that has begun; False where its connection is gone."""
        self._send_if_connected(line)
        return number in self._logins

    def forget(self, number: int) -> None:
        """A login is over."""
        self._logins.pop(number, None)

    # -- the connection

    def _connect(self, then: Callable[[], None]) -> None:
        self._waiting.append(then)
        if self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._try_to_connect())

    async def _try_to_connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_S):
                channel = _Channel(self, loop)
                host, colon, port = self._path.removeprefix("inet:").rpartition(":")
                if self._path.startswith("inet:") and colon:
                    await loop.create_connection(lambda: channel, host.strip("[]"), int(port))
                else:
                    await loop.create_unix_connection(lambda: channel, self._path)
                self._mechanisms = await channel.ready
            if not channel.is_open:
                raise ProtocolError("the connection was lost")  # noqa: TRY301 - the same end as any other failure
        except (OSError, ValueError, ProtocolError) as error:  # TimeoutError is an OSError
            channel.close()
            why = getattr(error, "strerror", None) or str(error) or "no answer"
            self._failed(f"cannot connect: {why}")
        else:
            self._channel = channel
            self._outage.ends(self._log)
        self._connecting = None
        self._has_been_asked = True
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then()

    def answered(self, number: int, step: Step) -> None:
        """One step of a login; one that was cancelled is nobody's."""
        login = self._logins.get(number)
        if login is not None:
            login.stepped(step)

    def lost(self, channel: "_Channel", why: str) -> None:
        """The connection is gone, and every login on it."""
        if self._channel is channel:
            self._channel = None
            if self._logins:  # else the next login opens another, and nobody has noticed
                self._failed(why)

    def overdue(self) -> None:
        """A login had no answer in time."""
        self._outage.begins(f"no answer within {ANSWER_S:.0f} s", self._log)

    def _failed(self, why: str) -> None:
        self._outage.begins(why, self._log)
        logins, self._logins = self._logins, {}
        for login in logins.values():
            login.stepped(NoVerdict())

    def close(self) -> None:
        """Close the connection; nobody is called back."""
        self._logins.clear()
        self._waiting.clear()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._channel is not None:
            channel, self._channel = self._channel, None
            channel.close()


class DovecotLogin:
    """One login under way."""

    __slots__ = ("_done", "_server", "_timer", "number")

    def __init__(self, server: DovecotLogins, number: int) -> None:
        self._server = server
        self.number = number
        self._done: Done | None = None
        self._timer: asyncio.TimerHandle | None = None

    def send(self, line: bytes, done: Done) -> None:
        """Say the line of one step, and wait."""
        self._done = done
        self._timer = asyncio.get_running_loop().call_later(CONNECT_S + ANSWER_S, self._overdue)
        self._server.send(line)

    def answer(self, response: bytes, done: Done) -> None:
        """The next step; it belongs to the connection of the one before."""
        if not self._server.go_on(self.number, cont_line(self.number, response)):
            done(NoVerdict())
            return
        self._done = done
        self._timer = asyncio.get_running_loop().call_later(ANSWER_S, self._overdue)

    def stepped(self, step: Step) -> None:
        """Tell who waits. Between two steps nobody does: a login lost then is told with the next."""
        if not isinstance(step, Challenge):
            self._server.forget(self.number)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        done, self._done = self._done, None
        if done is not None:
            done(step)

    def _overdue(self) -> None:
        self._server.overdue()
        self._server.go_on(self.number, cancel_line(self.number))
        self.stepped(NoVerdict())

    def cancel(self) -> None:
        """Nobody waits any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._done = None
        self._server.go_on(self.number, cancel_line(self.number))
        self._server.forget(self.number)


class _Channel(asyncio.Protocol):
    """One connection to the auth socket."""

    def __init__(self, owner: DovecotLogins, loop: asyncio.AbstractEventLoop) -> None:
        self._owner = owner
        self._reader = DovecotReader()
        self._transport: asyncio.Transport | None = None
        self.ready: asyncio.Future[tuple[Mechanism, ...]] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say who we are, without waiting."""
        self._transport = transport  # type: ignore[assignment]  # a stream's, whatever its class
        self.write(greeting((os.getpid() << 8 | next(_COUNT) & 0xFF) & 0x7FFFFFFF))

    def data_received(self, data: bytes) -> None:
        """Pass on what is said."""
        try:
            for event in self._reader.receive(data):
                if not isinstance(event, HandshakeDone):
                    self._owner.answered(event.number, event.step)
                elif not self.ready.done():
                    self.ready.set_result(event.mechanisms)
        except ProtocolError as error:
            self._end(str(error))

    def connection_lost(self, _: Exception | None) -> None:
        """It is gone."""
        self._end("the connection was lost")

    def _end(self, why: str) -> None:
        if not self.ready.done():
            self.ready.set_exception(ProtocolError(why))
        self._owner.lost(self, why)
        self.close()

    @property
    def is_open(self) -> bool:
        """It can be spoken on."""
        return self._transport is not None and not self._transport.is_closing()

    def write(self, line: bytes) -> None:
        """Say a line."""
        if self._transport is not None:
            self._transport.write(line)

    def close(self) -> None:
        """Close it, for whatever reason."""
        if self._transport is not None:
            self._transport.close()
        if self.ready.done() and not self.ready.cancelled():
            self.ready.exception()  # it was told elsewhere
