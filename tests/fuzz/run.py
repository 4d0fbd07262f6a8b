"""Run fuzz targets, each in a process of its own, guided by which lines of gatepost its inputs reach (atheris).

    python -m tests.fuzz.run [--inputs N] [--seconds S] [--jobs J] [TARGET …]

A target ends after so many inputs (default 100,000) or so many seconds (default: no limit), whichever comes first.
Prints one line per target, as it ends: inputs, inputs a second, what was found. Exit status 1 when anything was found; the input
that found it then lies in fuzz-NAME-… in the current directory: put it into tests/fuzz/corpus/NAME, mend the fault.
An input that takes 10 s, or 1 GB of memory, is a fault too.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")
ROOT = Path(__file__).parents[2]
LONGEST_INPUT = 4096
LONGEST_INPUTS = {"restrictions": 120, "main_cf": 1024, "master_cf": 512, "pattern_table": 512}
"""Octets; where each costs much (each unknown word of a list is compared with all known ones), shorter."""
SLOWEST_FIRST = ("lookup_file", "pattern_table", "restrictions", "main_cf", "smtp", "text_table", "master_cf")
"""Else one of them would be left to one core alone at the end."""
IN_MEMORY = Path("/dev/shm")
"""Where a target's files are: on a disk, opening them is most of what it does."""
SLOWEST_S = 10
MOST_MEMORY_MB = 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one target ended. `fault` is empty where nothing was found."""

    target: str
    inputs: int
    seconds: float
    fault: str = ""

    def __str__(self) -> str:
        rate = self.inputs / self.seconds if self.seconds else 0
        return f"{self.target:16} {self.inputs:8} inputs {rate:7.0f}/s  {self.fault or 'nothing found'}"


def run_target(target: str, *, inputs: int, seconds: int, keep: Path, seed: int = 1) -> Outcome:
    """Run one target; an input that found a fault is moved into the directory `keep`."""
    with tempfile.TemporaryDirectory(prefix="gatepost-fuzz-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as name:
        directory = Path(name)
        (directory / "grown").mkdir()
        command = [sys.executable, "-m", "tests.fuzz.in_atheris", target, str(directory), f"-runs={inputs}"]
        command += [
            f"-max_total_time={seconds}",
            f"-seed={seed}",
            f"-max_len={LONGEST_INPUTS.get(target, LONGEST_INPUT)}",
        ]
        command += [f"-timeout={SLOWEST_S}", f"-rss_limit_mb={MOST_MEMORY_MB}", "-print_final_stats=1"]
        command += [f"-artifact_prefix={directory}/fuzz-{target}-", str(directory / "grown"), str(CORPUS / target)]
        began = time.monotonic()
        done = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=3600)
        told = done.stderr.decode("utf-8", "replace") + done.stdout.decode("utf-8", "replace")
        for found in directory.glob(f"fuzz-{target}-*"):
            shutil.move(found, keep / found.name)
    count = re.search(r"stat::number_of_executed_units: (\d+)", told)
    given = int(count[1]) if count else 0
    is_good = done.returncode == 0 and (given >= inputs or (seconds > 0 and count is not None))
    told = "\n".join(line for line in told.splitlines() if not line.startswith("INFO:"))
    return Outcome(target, given, time.monotonic() - began, "" if is_good else f"{given} inputs\n{told[-3000:]}")


def _turn(target: str) -> int:
    return SLOWEST_FIRST.index(target) if target in SLOWEST_FIRST else len(SLOWEST_FIRST)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", default=TARGETS, metavar="TARGET")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    def run_one(target: str) -> Outcome:
        return run_target(target, inputs=options.inputs, seconds=options.seconds, keep=Path.cwd(), seed=options.seed)

    began = time.monotonic()
    outcomes = []
    with ThreadPoolExecutor(options.jobs) as jobs:
        for done in as_completed([jobs.submit(run_one, target) for target in sorted(options.targets, key=_turn)]):
            outcomes.append(done.result())
            print(outcomes[-1], flush=True)
    least = min(outcome.inputs for outcome in outcomes)
    print(f"{len(outcomes)} targets, at least {least} inputs each, {time.monotonic() - began:.0f} s")
    return 1 if any(outcome.fault for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
