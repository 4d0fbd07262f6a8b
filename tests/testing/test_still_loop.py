"""The imagined event loop: time jumps, connections join, ends are told as over TCP."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from gatepost.testing.still_loop import StillLoop


@pytest.fixture
def loop() -> Iterator[StillLoop]:
    loop = StillLoop()
    yield loop
    loop.close()


def run(loop: StillLoop, main: Coroutine[Any, Any, Any]) -> Any:
    return loop.run_until_complete(main)


def test_an_hour_takes_no_time_and_timers_keep_their_order(loop: StillLoop) -> None:
    rang: list[str] = []

    async def main() -> None:
        loop.call_later(20, rang.append, "late")
        loop.call_later(10, rang.append, "early")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(3600), 1800)

    run(loop, main())
    assert rang == ["early", "late"]
    assert loop.time() == pytest.approx(1800)


def test_a_wait_that_nothing_can_end_is_an_error(loop: StillLoop) -> None:
    with pytest.raises(RuntimeError, match="everything waits"):
        run(loop, loop.create_future())  # type: ignore[arg-type]  # a future will do


def test_streams_speak_to_each_other(loop: StillLoop) -> None:
    peers: list[Any] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peers.append(writer.get_extra_info("peername")[0])
        while line := await reader.readline():
            writer.write(line.upper())
        writer.write(b"end\n")
        writer.close()

    async def main() -> bytes:
        await asyncio.start_server(serve, "127.0.0.1", 25)
        reader, writer = await asyncio.open_connection("127.0.0.1", 25, local_addr=("127.0.0.9", 0))
        writer.write(b"a\nb")
        writer.write(b"c\n")
        writer.write_eof()
        return await reader.read()

    assert run(loop, main()) == b"A\nBC\nend\n"
    assert peers == ["127.0.0.9"]


def test_where_nothing_listens_a_connection_is_refused(loop: StillLoop) -> None:
    async def main() -> None:
        server = await asyncio.start_server(lambda _, __: None, "127.0.0.1", 25)
        with pytest.raises(OSError, match="in use"):
            await asyncio.start_server(lambda _, __: None, "127.0.0.1", 25)
        server.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", 25)

    run(loop, main())


class Recorder(asyncio.Protocol):
    def __init__(self) -> None:
        self.seen: list[object] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.seen.append(data)

    def eof_received(self) -> bool:
        self.seen.append("eof")
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.seen.append(type(exc).__name__ if exc else "lost")


async def joined(loop: StillLoop) -> tuple[Any, Any]:
    near, far = Recorder(), Recorder()
    await loop.create_server(lambda: far, "127.0.0.1", 25)
    await loop.create_connection(lambda: near, "127.0.0.1", 25)
    return near, far


def test_a_close_is_told_after_what_was_sent_and_writing_on_is_reset(loop: StillLoop) -> None:
    async def main() -> tuple[Any, Any]:
        near, far = await joined(loop)
        near.transport.write(b"last")
        near.transport.close()
        await asyncio.sleep(1)
        assert far.seen == [b"last", "eof"]
        far.transport.write(b"too late")
        await asyncio.sleep(1)
        return near, far

    near, far = run(loop, main())
    assert near.seen == ["lost"]
    assert far.seen == [b"last", "eof", "ConnectionResetError"]


def test_an_abort_takes_what_was_sent_with_it(loop: StillLoop) -> None:
    async def main() -> tuple[Any, Any]:
        near, far = await joined(loop)
        near.transport.write(b"lost")
        near.transport.abort()
        await asyncio.sleep(1)
        return near, far

    near, far = run(loop, main())
    assert (near.seen, far.seen) == (["lost"], ["ConnectionResetError"])


def test_who_does_not_read_hears_later_and_in_one_piece(loop: StillLoop) -> None:
    async def main() -> Any:
        near, far = await joined(loop)
        far.transport.pause_reading()
        near.transport.write(b"a")
        await asyncio.sleep(1)
        near.transport.write(b"b")
        near.transport.write_eof()
        await asyncio.sleep(1)
        assert far.seen == []
        far.transport.resume_reading()
        await asyncio.sleep(1)
        return far

    assert run(loop, main()).seen == [b"ab", "eof"]


def test_work_for_executors_is_done_at_once(loop: StillLoop) -> None:
    async def main() -> int:
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, lambda: 1 // 0)
        return int(await loop.run_in_executor(None, lambda: 6 * 7))

    assert run(loop, main()) == 42


def test_faults_of_callbacks_are_kept(loop: StillLoop) -> None:
    async def main() -> None:
        loop.call_soon(lambda: 1 // 0)
        await asyncio.sleep(1)

    run(loop, main())
    assert len(loop.faults) == 1
    assert "ZeroDivisionError" in loop.faults[0]
