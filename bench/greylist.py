"""What greylisting costs beside Debian's postgrey, in one run; and what it costs when ten million triplets are there.

    python -m bench.greylist [--requests 20000] [--runs 5] [--triplets 10000000]

First part: 20 connections ask in lockstep, as twenty smtpd processes of a Postfix would, each request about a triplet
never seen. The servers take turns, run by run: postgrey; Gatepost's policy door with check_greylist on SQLite (each
answer synced to disk first), and on a private Redis, whose own processor time is counted with it. One worker serves.

Second part: the store alone. First tries, retries and known mail, one after another and twenty together, on an SQLite
file that begins empty and on one with ten million triplets of which a tenth is over, while sweeps go on as in the
server.

Gives: medians over the runs, lowest and highest in brackets; ratios of this run. bench/RESULTS-greylist.md has the
figures and the machine they are from.
"""

import argparse
import asyncio
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from itertools import count
from pathlib import Path

import uvloop
from tests.system.running_gate import running_gate
from tests.world.greylists.redis_server import running_redis

from bench.policyd import CONNECTIONS, Asker, told
from bench.process_tree import cpu_s
from gatepost.policy.greylisting import Attempt, GreylistTerms
from gatepost.testing.free_ports import free_port
from gatepost.world.greylists.sqlite import SqliteGreylist

TERMS = GreylistTerms()
ALL_DIFFERENT = 1 << 40  # requests in turn, that is: none twice
NOW = 1_700_000_000
RECIPIENTS = 100_000
SWEEP_EVERY_S = 0.1  # ten times as often as the server, so that each series meets some
SWEEP_SLICE = 2000
TURNS = 500

DISK = "/var/tmp"  # noqa: S108 - made and removed by this program
"""Where files are: /tmp may be memory."""

Cost = Callable[[], float]


@contextmanager
def postgrey() -> Iterator[tuple[int, Cost]]:
    """Debian's postgrey in the foreground: its port and its processor time."""
    port = free_port()
    with tempfile.TemporaryDirectory(dir=DISK) as room:
        options = (f"--inet=127.0.0.1:{port}", f"--dbdir={room}", "--user=root", "--group=root")
        command = [shutil.which("postgrey") or "postgrey", *options]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
            try:
                _wait_for(port)
                yield port, lambda: cpu_s(running.pid)
            finally:
                running.kill()


@contextmanager
def gatepost(store: str = "", also: Cost = lambda: 0.0) -> Iterator[tuple[int, Cost]]:
    """A policy door of one worker."""
    port = free_port()
    with tempfile.TemporaryDirectory(dir=DISK) as room:
        Path(room).chmod(0o777)  # the worker gives up root
        settings = (
            f"policyd_restrictions = check_greylist\ngreylist_store = {store or f'sqlite:{room}/greylist.db'}\n"
        )
        with running_gate(settings, master_cf=f"127.0.0.1:{port} inet n - n - 0 policyd\n", workers=1) as gate:
            yield port, lambda: cpu_s(gate.pid) + also()


@contextmanager
def gatepost_on_redis() -> Iterator[tuple[int, Cost]]:
    """The same on a Redis of its own, whose processor time counts."""
    with tempfile.TemporaryDirectory() as room, running_redis(Path(room)) as port:

        def server_cost() -> float:
            command = ["redis-cli", "-p", str(port), "info", "cpu"]
            lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            values = dict(line.split(":") for line in lines if ":" in line)
            return float(values["used_cpu_sys"]) + float(values["used_cpu_user"])

        with gatepost(f"redis://127.0.0.1:{port}/0", server_cost) as served:
            yield served


def _wait_for(port: int) -> None:
    async def connects() -> None:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise TimeoutError(f"nothing listens on {port}")

    asyncio.run(connects())


async def ask(port: int, first: int, requests: int) -> float:
    """Ask over CONNECTIONS connections; the seconds it took. Every triplet must be put off."""
    loop = asyncio.get_running_loop()
    numbers = count(first)
    began = time.perf_counter()
    askers = []
    for _ in range(CONNECTIONS):
        _, asker = await loop.create_connection(
            lambda: Asker(numbers, first + requests, ALL_DIFFERENT), "127.0.0.1", port
        )
        askers.append(asker)
    await asyncio.gather(*(asker.done for asker in askers))
    took = time.perf_counter() - began
    others = {
        answer
        for asker in askers
        for answer in asker.answers
        if not answer.lower().startswith(b"action=defer_if_permit")
    }
    assert not others, sorted(others)[:3]
    return took


SERVERS = {
    "postgrey": postgrey,
    "gatepost, sqlite": gatepost,
    "gatepost, redis": gatepost_on_redis,
}


