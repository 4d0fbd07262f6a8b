"""Clients that are broken, hostile or gone: each gets a clear reply or a close, and the server is none the worse.

Thousands of such sessions run against a real gate with two workers. Afterwards: no fault in the log, the memory of
each worker where it was (MOST_GROWTH_KB), the server serves, and behind it stand whole messages only.
"""

import asyncio
import contextlib
import random
import re
from collections.abc import Callable, Coroutine, Iterator

import pytest

from tests.system.running_gate import RunningGate, Sink, running_gate, sink, wait_until
from tests.system.talking import talking

pytestmark = pytest.mark.peer("smtp-sink")

AT_ONCE = 40
MOST_GROWTH_KB = 2048
"""Per worker, over the whole load after a warm-up. A leak of 4 kB a session would come to three times that."""

MAIN_CF = """\
smtpd_error_sleep_time = 0
smtpd_timeout = 5s
smtpd_proxy_timeout = 5s
smtpd_helo_required = yes
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, reject_rbl_client slow.test
smtpd_recipient_limit = 50
"""
ZONE = "*.slow.test ! delay=150ms\n"

REPLIES = re.compile(rb"(?:[2-5]\d\d[ -][^\r\n]*\r\n)*")
CHANCE = random.Random("bad input")

ENVELOPE = (
    b"EHLO client.example\r\n",
    b"MAIL FROM:<ann@sender.example>\r\n",
    b"RCPT TO:<bob@example.com>\r\n",
    b"DATA\r\n",
)
TEXT = b"Subject: whole\r\n\r\nfirst line\r\n..second\r\nlast line\r\n"
STEPS = (*ENVELOPE, TEXT + b".\r\n")
WHOLE = TEXT.replace(b"\r\n..", b"\r\n.")
CUTS = tuple((step, offset) for step, octets in enumerate(STEPS) for offset in range(len(octets) + 1))

Session = Callable[[int], Coroutine[None, None, bytes]]
"""Takes the port; gives everything the server said."""


def cut_off(step: int, offset: int, *, is_polite: bool) -> Session:
    """An honest session that ends after `offset` octets of a step: by a close, or by a reset of the connection."""

    async def session(port: int) -> bytes:
        async with talking(port) as talk:
            await talk.reply()
            for octets in STEPS[:step]:
                talk.say(octets)
                await talk.reply()
            talk.say(STEPS[step][:offset])
            if is_polite:
                talk.writer.write_eof()
                return await talk.rest()
            await asyncio.sleep(0)
            talk.vanish()
        return b""

    return session


def bold(octets: bytes, *, prelude: int = 0, sender: bytes = b"ann") -> Session:
    """Say this after the first steps of an honest session, close our side, and listen."""

    async def session(port: int) -> bytes:
        async with talking(port) as talk:
            await talk.reply()
            for step in ENVELOPE[:prelude]:
                talk.say(step.replace(b"<ann@", b"<" + sender + b"@"))
                await talk.reply()
            talk.say(octets)
            with contextlib.suppress(ConnectionError, OSError):
                await talk.writer.drain()
                talk.writer.write_eof()
            return await talk.rest()

    return session


async def dribbled(port: int) -> bytes:
    """An honest session, one octet at a time."""
    async with talking(port) as talk:
        await talk.reply()
        for octets in STEPS:
            for octet in octets:
                talk.say(bytes([octet]))
                await asyncio.sleep(0.001)
            last = await talk.reply()
        assert last.code == 250, last
        return b""


async def deaf(port: int) -> bytes:
    """Send commands and never read the replies, until nothing more goes out; then leave."""
    async with talking(port) as talk:
        await talk.reply()
        talk.writer.transport.pause_reading()  # type: ignore[attr-defined]  # of a socket, so it reads too
        talk.say(ENVELOPE[0])
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(0.5):
                while True:
                    talk.say(b"MAIL FROM:<ann@sender.example>\r\nRSET\r\n" * 1000)
                    await talk.writer.drain()
        talk.vanish()
    return b""


async def impatient(port: int) -> bytes:
    """Leave while the verdict on a recipient is awaited: a block list is slow to tell of each new address."""
    async with talking(port, f"127.{CHANCE.randrange(1, 255)}.{CHANCE.randrange(255)}.1") as talk:
        await talk.reply()
        talk.say(ENVELOPE[0])
        await talk.reply()
        talk.say(ENVELOPE[1] + ENVELOPE[2])
        await asyncio.sleep(CHANCE.uniform(0, 0.16))
        talk.vanish()
    return b""


def noise(length: int) -> bytes:
    return CHANCE.randbytes(length)


