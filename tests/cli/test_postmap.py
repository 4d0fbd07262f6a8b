"""gatepost postmap says what postmap says."""

import pytest
from click.testing import CliRunner

from gatepost.cli.postmap import postmap
from tests.world.tables.real_postmap import RealPostmap


@pytest.fixture
def tables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    real = RealPostmap(tmp_path)
    real.write("words", b"a b\nExample.com REJECT no\n# c\n\xc3\x84 \xc3\xb6\nlonely\n")
    real.write("rules", b"/^a$/ A\n/x(.)/ got $1\n/e/\n")
    return real


def ask(*arguments, stdin=b""):
    return CliRunner().invoke(postmap, arguments, input=stdin)


CASES = [
    (("-q", "a", "texthash:words"), b""),
    (("-q", "EXAMPLE.com", "texthash:words"), b""),
    (("-q", "nothing", "texthash:words"), b""),
    (("-q", "xy", "texthash:words", "regexp:rules"), b""),
    (("-q", "ä", "texthash:words"), b""),
    (("-q", "e", "regexp:rules"), b""),
    (("-q", "-", "texthash:words"), b"a\nnothing\nA\nexample.com\n\xff\n\n\xc3\xa4"),
    (("-q", "-", "regexp:rules"), b"a\nxz\n x1 \r\n"),
    (("-q", "-", "texthash:words"), b"nothing\n"),
    (("-q", "-", "static:x"), b""),
    (("-q", "a", "texthash:missing"), b""),
    (("-s", "regexp:rules"), b""),
    (("-s", "texthash:missing"), b""),
]


@pytest.mark.peer("postmap")
@pytest.mark.parametrize(("arguments", "stdin"), CASES)
def test_as_postmap(tables, arguments, stdin):
    theirs, ours = tables.run(*arguments, stdin=stdin), ask(*arguments, stdin=stdin)
    assert (ours.stdout_bytes, ours.exit_code) == (theirs.stdout, theirs.returncode)
    assert bool(ours.stderr) == bool(theirs.stderr)


@pytest.mark.peer("postmap")
def test_the_listing_holds_the_same_lines(tables):
    theirs, ours = tables.run("-s", "texthash:words"), ask("-s", "texthash:words")
    assert sorted(ours.stdout_bytes.splitlines()) == sorted(theirs.stdout.splitlines())
    assert ours.exit_code == theirs.returncode == 0


def test_a_name_without_type_is_a_hash(tables):
    assert ask("-q", "a", "words").stdout == "b\n"


def test_octets_on_demand(tmp_path):
    (tmp_path / "t").write_bytes(b"a \xe4\n")
    assert ask("-q", "a", f"hash:{tmp_path}/t").exit_code == 1
    assert ask("-u", "-q", "a", f"hash:{tmp_path}/t").stdout_bytes == b"\xe4\n"


def test_findings_name_file_line_and_cure(tables):
    assert (
        "words:5: warning: a key without a value; the line is left out -- write"
        in ask("-q", "a", "hash:words").stderr
    )


@pytest.mark.parametrize("arguments", [(), ("-q", "a"), ("hash:words",), ("-s", "-q", "a", "hash:words")])
def test_usage(arguments):
    assert ask(*arguments).exit_code == 2
