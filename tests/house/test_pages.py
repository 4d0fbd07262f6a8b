"""Pages made from records are not stale, and every dependency is named with its reason."""

import itertools
import re
import tomllib

from gatepost.cli.main import main as program
from gatepost.manual.contents import Contents
from gatepost.manual.pages import stale_pages
from gatepost.service.unused_parameters import USED
from tests.conftest import ROOT


def test_made_pages_are_fresh():
    assert sorted(stale_pages(ROOT, Contents(program, USED))) == [], "make docs"


def test_a_stale_byte_is_seen(tmp_path):
    contents = Contents(program, USED)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/differences.md").write_bytes((ROOT / "docs/differences.md").read_bytes())
    for page, text in stale_pages(tmp_path, contents).items():
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / page).write_text(text)
    assert stale_pages(tmp_path, contents) == {}
    for page in ("docs/differences.md", "docs/reference/parameters.md", "man/gatepost.1"):
        text = (tmp_path / page).read_text()
        (tmp_path / page).write_text(
            text.replace("smtpd_look_ahead", "smtpd_look_behind").replace("main.cf", "Main.cf")
        )
    (tmp_path / "man/gatepost-retired.5").write_text("")
    assert sorted(stale_pages(tmp_path, contents)) == [
        "docs/differences.md",
        "docs/reference/parameters.md",
        "man/gatepost-retired.5",
        "man/gatepost.1",
    ]


def test_links_between_pages_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    headings = {page: {anchor_of(line) for line in page.read_text().splitlines()} for page in pages}
    for page in pages:
        for target, fragment in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text()):
            path = (page.parent / target).resolve() if target else page
            assert path.exists(), f"{page.name}: {target}"
            assert not fragment or fragment in headings[path], f"{page.name}: {target}#{fragment}"


def anchor_of(line):
    """What GitHub makes of a heading."""
    heading = re.sub(r"^#+ |\[([^]]*)\]\([^)]*\)", r"\1", line).lower()
    return re.sub(r"[^\w -]", "", heading).replace(" ", "-") if line.startswith("#") else ""


def test_every_dependency_is_named_with_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = (ROOT / "docs/dependencies.md").read_text()
    extras = project.get("optional-dependencies", {}).values()
    for dependency in itertools.chain(project["dependencies"], *extras):
        name = re.match(r"[\w.-]+", dependency).group()
        assert f"| {name} |" in page, name
