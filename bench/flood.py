"""A well-behaved client while thousands of slow ones sit on the door and thousands more knock each second.

    .venv/bin/python -m bench.flood                     5,000 slow clients, 2,000 new connections a second, 20 seconds
    .venv/bin/python -m bench.flood --write             the same, into bench/RESULTS-flood.md

Slow clients come from a thousand loopback addresses and send an octet of a command every few seconds; one that
is dismissed comes back. The flood connects from two hundred thousand addresses, says nothing, and leaves a third of a
second later. The well-behaved client delivers one message after another, each in a session of its own, and the time
of each (from connect to the 250 after the message, a pause of 20 ms between two) is what counts; first without the
others, then with them. Everything, smtp-sink as next hop included, shares this machine's cores, in a network and
process namespace of its own. Needs root, unshare(1) and Debian's postfix.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import platform
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.parity.run import INSIDE, in_private_namespace
from tests.system.running_gate import running_gate, sink
from tests.system.talking import talking

from bench.process_tree import cpu_s, memory_kb
from gatepost.testing.free_ports import free_port

RESULTS = Path(__file__).with_name("RESULTS-flood.md")
SLOW_ADDRESSES = 1000
OCTET_EVERY_S = 4.0
COMING = 40
"""Slow clients that come in one go, each twentieth of a second: more would be a flood of their own."""

STAYS_S = 0.33
LONGEST_MEDIAN_MS = 1000.0
"""What is promised; else the exit status is 1."""

TEXT = b"Subject: honest\r\n\r\n" + b"a line of an honest message\r\n" * 60
SETTINGS = """\
smtpd_recipient_restrictions = reject_unauth_destination, reject_invalid_helo_hostname
"""


@dataclass(frozen=True, slots=True)
class Flood:
    """How hard it is: the fields of the command line."""

    slow: int = 5000
    rate: int = 2000
    seconds: float = 20.0
    maxproc: int = 6000


USUAL = Flood()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the well-behaved client saw: the time of each message in seconds, and how many were not taken at once."""

    times_s: list[float]
    refused: int

    @property
    def median_ms(self) -> float:
        """The median."""
        return statistics.median(self.times_s) * 1000

    @property
    def p95_ms(self) -> float:
        """What one in twenty took longer than."""
        return sorted(self.times_s)[int(len(self.times_s) * 0.95)] * 1000


def address(network: int, number: int) -> str:
    """A loopback address of a network 127.N/8, never an end of it."""
    return f"127.{network + number // 62500}.{number // 250 % 250 + 1}.{number % 250 + 1}"


def _connect(source: str, port: int) -> socket.socket | None:
    """Begin a connection; None where the kernel has no room for it now."""
    client = socket.socket()
    client.setblocking(False)  # noqa: FBT003 - the name of the method says it
    client.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT: the port is chosen at connect
    try:
        client.bind((source, 0))
        client.connect(("127.0.0.1", port))
    except BlockingIOError:
        pass
    except OSError:
        client.close()
        return None
    return client


def sit(port: int, count: int) -> None:
    """Be `count` slow clients, until killed; says `ready` when all were let in."""
    poll = selectors.EpollSelector()
    numbers = itertools.count()
    dribble = itertools.cycle(b"NOOP a very long word that never comes to an end")
    said_ready = False
    greeted: set[socket.socket] = set()
    open_now: set[socket.socket] = set()

    def come() -> None:
        client = _connect(address(100, next(numbers) % SLOW_ADDRESSES), port)
        if client is not None:
            open_now.add(client)
            poll.register(client, selectors.EVENT_READ)

    next_octets = time.monotonic() + OCTET_EVERY_S
    while True:
        for _ in range(min(count - len(open_now), COMING)):
            come()
        for key, _ in poll.select(0.05):
            client = key.fileobj
            assert isinstance(client, socket.socket)
            try:
                octets = client.recv(4096)
            except OSError:
                octets = b""
            greeted.add(client)
            if not octets:
                poll.unregister(client)
                open_now.discard(client)
                greeted.discard(client)
                client.close()
        if not said_ready and len(greeted) >= count * 0.99:
            said_ready = True
            print("ready", flush=True)
        if time.monotonic() > next_octets:
            next_octets += OCTET_EVERY_S
            octet = bytes([next(dribble)])
            for client in greeted:
                with contextlib.suppress(OSError):
                    client.send(octet)


def knock(port: int, rate: int, seconds: float) -> None:
    """Open so many connections a second for so long; says how many there were."""
    waiting: deque[tuple[float, socket.socket]] = deque()
    began = time.monotonic()
    made = failed = 0
    while (now := time.monotonic()) < began + seconds:
        while made + failed < (now - began) * rate:
            client = _connect(address(110, (made + failed) % 200_000), port)
            made, failed = (made + 1, failed) if client else (made, failed + 1)
            if client:
                waiting.append((now + STAYS_S, client))
        while waiting and waiting[0][0] < now:
            waiting.popleft()[1].close()
        time.sleep(0.005)
    print(made, failed, flush=True)


