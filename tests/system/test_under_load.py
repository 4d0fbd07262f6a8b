"""What happens to sessions when workers die, the configuration changes, or the service stops: all under real load."""

import asyncio
import functools
import itertools
import os
import random
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.system.running_gate import GUIDE, RunningGate, answers, running_gate, sink, wait_until
from tests.system.talking import Reply, talking

pytestmark = pytest.mark.peer("smtp-sink")

AT_ONCE = 60
TEXT = b"Subject: load\r\n\r\n" + b"line of a message under load\r\n" * 20
LOAD_S = 2.5
USED_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Ending:
    """How one session of the load ended: `failure` is empty for a message that was accepted."""

    address: str
    failure: str = ""


async def one_session(port: int, address: str = "127.0.0.2") -> Ending:
    """A short session: one message."""
    try:
        async with talking(port, address) as talk:
            reply = await talk.open()
            if reply.code == 250:
                reply = await talk.deliver("ann@sender.example", ["bob@example.com"], TEXT)
            if reply.code == 250:
                await talk.ask("QUIT")
                return Ending(address)
            return Ending(address, f"{reply.code} {reply.text}" if reply.code else "lost")
    except ConnectionRefusedError:
        return Ending(address, "refused")
    except ConnectionError:
        return Ending(address, "lost")


async def load(port: int, meanwhile: Callable[[], None], every_s: float) -> list[Ending]:
    """Short sessions, AT_ONCE at a time, for LOAD_S; every so often something is done to the service.

    Each comes from a loopback address of its own, by which the log tells which worker it had.
    """
    endings: list[Ending] = []
    numbers = itertools.count()
    until = time.monotonic() + LOAD_S

    async def keep_on() -> None:
        while time.monotonic() < until:
            number = next(numbers)
            endings.append(await one_session(port, f"127.1.{number >> 8}.{number & 255}"))

    async def trouble() -> None:
        while time.monotonic() < until - every_s:
            await asyncio.sleep(every_s)
            meanwhile()

    await asyncio.gather(trouble(), *(keep_on() for _ in range(AT_ONCE)))
    return endings


def failures_of(endings: list[Ending]) -> list[Ending]:
    return [ending for ending in endings if ending.failure]


def test_a_killed_worker_costs_its_own_sessions_only() -> None:
    killed: list[int] = []

    def kill_one(gate: RunningGate) -> None:
        killed.append(random.choice(sorted(gate.workers())))
        os.kill(killed[-1], signal.SIGKILL)

    with sink() as hop, running_gate(hop=hop.address, workers=3) as gate:
        endings = asyncio.run(load(gate.port, lambda: kill_one(gate), every_s=0.7))
        wait_until(lambda: len(gate.workers()) == 3 and not gate.workers() & set(killed), "three new workers")
        gate.await_log("killed by signal 9", len(killed))
        log = gate.log()
        last = asyncio.run(load(gate.port, lambda: None, every_s=LOAD_S))
    connects = re.findall(r"smtpd\[(\d+)\]: connect from \w+\[(\S+)\]\n", log)
    worker_of = {address: int(pid) for pid, address in connects}
    failures = failures_of(endings)
    assert len(killed) >= 3 and len(endings) > 200
    assert {failure.failure for failure in failures} == {"lost"}
    innocent = [failure for failure in failures if worker_of.get(failure.address, killed[0]) not in killed]
    assert innocent == [], "lost, though their workers lived"
    assert len(failures) <= AT_ONCE * len(killed)
    assert failures_of(last) == []


def test_a_reload_costs_no_session() -> None:
    with sink() as hop, running_gate(hop=hop.address) as gate:
        endings = asyncio.run(load(gate.port, lambda: gate.signal(signal.SIGHUP), every_s=0.4))
        gate.await_log("reloaded", 3)
        assert len(endings) > 200
        assert failures_of(endings) == []
        wait_until(lambda: len(gate.members()) == 3, "the end of the former workers")


