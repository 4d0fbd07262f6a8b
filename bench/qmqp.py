"""QMQP messages a second and CPU per message: Gatepost beside Postfix's qmqpd, both feeding the same sink.

    .venv/bin/python -m bench.qmqp                   five alternating runs of 2000 messages each, as a table
    .venv/bin/python -m bench.qmqp --runs 9 --messages 4000

Debian's qmqp-source sends, 20 messages at a time, to either server; each hands them to one smtp-sink. A run ends when
the sink has taken every message, so Postfix's queue is empty too. CPU is that of the whole process tree of a server:
user and system time of its processes, those that have ended since the start of the run included (master waits for
its children, the supervisor for its workers). Sink and source are not counted.

The two run in turn on the same machine, in a network and process namespace of their own, and the ratio is that of
sums over all runs; the spread between runs is told with it. Postfix syncs each message to disk before it says K;
Gatepost waits until the sink has it. Needs root, unshare(1) and Debian's postfix.
"""

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.parity.run import INSIDE, in_private_namespace
from tests.parity.servers import wait_for_port
from tests.wire.smtp.private_postfix import SERVICES

from bench.process_tree import cpu_s

SINK_PORT = 2525
PORTS = {"Postfix": 1628, "Gatepost": 2628}
AT_ONCE = 20
PATIENCE_S = 120.0

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/{log}
maillog_file_prefixes = {directory}
qmqpd_authorized_clients = 127.0.0.0/8
default_transport = smtp:[127.0.0.1]:2525
relay_transport = smtp:[127.0.0.1]:2525
default_destination_concurrency_limit = 20
"""
OURS = """\
smtpd_proxy_filter = 127.0.0.1:2525
mail_owner = postfix
worker_processes = 2
dns_nameservers = 127.0.0.1:9
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message."""

    name: str
    octets: int
    recipients: int
    share: float = 1.0


KINDS = (
    Kind("2 kB, 1 recipient", 2000, 1),
    Kind("2 kB, 20 recipients", 2000, 20, 0.25),
    Kind("200 kB, 1 recipient", 200_000, 1, 0.25),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: how long it took, and what it cost the server's processes."""

    messages: int
    wall_s: float
    cpu_s: float


class Sink:
    """smtp-sink, which counts what it takes on its standard output."""

    def __init__(self, output: Path) -> None:
        self._output = output
        with output.open("wb") as stream:
            command = ["smtp-sink", "-u", "nobody", "-c", f"127.0.0.1:{SINK_PORT}", "200"]
            self._process = subprocess.Popen(command, stdout=stream, stderr=subprocess.DEVNULL)
        wait_for_port("127.0.0.1", SINK_PORT)

    def taken(self) -> int:
        """How many messages it has taken: the last number that it has written over the one before."""
        numbers = re.findall(rb"\d+", self._output.read_bytes()[-40:])
        return int(numbers[-1]) if numbers else 0

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def measure(server: str, kind: Kind, messages: int, root: int, sink: Sink) -> Run:
    """One run with one server."""
    before, cpu_before, began = sink.taken(), cpu_s(root), time.monotonic()
    command = [
        "qmqp-source",
        "-s",
        str(AT_ONCE),
        "-m",
        str(messages),
        "-r",
        str(kind.recipients),
        "-l",
        str(kind.octets),
    ]
    command += ["-f", "ann@a.example", "-t", "bob@b.example", f"127.0.0.1:{PORTS[server]}"]
    subprocess.run(command, check=True)
    while sink.taken() < before + messages:
        if time.monotonic() > began + PATIENCE_S:
            raise TimeoutError(f"{server}: {sink.taken() - before} of {messages} messages came")
        time.sleep(0.01)
    wall_s = time.monotonic() - began
    time.sleep(0.3)  # what is done after the sink has the message: queue files removed, log lines written
    return Run(messages, wall_s, cpu_s(root) - cpu_before)