async def behave(port: int, seconds: float) -> Outcome:
    """Be the well-behaved client."""
    times_s, refused = [], 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        async with talking(port, "127.0.0.2") as talk:
            reply = await talk.open()
            if reply.code == 250:
                reply = await talk.deliver("ann@sender.example", ["bob@example.com"], TEXT)
            if reply.code == 250:
                times_s.append(time.monotonic() - began)
                await talk.ask("QUIT")
            else:
                refused += 1
        await asyncio.sleep(0.02)
    return Outcome(times_s, refused)


def _ourselves(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "bench.flood", *arguments], stdout=subprocess.PIPE, text=True)


@contextlib.contextmanager
def _slow_clients(port: int, count: int) -> Iterator[None]:
    process = _ourselves("--be", "slow", "--port", str(port), "--slow", str(count))
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True, slots=True)
class Run:
    """Both outcomes, and what the flood came to."""

    alone: Outcome
    flooded: Outcome
    knocked: str
    cpu_share: float
    memory_mb: float
    log: str


def run(flood: Flood) -> Run:
    """Measure once."""
    port = free_port()
    row = f"127.0.0.1:{port} inet n - n - {flood.maxproc} smtpd\n"
    with sink() as hop, running_gate(SETTINGS, hop=hop.address, master_cf=row) as gate:
        alone = asyncio.run(behave(port, flood.seconds / 4))
        with _slow_clients(port, flood.slow):
            knocking = _ourselves(
                "--be", "flood", "--port", str(port), "--rate", str(flood.rate), "--seconds", str(flood.seconds)
            )
            began, cpu_began = time.monotonic(), cpu_s(gate.pid)
            flooded = asyncio.run(behave(port, flood.seconds))
            share = (cpu_s(gate.pid) - cpu_began) / (time.monotonic() - began)
            memory = sum(memory_kb(gate.pid).values()) / 1024
            knocked, _ = knocking.communicate()
        return Run(alone, flooded, knocked.strip(), share, memory, gate.log())


def table(flood: Flood, measured: Run) -> list[str]:
    """The results in words."""
    made, failed = measured.knocked.split()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.0f}"
    lines = [
        "# A well-behaved client in a flood",
        "",
        "`make bench-flood` (bench/flood.py says what is counted, and how). Median and 95th percentile of a message,",
        "from connect to the 250 after it. Clients, next hop and Gatepost (two workers) share this machine's cores.",
        "",
        f"{machine}, Python {platform.python_version()}; {flood.seconds:.0f} s; maxproc {flood.maxproc}.",
        "",
        "| Besides | Messages | Refused | Median, ms | 95 %, ms |",
        "|---|---|---|---|---|",
    ]
    crowd = f"{flood.slow} slow clients, {flood.rate} new connections/s"
    for besides, seen in (("nobody", measured.alone), (crowd, measured.flooded)):
        figures = f"{len(seen.times_s)} | {seen.refused} | {seen.median_ms:.0f} | {seen.p95_ms:.0f}"
        lines.append(f"| {besides} | {figures} |")
    cost = f"{measured.cpu_share * 100:.0f} % of one core and {measured.memory_mb:.0f} MB (shared pages counted once)"
    lines += [
        "",
        f"The flood made {made} connections; {failed} more found no room in the kernel. Gatepost used {cost}.",
    ]
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.flood", description=__doc__.partition("\n")[0])
    parser.add_argument("--slow", type=int, default=USUAL.slow)
    parser.add_argument("--rate", type=int, default=USUAL.rate)
    parser.add_argument("--seconds", type=float, default=USUAL.seconds)
    parser.add_argument("--maxproc", type=int, default=USUAL.maxproc)
    parser.add_argument("--write", action="store_true", help="into bench/RESULTS-flood.md")
    parser.add_argument("--be", choices=("slow", "flood"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.be == "slow":
        sit(options.port, options.slow)
    elif options.be == "flood":
        knock(options.port, options.rate, options.seconds)
    elif os.geteuid() != 0:
        parser.error("needs root (a network namespace of its own)")
    elif INSIDE not in os.environ:
        return in_private_namespace("bench.flood", list(arguments or sys.argv[1:])).returncode
    else:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        flood = Flood(options.slow, options.rate, options.seconds, options.maxproc)
        measured = run(flood)
        text = "\n".join(table(flood, measured)) + "\n"
        print(text)
        if options.write:
            RESULTS.write_text(text)
        return 1 if measured.flooded.median_ms >= LONGEST_MEDIAN_MS else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
