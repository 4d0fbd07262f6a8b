"""The coverage table: for every restriction and action of access(5), how often each of its outcomes was reached."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import gatepost.policy.restrictions
from gatepost.policy.registry import RESTRICTIONS
from tests.parity.witnessed import WORDS

ENOUGH = 50
Counts = Counter[tuple[str, str, str]]

assert gatepost.policy.restrictions  # importing it registers them all


def read_counts(path: Path) -> Counts:
    """The lines of a counts file; a line cut short by the end of its writer is left out."""
    if not path.exists():
        return Counter()
    lines = (tuple(line.split("|")) for line in path.read_text().splitlines())
    return Counter(line for line in lines if len(line) == 3)


def table(counts: Counts) -> Iterator[str]:
    """The table, a line for each restriction and action; outcomes that were too rare have a `!`."""
    restrictions = sorted({record.name for record in RESTRICTIONS.values()})
    kinds = (("restriction", restrictions), ("action", sorted({*WORDS, "only digits", "4NN text", "5NN text"})))
    for kind, names in kinds:
        seen = {name for found, name, _ in counts if found == kind}
        for name in (*names, *sorted(seen.difference(names))):
            outcomes = sorted(
                (outcome, n) for (found, of, outcome), n in counts.items() if (found, of) == (kind, name)
            )
            shown = "  ".join(f"{outcome}: {n}{'' if n >= ENOUGH else '!'}" for outcome, n in outcomes)
            yield f"{kind:11} {name or '(a mistake)':45} {shown or 'never'}"
