"""Patterns with anything in them, and keys of any kind for them. Held: every key is answered, within the limits."""

from functools import cache
from pathlib import Path

from gatepost.world.tables import load_table
from gatepost.world.tables.table import Table
from tests.fuzz.pieces import split_input
from tests.fuzz.targets.text_table import hold_answers

KINDS = ("regexp", "pcre")
RULES = b"/^(.*)@(.+)$/ REJECT $1 at ${2}\nif !/a/\n/(a|b)*c/ OK\nendif\n/[[:alpha:]]+(x+x+)+y/ 550 $1\n"
WORDS = (
    "/^",
    "$/",
    "if /",
    "endif\n",
    "[[:alpha:]]",
    "(?:",
    "(a+)+",
    "\\b",
    "${1}",
    "$$",
    "{1,9}",
    "!/",
    "/x ",
    "\\Q",
)


def one_input(octets: bytes) -> None:
    """Rules that are read, or keys for rules that are known."""
    chosen, _, text = split_input(octets)
    kind = KINDS[chosen & 1]
    if not chosen & 2:
        hold_answers(_known(kind), text)
        return
    Path("table").write_bytes(text)
    hold_answers(load_table(f"{kind}:table", base=Path.cwd()), text)


@cache
def _known(kind: str) -> Table:
    Path("known").write_bytes(RULES)
    return load_table(f"{kind}:known", base=Path.cwd())
