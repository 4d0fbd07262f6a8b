"""The coverage table: for every restriction and action of access(5), how often each of its outcomes was reached.

An outcome that tests/parity/outcomes.py does not name is told as unexpected: either the list there lacks it, or
Gatepost says what it should not.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.parity.outcomes import Row, wanted_rows

ENOUGH = 50
"""Issue 3: each outcome at least so often."""

Counts = Counter[Row]


def read_counts(path: Path) -> Counts:
    """The lines of a counts file; a line cut short by the end of its writer is left out."""
    if not path.exists():
        return Counter()
    lines = (line.split("|") for line in path.read_text().splitlines())
    return Counter(Row(*parts) for parts in lines if len(parts) == 3)


def rare(counts: Counts) -> tuple[Row, ...]:
    """The rows that were not reached often enough, the rarest first."""
    return tuple(sorted((row for row in wanted_rows() if counts[row] < ENOUGH), key=lambda row: counts[row]))


def unexpected(counts: Counts) -> tuple[Row, ...]:
    """Outcomes that nobody has named."""
    return tuple(sorted(counts.keys() - set(wanted_rows())))


def table(counts: Counts) -> Iterator[str]:
    """The table, a line for each restriction and action; `!` marks an outcome that was too rare, `?` one unexpected."""
    by_name: dict[tuple[str, str], list[str]] = {}
    for row in (*wanted_rows(), *unexpected(counts)):
        by_name.setdefault((row.kind, row.name), [])
    for row in wanted_rows():
        mark = "" if counts[row] >= ENOUGH else "!"
        by_name[row.kind, row.name].append(f"{row.outcome}: {counts[row]}{mark}")
    for row in unexpected(counts):
        by_name[row.kind, row.name].append(f"{row.outcome}: {counts[row]}?")
    for (kind, name), shown in by_name.items():
        yield f"{kind:11} {name or '(a mistake)':45} {'  '.join(shown)}"


def verdict(counts: Counts) -> str:
    """The table in a line."""
    least = min((counts[row], row) for row in wanted_rows())
    lacking = rare(counts)
    said = f"{len(wanted_rows())} outcomes, the rarest {least[1].name} {least[1].outcome}: {least[0]}"
    return f"{said}; {len(lacking)} under {ENOUGH}, {len(unexpected(counts))} unexpected"