def configuration(directory: Path, server: str) -> Path:
    """Write the configuration of one server."""
    place = directory / server.lower()
    place.mkdir()
    text = MAIN_CF.format(directory=directory, log=f"{server.lower()}.log")
    (place / "main.cf").write_text(text + (OURS if server == "Gatepost" else ""))
    row = f"127.0.0.1:{PORTS[server]} inet n - n - 100 qmqpd\n"
    services = SERVICES + "smtp unix - - n - - smtp\nrelay unix - - n - - smtp\nproxymap unix - - n - - proxymap\n"
    (place / "master.cf").write_text(row if server == "Gatepost" else row + services)
    return place


@contextmanager
def postfix(place: Path) -> Iterator[int]:
    """A private Postfix; gives the pid of its master."""
    control = ["postfix", "-c", str(place)]
    subprocess.run([*control, "start"], check=True, capture_output=True)
    try:
        wait_for_port("127.0.0.1", PORTS["Postfix"])
        yield int((place.parent / "queue/pid/master.pid").read_text())
    finally:
        subprocess.run([*control, "abort"], check=False, capture_output=True)


@contextmanager
def gatepost(place: Path) -> Iterator[int]:
    """Gatepost; gives the pid of its supervisor."""
    command = [str(Path(sys.executable).with_name("gatepost")), "run", "-c", str(place)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        try:
            wait_for_port("127.0.0.1", PORTS["Gatepost"])
            yield running.pid
        finally:
            running.terminate()


def compare(runs: int, messages: int, directory: Path) -> Iterator[str]:
    """Run both in turn; gives the lines of a Markdown table."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    directory.chmod(0o755)
    for name in ("queue", "data"):
        (directory / name).mkdir()
    shutil.chown(directory / "data", "postfix")
    with ExitStack() as stack:
        sink = Sink(directory / "sink")
        stack.callback(sink.close)
        roots = {
            "Postfix": stack.enter_context(postfix(configuration(directory, "Postfix"))),
            "Gatepost": stack.enter_context(gatepost(configuration(directory, "Gatepost"))),
        }
        yield "| Messages | Server | Messages/s | CPU/message, ms (spread) | CPU against Postfix |"
        yield "|---|---|---|---|---|"
        for kind in KINDS:
            count = int(messages * kind.share)
            results: dict[str, list[Run]] = {server: [] for server in roots}
            for server in roots:
                measure(server, kind, AT_ONCE * 5, roots[server], sink)  # warm up
            for number in range(runs):
                order = list(roots) if number % 2 else list(reversed(roots))
                for server in order:
                    results[server].append(measure(server, kind, count, roots[server], sink))
            yield from rows(kind, results)


def rows(kind: Kind, results: dict[str, list[Run]]) -> Iterator[str]:
    """The two rows of one kind of message."""
    basis = sum(run.cpu_s for run in results["Postfix"])
    for server, runs in results.items():
        each_ms = [1000 * run.cpu_s / run.messages for run in runs]
        rate = sum(run.messages for run in runs) / sum(run.wall_s for run in runs)
        spread = f"{min(each_ms):.2f}–{max(each_ms):.2f}"
        against = sum(run.cpu_s for run in runs) / basis
        yield (
            f"| {kind.name} | {server} | {rate:.0f} | {statistics.median(each_ms):.2f} ({spread}) | {against:.2f} |"
        )


def machine() -> str:
    """What it ran on."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    postfix_version = subprocess.check_output(["postconf", "-dh", "mail_version"], text=True).strip()
    return (
        f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, "
        f"Python {platform.python_version()}, uvloop {version('uvloop')}, Postfix {postfix_version}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.qmqp", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--messages", type=int, default=2000)
    options = parser.parse_args(arguments)
    if os.geteuid() != 0:
        parser.error("needs root (a network namespace of its own)")
    if INSIDE not in os.environ:
        return in_private_namespace("bench.qmqp", list(arguments or sys.argv[1:])).returncode
    directory = Path(tempfile.mkdtemp(prefix="gatepost-bench-"))
    try:
        print(machine(), f"{options.runs} alternating runs of {options.messages} messages", sep="; ", flush=True)
        for line in compare(options.runs, options.messages, directory):
            print(line, flush=True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