SETTLED = 30
"""So many sessions at once that all say the same: with two workers that share a door, both say it."""


async def reply_to(port: int, sender: str) -> Reply:
    async with talking(port) as talk:
        await talk.open("good.sender.example")
        return await talk.ask(f"MAIL FROM:<{sender}>", "RCPT TO:<bob@example.com>")


def all_said(port: int, sender: str, text: str) -> bool:
    async def ask() -> list[Reply]:
        return await asyncio.gather(*(reply_to(port, sender) for _ in range(SETTLED)))

    return all(text in reply.text for reply in asyncio.run(ask()))


def test_a_changed_table_is_used_within_two_seconds_by_every_worker() -> None:
    sender = "news@changing.sender.example"
    taken_s = []
    with running_gate(
        guide=True, zone=(GUIDE / "demo.zone").read_text() + f"{sender.partition('@')[2]} 60 A 127.0.0.2\n"
    ) as gate:
        assert all_said(gate.port, sender, "2.1.5 Ok")
        for trial in range(3):  # the best of three counts: the machine may be busy with something else
            gate.write("sender_checks", f"{sender} REJECT Changed {trial}\n")
            began = time.monotonic()
            is_used = functools.partial(all_said, gate.port, sender, f"Changed {trial}")
            wait_until(is_used, "the new policy")
            taken_s.append(time.monotonic() - began)
        assert "sender_checks" in gate.log()
    assert min(taken_s) < USED_WITHIN_S, taken_s


def test_a_broken_configuration_keeps_the_old_policy_and_says_where() -> None:
    with sink() as hop, running_gate(hop=hop.address) as gate:
        good = (gate.etc / "main.cf").read_text()
        line = good.count("\n") + 1
        gate.write("main.cf", good + "this is no assignment\n")
        gate.await_log("reload refused: the former configuration stays in use")
        assert f"{gate.etc}/main.cf:{line}: " in gate.log()
        assert asyncio.run(one_session(gate.port)).failure == ""
        gate.write("main.cf", good + "smtpd_helo_required = maybe\n")
        gate.await_log("smtpd_helo_required")
        assert asyncio.run(one_session(gate.port)).failure == ""
        gate.write("main.cf", good + "smtpd_banner = $myhostname ESMTP again\n")
        gate.await_log("reloaded")

        async def greeting() -> str:
            async with talking(gate.port) as talk:
                return (await talk.reply()).text

        wait_until(lambda: asyncio.run(greeting()).endswith("ESMTP again"), "the mended configuration")


def test_a_session_that_runs_while_the_service_stops_is_finished() -> None:
    async def story(gate: RunningGate) -> Reply:
        async with talking(gate.port) as talk:
            await talk.open()
            await talk.ask("MAIL FROM:<ann@sender.example>", "RCPT TO:<bob@example.com>")
            reply = await talk.ask("DATA")
            assert reply.code == 354
            gate.signal(signal.SIGTERM)
            await asyncio.to_thread(wait_until, lambda: not answers(gate.port), "closed doors")
            talk.say(TEXT + b".\r\n")
            reply = await talk.reply()
            await talk.ask("QUIT")
            return reply

    with sink() as hop, running_gate(hop=hop.address) as gate:
        assert asyncio.run(story(gate)).code == 250
        assert gate.end() == 0
        assert gate.members() == set()


def test_the_service_does_not_wait_for_ever() -> None:
    async def idle(gate: RunningGate) -> bytes:
        async with talking(gate.port) as talk:
            await talk.open()
            gate.signal(signal.SIGTERM)
            return await talk.rest()

    with sink() as hop, running_gate("shutdown_grace_time = 1s\n", hop=hop.address) as gate:
        assert asyncio.run(idle(gate)) == b"421 4.3.2 gate.example.com Error: service shutting down\r\n"
        assert gate.end() == 0
