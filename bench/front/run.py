"""Gatepost beside its peers, the same sessions played at each in alternation: CPU per session, rate, latency, memory.

    make bench                        every scenario, five pairs, written to bench/RESULTS.md
    python -m bench.front.run [--only WORD] [--pairs N] [--scale X] [--write]

Runs as root in network and mount namespaces of its own, on loopback addresses alone. In each round every contestant
of a scenario gets the same number of sessions, each from a client address never seen before; the order turns round
from round to round (A B, B A, …). CPU is user and system time of the contestant's whole process tree, divided by the
sessions; a ratio is taken within a round, and the table has the median of the rounds with the smallest and the
largest. The generator's own load is shown as the share of one core that it used: below 100 % it was not what the
others waited for. Sessions a second: those that went well, by the time until the last was over; one that is given up
after 20 s (its connection was lost where the queue of the kernel ran over) is an error, and its wait counts.
Gatepost has one worker where nothing else is said; by default it has one for each core, as Postfix uses all cores.

Not measured: TLS (bench.tls), real networks, more than two workers, name servers that lose packets.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.parity.run import INSIDE, in_private_namespace
from tests.parity.servers import bind_file

from bench.front import memory
from bench.front.peers import COMPILED, SINK_PORT, Peer, aiosmtpd, gatepost, name_server, postfix, smtp_sink
from bench.process_tree import cpu_s

RESULTS = Path(__file__).resolve().parents[1] / "RESULTS.md"
LOG_FLUSH_S = 0.2
_next_address = 0


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server to be started for a scenario."""

    name: str
    start: Callable[[], AbstractContextManager[Peer]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is played at whom. `reference` is the contestant that the ratios are to."""

    title: str
    contestants: tuple[Contestant, ...]
    sessions: int
    connections: int = 20
    dns_ms: float = 0.0
    load: tuple[str, ...] = ()
    reference: str = "Postfix"


@dataclass(frozen=True, slots=True)
class Figures:
    """One run of one contestant."""

    cpu_ms: float
    rate: float
    p50_ms: float
    p99_ms: float
    errors: int
    generator_share: float


def scenarios(scale: float) -> Iterator[Scenario]:
    """All of them; `scale` shortens or lengthens each."""

    def count(sessions: int) -> int:
        return max(int(sessions * scale), 50)

    helo, lists, mail = "HELO pattern", "the guide's lists", "accepted mail"
    dynamic = ("--helo", "h#.dynamic.isp.example")
    gate, real = _pair(helo)
    sink = Contestant("smtp-sink", lambda: smtp_sink(2530, refuses=True))
    library = Contestant("aiosmtpd", lambda: aiosmtpd(2531))
    yield Scenario(
        "refused by HELO pattern", (gate, real, sink, library, *_compiled(helo)), count(4000), load=dynamic
    )
    named = "HELO pattern and names"
    gate_named, real_named = _pair(named)
    yield Scenario(
        "refused by HELO pattern, the client's name looked up",
        (gate_named, real_named, *_compiled(named)),
        count(4000),
        load=dynamic,
    )
    two = _two_workers(helo)
    yield Scenario("two workers beside one", (gate, two), count(6000), load=dynamic, reference="Gatepost")
    gate, real = _pair(lists)
    yield Scenario("the guide's lists, name server at 0 ms", (gate, real, *_compiled(lists)), count(2500))
    tuned = Contestant(
        "Postfix, 1000 processes", lambda: postfix(lists, 2533, processes=1000, name="Postfix, 1000 processes")
    )
    fast = (gate, real, *_compiled(lists))
    yield Scenario("name server at 20 ms, 100 connections", fast, count(2500), connections=100, dns_ms=20)
    two = _two_workers(lists)
    yield Scenario(
        "name server at 20 ms, 400 connections", (gate, two, real, tuned), count(2500), connections=400, dns_ms=20
    )
    yield Scenario("name server at 200 ms, 400 connections", (gate, real), count(1500), connections=400, dns_ms=200)
    yield Scenario(
        "name server at 20 ms, 2000 connections", (gate,), count(12000), connections=2000, dns_ms=20, reference=""
    )
    gate, real = _pair("a list that knows most")
    yield Scenario("a list that knows four of five, 20 ms, 50 connections", (gate, real), count(2500), 50, 20)
    gate, real = _pair(mail)
    real = Contestant("Postfix", real.start)
    load = ("--script", "accepted", "--size", "10000")
    yield Scenario("accepted 10 kB messages, to smtp-sink", (gate, real, *_compiled(mail)), count(2500), load=load)


def _pair(policy: str) -> tuple[Contestant, Contestant]:
    return (
        Contestant("Gatepost", lambda: gatepost(policy, 2520)),
        Contestant("Postfix", lambda: postfix(policy, 2521)),
    )


def _two_workers(policy: str) -> Contestant:
    name = "Gatepost, 2 workers"
    return Contestant(name, lambda: gatepost(policy, 2532, workers=2, name=name))


def _compiled(policy: str) -> tuple[Contestant, ...]:
    """The optional build, where `make compiled` has made it: with one worker, and with one for each of two cores."""
    if not COMPILED.exists():
        return ()
    one, two = "Gatepost, compiled", "Gatepost, compiled, 2 workers"
    return (
        Contestant(one, lambda: gatepost(policy, 2534, name=one, program=COMPILED)),
        Contestant(two, lambda: gatepost(policy, 2535, workers=2, name=two, program=COMPILED)),
    )


def play(scenario: Scenario, pairs: int, say: Callable[[str], None]) -> dict[str, list[Figures]]:
    """All rounds of one scenario; the first round, which warms up, does not count."""
    figures: dict[str, list[Figures]] = {each.name: [] for each in scenario.contestants}
    with ExitStack() as stack:
        stack.enter_context(name_server(scenario.dns_ms))
        stack.enter_context(smtp_sink(SINK_PORT))
        peers = [stack.enter_context(each.start()) for each in scenario.contestants]
        for peer in peers:
            _run(peer, scenario, max(scenario.sessions // 10, scenario.connections))
        for number in range(pairs):
            for peer in peers if number % 2 == 0 else reversed(peers):
                found = _run(peer, scenario, scenario.sessions)
                figures[peer.name].append(found)
                said = f"{found.cpu_ms:.3f} ms, {found.rate:.0f}/s, p50 {found.p50_ms:.1f} ms"
                say(f"  round {number + 1} {peer.name}: {said}")
    return figures


def _run(peer: Peer, scenario: Scenario, sessions: int) -> Figures:
    global _next_address  # noqa: PLW0603 -- addresses are never used again in a whole run
    command = [sys.executable, "-m", "bench.front.load", peer.target, "--sessions", str(sessions)]
    command += ["--connections", str(scenario.connections), "--first", str(_next_address), *scenario.load]
    _next_address += sessions + 1
    before = cpu_s(peer.root_pid)
    done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout)
    time.sleep(LOG_FLUSH_S)
    spent = cpu_s(peer.root_pid) - before
    good = max(done["sessions"], 1)
    share = done["generator_cpu_s"] / done["seconds"]
    rate = done["sessions"] / done["seconds"]
    return Figures(spent * 1000 / good, rate, done["p50_ms"], done["p99_ms"], done["errors"], share)


def table(scenario: Scenario, figures: dict[str, list[Figures]]) -> list[str]:
    """The rows of one scenario, as Markdown."""
    rounds = len(next(iter(figures.values())))
    measured = "CPU ms/session | ratio (least–most) | sessions/s | ratio | p50 ms | ratio | p99 ms | errors | load"
    rows = [
        f"### {scenario.title}",
        "",
        f"{scenario.sessions} sessions a round, {scenario.connections} at once, {rounds} rounds.",
        "",
        f"| | {measured} |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    reference = figures.get(scenario.reference)
    for name, runs in figures.items():
        cells = [name, f"{_median(runs, 'cpu_ms'):.3f}"]
        for field in ("cpu_ms", "rate", "p50_ms"):
            if field != "cpu_ms":
                cells.append(f"{_median(runs, field):.1f}")
            ratios = [
                getattr(a, field) / max(getattr(b, field), 1e-9) for a, b in zip(runs, reference or runs, strict=True)
            ]
            spread = f" ({min(ratios):.2f}–{max(ratios):.2f})" if field == "cpu_ms" else ""
            cells.append(f"{statistics.median(ratios):.2f}{spread}" if reference else "")
        cells += [f"{_median(runs, 'p99_ms'):.1f}", str(sum(run.errors for run in runs))]
        cells.append(f"{_median(runs, 'generator_share') * 100:.0f} %")
        rows.append("| " + " | ".join(cells) + " |")
    return [*rows, ""]


def _median(runs: list[Figures], field: str) -> float:
    return statistics.median(getattr(run, field) for run in runs)


def machine() -> str:
    """What it ran on."""
    postfix_version = subprocess.run(["postconf", "-h", "mail_version"], capture_output=True, text=True, check=True)
    cores = os.cpu_count()
    system = (
        f"{cores} cores, Linux {platform.release()}, Python {platform.python_version()} of {sys.base_exec_prefix}"
    )
    peers = f"Postfix {postfix_version.stdout.strip()}, aiosmtpd {version('aiosmtpd')}"
    return f"{time.strftime('%Y-%m-%d')}, {system}, {peers}; load average at the start {os.getloadavg()[0]:.1f}."


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.front.run", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", metavar="WORD", help="the scenarios whose title has this word")
    parser.add_argument("--pairs", type=int, default=5, help="rounds (default 5)")
    parser.add_argument("--scale", type=float, default=1.0, help="a factor for the number of sessions")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    if INSIDE not in os.environ:
        return in_private_namespace("bench.front.run", sys.argv[1:]).returncode
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    where = Path("/tmp")  # noqa: S108 -- bind_file() needs a directory; the mount namespace hides what it binds
    bind_file("nameserver 127.0.0.1\noptions timeout:5 attempts:1\n", "/etc/resolv.conf", where)
    bind_file("127.0.0.1 localhost\n", "/etc/hosts", where)
    lines = [
        "# The front door beside its peers",
        "",
        "Made by `make bench`.",
        machine(),
        *__doc__.splitlines()[5:],
        "",
    ]

    def say(text: str) -> None:
        print(text, flush=True)

    for scenario in scenarios(options.scale):
        if options.only in scenario.title:
            say(scenario.title)
            rows = table(scenario, play(scenario, options.pairs, say))
            say("\n".join(rows))
            lines += rows
    if options.only in memory.TITLE:
        rows = memory.rows(say)
        say("\n".join(rows))
        lines += rows
    if options.write:
        RESULTS.write_text("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
