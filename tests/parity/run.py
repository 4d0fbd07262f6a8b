"""Compare Gatepost with a real Postfix on random policies and sessions.

    .venv/bin/python -m tests.parity.run --seed 1 --policies 40 --sessions 20
    .venv/bin/python -m tests.parity.run --replay CASE.json

Needs root, unshare(1), ip(8) and Debian's postfix. Everything runs in a network, mount and process namespace of its
own: nothing of the machine is touched and nothing stays behind. Each policy is a door of both servers, each session
is spoken to both from the same client address; the first reply in which they differ is told, made as small as can be,
with the policy, and kept as a file that --replay runs again.

At the end comes the coverage table (coverage.py): how often each restriction and each action of access(5) reached each
of its outcomes, as a witness inside Gatepost saw it; `!` marks those that were reached less than fifty times. From 300
policies on it includes address verification (verification.py), which is compared at the same time.

Exit codes: 0 good, 1 differences, 2 usage, 3 no difference but a row of the table too rare (from 300 policies on).
With --json a report that a program can read.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.parity.cases import Case, read_case
from tests.parity.coverage import Counts, read_counts
from tests.parity.judging import Compared, compare
from tests.parity.policies import Batch, draw_batch
from tests.parity.replaying import run_cases, shrunk
from tests.parity.report import ENOUGH_POLICIES, Difference, Done, Report, transcript
from tests.parity.servers import make_network, name_server, serve
from tests.parity.sessions import draw_session

INSIDE = "GATEPOST_PARITY_INSIDE"
POLICIES_PER_BATCH = 20
"""Policies that share one main.cf and one start of both servers."""

VERIFICATION_ROUNDS = 9
"""So that each outcome of reject_unverified_sender and _recipient is reached often enough."""

KEPT = Path(tempfile.gettempdir()) / "gatepost-parity-cases"
"""Where differences are left for --replay."""


def run(options: argparse.Namespace, directory: Path) -> Iterator[Difference | Done]:
    """Run the policies with their sessions; gives differences, and a sum for each batch done."""
    reached: Counts = Counter()
    seen: set[tuple[str, ...]] = set()
    for first in range(0, options.policies, POLICIES_PER_BATCH):
        number = options.seed + first // POLICIES_PER_BATCH
        batch = draw_batch(number, min(POLICIES_PER_BATCH, options.policies - first), reached)
        done, differing = _run_batch(batch, options.sessions, number, directory / f"batch{number}")
        reached += done.counts
        for door, case, found in differing:
            is_shrunk = len(seen) < options.shrink and found.signature not in seen
            seen.add(found.signature)
            yield _kept(f"seed {number} door {door}", case, found, directory, is_shrunk=is_shrunk)
        yield done


def _run_batch(
    batch: Batch, sessions: int, seed: int, directory: Path
) -> tuple[Done, list[tuple[int, Case, Compared]]]:
    """All sessions of a batch with both servers."""
    chance = random.Random(seed)
    replies, reasons = 0, Counter[str]()
    differing = []
    with serve(batch, directory) as pair:
        for door, policy in enumerate(batch.policies):
            for _ in range(sessions):
                script = draw_session(chance, batch.hints[door])
                compared = compare(pair, door, script)
                replies += compared.replies
                if compared.reason:
                    reasons[compared.reason] += 1
                elif compared.differs:
                    differing.append((door, Case(batch.main_cf, batch.files, policy, script), compared))
    count = len(batch.policies)
    return Done(count, count * sessions, replies, reasons, read_counts(directory / "counts")), differing


def _kept(name: str, case: Case, found: Compared, directory: Path, *, is_shrunk: bool) -> Difference:
    """A difference, made small if it is one of the first of its kind, and written down."""
    if is_shrunk:
        smaller = shrunk(case, directory)
        again = run_cases([smaller], directory)[0]
        if again.differs:
            case, found = smaller, again
    KEPT.mkdir(exist_ok=True)
    handle, path = tempfile.mkstemp(prefix=name.replace(" ", "-") + "-", suffix=".json", dir=KEPT)
    os.close(handle)
    Path(path).write_text(case.as_text())
    return Difference(name, found, case, Path(path))


def replay(path: Path, directory: Path) -> int:
    """Run a kept case again and show both sides."""
    found = run_cases([read_case(path)], directory)[0]
    print("\n".join(transcript(found)))
    return 1 if found.differs else 0


def in_private_namespace(module: str, arguments: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a module of ours in namespaces of its own; whatever it starts ends with it."""
    command = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    environment = os.environ | {INSIDE: "yes"}
    whole = [*command, sys.executable, "-m", module, *arguments]
    return subprocess.run(whole, env=environment, check=False, text=True, **options)  # type: ignore[call-overload, no-any-return]  # options are run()'s own


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.parity.run", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--policies", type=int, default=40)
    parser.add_argument("--sessions", type=int, default=20, help="sessions for each policy")
    parser.add_argument("--shrink", type=int, default=6, metavar="N", help="make N differences small, of N kinds")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--keep", type=Path, help="a directory to leave configurations and logs in")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run one kept difference again")
    options = parser.parse_args(arguments)
    if os.geteuid() != 0:
        parser.error("needs root (a network namespace of its own)")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    options = _options(arguments)
    if INSIDE not in os.environ:
        return in_private_namespace("tests.parity.run", list(arguments or sys.argv[1:])).returncode
    directory = options.keep or Path(tempfile.mkdtemp(prefix="gatepost-parity-"))
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)
    make_network()
    try:
        with name_server(directory):
            return replay(options.replay, directory) if options.replay else _compare(options, directory)
    finally:
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)


def _verify() -> dict[str, Any]:
    """The comparison of address verification, which has a world of its own and mostly waits."""
    rounds = ["--rounds", str(VERIFICATION_ROUNDS)]
    done = in_private_namespace("tests.parity.verification", rounds, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _compare(options: argparse.Namespace, directory: Path) -> int:
    report = Report(options.policies, is_quiet=options.json)
    with ThreadPoolExecutor(1) as beside:
        verification = beside.submit(_verify) if options.policies >= ENOUGH_POLICIES else None
        for result in run(options, directory):
            report.add(result)
        if verification is not None:
            report.add_verification(verification.result())
    if options.json:
        print(json.dumps(report.as_json()))
    else:
        print("\n".join(report.ending()) + f" (seed {options.seed})")
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
