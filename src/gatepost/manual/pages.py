"""Pages made from records: the reference, the manual pages, and the made parts of pages that have text of their own.

A page with text of its own holds, between `<!-- made: NAME -->` and `<!-- end -->`, what the maker of that name
gives. The pages of docs/reference/ and man/ are made as a whole. `make docs` writes them all (cli/write_pages.py,
because the commands are described there); a test fails while one is stale.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from gatepost.config.parameters import declared_parameters, differences, is_own
from gatepost.manual.contents import Contents
from gatepost.manual.man_pages import man_pages
from gatepost.manual.reference import reference_pages

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


MAKERS: dict[str, Callable[[], str]] = {"other_defaults": other_defaults, "own_parameters": own_parameters}

PAGES = ("docs/differences.md",)
"""Those with text of their own."""

MADE_DIRECTORIES = ("docs/reference", "man")
"""Nothing stands in here but what is made."""


def made(text: str) -> str:
    """The text of a page with its made parts made anew."""
    return _MADE.sub(lambda match: f"{match[1]}{MAKERS[match[2]]()}\n{match[3]}", text)


def all_pages(root: Path, contents: Contents) -> Iterator[tuple[str, str]]:
    """Every page that is made or has made parts: its path below root, and what it should say."""
    for page in PAGES:
        yield page, made((root / page).read_text())
    yield from reference_pages(contents)
    yield from man_pages(contents)


def stale_pages(root: Path, contents: Contents) -> dict[str, str | None]:
    """The pages that say something else, with what they should say; None for one that should not be there."""
    pages = dict(all_pages(root, contents))
    stale: dict[str, str | None] = {
        page: text for page, text in pages.items() if not (root / page).exists() or (root / page).read_text() != text
    }
    found = (path for directory in MADE_DIRECTORIES for path in (root / directory).glob("*"))
    return stale | {str(path.relative_to(root)): None for path in found if str(path.relative_to(root)) not in pages}
