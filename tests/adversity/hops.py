"""Hops that are easily fooled, and what they took: Postfix as lenient as it can be, and aiosmtpd; behind a tap.

The tap records every octet on its way to the hop, so that a test can look for a bare CR or LF there.
"""

import asyncio
import contextlib
import re
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from gatepost.testing.free_ports import free_port
from tests.system.running_gate import wait_until
from tests.wire.smtp.private_postfix import private_postfix

LENIENT = {
    "smtpd_forbid_bare_newline": "no",
    "smtpd_forbid_unauth_pipelining": "no",
    "mynetworks": "127.0.0.0/8",
    "smtpd_junk_command_limit": "100000",
    "smtpd_hard_error_limit": "100000",
}
"""Debian's Postfix 3.7 as it comes, with Gatepost's address in its mynetworks: LF . LF ends a message for it."""

BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")


class Hop:
    """A port, and the senders of the messages it took."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.senders: Counter[str] = Counter()

    def settle(self, count: int) -> None:
        """Wait until so many messages were seen, or fail."""


class _PostfixHop(Hop):
    def __init__(self, port: int, maillog: Path) -> None:
        super().__init__(port)
        self._maillog = maillog

    def settle(self, count: int) -> None:
        def are_there() -> bool:
            found = re.findall(r"/qmgr\[\d+\]: \w+: from=<([^>]*)>", self._maillog.read_text(errors="replace"))
            self.senders = Counter(found)
            return self.senders.total() >= count

        wait_until(are_there, f"{count} messages in Postfix", 60)


@contextlib.contextmanager
def postfix_hop() -> Iterator[Hop]:
    """A private Postfix that trusts the gate."""
    with private_postfix({"hop": LENIENT}) as postfix:
        yield _PostfixHop(postfix.ports["hop"], postfix.maillog)


@contextlib.contextmanager
def aiosmtpd_hop() -> Iterator[Hop]:
    """aiosmtpd in a thread."""
    hop = Hop(free_port())
    lock = threading.Lock()

    class Handler:
        async def handle_DATA(self, _: SMTP, __: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
            with lock:
                hop.senders[envelope.mail_from] += 1
            return "250 2.0.0 Ok"

    controller = Controller(Handler(), hostname="127.0.0.1", port=hop.port)
    controller.start()
    try:
        yield hop
    finally:
        controller.stop()


class Tap:
    """What went to the hop, connection by connection."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: list[bytearray] = []

    def bare(self) -> list[bytes]:
        """Every bare CR or LF, with what stands around it."""
        found = []
        for octets in self.heard:
            found += [bytes(octets[max(0, m.start() - 20) : m.end() + 20]) for m in BARE.finditer(octets)]
        return found


@contextlib.asynccontextmanager
async def tapped(port: int) -> AsyncIterator[Tap]:
    """Listen in front of a hop."""
    tap = Tap()
    running: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        record = bytearray()
        tap.heard.append(record)

        async def pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter, note: bytearray) -> None:
            while octets := await source.read(65536):
                note.extend(octets)
                to.write(octets)
            to.close()

        with contextlib.suppress(ConnectionError):
            await asyncio.gather(pass_on(reader, far_writer, record), pass_on(far_reader, writer, bytearray()))
        running.discard(task)

    server = await asyncio.start_server(carry, "127.0.0.1", 0, backlog=256)
    tap.port = server.sockets[0].getsockname()[1]
    try:
        yield tap
    finally:
        server.close()
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
