"""What a parity run has found so far: figures, differences, the coverage table, and whether all of it is good."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.parity.cases import Case, is_used
from tests.parity.coverage import Counts, rare, table, unexpected, verdict
from tests.parity.judging import Compared
from tests.parity.outcomes import Row

ENOUGH_POLICIES = 300
"""Fewer policies are not expected to reach everything (issue 3 speaks of 300)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One that nobody has understood: where it came up, what was said, and how to run it again."""

    name: str
    found: Compared
    case: Case
    file: Path


@dataclass(frozen=True, slots=True)
class Done:
    """A batch was compared: how many sessions and reply lines, what was understood, and what they reached."""

    policies: int
    sessions: int
    replies: int
    understood: Counter[str]
    counts: Counts


def shown(difference: Difference) -> Iterator[str]:
    """A difference for people."""
    found, case = difference.found, difference.case
    yield f"-- {difference.name}, client {case.script.client}; again: python -m tests.parity.run --replay {difference.file}"
    yield from (f"   {name} = {value}" for name, value in case.policy.items() if value)
    used = {name: text for name, text in case.files.items() if is_used(name, case.policy)}
    yield from (f"   {name}: {line}" for name, text in used.items() for line in text.splitlines())
    yield from transcript(found)


def transcript(found: Compared) -> Iterator[str]:
    """What was said and heard, and the difference at its end."""
    yield from (f"   {turn.said!r}: {turn.heard[-1]}" for turn in found.before)
    if found.postfix is not None and found.gatepost is not None:
        yield f"   {found.postfix.said!r}{f'  (understood: {found.reason})' if found.reason else ''}"
        yield from (f"   postfix:  {line}" for line in found.postfix.heard)
        yield from (f"   gatepost: {line}" for line in found.gatepost.heard)


class Report:
    """The sum of a run, told as it goes unless it is quiet."""

    def __init__(self, policies: int, *, is_quiet: bool) -> None:
        self.began = time.monotonic()
        self.wanted = policies
        self.is_quiet = is_quiet
        self.policies = self.sessions = self.replies = 0
        self.counts: Counts = Counter()
        self.understood: Counter[str] = Counter()
        self.differences: list[Difference] = []
        self.unverified: list[dict[str, object]] = []

    def add(self, result: Difference | Done) -> None:
        """Take a difference, or the sum of a batch."""
        if isinstance(result, Difference):
            self.differences.append(result)
            self._say(shown(result), sys.stdout)
            return
        self.policies += result.policies
        self.sessions += result.sessions
        self.replies += result.replies
        self.understood += result.understood
        self.counts += result.counts
        self._say([f"{self.policies}/{self.wanted} policies: {self.summary()}"], sys.stderr)

    def add_verification(self, found: dict[str, Any]) -> None:
        """Take what tests/parity/verification.py has found."""
        self.sessions += found["compared"]
        self.replies += found["compared"]
        self.counts += Counter({Row(*row.split("|")): count for row, count in found["outcomes"].items()})
        self.unverified = found["differences"]
        self._say([f"-- address verification: {difference}" for difference in self.unverified], sys.stdout)

    def _say(self, lines, file) -> None:  # type: ignore[no-untyped-def]  # lines and a text file
        if not self.is_quiet:
            print("\n".join(lines), file=file, flush=True)

    def summary(self) -> str:
        """The figures in a line."""
        seconds = time.monotonic() - self.began
        equal = f"{self.replies} reply lines in {self.sessions} sessions the same"
        odd = f"{len(self.differences) + len(self.unverified)} differences, {self.understood.total()} more understood"
        return f"{equal}, {odd}, {len(rare(self.counts))} outcomes rare, {seconds:.0f} s"

    def ending(self) -> Iterator[str]:
        """The coverage table and the figures."""
        yield from table(self.counts)
        yield from (f"understood  {count:5} {reason}" for reason, count in sorted(self.understood.items()))
        yield f"coverage: {verdict(self.counts)}"
        yield self.summary()

    @property
    def exit_code(self) -> int:
        """0 all good, 1 differences, 3 a full run that did not reach everything."""
        if self.differences or self.unverified:
            return 1
        is_full = self.policies >= ENOUGH_POLICIES
        return 3 if is_full and (rare(self.counts) or unexpected(self.counts)) else 0

    def as_json(self) -> dict[str, object]:
        """The figures for a program."""
        return {
            "sessions": self.sessions,
            "replies": self.replies,
            "differences": [
                *(asdict(difference) | {"file": str(difference.file)} for difference in self.differences),
                *self.unverified,
            ],
            "understood": dict(self.understood),
            "coverage": {"|".join(row): count for row, count in sorted(self.counts.items())},
            "rare": ["|".join(row) for row in rare(self.counts)],
        }
