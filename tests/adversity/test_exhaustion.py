"""What runs out: places, file descriptors, the disk. Nobody is lost, nothing spins, and it is over when it is over."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gatepost.testing.free_ports import free_ports
from tests.conftest import ROOT
from tests.system.running_gate import RunningGate, running_gate, sink, wait_until
from tests.system.talking import Reply, talking

TICKS = os.sysconf("SC_CLK_TCK")
TEXT = b"Subject: honest\r\n\r\nhello\r\n"


@contextmanager
def silent_clients(port: int, count: int, sources: int = 50) -> Iterator[list[socket.socket]]:
    """So many connections that say nothing, from some loopback addresses."""
    with ExitStack() as stack:
        clients = []
        for number in range(count):
            client = socket.socket()
            client.bind((f"127.8.{number % sources}.1", 0))
            client.settimeout(20)
            client.connect(("127.0.0.1", port))
            clients.append(stack.enter_context(client))
        yield clients


async def deliver(port: int) -> Reply:
    """An honest message."""
    async with talking(port) as talk:
        await talk.open()
        return await talk.deliver("ann@sender.example", ["bob@example.com"], TEXT)


def said_to_rcpt(client: socket.socket) -> bytes:
    """Go on with a session; the code of the reply to its recipient."""
    replies = client.makefile("rb")
    client.sendall(b"EHLO a.example\r\n")
    while not replies.readline().startswith(b"250 "):
        pass
    client.sendall(b"MAIL FROM:<>\r\nRCPT TO:<bob@example.com>\r\n")
    return [replies.readline(), replies.readline()][1][:3]


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def honest_log(gate: RunningGate) -> None:
    assert "Traceback" not in gate.log() and "unexpected" not in gate.log()


@pytest.mark.peer("smtp-sink", "prlimit")
def test_without_descriptors_the_gate_waits_and_recovers() -> None:
    limit = ("prlimit", "--nofile=256:256")
    with sink() as hop, running_gate("smtpd_timeout = 60s\n", hop=hop.address, workers=1, wrapper=limit) as gate:
        [worker] = gate.workers()
        with silent_clients(gate.port, 150):
            assert asyncio.run(deliver(gate.port)).code == 250
        with silent_clients(gate.port, 400) as clients:
            gate.await_log("nearly all file descriptors are taken: connections wait")
            gate.await_log("new sessions are under stress")
            began, before = time.monotonic(), cpu_s(worker)
            time.sleep(1.5)
            assert (cpu_s(worker) - before) / (time.monotonic() - began) < 0.2
            assert said_to_rcpt(clients[0]) == b"250", "descriptors are left for the next hop"
            assert gate.workers() == {worker}
        wait_until(lambda: asyncio.run(deliver(gate.port)).code == 250, "recovery")
        assert gate.workers() == {worker}
        honest_log(gate)


STRESS = """\
smtpd_banner = $myhostname ${stress?{under stress}:{calm}}
smtpd_timeout = ${stress?{1}:{60}}s
smtpd_helo_restrictions = ${stress?{reject}}
"""


def greeting(client: socket.socket) -> bytes:
    return client.recv(100).removeprefix(b"220 gate.example.com ").rstrip()


def test_under_stress_the_other_forms_of_main_cf_hold_for_new_sessions() -> None:
    port, fixed = free_ports(2)
    rows = f"127.0.0.1:{port} inet n - n - 8 smtpd\n127.0.0.1:{fixed} inet n - n - 8 smtpd -o stress=\n"
    with running_gate(STRESS, master_cf=rows, workers=1) as gate:
        with silent_clients(port, 6) as calm:
            assert {greeting(client) for client in calm} == {b"calm"}
            with silent_clients(port, 2) as late:
                assert {greeting(client) for client in late} == {b"under stress"}
                for client in late:
                    assert client.recv(100) == b"421 4.4.2 gate.example.com Error: timeout exceeded\r\n"
            gate.await_log("of the 8 sessions that maxproc allows are open: new sessions are under stress")
            assert said_to_rcpt(calm[0]) == b"250"
            with silent_clients(port, 1) as (judged,):
                assert greeting(judged) == b"under stress"
                assert said_to_rcpt(judged) == b"554"
        with silent_clients(fixed, 8) as clients:
            assert {greeting(client) for client in clients} == {b"calm"}
        honest_log(gate)


FULL_DISK = ("maildir", "greylist")


@pytest.mark.peer("unshare", "mount")
@pytest.mark.parametrize("scenario", FULL_DISK)
def test_a_full_disk(scenario: str) -> None:
    command = ["unshare", "-mr" if os.geteuid() else "-m", sys.executable, "-m", "tests.adversity.full_disk"]
    done = subprocess.run([*command, scenario], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
