"""Pages whose tables are made from records: `make docs` writes them, a test fails while one is stale.

A page holds text of its own and, between `<!-- made: NAME -->` and `<!-- end -->`, what the maker of that name gives.

    python -m gatepost.manual.pages           write
    python -m gatepost.manual.pages --check   exit 1 and name the stale ones
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from gatepost.config.parameters import declared_parameters, differences, is_own
from gatepost.policy import restrictions as _registered  # noqa: F401 - importing registers every restriction
from gatepost.policy.registry import RESTRICTIONS

_MADE = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def other_defaults() -> str:
    """Parameters whose default is not Postfix's."""
    rows = [
        f"| `{known.name}` | `{known.default or '(empty)'}` | `{fact.default}` | {known.because} |"
        for known, fact in differences()
    ]
    return "\n".join(["| Parameter | Here | Postfix 3.7 | Because |", "|---|---|---|---|", *rows])


def own_parameters() -> str:
    """Parameters that Postfix does not have."""
    rows = [
        f"| `{known.name}` | `{known.default or '(empty)'}` | {known.manual} |"
        for known in declared_parameters().values()
        if is_own(known.name)
    ]
    return "\n".join(["| Parameter | Default | What it is |", "|---|---|---|", *rows])


def restriction_names() -> str:
    """Every restriction with the first line of its manual."""
    records = sorted({id(r): r for r in RESTRICTIONS.values()}.values(), key=lambda r: r.name)
    rows = [
        f"| `{record.name}`{''.join(f' `{alias}`' for alias in record.aliases)} | {_first_line(record.manual)} |"
        for record in records
    ]
    return "\n".join(["| Restriction and older names | What it does |", "|---|---|", *rows])


def _first_line(manual: str) -> str:
    return " ".join(manual.split("\n\n")[0].split())


MAKERS: dict[str, Callable[[], str]] = {
    "other_defaults": other_defaults,
    "own_parameters": own_parameters,
    "restriction_names": restriction_names,
}

PAGES = ("docs/differences.md", "docs/restrictions.md")


def made(text: str) -> str:
    """The text of a page with its made parts made anew."""
    return _MADE.sub(lambda match: f"{match[1]}{MAKERS[match[2]]()}\n{match[3]}", text)


def main(root: Path, *, only_check: bool) -> int:
    """Write every page, or only tell which are stale."""
    stale = [page for page in PAGES if made((root / page).read_text()) != (root / page).read_text()]
    for page in stale:
        if only_check:
            print(f"{page} is stale: make docs")
        else:
            (root / page).write_text(made((root / page).read_text()))
    return 1 if stale and only_check else 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd(), only_check="--check" in sys.argv[1:]))
