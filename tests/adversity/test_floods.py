"""Floods of one client: headers without end, connections without a word. Memory stays where it was, mail goes through."""

import asyncio
import socket
import time
from contextlib import ExitStack

import pytest

from tests.system.running_gate import RunningGate, Sink, running_gate, sink
from tests.system.talking import Reply, talking

pytestmark = pytest.mark.peer("smtp-sink")

SIZE = 9_000_000
MOST_GROWTH_KB = 6144
"""What buffers on both sides of the gate may take; the message is larger."""

MOST_KB_PER_CONNECTION = 16
CONNECTIONS = 600

FLOODS = {
    "many lines": b"".join(b"X-%d: y\r\n" % number for number in range(SIZE // 12)),
    "one line": b"X-Long: " + b"y" * SIZE + b"\r\n",
    "one folded line": b"X-Long: y\r\n" + b" folded\r\n" * (SIZE // 9),
    "names without a colon's end": b"Received" * (SIZE // 8) + b"\r\n",
    "forty-eight hops": b"Received: from a by b\r\n" * 48 + b"X: y\r\n" * (SIZE // 6),
}


async def deliver(port: int, message: bytes) -> Reply:
    async with talking(port) as talk:
        await talk.open()
        return await talk.deliver("ann@sender.example", ["bob@example.com"], message)


def growth_kb(gate: RunningGate, before: dict[int, int]) -> int:
    after = gate.memory_kb()
    assert after.keys() == before.keys()
    return max(after[pid] - before[pid] for pid in after)


def last_message(hop: Sink) -> bytes:
    return max(hop.dumped().items(), key=lambda item: item[0].stat().st_mtime)[1]


def test_headers_without_end_cost_no_memory() -> None:
    with sink() as hop, running_gate(hop=hop.address, workers=1) as gate:
        assert asyncio.run(deliver(gate.port, FLOODS["one folded line"])).code == 250
        before = gate.memory_kb()
        for name, header in FLOODS.items():
            message = b"Subject: flood\r\n" + header + b"\r\nend\r\n"
            reply = asyncio.run(deliver(gate.port, message))
            assert reply.code == 250, (name, reply)
            text = message.replace(b"\r\n", b"\n")
            assert last_message(hop).endswith(text + b"\n"), name
            for path in hop.dumped():
                path.unlink()
        assert growth_kb(gate, before) < MOST_GROWTH_KB
        looping = b"Received: from a by b\r\n" * 60 + b"\r\nround\r\n"
        assert asyncio.run(deliver(gate.port, looping)).text == "554 5.4.0 Error: too many hops"


def test_a_silent_connection_costs_little() -> None:
    with running_gate(master_cf="", workers=1) as gate, ExitStack() as stack:
        before = gate.memory_kb()
        for number in range(CONNECTIONS):
            client = stack.enter_context(socket.socket())
            client.settimeout(20)
            client.bind((f"127.6.{number % 200}.1", 0))
            client.connect(("127.0.0.1", gate.port))
            assert client.recv(100).startswith(b"220 ")
        time.sleep(0.1)
        per_connection = growth_kb(gate, before) / CONNECTIONS
        print(f"{per_connection:.1f} kB per connection")
        assert per_connection < MOST_KB_PER_CONNECTION
