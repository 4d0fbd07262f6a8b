"""Dovecot's socket when it does not do what it should; the real one is in tests/parity/test_logins.py."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gatepost.model.login import Challenge, LoggedIn, NoVerdict
from gatepost.world.logins.dovecot import DovecotLogins
from gatepost.world.logins.login_server import Attempt
from gatepost.world.logins.outage import LoginOutage

HANDSHAKE = b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nDONE\n"
ATTEMPT = Attempt("PLAIN", b"\0ann\0secret", "192.0.2.1", 1234, "192.0.2.2", 25)


class Lines:
    """A log."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, text: str) -> None:
        self.lines.append(text)

    def warning(self, text: str) -> None:
        self.lines.append(text)

    def once(self, key: str, text: str, every_s: float = 60.0, severity: object = None) -> None:
        self.lines.append(text)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def serving(path: Path, serve: Serve, work: Callable[[DovecotLogins], Awaitable[object]]) -> tuple[object, list[str]]:
    """Do the work before a server of ours; give what comes of it, and the log."""

    async def run() -> object:
        server = await asyncio.start_unix_server(serve, path)
        logins = DovecotLogins(str(path), "smtp", LoginOutage(str(path)), log)
        try:
            return await asyncio.wait_for(work(logins), 20)
        finally:
            logins.close()
            server.close()

    log = Lines()
    return asyncio.run(run()), log.lines


async def step(logins: DovecotLogins) -> object:
    """One step of a login."""
    done = asyncio.get_running_loop().create_future()
    logins.begin(ATTEMPT, done.set_result)
    return await done


@pytest.mark.parametrize("answer", [b"", b"VERSION\t9\t0\n", HANDSHAKE + b"OK\tx\n", b"DONE\n", b"x" * 20_000])
def test_what_cannot_be_understood_is_no_verdict(tmp_path: Path, answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        await writer.drain()
        writer.close()

    came, lines = serving(tmp_path / "s", serve, step)
    assert came == NoVerdict()
    assert len(lines) == 1
    assert "hear 454" in lines[0]


def test_it_comes_back(tmp_path: Path) -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        if connections > 2:
            writer.write(HANDSHAKE)
            while line := await reader.readline():
                if line.startswith(b"AUTH"):
                    writer.write(b"OK\t" + line.split(b"\t")[1] + b"\tuser=ann\n")
        writer.close()

    async def work(logins: DovecotLogins) -> object:
        return [await step(logins) for _ in range(4)]

    came, lines = serving(tmp_path / "s", serve, work)
    assert came == [NoVerdict(), NoVerdict(), LoggedIn("ann"), LoggedIn("ann")]
    assert [("454" in line, "again" in line) for line in lines] == [(True, False), (False, True)]


def test_a_login_does_not_outlive_its_connection(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HANDSHAKE)
        while line := await reader.readline():
            if line.startswith(b"AUTH"):
                writer.write(b"CONT\t" + line.split(b"\t")[1] + b"\t\n")
                break
        writer.close()

    async def work(logins: DovecotLogins) -> object:
        done = asyncio.get_running_loop().create_future()
        login = logins.begin(ATTEMPT, done.set_result)
        assert await done == Challenge(b"")
        await asyncio.sleep(0.1)
        done = asyncio.get_running_loop().create_future()
        login.answer(b"x", done.set_result)
        return await done

    assert serving(tmp_path / "s", serve, work)[0] == NoVerdict()


def test_many_logins_share_one_connection(tmp_path: Path) -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.write(HANDSHAKE)
        numbers = []
        while len(numbers) < 50:
            line = await reader.readline()
            if line.startswith(b"AUTH"):
                numbers.append(line.split(b"\t")[1])
        for number in reversed(numbers):
            writer.write(b"OK\t" + number + b"\tuser=u" + number + b"\n")
        await reader.read()
        writer.close()

    async def work(logins: DovecotLogins) -> object:
        return await asyncio.gather(*(step(logins) for _ in range(50)))

    came, lines = serving(tmp_path / "s", serve, work)
    assert came == [LoggedIn(f"u{number}") for number in range(1, 51)]
    assert connections == 1
    assert lines == []
