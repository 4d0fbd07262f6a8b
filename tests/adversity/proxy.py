"""A bad line: a proxy on loopback that stalls, cuts and dribbles what goes through it, as a seed says.

    async with bad_line(target_port, random.Random(1), Faults(cut=0.1, stall=0.1, dribble=0.2)) as line:
        line.port, line.fates

Each connection draws one fate: nothing happens to it; in one direction, after some octets, it stands still for a while
or is cut (closed, or reset, in both directions); or it goes in pieces of a few octets. The same seed draws the same
fates in the order of the connections. `bad_datagrams` does the like to a name server: questions and answers are lost,
late, doubled or garbled.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import cast

PIECE = 65536
DRIBBLED = 3000
"""So many octets of a connection go in small pieces: more would only take time."""


@dataclass(frozen=True, slots=True)
class Faults:
    """How often each thing happens to a connection (0 to 1, together at most 1), after how many octets at most."""

    cut: float = 0.0
    reset: float = 0.0
    stall: float = 0.0
    dribble: float = 0.0
    within_octets: int = 4000
    stall_s: float = 0.6


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one connection: after so many octets in one direction (0: to the target, 1: from it)."""

    deed: str
    after_octets: int
    direction: int


class Line:
    """What a bad line listens on, and what it has done so far."""

    def __init__(self, chance: random.Random, faults: Faults) -> None:
        self.port = 0
        self.fates: Counter[str] = Counter()
        self._chance = chance
        self.faults = faults

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def fate(self) -> Fate:
        """Draw the fate of the next connection."""
        faults, drawn = self.faults, self._chance.random()
        after, direction = self._chance.randrange(faults.within_octets), self._chance.randrange(2)
        for deed in ("cut", "reset", "stall", "dribble"):
            drawn -= getattr(faults, deed)
            if drawn < 0:
                self.fates[deed] += 1
                return Fate(deed, after, direction)
        self.fates["none"] += 1
        return Fate("none", 0, 0)


@contextlib.asynccontextmanager
async def bad_line(target_port: int, chance: random.Random, faults: Faults) -> AsyncIterator[Line]:
    """Listen on a free port, and carry each connection to the target."""
    line = Line(chance, faults)
    running: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        with contextlib.suppress(OSError):
            await _carry(reader, writer, target_port, line)
        writer.close()
        running.discard(task)

    server = await asyncio.start_server(carry, "127.0.0.1", 0, backlog=512)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, line: Line) -> None:
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    fate = line.fate()
    ways = [(reader, far_writer), (far_reader, writer)]
    both = [asyncio.create_task(_pass(*way, fate, line, is_struck=n == fate.direction)) for n, way in enumerate(ways)]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        is_reset = fate.deed == "reset" and any(task.done() and task.exception() for task in both)
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        for end in (writer, far_writer):
            if is_reset:
                _reset(end)
            end.close()


async def _pass(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fate: Fate, line: Line, *, is_struck: bool
) -> None:
    """Carry one direction until its end; a cut is told by raising ConnectionAbortedError."""
    deed = fate.deed if is_struck else "none"
    passed = 0
    while octets := await reader.read(PIECE):
        if deed in ("cut", "reset", "stall") and passed + len(octets) > fate.after_octets:
            keep = fate.after_octets - passed
            writer.write(octets[:keep])
            await writer.drain()
            if deed != "stall":
                raise ConnectionAbortedError
            await asyncio.sleep(line.faults.stall_s)
            octets, deed = octets[keep:], "none"
        while deed == "dribble" and octets and passed < DRIBBLED:
            small = 1 + passed % 7
            writer.write(octets[:small])
            await asyncio.sleep(0.001)
            passed += min(small, len(octets))
            octets = octets[small:]
        writer.write(octets)
        await writer.drain()
        passed += len(octets)
    if writer.can_write_eof():
        writer.write_eof()


def _reset(end: asyncio.StreamWriter) -> None:
    handle: socket.socket | None = end.get_extra_info("socket")
    if handle is not None:
        with contextlib.suppress(OSError):
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass(frozen=True, slots=True)
class DatagramFaults:
    """How often a datagram is lost, late (late_s), doubled, or garbled (0 to 1, together at most 1).

    A garbled one has another id, or is cut short: what else a line can do, the checksum of UDP sees.
    """

    lost: float = 0.0
    late: float = 0.0
    doubled: float = 0.0
    garbled: float = 0.0
    late_s: float = 0.4


class _Asker(asyncio.DatagramProtocol):
    """One client of the name server: a socket of its own, so that answers find back."""

    def __init__(self, back: "BadDatagrams", client: tuple[str, int]) -> None:
        self.back, self.client = back, client

    def datagram_received(self, data: bytes, _: object) -> None:
        self.back.strike(data, lambda octets: self.back.transport.sendto(octets, self.client))


class BadDatagrams(asyncio.DatagramProtocol):
    """What a bad line for datagrams listens on."""

    def __init__(self, target_port: int, chance: random.Random, faults: DatagramFaults) -> None:
        self._target = ("127.0.0.1", target_port)
        self._chance, self._faults = chance, faults
        self._askers: dict[tuple[str, int], asyncio.DatagramTransport] = {}
        self.fates: Counter[str] = Counter()
        self.transport: asyncio.DatagramTransport

    @property
    def address(self) -> str:
        host, port = self.transport.get_extra_info("sockname")
        return f"{host}:{port}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, client: tuple[str, int]) -> None:
        asyncio.get_running_loop().create_task(self._forward(data, client))

    async def _forward(self, data: bytes, client: tuple[str, int]) -> None:
        asker = self._askers.get(client)
        if asker is None:
            loop = asyncio.get_running_loop()
            asker, _ = await loop.create_datagram_endpoint(
                lambda: _Asker(self, client), local_addr=("127.0.0.1", 0), remote_addr=self._target
            )
            self._askers[client] = asker
        self.strike(data, asker.sendto)

    def strike(self, data: bytes, send: Callable[[bytes], None]) -> None:
        """Send it on, or do to it what chance says."""
        faults, drawn = self._faults, self._chance.random()
        deed = "none"
        for name in ("lost", "late", "doubled", "garbled"):
            drawn -= getattr(faults, name)
            if drawn < 0:
                deed = name
                break
        self.fates[deed] += 1
        if deed == "garbled":
            other_id = bytes((data[0] ^ 0xFF, data[1]))
            data = other_id + data[2:] if self._chance.random() < 0.5 else data[: self._chance.randrange(len(data))]
        if deed == "late":
            asyncio.get_running_loop().call_later(faults.late_s, send, data)
        elif deed != "lost":
            for _ in range(2 if deed == "doubled" else 1):
                send(data)

    def close(self) -> None:
        for transport in (self.transport, *self._askers.values()):
            transport.close()


@contextlib.asynccontextmanager
async def bad_datagrams(
    target_port: int, chance: random.Random, faults: DatagramFaults
) -> AsyncIterator[BadDatagrams]:
    """Listen on a free port, and carry each datagram to the name server and back."""
    loop = asyncio.get_running_loop()
    transport, line = await loop.create_datagram_endpoint(
        lambda: BadDatagrams(target_port, chance, faults), local_addr=("127.0.0.1", 0)
    )
    try:
        yield line
    finally:
        line.close()
        transport.close()
