"""TLS between a transport and the protocol that speaks over it, for a client or a server.

    layer = TlsLayer(transport, connection, engine, handshakes, done)

From then on the layer is the transport's protocol and the connection's transport. `done` is called once: with None
when the handshake is over and octets flow, or with why it failed; then the layer sends nothing more but OpenSSL's
alert. The deadline of a handshake is the connection's.

Back-pressure passes through: what the peer does not read fills the transport, which tells the connection; what the
connection does not want to read stays in the kernel, but for one read of the transport. A close says close_notify
first; after it what still comes is counted, not read. A peer that ends the TCP connection without close_notify has
ended it all the same: SMTP has its own end of a message (RFC 3207 knows no other).

Postfix: tls_fast_shutdown_enable (the peer's close_notify is not waited for).
"""

import asyncio
from collections.abc import Callable
from typing import Any

from gatepost.world.net.tls_engine import TlsEngine, TlsFault
from gatepost.world.net.tls_handshakes import Handshakes

LOST = "lost connection"


class TlsLayer(asyncio.Protocol):
    """One session under TLS."""

    __slots__ = (
        "_above",
        "_below",
        "_done",
        "_has_eof",
        "_has_said_goodbye",
        "_is_in_line",
        "_is_open",
        "engine",
        "handshakes",
    )

    def __init__(
        self,
        below: asyncio.Transport,
        above: asyncio.Protocol,
        engine: TlsEngine,
        handshakes: Handshakes,
        done: Callable[[str | None], None],
    ) -> None:
        self._below = below
        self._above = above
        self._done: Callable[[str | None], None] | None = done
        self._is_open = self._is_in_line = self._has_said_goodbye = self._has_eof = False
        self.engine = engine
        self.handshakes = handshakes
        below.set_protocol(self)

    def begin(self) -> None:
        """Speak first: the client's part."""
        self._wait_in_line()

    # -- the transport's side (asyncio.Protocol)

    def data_received(self, data: bytes) -> None:
        """Take octets of TLS."""
        if self._has_said_goodbye:
            self._above.data_received(data)  # it counts them and throws them away
            return
        self.engine.receive(data)
        if self._is_open:
            self._read()
        else:
            self._wait_in_line()

    def eof_received(self) -> bool | None:
        """The peer sends no more."""
        self._has_eof = True
        if not self._is_open:
            if not self._is_in_line:
                self._end_handshake(LOST)
            return True
        return self._above.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self._done is not None:
            self._end_handshake(LOST)
        self._above.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass it on."""
        self._above.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        self._above.resume_writing()

    # -- the handshake

    def _wait_in_line(self) -> None:
        if not self._is_in_line and self._done is not None:
            self._is_in_line = True
            self.handshakes.in_turn(self._step)

    def _step(self) -> None:
        self._is_in_line = False
        if self._done is None:
            return
        try:
            self._is_open = self.engine.handshake()
        except TlsFault as fault:
            self._flush()
            self._end_handshake(str(fault))
            return
        self._flush()
        if self._is_open:
            self._end_handshake(None)
            self._read()
        elif self._has_eof:
            self._end_handshake(LOST)

    def _end_handshake(self, why: str | None) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(why)

    # -- octets

    def _read(self) -> None:
        """Pass on what can be read. What cannot ends the connection: nothing more may be trusted."""
        try:
            said, has_ended = self.engine.read()
        except TlsFault:
            self._flush()
            self._below.abort()
            return
        self._flush()  # an answer to a change of keys
        if said:
            self._above.data_received(said)
        if has_ended and not self._has_said_goodbye and not self._above.eof_received():
            self.close()

    def _flush(self) -> None:
        octets = self.engine.outgoing()
        if octets:
            self._below.write(octets)

    # -- the connection's side (asyncio.Transport)

    def write(self, octets: bytes) -> None:
        """Send under TLS."""
        if not self._is_open or self._has_said_goodbye:
            return
        try:
            self.engine.write(octets)
        except TlsFault:
            self._below.abort()
            return
        self._flush()

    def write_eof(self) -> None:
        """Say goodbye, and let the peer go on a while."""
        self._say_goodbye()
        self._below.write_eof()

    def close(self) -> None:
        """Say goodbye and close."""
        self._say_goodbye()
        self._below.close()

    def _say_goodbye(self) -> None:
        if self._is_open and not self._has_said_goodbye:
            self.engine.say_goodbye()
            self._flush()
        self._has_said_goodbye = True

    def abort(self) -> None:
        """Drop the connection now."""
        self._below.abort()

    def is_closing(self) -> bool:
        """As the transport says."""
        return self._below.is_closing()

    def can_write_eof(self) -> bool:
        """As the transport says."""
        return self._below.can_write_eof()

    def pause_reading(self) -> None:
        """Leave what comes in the kernel."""
        self._below.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        self._below.resume_reading()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Pass it on."""
        self._below.set_write_buffer_limits(high, low)

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 -- as asyncio has it
        """Pass it on."""
        return self._below.get_extra_info(name, default)