def compare(requests: int, runs: int) -> None:
    """The first part."""
    rates: dict[str, list[float]] = {name: [] for name in SERVERS}
    costs: dict[str, list[float]] = {name: [] for name in SERVERS}
    with ExitStack() as stack:
        served = {name: stack.enter_context(server()) for name, server in SERVERS.items()}
        for port, _ in served.values():
            uvloop.run(ask(port, 0, 1000))
        for run in range(runs):
            for name, (port, cost) in served.items():
                before = cost()
                took = uvloop.run(ask(port, 1000 + run * requests, requests))
                rates[name].append(requests / took)
                costs[name].append((cost() - before) / requests * 1000)
    base = statistics.median(costs["postgrey"])
    for name in SERVERS:
        share = statistics.median(costs[name]) / base
        text = f"{told(rates[name], '.0f')} requests/s, {told(costs[name], '.3f')} ms CPU each"
        print(f"{name:<18}{text}, {share:.2f} of postgrey's", flush=True)


def attempt(number: int) -> Attempt:
    """The triplet of this number: 100,000 recipients, every sender a new one, networks all over the Internet."""
    mixed = number * 2_654_435_761 & 0xFFFFFFFF
    network = f"{mixed >> 24}.{mixed >> 16 & 255}.{mixed >> 8 & 255}.0/24"
    return Attempt(network, f"s{number}@d{mixed % 999_983}.example", f"r{number % RECIPIENTS:05d}@example.com", TERMS)


def fill(path: Path, triplets: int) -> None:
    """Write so many triplets, in the order of their keys; a tenth is over."""
    asyncio.run(SqliteGreylist(path).decide([], NOW))
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA synchronous=OFF")
        for first in range(0, RECIPIENTS, 1000):
            rows = []
            for recipient in range(first, first + 1000):
                for number in range(recipient, triplets, RECIPIENTS):
                    each = attempt(number)
                    when = NOW - 10**6 if number // RECIPIENTS % 10 == 0 else NOW - 3600
                    value = f"{when} {each.client} {when} {when} 0"
                    rows.append((f"t {each.recipient} {each.sender}", value, when + TERMS.retry_window))
            file.executemany("REPLACE INTO greylist VALUES (?, ?, ?)", sorted(rows))
            file.commit()
    print(f"  filled with {triplets}: {path.stat().st_size / 2**20:.0f} MiB", flush=True)


async def time_decisions(path: Path, first: int, together: int, now: int) -> tuple[float, float, float]:
    """Median milliseconds of wall time, milliseconds of CPU time for each decision, and the longest sweep."""
    store = SqliteGreylist(path)
    times, longest, swept_at = [], 0.0, time.perf_counter()
    cpu = time.process_time()
    for turn in range(TURNS):
        attempts = [attempt(scattered(first, turn * together + n)) for n in range(together)]
        began = time.perf_counter()
        await store.decide(attempts, now)
        times.append(time.perf_counter() - began)
        if time.perf_counter() - swept_at > SWEEP_EVERY_S:
            began = time.perf_counter()
            await store.sweep(NOW, SWEEP_SLICE)
            longest = max(longest, time.perf_counter() - began)
            swept_at = time.perf_counter()
    cpu = time.process_time() - cpu
    await store.close()
    return statistics.median(times) * 1000, cpu / TURNS / together * 1000, longest * 1000


def scattered(first: int, number: int) -> int:
    """Numbers that lie far apart, each once in ten million."""
    return first + number * 7_919_393 % 10_000_000


def fullness(triplets: int, runs: int) -> None:
    """The second part: fresh triplets, then retries of those that wait, then mail of those that are known by that."""
    with tempfile.TemporaryDirectory(dir=DISK) as room:
        full = Path(room) / "full.db"
        fill(full, triplets)
        for together in (1, 20):
            found: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
            for run in range(runs):
                empty = Path(room) / f"empty{together}-{run}.db"
                for what, now in (("fresh", NOW), ("retried", NOW + 400), ("known", NOW + 800)):
                    for name, path in (("empty", empty), ("full", full)):
                        first = triplets + (run + 10 * together) * 10**7
                        values = asyncio.run(time_decisions(path, first, together, now))
                        found.setdefault((what, name), []).append(values)
            for what in ("fresh", "retried", "known"):
                _tell(f"{what}, {together} together", found[what, "empty"], found[what, "full"])


def _tell(what: str, empty: list[tuple[float, float, float]], full: list[tuple[float, float, float]]) -> None:
    times = [[each[0] for each in values] for values in (empty, full)]
    cpu = [statistics.median(each[1] for each in values) for values in (empty, full)]
    ratio = statistics.median(times[1]) / statistics.median(times[0])
    print(
        f"{what}: empty {told(times[0], '.3f')} ms, full {told(times[1], '.3f')} ms: {ratio:.2f} times; "
        f"CPU each {cpu[0]:.3f} and {cpu[1]:.3f} ms; longest sweep {max(each[2] for each in full):.1f} ms",
        flush=True,
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.greylist", description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--triplets", type=int, default=10_000_000)
    options = parser.parse_args()
    libraries = f"uvloop {version('uvloop')}, SQLite {sqlite3.sqlite_version}, redis-py {version('redis')}"
    print(
        f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}, {libraries}", flush=True
    )
    if options.requests:
        compare(options.requests, options.runs)
    if options.triplets:
        fullness(options.triplets, options.runs)


if __name__ == "__main__":
    main()
