"""Tables that a benchmark writes into a page, between two marks that say which command wrote it.

<!-- table: written by python -m bench.corpora --write -->
…
<!-- end of table -->
"""

END = "<!-- end of table -->"


def begin(module: str) -> str:
    """The mark above the table of a module."""
    return f"<!-- table: written by python -m {module} --write -->"


def written_table(page: str, module: str) -> str:
    """The table of a module that stands in the page. Raises ValueError where its marks are missing."""
    before, mark, rest = page.partition(begin(module))
    inside, end, _ = rest.partition(END)
    if not (before and mark and end):
        raise ValueError(f"the page has no {begin(module)} … {END}")
    return inside.strip()


def replace_table(page: str, module: str, new: str) -> str:
    """The page with another table in it. Raises ValueError where the marks are missing."""
    written_table(page, module)
    before, mark, rest = page.partition(begin(module))
    return f"{before}{mark}\n\n{new}\n\n{END}{rest.partition(END)[2]}"
