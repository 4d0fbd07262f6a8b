"""Handshakes in turn: whoever else has something to do has it done in between."""

import asyncio
import time

from gatepost.world.net.tls_handshakes import TURN_S, Handshakes


def test_a_flood_leaves_turns_to_others() -> None:
    asyncio.run(_flood())


async def _flood() -> None:
    line = Handshakes()
    order: list[str] = []

    def step() -> None:
        time.sleep(TURN_S)
        order.append("handshake")

    for _ in range(20):
        line.in_turn(step)
    for _ in range(5):
        await asyncio.sleep(0)
        order.append("other")
    assert order.count("handshake") <= 6, "no turn does more than one step of that length"
    is_over = asyncio.Event()
    line.in_turn(is_over.set)
    await is_over.wait()
    assert order.count("handshake") == 20


def test_short_steps_share_a_turn_and_one_that_fails_stops_nobody() -> None:
    asyncio.run(_short_steps())


async def _short_steps() -> None:
    line = Handshakes()
    done: list[int] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _happened: None)
    line.in_turn(lambda: done.append(1))
    line.in_turn(lambda: 1 / 0)  # type: ignore[arg-type, return-value]  # it raises
    line.in_turn(lambda: done.append(3))
    for _ in range(4):
        await asyncio.sleep(0)
    assert done == [1, 3]
