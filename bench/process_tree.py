"""What a program and everything it has started cost: processor time and memory, read from /proc.

Processor time is user and system time of every living process of the tree, and of those that have ended and were
waited for (a Postfix master reaps its smtpd processes). Memory is the proportional share (Pss), so that pages shared
by forked workers count once. Source: proc(5).
"""

import contextlib
import os
from pathlib import Path

TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


def cpu_s(root: int) -> float:
    """Processor seconds of the tree so far; the resolution is one tick (10 ms)."""
    total = 0
    for pid in tree(root):
        with contextlib.suppress(OSError):
            fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
            total += sum(int(ticks) for ticks in fields[11:15])  # utime, stime, cutime, cstime
    return total * TICK_S


def memory_kb(root: int) -> dict[int, int]:
    """The proportional memory of each process of the tree, in KiB, by pid."""
    shares: dict[int, int] = {}
    for pid in tree(root):
        with contextlib.suppress(OSError):
            for line in (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    shares[pid] = int(line.split()[1])
    return shares


def tree(root: int) -> list[int]:
    """The pids of a process and all its living descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting.extend(children.get(pid, ()))
    return found
