"""What connections and big messages cost in memory: a part of `make bench` (see run.py)."""

import json
import subprocess
import sys
import time
from collections.abc import Callable

from bench.front.peers import SINK_PORT, gatepost, name_server, smtp_sink
from bench.process_tree import memory_kb

TITLE = "memory"
IDLE = 10_000
BIG = 50_000_000
LOOK_EVERY_S = 0.02


def rows(say: Callable[[str], None]) -> list[str]:
    """The rows of the part, as Markdown."""
    lines = ["### Memory (Pss)", "", "| | |", "|---|---:|"]
    with name_server(0), smtp_sink(SINK_PORT), gatepost("accepted mail", 2520) as gate:
        _send(gate.target, 5, 10_000)
        base = memory_kb(gate.root_pid)
        worker = max(base.values())
        lines.append(f"| a worker at rest | {worker / 1024:.1f} MiB |")
        peak = _peak_while_sending(gate.root_pid, gate.target, BIG) - sum(base.values())
        lines.append(f"| growth while a message of {BIG // 1_000_000} MB goes through | {peak} KiB |")
        say(lines[-1])
    with name_server(0), gatepost("HELO pattern", 2520) as gate:
        base_kb = sum(memory_kb(gate.root_pid).values())
        command = [sys.executable, "-m", "bench.front.load", gate.target, "--hold", str(IDLE)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            held = json.loads(holder.stdout.readline())["held"]
            each = (sum(memory_kb(gate.root_pid).values()) - base_kb) / max(held, 1)
            holder.kill()
        lines.append(f"| each of {held} idle connections | {each:.1f} KiB |")
    return [*lines, ""]


def _command(target: str, sessions: int, size: int) -> list[str]:
    words = ["--sessions", str(sessions), "--connections", "1", "--script", "accepted", "--size", str(size)]
    return [sys.executable, "-m", "bench.front.load", target, *words]


def _send(target: str, sessions: int, size: int) -> None:
    subprocess.run(_command(target, sessions, size), check=True, capture_output=True, timeout=300)


def _peak_while_sending(root: int, target: str, size: int) -> int:
    """The most memory of the tree while one message goes through, in KiB."""
    most = 0
    with subprocess.Popen(_command(target, 1, size), stdout=subprocess.PIPE) as sending:
        while sending.poll() is None:
            most = max(most, sum(memory_kb(root).values()))
            time.sleep(LOOK_EVERY_S)
        assert sending.stdout is not None
        outcome = json.loads(sending.stdout.read())
    if outcome["errors"]:
        raise RuntimeError(f"the big message did not get through: {outcome}")
    return most
