"""What all tests share: who is needed, and what is skipped, by name.

`@pytest.mark.peer("smtp-sink", …)` names real programs. Without one the test is skipped and says which; under CI=true
that is a failure. `@pytest.mark.shared` needs ../shared, which a user's clone has not: skipped there, never failed.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from gatepost.world.watching.outages import forget_outages

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
SYSTEM_PATHS = "/usr/sbin:/sbin:/usr/lib/postfix/sbin"


def find_program(name: str) -> str | None:
    """Where a program is, in PATH or in the places where Debian keeps daemons."""
    return shutil.which(name) or shutil.which(name, path=SYSTEM_PATHS)


def lack(what: str) -> NoReturn:
    """Skip by name for want of something; under CI=true nothing may be wanting."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(autouse=True)
def _no_outage_is_known() -> None:
    """What one test has seen fail the next has not."""
    forget_outages()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared") and not SHARED.is_dir():
        pytest.skip("needs ../shared")
    missing = [name for marker in item.iter_markers("peer") for name in marker.args if find_program(name) is None]
    if missing:
        lack(f"needs {', '.join(missing)}: install Debian's package (make peers)")
