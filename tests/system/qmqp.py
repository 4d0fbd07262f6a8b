"""A gate with a QMQP door, and a QMQP client that sends what it is told."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping

from gatepost.testing.free_ports import free_port
from gatepost.wire.netstrings import netstring
from tests.system.running_gate import RunningGate, running_gate

PATIENCE_S = 30.0
TEXT = b"Subject: by QMQP\n\nhello\n"
MAIN_CF = "qmqpd_authorized_clients = 127.0.0.0/8\nqmqpd_error_delay = 0\n"


def packet(text: bytes = TEXT, sender: bytes = b"ann@sender.example", *recipients: bytes) -> bytes:
    """What an honest client sends."""
    return netstring(b"".join(netstring(part) for part in (text, sender, *(recipients or (b"bob@example.com",)))))


@contextlib.contextmanager
def qmqp_gate(
    main_cf: str = "",
    *,
    hop: str = "",
    maxproc: str = "100",
    workers: int = 2,
    files: Mapping[str, str] | None = None,
) -> Iterator[tuple[RunningGate, int]]:
    """A running gate whose only door speaks QMQP, and its port."""
    port = free_port()
    row = f"127.0.0.1:{port} inet n - n - {maxproc} qmqpd\n"
    with running_gate(MAIN_CF + main_cf, hop=hop, workers=workers, master_cf=row, files=files) as gate:
        yield gate, port


async def hand_over(port: int, *pieces: bytes, source: str = "127.0.0.1", gap_s: float = 0.0) -> bytes:
    """Send these pieces on one connection; everything that the server says, until it closes."""
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
        try:
            for piece in pieces:
                writer.write(piece)
                if gap_s:
                    await asyncio.sleep(gap_s)
            return await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def say(port: int, *pieces: bytes, source: str = "127.0.0.1") -> str:
    """The reply to one packet, out of its netstring."""
    said = asyncio.run(hand_over(port, *pieces, source=source))
    return read_reply(said)


def read_reply(said: bytes) -> str:
    """A reply out of its netstring; "" for none."""
    if not said:
        return ""
    length, _, rest = said.partition(b":")
    assert int(length) == len(rest) - 1, said
    assert rest.endswith(b","), said
    return rest[:-1].decode()
