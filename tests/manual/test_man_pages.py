"""The manual pages: formatted without a warning, in ASCII, and with everything on them."""

import re
import subprocess

import pytest

from gatepost.cli.main import SUBCOMMANDS
from gatepost.config.parameters import declared_parameters
from gatepost.manual.writing.troff import escaped, running
from gatepost.policy.registry import RESTRICTIONS
from gatepost.world.tables.registry import TABLE_TYPES
from tests.conftest import ROOT

PAGES = sorted((ROOT / "man").glob("*.[15]"))
SHOULD_NAME = {
    "gatepost.1": SUBCOMMANDS,
    "gatepost-parameters.5": declared_parameters(),
    "gatepost-restrictions.5": RESTRICTIONS,
    "gatepost-tables.5": TABLE_TYPES,
    "gatepost-access.5": ("DUNNO", "REJECT", "PREPEND", "HANGUP"),
}


def formatted(page, columns="100"):
    environment = {"MANWIDTH": columns, "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "MAN_KEEP_FORMATTING": ""}
    command = ["man", "--warnings=w", "--no-hyphenation", "-P", "cat", "-l", str(page)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.peer("man", "groff")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_is_formatted_without_a_warning(page):
    done = formatted(page)
    assert (done.returncode, done.stderr) == (0, "")
    text = re.sub(r".\x08", "", done.stdout)
    for name in SHOULD_NAME[page.name]:
        assert name in text, name
    assert not re.search(r"\\(\[u|\(|f[BIR]|-)", text), "an escape is seen"


def test_there_is_a_page_for_everything():
    assert {page.name for page in PAGES} == set(SHOULD_NAME)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_is_ascii_and_no_line_is_a_request_by_chance(page):
    text = page.read_bytes().decode("ascii")
    requests = {line.split()[0] for line in text.splitlines() if line.startswith((".", "'"))}
    assert requests <= {
        '.\\"',
        ".TH",
        ".SH",
        ".SS",
        ".PP",
        ".TP",
        ".IP",
        ".br",
        ".nf",
        ".fi",
        ".RS",
        ".RE",
        ".BR",
        ".nh",
        ".ad",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".x", r"\&.x"),
        ("a-b", r"a\-b"),
        (r"\d", r"\ed"),
        ("'quoted'", r"\(aqquoted\(aq"),
        ("0.6 µs é", r"0.6 us \[u00E9]"),
    ],
)
def test_nothing_means_anything_to_troff(text, expected):
    assert escaped(text) == expected


def test_what_is_literal_is_bold():
    assert running("write `a-b` so") == r"write \fBa\-b\fR so"
