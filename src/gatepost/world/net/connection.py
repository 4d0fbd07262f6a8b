"""The owner of one accepted connection: octets in to a dialogue, events out to a listener, octets out again.

It knows asyncio and no SMTP. Bytes that arrive while the dialogue waits for a verdict stay in the dialogue, which
says when it wants no more (then reading is paused). One write per turn; at most MOST_EVENTS_A_TURN events before
other connections have theirs. Deadlines and pauses are values that the dialogue states and this class enforces.

Whatever raises (the dialogue, the listener, a callback wrapped by guard()) breaks the session off: the listener's
failed() has the dialogue say a last word, or the connection is dropped; other sessions go on.

A session that the server ends is closed in two steps: first our side, then, when the client has closed or LINGER_S
has passed, the rest; a plain close would reset the connection over unread input and take the last reply with it.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, Protocol, cast

from gatepost.world.net.deadlines import Deadlines
from gatepost.world.net.listener import OVER, Listener

MOST_EVENTS_A_TURN = 64
"""Fair share: a client that pipelines hundreds of commands yields to the others in between."""

LINGER_S = 2.0
"""How long a client may take to hear our last words before the connection is dropped."""

GOODBYE_S = 30.0
"""How long replies that are still under way may take after QUIT: a slow link needs some seconds, a lingerer none."""

STALLED_S = 300.0
"""How long a client may leave our replies unread before it is dropped (as smtpd_timeout, which counts there too)."""

FOREVER = float("inf")

P = ParamSpec("P")


class Dialogue(Protocol):
    """What a connection needs of a protocol machine (wire)."""

    @property
    def deadline_s(self) -> float | None:
        """Seconds that the peer may be silent now; None while it is not the peer that is waited for."""

    @property
    def earned_s(self) -> float | None:
        """Seconds to add to the deadline that runs, up to deadline_s; None: begin a new one. Reading takes them."""

    @property
    def pause_s(self) -> float:
        """Seconds to wait before what is outgoing is sent; reading it starts a new count."""

    @property
    def wants_input(self) -> bool:
        """No: enough is buffered, stop reading."""

    def receive(self, data: bytes) -> None:
        """Take octets from the peer."""

    def receive_eof(self) -> None:
        """The peer will send no more."""

    def next_event(self) -> Any:  # noqa: ANN401 - events belong to the protocol
        """The next event, or a pause."""

    def outgoing(self) -> bytes:
        """Take what is to be sent."""

    def time_out(self) -> None:
        """The deadline has passed."""

    def shut_down(self) -> None:
        """The service stops."""


class Connection(asyncio.Protocol):
    """One accepted connection.

    `open_session(connection)` is called when the peer is known and gives the dialogue, the listener for its events
    and the class of events that pause (NEED_DATA, AWAITING_VERDICT). The listener calls pump() after it has decided
    something outside of an event.
    """

    __slots__ = (
        "_deadlines",
        "_dialogue",
        "_is_closing",
        "_is_held",
        "_is_pumping",
        "_is_reading",
        "_is_writable",
        "_left_s",
        "_lingers_until",
        "_listener",
        "_loop",
        "_on_closed",
        "_open_session",
        "_pause_class",
        "_pausing",
        "_transport",
        "_wrap",
        "due_at",
        "is_health_check",
        "local",
        "peer",
    )

    def __init__(
        self,
        open_session: Callable[["Connection"], tuple[Dialogue, Listener]],
        pause_class: type,
        deadlines: Deadlines,
        on_closed: Callable[["Connection"], None],
    ) -> None:
        self._open_session = open_session
        self._pause_class = pause_class
        self._deadlines = deadlines
        self._on_closed = on_closed
        self._is_pumping = self._is_closing = self._is_held = False
        self._is_writable = self._is_reading = True
        self._pausing: asyncio.TimerHandle | None = None
        self._wrap: Callable[[asyncio.Transport, asyncio.Protocol], asyncio.Transport] | None = None
        self._lingers_until = self._left_s = 0.0
        self.due_at = FOREVER

    # -- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The peer is there."""
        peer, local = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        self.begin(transport, host_and_port(peer), host_and_port(local))

    def begin(
        self,
        transport: asyncio.BaseTransport,
        peer: tuple[str, int],
        local: tuple[str, int],
        *,
        ahead: bytes = b"",
        is_health_check: bool = False,
    ) -> None:
        """Open the session and let it speak. A proxy may say who the peer is, and that it only looks after us.

        `ahead`: what the peer has sent already.
        """
        self._loop = asyncio.get_running_loop()
        self._transport = cast(asyncio.Transport, transport)  # uvloop's transports are no subclass of it
        self.peer = peer
        self.local = local
        self.is_health_check = is_health_check
        try:
            self._dialogue, self._listener = self._open_session(self)
        except Exception:
            self._is_closing = True  # there is no listener that could be told of the loss
            self.abort()
            raise
        if ahead:
            self._dialogue.receive(ahead)
        self._deadlines.watch(self)
        self.pump()

    def data_received(self, data: bytes) -> None:
        """Octets from the peer; after our last words they are thrown away."""
        if not self._is_closing:
            self._dialogue.receive(data)
            self.pump()
        elif self._lingers_until:
            self._linger()

    def eof_received(self) -> bool:
        """The peer has closed its side: what it sent is still answered, then the dialogue ends."""
        if self._is_closing:
            return False
        self._dialogue.receive_eof()
        self.pump()
        return not self._is_closing

    def connection_lost(self, _: Exception | None) -> None:
        """The connection is gone; nothing that is still awaited matters any more."""
        self._deadlines.forget(self)
        if self._pausing is not None:
            self._pausing.cancel()
        try:
            if not self._is_closing:
                self._is_closing = True
                self._listener.lost()
        finally:
            self._on_closed(self)
            self._listener = OVER  # a session that is over is freed here, not by the garbage collector

    def pause_writing(self) -> None:
        """The peer does not read our replies: take no more of its commands, and not for ever."""
        self._is_writable = False
        self.due_at = min(self.due_at, self._loop.time() + STALLED_S)
        self._steer_reading()

    def resume_writing(self) -> None:
        """The peer reads again."""
        self._is_writable = True
        self._steer_reading()
        self.pump()

    # -- the dialogue's side

    def pump(self) -> None:
        """Carry events from the dialogue to the listener until it pauses, then send what is outgoing."""
        if self._is_pumping or self._is_closing or self._pausing is not None or not self._is_writable:
            return
        self._is_pumping = True
        try:
            self._run_events()
        except Exception as error:  # noqa: BLE001 - whatever it is, the client must not be left waiting
            self._fail(error)
        finally:
            self._is_pumping = False
        if not self._is_closing:
            self._flush()

    def _run_events(self) -> None:
        for _ in range(MOST_EVENTS_A_TURN):
            if self._is_held:
                return
            event = self._dialogue.next_event()
            if isinstance(event, self._pause_class):
                return
            self._listener.heard(event)
            if self._is_closing or self._dialogue.pause_s > 0:
                return
        self._loop.call_soon(self.pump)

    def _fail(self, error: Exception) -> None:
        """Have the listener end the session, and carry its last events; if that fails too, drop the connection."""
        try:
            self._is_held = False
            self._listener.failed(error)
            self._run_events()
        except Exception:  # noqa: BLE001 - see pump()
            self.abort()

    def _flush(self) -> None:
        pause_s = self._dialogue.pause_s
        if pause_s > 0:
            self._pausing = self._loop.call_later(pause_s, self._pause_is_over)
            self.due_at = FOREVER
        else:
            self._set_deadline(None if self._is_held else self._dialogue.deadline_s)
            self._send()  # which may find that the peer does not read, and bring the deadline forward
        self._steer_reading()

    def _set_deadline(self, deadline_s: float | None) -> None:
        """Begin a new deadline, or go on with the one that ran before the peer was not waited for."""
        if deadline_s is None:
            self._stop_waiting()
            return
        now, earned_s = self._loop.time(), self._dialogue.earned_s
        if earned_s is None:
            self.due_at = now + deadline_s
        else:
            left_s = self._left_s if self.due_at == FOREVER else self.due_at - now
            self.due_at = now + min(left_s + earned_s, deadline_s)

    def _stop_waiting(self) -> None:
        """It is not the peer that is waited for; what is left of its time is kept."""
        if self.due_at != FOREVER:
            self._left_s = max(self.due_at - self._loop.time(), 0.0)
            self.due_at = FOREVER

    def _send(self) -> None:
        octets = self._dialogue.outgoing()
        if octets:
            self._transport.write(octets)
        if self._wrap is not None:
            wrap, self._wrap = self._wrap, None
            self._transport = wrap(self._transport, self)

    def _pause_is_over(self) -> None:
        self._pausing = None
        self._send()
        self.pump()

    def _steer_reading(self) -> None:
        if self._is_closing:
            return
        wanted = self._dialogue.wants_input and self._is_writable and not self._is_held and self._pausing is None
        if wanted is not self._is_reading:
            self._is_reading = wanted
            (self._transport.resume_reading if wanted else self._transport.pause_reading)()

    # -- the listener's side

    def hold(self) -> None:
        """Stop taking input and telling events: the next hop cannot keep up, and its deadline is what counts."""
        self._is_held = True
        self._stop_waiting()
        self._steer_reading()

    def release(self) -> None:
        """Go on after hold()."""
        self._is_held = False
        self._steer_reading()
        self.pump()

    def speak_through(self, wrap: Callable[[asyncio.Transport, asyncio.Protocol], asyncio.Transport]) -> None:
        """Speak through another transport (TLS), which `wrap` makes when what is outgoing has been sent."""
        self._wrap = wrap

    def guard(self, work: Callable[P, None]) -> Callable[P, None]:
        """The same callback, but one that breaks this session off if it raises."""
        return partial(self._guarded, work)

    def _guarded(self, work: Callable[..., None], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - of any callback
        try:
            work(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - see pump()
            self.break_off(error)

    def break_off(self, error: Exception) -> None:
        """Something raised in a callback. What pump() runs goes on there; a connection that is gone says nothing."""
        if self._is_pumping or self._is_closing:
            self._listener.failed(error)
            return
        self._is_pumping = True
        try:
            self._fail(error)
        finally:
            self._is_pumping = False
        if not self._is_closing and self._pausing is None:
            self._flush()

    def close(self, *, at_once: bool, longest_s: float = LINGER_S) -> None:
        """End the connection after what is outgoing. `at_once`: the client has said or done its last.

        A client that goes on sending, and may hear us only when it is done, is given `longest_s` for that.
        """
        if self._is_closing:
            return
        self._send()
        self._is_closing = True
        self.due_at = FOREVER
        if at_once or self._transport.is_closing() or not self._transport.can_write_eof():
            self.due_at = self._loop.time() + GOODBYE_S
            self._transport.close()
            return
        self._transport.write_eof()
        self._transport.resume_reading()
        self._lingers_until = self._loop.time() + longest_s
        self._linger()

    def _linger(self) -> None:
        self.due_at = min(self._loop.time() + LINGER_S, self._lingers_until)

    def overdue(self) -> None:
        """The deadline has passed: the dialogue says its word; who lingers or does not read is dropped."""
        self.due_at = FOREVER
        if self._is_closing or not self._is_writable:
            self._transport.abort()
            return
        try:
            self._dialogue.time_out()
        except Exception as error:  # noqa: BLE001 - see pump()
            self.break_off(error)
        self.pump()

    def shut_down(self) -> None:
        """The service stops: the dialogue ends at its next command."""
        if not self._is_closing:
            self._dialogue.shut_down()
            self.pump()

    def abort(self) -> None:
        """Drop the connection now."""
        self._transport.abort()


def host_and_port(name: object) -> tuple[str, int]:
    """Of a socket name: IPv4 and IPv6 names are tuples (a scope such as `%eth0` goes); a unix socket has none."""
    return (str(name[0]).partition("%")[0], int(name[1])) if isinstance(name, tuple) else ("", 0)
