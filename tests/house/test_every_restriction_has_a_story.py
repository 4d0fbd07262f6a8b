"""A restriction without a story is one that nobody has told how it behaves (STYLE.md rules 6 and 10)."""

from pathlib import Path

import pytest

from gatepost.policy.language import compile as _compile  # noqa: F401 - importing it registers every restriction
from gatepost.policy.registry import RESTRICTIONS

STORIES = Path(__file__).parents[1] / "stories" / "restrictions"
NAMES = sorted({record.name for record in RESTRICTIONS.values()})


@pytest.mark.parametrize("name", NAMES)
def test_a_story_is_about_it(name: str) -> None:
    path = STORIES / f"{name}.story"
    assert path.exists(), f"write {path}: what {name} lets through, what it refuses, what a failing look-up means"
    lines = path.read_text().splitlines()
    used = [line for line in lines[1:] if not line.startswith("#") and name in line.split("#")[0]]
    assert used, f"{path} never sets {name}"


def test_every_story_is_about_a_restriction() -> None:
    told = {path.stem for path in STORIES.glob("*.story")} - {"warn_if_reject"}
    assert told <= set(NAMES)
