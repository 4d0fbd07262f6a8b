"""gatepost postmap says what postmap says."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gatepost.cli.postmap import postmap
from tests.world.tables.real_postmap import RealPostmap


@pytest.fixture
def tables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    real = RealPostmap(tmp_path)
    real.write("words", b"a b\nExample.com REJECT no\n# c\n\xc3\x84 \xc3\xb6\nlonely\n")
    real.write("doubles", b"a b\nA c\n")
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
    (("-q", "a", "texthash:doubles"), b""),
    (("-q", "a", "unionmap:{texthash:doubles,static:x}"), b""),
    (("-q", "a", "pipemap:{texthash:words,inline:{b=end}}"), b""),
    (("-q", "a", "fail:x"), b""),
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


@pytest.mark.parametrize(
    "arguments", [(), ("-q", "a"), ("--access", "x", "y", "hash:words"), ("-s", "-q", "a", "hash:words")]
)
def test_usage(arguments):
    assert ask(*arguments).exit_code == 2


# -- compiling -------------------------------------------------------------------------------------------------------


@pytest.mark.peer("postmap")
@pytest.mark.parametrize("kind", ["lmdb", "cdb"])
@pytest.mark.parametrize("options", [(), ("-F",)])
def test_what_we_compile_postmap_reads(tables, kind, options):
    tables.write("one", b"first\n")
    tables.write("files", b"A one\nb one, one\nc missing\nd\n")
    ours = ask(*options, f"{kind}:files")
    assert (ours.exit_code, ours.stdout_bytes) == (0, b"")
    assert ("files:3: warning:" in ours.stderr) is bool(options) and "files:4: warning:" in ours.stderr
    compiled = tables.run(*options, "-q", "-", f"{kind}:files", stdin=b"a\nb\nc\nd\n")
    theirs = tables.run(*options, f"{kind}:files")
    assert theirs.returncode == 0
    assert compiled.stdout == tables.run(*options, "-q", "-", f"{kind}:files", stdin=b"a\nb\nc\nd\n").stdout != b""


def test_a_file_alone_becomes_lmdb(tables):
    assert ask("words").exit_code == 0
    (tables.directory / "words").unlink()
    assert ask("-q", "a", "lmdb:words").stdout == "b\n"


@pytest.mark.peer("postmap")
@pytest.mark.parametrize("arguments", [("regexp:rules",), ("texthash:words",), ("nonsense:words",), ("lmdb:missing",), ("cdb:missing",)])  # fmt: skip
def test_what_cannot_be_compiled(tables, arguments):
    ours, theirs = ask(*arguments), tables.run(*arguments)
    assert ours.exit_code == theirs.returncode == 1
    assert "fatal" in ours.stderr and b"fatal" in theirs.stderr


# -- values that name files ------------------------------------------------------------------------------------------


@pytest.mark.peer("postmap")
@pytest.mark.parametrize("name", ["texthash:files", "inline:{ {a = one} }", "static:one", "cidr:addresses", "regexp:patterns"])  # fmt: skip
@pytest.mark.parametrize("key", ["a", "b", "c", "192.0.2.1"])
def test_files_as_postmap_reads_them(tables, name, key):
    tables.write("one", b"first\nsecond\n")
    tables.write("files", b"a one\nb one, one\nc missing\n")
    tables.write("addresses", b"192.0.2.0/24 one\n")
    tables.write("patterns", b"/^a/ one\n")
    theirs, ours = tables.run("-F", "-q", key, name), ask("-F", "-q", key, name)
    assert (ours.stdout_bytes, ours.exit_code) == (theirs.stdout, theirs.returncode)


# -- as a server asks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "key", "lines"), [
    ("client", "mx.example.com[192.0.2.1]", ["mx.example.com not found", "example.com answers (words:2): REJECT no", "com not asked",
                                             "192.0.2.1 not asked", "192.0.2 not asked", "192.0 not asked", "192 not asked"]),
    ("client", "2001:DB8::1", ["unknown not found", "2001:db8::1 not found", "2001:db8: not found", "2001:db8 not found", "2001 not found"]),
    ("helo", "a", ["a answers (words:1): b"]),
    ("addr", "User+x@a.example.com", ["user+x@a.example.com not found", "a.example.com not found",
                                      "example.com answers (words:2): REJECT no", "com not asked", "user+x@ not asked"]),
    ("addr", "<>", ["<> not found"]),
])  # fmt: skip
def test_the_keys_of_an_access_table(tables, kind, key, lines):
    told = ask("--access", kind, key, "hash:words")
    assert told.stdout.splitlines() == [f"hash:words\t{line.replace(' ', chr(9), 1)}" for line in lines]
    assert told.exit_code == (0 if any("answers" in line for line in lines) else 1)


def test_a_pattern_table_is_asked_for_whole_keys(tables):
    told = ask("--access", "client", "mx.example.com[192.0.2.1]", "regexp:rules").stdout.splitlines()
    assert [line.split("\t")[1] for line in told] == ["mx.example.com", "192.0.2.1"]


def test_main_cf_says_how_addresses_are_cut(tables):
    tables.write("main.cf", b"recipient_delimiter = +\nparent_domain_matches_subdomains =\n")
    tables.write("master.cf", b"")
    told = ask("-c", str(tables.directory), "--access", "addr", "u+x@a.example.org", "hash:words").stdout.splitlines()
    keys = [line.split("\t")[1] for line in told]
    assert keys == ["u+x@a.example.org", "u@a.example.org", "a.example.org", ".example.org", ".org", "u+x@", "u@"]


@pytest.mark.peer("postmap")
def test_the_command_itself(tables):
    """The same through a shell as in this process: input, output, exit status."""
    gatepost = Path(sys.executable).with_name("gatepost")
    for arguments, stdin in (CASES[0], CASES[2], CASES[6], CASES[8], CASES[10]):
        ours = subprocess.run(
            [gatepost, "postmap", *arguments], input=stdin, capture_output=True, cwd=tables.directory
        )
        theirs = tables.run(*arguments, stdin=stdin)
        assert (ours.stdout, ours.returncode) == (theirs.stdout, theirs.returncode)