def text_noise(length: int) -> bytes:
    words = [b"EHLO", b"MAIL FROM:", b"RCPT TO:", b"<", b">", b"@", b"\r\n", b"\n", b"\r", b"\0", b" ", b"a", b"DATA",
             b".", b"BDAT", b"9", b"LAST", b"RSET", b"\xff", b"VRFY", b'"', b"\\", b"SIZE=", b"XCLIENT"]  # fmt: skip
    return b"".join(CHANCE.choice(words) for _ in range(length))


LINE_OF_1_MB = b"x" * (1 << 20)
SESSIONS: dict[str, Callable[[], list[Session]]] = {
    "binary noise": lambda: [bold(noise(3000), prelude=n % 4, sender=b"noise") for n in range(300)],
    "noise of SMTP words": lambda: [bold(text_noise(300), prelude=n % 4, sender=b"noise") for n in range(300)],
    "a line of 1 MB without end": lambda: [bold(LINE_OF_1_MB, prelude=n % 4) for n in range(4)],
    "a line of 1 MB": lambda: [bold(b"MAIL FROM:<" + LINE_OF_1_MB + b">\r\n", prelude=n % 3) for n in range(4)],
    "NULs": lambda: [
        bold(b"NO\0OP\r\n\0\0\0\r\nMAIL FROM:<a\0b@c>\r\n" + b"\0" * 5000, prelude=n % 4) for n in range(20)
    ],
    "bare LF": lambda: [bold(b"NOOP\nRSET\nMAIL FROM:<a@sender.example>\nQUIT\n", prelude=1)] * 20,
    "bare CR": lambda: [bold(b"NOOP\rRSET\rQUIT\r", prelude=n % 4) for n in range(20)],
    "cut off, politely": lambda: [cut_off(*cut, is_polite=True) for cut in CUTS],
    "cut off": lambda: [cut_off(*cut, is_polite=False) for cut in CUTS],
    "a slow dribble": lambda: [dribbled] * 8,
    "5000 commands at once": lambda: [
        bold((verb + b"\r\n") * 5000, prelude=1) for verb in (b"NOOP", b"RSET", b"FOO")
    ],
    "5000 recipients at once": lambda: [bold(ENVELOPE[2] * 5000, prelude=2), bold(ENVELOPE[2] * 5000, prelude=3)],
    "never reads": lambda: [deaf] * 6,
    "impatient": lambda: [impatient] * 80,
}


