"""Write the pages that are made from records anew, or tell which are stale: `make docs`.

    python -m gatepost.cli.write_pages           write
    python -m gatepost.cli.write_pages --check   exit 1 and name the stale ones

This is no command of the program but stands beside them, because the manual tells of them too.
"""

import sys
from pathlib import Path

from gatepost.cli.main import main as program
from gatepost.manual.contents import Contents
from gatepost.manual.pages import stale_pages
from gatepost.service.unused_parameters import USED


def main(root: Path, *, only_check: bool) -> int:
    """Write every stale page, or only tell which they are."""
    stale = stale_pages(root, Contents(program, USED))
    for page, text in stale.items():
        path = root / page
        if only_check:
            print(f"{page} is stale: make docs")
        elif text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return 1 if stale and only_check else 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd(), only_check="--check" in sys.argv[1:]))
