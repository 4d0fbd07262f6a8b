"""Pages made from records are not stale, and every dependency is named with its reason."""

import itertools
import re
import tomllib

from gatepost.manual.pages import main
from tests.conftest import ROOT


def test_made_pages_are_fresh():
    assert main(ROOT, only_check=True) == 0


def test_every_dependency_is_named_with_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = (ROOT / "docs/dependencies.md").read_text()
    extras = project.get("optional-dependencies", {}).values()
    for dependency in itertools.chain(project["dependencies"], *extras):
        name = re.match(r"[\w.-]+", dependency).group()
        assert f"| {name} |" in page, name