async def run_all(sessions: list[Session], port: int) -> list[bytes]:
    """Run sessions, AT_ONCE at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(session: Session) -> bytes:
        async with gate:
            try:
                return await session(port)
            except ConnectionError:
                return b""

    return await asyncio.gather(*(one(session) for session in sessions))


async def honest(port: int) -> None:
    """The server serves."""
    async with talking(port) as talk:
        await talk.open()
        reply = await talk.deliver("ann@sender.example", ["bob@example.com"], WHOLE)
        assert reply.code == 250, reply


@pytest.fixture(scope="module")
def hop() -> Iterator[Sink]:
    with sink() as running:
        yield running


@pytest.fixture(scope="module")
def gate(hop: Sink) -> Iterator[RunningGate]:
    with running_gate(MAIN_CF, hop=hop.address, zone=ZONE) as running:
        yield running
        assert "Traceback" not in running.log() and "unexpected" not in running.log()


def whole_only(hop: Sink) -> int:
    """Behind the gate stand whole messages only; gives how many.

    Noise from noise@ may well be a message. smtp-sink opens a file at RCPT and writes at the end of data: an empty
    one belongs to a transaction that waits for its RSET.
    """
    expected = WHOLE.replace(b"\r\n", b"\n")
    texts = [dump for dump in hop.dumped().values() if dump and b"X-Mail-Args: <noise@" not in dump]
    for text in texts:
        assert text.partition(b"\nSubject")[2].removesuffix(b"\n") == expected.removeprefix(b"Subject"), text
    return len(texts)


@pytest.mark.parametrize("kind", SESSIONS)
def test_a_clear_reply_or_a_close(gate: RunningGate, hop: Sink, kind: str) -> None:
    workers = gate.workers()
    for said in asyncio.run(run_all(SESSIONS[kind](), gate.port)):
        assert REPLIES.fullmatch(said), said[-300:]
    asyncio.run(honest(gate.port))
    assert gate.workers() == workers
    assert whole_only(hop)
    assert "Traceback" not in gate.log() and "unexpected" not in gate.log()


@pytest.mark.parametrize("end", [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r"])
def test_nothing_but_crlf_dot_crlf_ends_a_message(gate: RunningGate, hop: Sink, end: bytes) -> None:
    inner = b"MAIL FROM:<smuggled@sender.example>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\nSubject: smuggled\r\n\r\nx"
    said = asyncio.run(bold(b"Subject: outer\r\n\r\ntext" + end + inner + b"\r\n.\r\nQUIT\r\n", prelude=4)(gate.port))
    assert [line[:3] for line in said.splitlines()] == [b"250", b"221"]
    dumps = hop.dumped()
    [(path, text)] = [each for each in dumps.items() if b"X-Mail-Args: <ann@" in each[1] and b"outer" in each[1]]
    assert b"MAIL FROM:<smuggled@" in text
    path.unlink()
    assert not any(b"X-Mail-Args: <smuggled@" in text for text in dumps.values())


def test_the_limits_are_told(gate: RunningGate) -> None:
    [said] = asyncio.run(run_all([bold(b"RSET\r\n" * 5000, prelude=1)], gate.port))
    assert said.endswith(b"421 4.7.0 gate.example.com Error: too many errors\r\n")
    [said] = asyncio.run(run_all([bold(LINE_OF_1_MB)], gate.port))
    assert said == b"421 4.7.0 gate.example.com Error: line too long\r\n"
    [said] = asyncio.run(run_all([bold(ENVELOPE[2] * 60, prelude=2)], gate.port))
    assert [said.count(code) for code in (b"250 2.1.5", b"452 4.5.3")] == [50, 10]


def test_silence_is_told(gate: RunningGate) -> None:
    async def wait(*, in_message: bool) -> bytes:
        async with talking(gate.port) as talk:
            await talk.open()
            if in_message:
                await talk.ask("MAIL FROM:<a@sender.example>", "RCPT TO:<bob@example.com>", "DATA")
                talk.say(b"Subject: never\r\n")
            return await talk.rest()

    async def both() -> list[bytes]:
        return [*await asyncio.gather(wait(in_message=False), wait(in_message=True))]

    assert asyncio.run(both()) == [b"421 4.4.2 gate.example.com Error: timeout exceeded\r\n"] * 2


def load() -> list[Session]:
    """Some of everything that is quick, in any order."""
    kinds = ("binary noise", "noise of SMTP words", "NULs", "cut off, politely", "cut off", "impatient")
    sessions = [session for kind in kinds for session in SESSIONS[kind]()]
    CHANCE.shuffle(sessions)
    return sessions


def test_memory_stays_flat(gate: RunningGate, hop: Sink) -> None:
    asyncio.run(run_all(load(), gate.port))
    before = gate.memory_kb()
    sessions = load() + load() + load()
    asyncio.run(run_all(sessions, gate.port))
    after = gate.memory_kb()
    assert before.keys() == after.keys()
    growth = {pid: after[pid] - before[pid] for pid in after}
    print(f"{len(sessions)} sessions: {before} kB, growth {growth} kB")
    assert max(growth.values()) < MOST_GROWTH_KB
    assert whole_only(hop)
    asyncio.run(honest(gate.port))


@pytest.mark.parametrize("awaited", ["RCPT", "DATA", "."])
def test_clients_that_leave_while_the_hop_is_awaited(awaited: str) -> None:
    async def leave(port: int) -> bytes:
        async with talking(port) as talk:
            await talk.open()
            await talk.ask("MAIL FROM:<ann@sender.example>")
            talk.say(b"RCPT TO:<bob@example.com>\r\n")
            if awaited != "RCPT":
                await talk.reply()
                talk.say(b"DATA\r\n")
            if awaited == ".":
                await talk.reply()
                talk.say(STEPS[-1])
            await asyncio.sleep(0.3)
            talk.vanish()
        return b""

    with sink("-W", f"{awaited}:1") as slow, running_gate(MAIN_CF, hop=slow.address, zone=ZONE) as gate:
        asyncio.run(run_all([leave] * AT_ONCE, gate.port))
        wait_until(lambda: gate.log().count("disconnect from") >= AT_ONCE, "the end of all sessions")
        asyncio.run(honest(gate.port))
        assert whole_only(slow) >= 1
        assert "Traceback" not in gate.log() and "unexpected" not in gate.log()


def test_a_maildir_holds_whole_messages_only() -> None:
    sessions = [cut_off(*cut, is_polite=is_polite) for cut in CUTS for is_polite in (True, False)]
    with running_gate(MAIN_CF, zone=ZONE) as gate:
        asyncio.run(run_all(sessions, gate.port))
        asyncio.run(honest(gate.port))
        wait_until(lambda: gate.log().count("disconnect from") >= len(sessions) + 1, "the end of all sessions")
        messages = gate.delivered()
        assert messages
        for message in messages:
            assert message.partition(b"\nSubject")[2] == WHOLE.replace(b"\r\n", b"\n").removeprefix(b"Subject")
        assert list(gate.maildirs.glob("*/tmp/*")) == []
        assert "Traceback" not in gate.log() and "unexpected" not in gate.log()
