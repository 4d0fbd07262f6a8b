"""The QMQP door under load: its limit over all workers, killed workers, many messages at once, input that is wrong."""

import asyncio
import os
import random
import re
import signal
import socket
from collections import Counter
from pathlib import Path

import pytest

from tests.system.qmqp import PATIENCE_S, hand_over, packet, qmqp_gate, read_reply, say
from tests.system.running_gate import sink, wait_until

MOST = 5


def test_maxproc_counts_over_all_workers_and_survives_a_kill() -> None:
    with qmqp_gate(maxproc=str(MOST), workers=3) as (gate, port):
        clients = [socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) for _ in range(MOST + 3)]
        gate.await_log("connect from localhost", MOST)
        gate.await_log("sessions that maxproc allows are open: clients wait")
        connected = re.findall(r"qmqpd\[(\d+)\]: connect from", gate.log())
        assert len(connected) == MOST
        victim, lost = Counter(connected).most_common(1)[0]
        os.kill(int(victim), signal.SIGKILL)
        gate.await_log("]: connect from localhost", MOST + min(lost, 3))
        alive = [client for client in clients if not _is_reset(client)]
        for client in alive:
            client.sendall(packet())
        for client in alive:
            assert client.makefile("rb").read().startswith(b"2")  # a netstring of twenty-odd octets: K
            client.close()
        assert len(gate.delivered()) == len(alive) == MOST + 3 - lost


def _is_reset(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    finally:
        client.settimeout(PATIENCE_S)


def dumped_ids(dumped: dict[Path, bytes]) -> Counter[str]:
    return Counter(
        match[1].decode() for octets in dumped.values() if (match := re.search(rb"Subject: n(\d+)\n", octets))
    )


async def many(port: int, count: int, recipients: int) -> dict[str, str]:
    """So many messages at once: the reply to each, by its number; "" where the connection was lost."""

    async def one(number: int) -> str:
        text = b"Subject: n%d\n\n" % number + b"line of a message\n" * 100
        people = [b"user%d@example.com" % each for each in range(recipients)]
        try:
            return read_reply(await hand_over(port, packet(text, b"ann@sender.example", *people)))
        except ConnectionError:
            return ""

    replies = await asyncio.gather(*(one(number) for number in range(count)))
    return {str(number): reply for number, reply in enumerate(replies)}


@pytest.mark.peer("smtp-sink")
def test_a_hundred_messages_at_once_with_a_hundred_recipients_each() -> None:
    with sink() as hop, qmqp_gate(hop=hop.address) as (_, port):
        replies = asyncio.run(many(port, 100, 100))
        assert all(reply.startswith("K") for reply in replies.values()), Counter(replies.values())
        wait_until(lambda: len(hop.dumped()) >= 100, "100 messages")
        dumped = hop.dumped()
        assert dumped_ids(dumped) == Counter(replies.keys())
        assert {octets.count(b"X-Rcpt-Args:") for octets in dumped.values()} == {100}


@pytest.mark.peer("smtp-sink")
def test_a_killed_worker_loses_nothing_that_got_k() -> None:
    with sink() as hop, qmqp_gate(hop=hop.address, workers=3, maxproc="60") as (gate, port):

        async def load() -> dict[str, str]:
            async def kill() -> None:
                for _ in range(3):
                    await asyncio.sleep(0.15)
                    os.kill(random.choice(sorted(gate.workers())), signal.SIGKILL)

            replies, _ = await asyncio.gather(many(port, 400, 20), kill())
            return replies

        replies = asyncio.run(load())
        taken = {number for number, reply in replies.items() if reply.startswith("K")}
        assert set(replies.values()) <= {"KOk", "KOk: queued", ""}, Counter(replies.values())
        assert len(taken) > 100
        wait_until(lambda: taken <= set(dumped_ids(hop.dumped())), "everything that got K")
        assert max(dumped_ids(hop.dumped()).values()) == 1


CHANCE = random.Random("netstrings")


def mutated(octets: bytes) -> bytes:
    """A packet with something wrong: lengths, commas, octets gone or doubled, or its end missing."""
    kind = CHANCE.randrange(6)
    at = CHANCE.randrange(len(octets))
    lengths = [match.span() for match in re.finditer(rb"\d+(?=:)", octets)]
    begin, end = CHANCE.choice(lengths)
    if kind == 0:
        return octets[:begin] + str(CHANCE.choice([0, 1, 7, 99, 5000, 10**9, 10**30])).encode() + octets[end:]
    if kind == 1:
        return octets[:begin] + b"0" * CHANCE.randrange(40) + octets[begin:]
    if kind == 2:
        return octets.replace(b",", CHANCE.choice([b"", b";", b",,"]), CHANCE.randrange(1, 4))
    if kind == 3:
        return octets[:at]
    if kind == 4:
        return octets[:at] + CHANCE.randbytes(CHANCE.randrange(1, 5)) + octets[at + CHANCE.randrange(3) :]
    return CHANCE.randbytes(CHANCE.randrange(200))


FUZZ_ROUNDS = 1500


def test_fuzz_ends_in_a_clean_close_each_time() -> None:
    async def one(port: int, semaphore: asyncio.Semaphore) -> str:
        octets = mutated(packet())
        at = sorted(CHANCE.randrange(len(octets) + 1) for _ in range(CHANCE.randrange(4)))
        pieces = [octets[begin:end] for begin, end in zip([0, *at], [*at, len(octets)], strict=True)]
        async with semaphore, asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for piece in pieces:
                writer.write(piece)
                if len(pieces) > 1:
                    await asyncio.sleep(0.001)
            writer.write_eof()
            said = read_reply(await reader.read())
            writer.close()
            await writer.wait_closed()
            return said

    async def all_of_them(port: int) -> list[str]:
        semaphore = asyncio.Semaphore(30)
        return await asyncio.gather(*(one(port, semaphore) for _ in range(FUZZ_ROUNDS)))

    with qmqp_gate() as (gate, port):
        said = asyncio.run(all_of_them(port))
        assert say(port, packet()).startswith("K")
        log = gate.log()
        delivered = gate.delivered()
    taken = [each for each in said if each.startswith("K")]
    kinds = Counter(re.sub(r"^K.*|(?<= )<.*", "", each) for each in said)
    assert len(delivered) <= len(taken) + 1
    assert "internal error" not in log
    assert "unexpected" not in log
    assert kinds["Dnetstring format error while receiving message content"] > 10
    assert kinds["Dnetstring length exceeds storage limit while receiving QMQP packet header"] > 10
    assert set(kinds) <= {
        "",
        "DError: no recipients specified",
        *(
            f"Dnetstring {fault} while receiving {what}"
            for fault in ("format error", "length exceeds storage limit")
            for what in ("QMQP packet header", "message content", "sender address", "recipient address")
        ),
        *(each for each in kinds if each.startswith("D501 5.1.")),
    }
