"""Every story under tests/stories holds under every driver (see gatepost.testing.story for how they are written)."""

from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from gatepost.testing.story import DRIVER_NAMES
from gatepost.testing.story_drivers import DRIVERS
from gatepost.testing.story_running import read_story

STORIES = Path(__file__).parent / "stories"


def tellings() -> list[ParameterSet]:
    """Each story with each driver that can tell it; one that cannot be read is told of when it is run."""
    found = []
    for path in sorted(STORIES.rglob("*.story")):
        try:
            excluded = read_story(path).excluded
        except ValueError:
            excluded = {}
        name = path.relative_to(STORIES).with_suffix("")
        found += [
            pytest.param(path, driver, id=f"{name}-{driver}") for driver in DRIVER_NAMES if driver not in excluded
        ]
    return found


@pytest.mark.parametrize(("path", "driver"), tellings())
def test_story(path: Path, driver: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    DRIVERS[driver](read_story(path), tmp_path)
