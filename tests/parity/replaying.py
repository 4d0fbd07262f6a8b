"""Run kept cases again: one of them for people to look at, or many small variations of one to make it smaller."""

import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from tests.parity.cases import Atom, Case, atoms_of, rebuilt
from tests.parity.judging import Compared, compare
from tests.parity.policies import Batch
from tests.parity.servers import serve
from tests.parity.sessions import Hints
from tests.parity.shrinking import shrink

MOST_DOORS = 50
"""Variations that are tried with one start of both servers."""

SHRINKING_S = 90.0
"""After this long the smallest case so far is good enough."""

RELAY_CONTROL = ("reject_unauth_destination", "defer_unauth_destination")
RELAY_LISTS = ("smtpd_relay_restrictions", "smtpd_recipient_restrictions")
_numbers = count()


def run_cases(cases: Sequence[Case], directory: Path) -> list[Compared]:
    """Run cases that share main.cf, each behind a door of its own with tables of its own."""
    found: list[Compared] = []
    for first in range(0, len(cases), MOST_DOORS):
        some = cases[first : first + MOST_DOORS]
        files = {f"door{n}/{name}": text for n, case in enumerate(some) for name, text in case.files.items()}
        policies = tuple(
            {
                name: value.replace("$config_directory/", f"$config_directory/door{n}/")
                for name, value in case.policy.items()
            }
            for n, case in enumerate(some)
        )
        batch = Batch(some[0].main_cf, {**some[0].files, **files}, policies, (Hints(),) * len(some))
        with serve(batch, directory / f"cases{next(_numbers)}") as pair:
            found += [compare(pair, door, case.script) for door, case in enumerate(some)]
    return found


def shrunk(case: Case, directory: Path) -> Case:
    """The smallest case found that still differs in the same way; the case itself if it does not differ any more."""
    first = run_cases([case], directory)[0]
    if not first.differs:
        return case

    give_up = time.monotonic() + SHRINKING_S

    def shows(tried: Sequence[tuple[Atom, ...]]) -> list[bool]:
        if time.monotonic() > give_up:
            return [False] * len(tried)
        cases = {at: rebuilt(case, atoms) for at, atoms in enumerate(tried) if _starts(atoms)}
        compared = dict(zip(cases, run_cases(list(cases.values()), directory), strict=True))
        shown = {at for at, each in compared.items() if each.differs and each.signature == first.signature}
        return [at in shown for at in range(len(tried))]

    return rebuilt(case, shrink(atoms_of(case), shows))


def _starts(atoms: Sequence[Atom]) -> bool:
    """Relay control is left: without it neither of the two starts."""
    return any(atom.text in RELAY_CONTROL and atom.place in RELAY_LISTS for atom in atoms)
