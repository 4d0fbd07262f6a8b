"""An event loop whose clock and network are imagined: code written for asyncio runs in it without a socket or a wait.

    loop = StillLoop()
    loop.run_until_complete(main())     # main() may start servers, connect, sleep(300): it takes no time

Time stands still while anything is ready to run and jumps to the next timer when nothing is. create_server and
create_connection (so asyncio.start_server and open_connection too) join memory to memory by host and port; where
nothing listens a connection is refused. Work for executors is done at once, in place. A wait that nothing can end
raises RuntimeError.

Like TCP: what is written in one turn arrives in one piece; a closed end is told by eof_received, then by
connection_lost; who writes to an end that is gone is reset. Unlike TCP: nothing is lost or late, buffers never fill.

`faults` holds what callbacks raised.
"""

# ruff: noqa: ANN401 - the methods of a loop take what asyncio's take

import asyncio
from collections.abc import Callable
from typing import Any

Address = tuple[str, int]

FIRST_PORT = 40_000
"""Where the ports of imagined clients begin: among those that Linux gives to clients."""


class StillLoop(asyncio.BaseEventLoop):
    """Use it as any loop; close it in the end."""

    has_no_threads = True
    """For world/one_thread.py: what it would give to a thread is work for an executor, and so done in place."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._now = 0.0
        # BaseEventLoop asks its selector to wait; these two names are what its own subclasses give it.
        self._selector = _Clock(self)
        self._servers: dict[Address, Callable[[], asyncio.BaseProtocol]] = {}
        self._next_port = FIRST_PORT
        self.set_exception_handler(lambda _, context: self.faults.append(_told(context)))

    def _process_events(self, _: list[object]) -> None:
        """Nothing happens outside."""

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""

    def time(self) -> float:
        """Imagined seconds since the loop was made."""
        return self._now

    def pass_time(self, seconds: float | None) -> None:
        """Jump. Raises RuntimeError where no timer would ever come."""
        if seconds is None:
            raise RuntimeError("everything waits, and nothing can happen any more")
        self._now += seconds

    def run_in_executor(  # type: ignore[override]  # asyncio's is typed by the work's arguments
        self, _: Any, func: Callable[..., Any], *args: Any
    ) -> Any:
        """Do the work now."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever the work raises belongs to the future
            future.set_exception(error)
        return future

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:
        """Every host is its own address."""
        return [(2, 1, 6, "", (host, port or 0))]

    async def create_server(self, protocol_factory: Any, host: Any = None, port: Any = 0, **_: Any) -> Any:
        """Listen. Raises OSError for an address that is taken."""
        address = (str(host), int(port) or self._free_port())
        if address in self._servers:
            raise OSError(98, "Address already in use")
        self._servers[address] = protocol_factory
        return StillServer(self._servers, address)

    async def create_connection(
        self, protocol_factory: Any, host: Any = None, port: Any = 0, *, local_addr: Any = None, **_: Any
    ) -> Any:
        """Connect. Raises ConnectionRefusedError where nothing listens."""
        there = (str(host), int(port))
        accept = self._servers.get(there)
        if accept is None:
            raise ConnectionRefusedError(111, "Connection refused")
        here = (local_addr[0] if local_addr else "127.0.0.1", self._free_port())
        near = StillTransport(self, here, there)
        far = StillTransport(self, there, here)
        near.partner, far.partner = far, near
        far.begin(accept())
        protocol = protocol_factory()
        near.begin(protocol)
        return near, protocol

    def _free_port(self) -> int:
        self._next_port += 1
        return self._next_port


class _Clock:
    """Stands where a loop has its selector: it waits by letting imagined time pass."""

    def __init__(self, loop: StillLoop) -> None:
        self._loop = loop

    def select(self, timeout_s: float | None) -> list[object]:
        self._loop.pass_time(timeout_s)
        return []


class StillServer:
    """A listening address; as far as asyncio.Server is used here."""

    def __init__(self, servers: dict[Address, Callable[[], asyncio.BaseProtocol]], address: Address) -> None:
        self._servers = servers
        self._address = address

    @property
    def sockets(self) -> tuple["StillServer", ...]:
        """Itself, since its address is all that is asked of a socket."""
        return (self,)

    def getsockname(self) -> Address:
        """Host and port."""
        return self._address

    def close(self) -> None:
        """Listen no more."""
        self._servers.pop(self._address, None)

    async def wait_closed(self) -> None:
        """Nothing is left to wait for."""


class StillTransport(asyncio.Transport):
    """One end of an imagined connection."""

    def __init__(self, loop: StillLoop, here: Address, there: Address) -> None:
        super().__init__({"sockname": here, "peername": there})
        self.partner: StillTransport
        self._loop = loop
        self._protocol: asyncio.Protocol
        self._arrived = bytearray()
        self._has_eof = self._is_eof_told = False
        self._is_reading = True
        self._is_closing = self._is_lost = self._has_written_eof = False
        self._is_due = False

    def begin(self, protocol: Any) -> None:
        """Introduce the protocol; the connection stands."""
        self._protocol = protocol
        protocol.connection_made(self)

    # What the protocol calls.

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Let another protocol take over."""
        self._protocol = protocol  # type: ignore[assignment]  # only stream protocols are used

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The protocol in charge."""
        return self._protocol

    def write(self, data: Any) -> None:
        """Send; who writes to an end that is gone is reset."""
        if self._is_closing or self._has_written_eof or not data:
            return
        if self.partner._is_closing:
            self._lose(ConnectionResetError(104, "Connection reset by peer"))
            return
        self.partner._arrived += data
        self.partner._pump_soon()

    def can_write_eof(self) -> bool:
        """One side may close alone."""
        return True

    def write_eof(self) -> None:
        """Close this side."""
        if not self._has_written_eof:
            self._has_written_eof = True
            self.partner._has_eof = True
            self.partner._pump_soon()

    def is_closing(self) -> bool:
        """close() was called, here or by what happened."""
        return self._is_closing

    def close(self) -> None:
        """Close after what was sent."""
        if not self._is_closing:
            self.write_eof()
            self._lose(None)

    def abort(self) -> None:
        """Break the connection."""
        if not self._is_closing:
            self._lose(None)
            self.partner._arrived.clear()
            self.partner._lose(ConnectionResetError(104, "Connection reset by peer"))

    def is_reading(self) -> bool:
        """What arrives is passed on."""
        return self._is_reading

    def pause_reading(self) -> None:
        """Keep what arrives."""
        self._is_reading = False

    def resume_reading(self) -> None:
        """Pass on what has arrived."""
        self._is_reading = True
        self._pump_soon()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Buffers are never full."""

    def get_write_buffer_size(self) -> int:
        """Nothing waits."""
        return 0

    # How it works.

    def _pump_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        self._is_due = False
        if self._is_closing or not self._is_reading:
            return
        if self._arrived:
            octets = bytes(self._arrived)
            self._arrived.clear()
            self._protocol.data_received(octets)
        if (
            self._has_eof
            and self._is_reading
            and not self._arrived
            and not self._is_eof_told
            and not self._is_closing
        ):
            self._is_eof_told = True
            if not self._protocol.eof_received():
                self.close()

    def _lose(self, error: Exception | None) -> None:
        self._is_closing = True
        if not self._is_lost:
            self._is_lost = True
            self._loop.call_soon(self._protocol.connection_lost, error)


def _told(context: dict[str, Any]) -> str:
    error = context.get("exception")
    return f"{context.get('message')}: {error!r}" if error else str(context.get("message"))
