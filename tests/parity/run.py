"""Compare Gatepost with a real Postfix on random policies and sessions.

    .venv/bin/python -m tests.parity.run --seed 1 --policies 40 --sessions 15

Needs root, unshare(1), ip(8) and Debian's postfix. Everything runs in a network, mount and process namespace of its
own: nothing of the machine is touched and nothing stays behind. Each policy is a door of both servers, each session
is spoken to both from the same client address; the first reply in which they differ is told, with the policy.

At the end comes the coverage table (coverage.py): how often each restriction and each action of access(5) reached each
of its outcomes, as a witness inside Gatepost saw it; `!` marks those that were reached less than fifty times.

Exit codes: 0 no difference, 1 differences, 2 usage. With --json a report that a program can read.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.parity.coverage import Counts, read_counts, table
from tests.parity.policies import Batch, Parameters, draw_batch
from tests.parity.servers import Pair, make_network, name_server, serve
from tests.parity.sessions import Script, draw_session
from tests.parity.speaking import CLOSED, Turn, speak

INSIDE = "GATEPOST_PARITY_INSIDE"
POLICIES_PER_BATCH = 20
"""Policies that share one main.cf and one start of both servers."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first turn of a session in which the two do not say the same."""

    seed: int
    door: int
    client: str
    before: tuple[Turn, ...]
    said: str
    postfix: tuple[str, ...]
    gatepost: tuple[str, ...]
    policy: Parameters


@dataclass(frozen=True, slots=True)
class Done:
    """A batch was compared: how many sessions and reply lines, and what they reached."""

    policies: int
    sessions: int
    replies: int
    counts: Counts


def compare(seed: int, policies: int, sessions: int, directory: Path) -> Iterator[Difference | Done]:
    """Run `policies` policies with `sessions` sessions each; gives differences, and a sum for each batch done."""
    make_network()
    with name_server(directory):
        for first in range(0, policies, POLICIES_PER_BATCH):
            count = min(POLICIES_PER_BATCH, policies - first)
            batch_seed = seed + first // POLICIES_PER_BATCH
            chance = random.Random(batch_seed)
            batch = draw_batch(batch_seed, count)
            replies = 0
            with serve(batch, directory / f"batch{batch_seed}") as pair:
                for door in range(count):
                    for _ in range(sessions):
                        compared, found = compare_session(pair, batch, door, draw_session(chance), batch_seed)
                        replies += compared
                        if found is not None:
                            yield found
            yield Done(count, count * sessions, replies, read_counts(pair.directory / "counts"))


def compare_session(pair: Pair, batch: Batch, door: int, script: Script, seed: int) -> tuple[int, Difference | None]:
    """One session with both: the reply lines that are the same, and the first difference."""
    same = 0
    is_ipv6 = ":" in script.client
    theirs = speak(script, pair.postfix(door, is_ipv6=is_ipv6))
    ours = speak(script, pair.gatepost(door, is_ipv6=is_ipv6))
    for at, (one, other) in enumerate(zip(theirs, ours, strict=False)):
        if one != other and not _is_hangup_in_group(one, other):
            before = tuple(ours[:at])
            return same, Difference(
                seed, door, script.client, before, one.said, one.heard, other.heard, batch.policies[door]
            )
        same += len(one.heard)
    return same, None


def _is_hangup_in_group(one: Turn, other: Turn) -> bool:
    """HANGUP among commands that were sent together: Postfix drops the replies before it too (parity/__init__.py)."""
    return "\n" in one.said and one.heard == (CLOSED,) and other.heard[-1] == CLOSED


def _show(found: Difference) -> str:
    lines = [f"-- seed {found.seed} door {found.door} client {found.client}"]
    lines += [f"   {name} = {value}" for name, value in found.policy.items() if value]
    lines += [f"   {turn.said!r}: {turn.heard[-1]}" for turn in found.before]
    lines += [f"   {found.said!r}", *(f"   postfix:  {line}" for line in found.postfix)]
    lines += [f"   gatepost: {line}" for line in found.gatepost]
    return "\n".join(lines)


class Report:
    """What a run has found so far, told as it goes unless it is quiet."""

    def __init__(self, policies: int, *, is_quiet: bool) -> None:
        self.began = time.monotonic()
        self.wanted = policies
        self.is_quiet = is_quiet
        self.policies = self.sessions = self.replies = 0
        self.counts: Counts = Counter()
        self.differences: list[Difference] = []

    def add(self, result: Difference | Done) -> None:
        """Take a difference, or the sum of a batch."""
        if isinstance(result, Difference):
            self.differences.append(result)
            if not self.is_quiet:
                print(_show(result), flush=True)
            return
        self.policies += result.policies
        self.sessions += result.sessions
        self.replies += result.replies
        self.counts += result.counts
        if not self.is_quiet:
            print(f"{self.policies}/{self.wanted} policies: {self.summary()}", file=sys.stderr, flush=True)

    def summary(self) -> str:
        """The figures in a line."""
        found = (
            f"{self.replies} reply lines in {self.sessions} sessions the same, {len(self.differences)} differences"
        )
        return f"{found}, {time.monotonic() - self.began:.0f} s"

    def as_json(self) -> dict[str, object]:
        """The figures for a program."""
        return {
            "sessions": self.sessions,
            "replies": self.replies,
            "differences": [asdict(found) for found in self.differences],
            "coverage": {"|".join(key): count for key, count in sorted(self.counts.items())},
        }


def in_private_namespace(module: str, arguments: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a module of ours in namespaces of its own; whatever it starts ends with it."""
    command = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    environment = os.environ | {INSIDE: "yes"}
    whole = [*command, sys.executable, "-m", module, *arguments]
    return subprocess.run(whole, env=environment, check=False, text=True, **options)  # type: ignore[call-overload, no-any-return]  # options are run()'s own


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity.run", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--policies", type=int, default=40)
    parser.add_argument("--sessions", type=int, default=15, help="sessions for each policy")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--keep", type=Path, help="a directory to leave configurations and logs in")
    options = parser.parse_args(arguments)
    if os.geteuid() != 0:
        parser.error("needs root (a network namespace of its own)")
    if INSIDE not in os.environ:
        return in_private_namespace("tests.parity.run", list(arguments or sys.argv[1:])).returncode
    directory = options.keep or Path(tempfile.mkdtemp(prefix="gatepost-parity-"))
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)
    report = Report(options.policies, is_quiet=options.json)
    try:
        for result in compare(options.seed, options.policies, options.sessions, directory):
            report.add(result)
    finally:
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    if options.json:
        print(json.dumps(report.as_json()))
    else:
        print("\n".join(table(report.counts)))
        print(f"{report.summary()} (seed {options.seed})")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
