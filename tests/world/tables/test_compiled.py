"""lmdb and cdb: compiled by us and read by postmap, compiled by postmap and read by us, and files that are neither."""

import os
import random
import struct
import subprocess

import pytest

from gatepost.model.answer import NOT_FOUND, Found, Unavailable
from gatepost.world.tables import load_table
from gatepost.world.tables.cdb_file import CompiledFileError, read_cdb, write_cdb
from gatepost.world.tables.compiled import READABLE, compile_text
from gatepost.world.tables.table import TableError
from tests.conftest import find_program
from tests.world.tables.real_postmap import RealPostmap, known_values

LINES = [f"key{n}@d{n % 7}.example\tvalue {n}" for n in range(2000)] + ['"a b" quoted', "Ä ü", "A upper", "a again"]
KEYS = [f"key{n}@d{n % 7}.example" for n in range(0, 4000, 3)] + ['"a b"', "ä", "a", "A", "none"]


@pytest.fixture
def postmap(tmp_path):
    real = RealPostmap(tmp_path)
    real.write("t", ("\n".join(LINES) + "\n").encode())
    return real


@pytest.mark.peer("postmap")
@pytest.mark.parametrize("kind", READABLE)
def test_theirs_reads_ours(postmap, kind):
    findings = compile_text(kind, "t", postmap.directory)
    assert [finding.place.line for finding in findings] == [len(LINES)]
    expected = known_values(load_table(f"{kind}:t", base=postmap.directory), KEYS)
    assert len(expected) == 667 + 4
    assert postmap.ask(f"{kind}:t", KEYS) == expected


@pytest.mark.peer("postmap")
@pytest.mark.parametrize("kind", READABLE)
def test_ours_reads_theirs_where_the_text_is_gone(postmap, kind):
    assert postmap.run(f"{kind}:t").returncode == 0
    expected = postmap.ask(f"{kind}:t", KEYS)
    (postmap.directory / "t").unlink()
    table = load_table(f"{kind}:t", base=postmap.directory)
    assert known_values(table, KEYS) == expected
    assert table.find("a").source == str(postmap.directory / f"t.{kind}")
    assert table.files == (postmap.directory / "t", postmap.directory / f"t.{kind}")
    assert dict(table.entries())["a"] == "upper"


@pytest.mark.peer("cdb")
def test_the_cdb_program_reads_ours(postmap):
    compile_text("cdb", "t", postmap.directory)
    program = find_program("cdb")
    told = subprocess.run([program, "-q", postmap.directory / "t.cdb", "key9@d2.example"], capture_output=True)
    assert told.stdout == b"value 9"
    assert subprocess.run([program, "-s", postmap.directory / "t.cdb"], capture_output=True).returncode == 0


def test_any_records_survive_a_cdb_file():
    dice = random.Random(1)
    records = [(dice.randbytes(dice.randrange(9)), dice.randbytes(dice.randrange(40))) for _ in range(500)]
    assert list(read_cdb(write_cdb(records))) == records
    assert list(read_cdb(write_cdb([]))) == []


def test_a_damaged_cdb_file_is_told_wherever_it_is_cut():
    whole = write_cdb([(b"key%d" % n, b"value") for n in range(20)])
    records = sum(8 + len(b"key%d" % n) + 5 for n in range(20))
    for length in range(0, 2048 + records, 7):
        with pytest.raises(CompiledFileError):
            list(read_cdb(whole[:length]))
    with pytest.raises(CompiledFileError):
        list(read_cdb(whole[:2048] + struct.pack("<II", 2**32 - 1, 5) + whole[2056:]))


@pytest.mark.parametrize("kind", READABLE)
@pytest.mark.parametrize("octets", [b"", b"x" * 100, b"x" * 30_000, bytes(30_000)])
def test_a_file_that_is_no_database(tmp_path, kind, octets):
    (tmp_path / f"t.{kind}").write_bytes(octets)
    table = load_table(f"{kind}:t", base=tmp_path)
    assert isinstance(table.find("a"), Unavailable) or (kind == "cdb" and octets == bytes(30_000))
    assert all(f"t.{kind}" in complaint.place.path for complaint in table.complaints)


@pytest.mark.parametrize(("kind", "suffix"), [("hash", "db"), ("btree", "db"), ("lmdb", "lmdb"), ("cdb", "cdb"), ("dbm", "pag")])  # fmt: skip
def test_a_compiled_file_older_than_its_text_is_told(tmp_path, kind, suffix):
    (tmp_path / "t").write_text("a b\n")
    compiled = tmp_path / f"t.{suffix}"
    compiled.write_bytes(b"")
    os.utime(compiled, (1e9, 1e9))
    (warning,) = load_table(f"{kind}:t", base=tmp_path).complaints
    assert warning.severity == "warning" and warning.place.path == str(compiled)
    assert f"postmap {kind}:{tmp_path / 't'}" in warning.cure
    os.utime(compiled)
    assert load_table(f"{kind}:t", base=tmp_path).complaints == ()
    assert load_table(f"{kind}:t", base=tmp_path).find("a") == Found("b")


def test_a_berkeley_file_alone_cannot_be_read(tmp_path):
    (tmp_path / "t.db").write_bytes(b"x")
    table = load_table("hash:t", base=tmp_path)
    assert isinstance(table.find("a"), Unavailable)
    assert "postmap -s hash:" in table.complaints[0].cure


def test_the_compiled_file_has_the_mode_of_its_text(tmp_path):
    (tmp_path / "t").write_text("a b\n")
    (tmp_path / "t").chmod(0o640)
    for kind in READABLE:
        compile_text(kind, "t", tmp_path)
        assert (tmp_path / f"t.{kind}").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t", "t.cdb", "t.lmdb"]


def test_what_cannot_be_compiled_leaves_the_former_file(tmp_path):
    (tmp_path / "t").write_text("a b\n")
    compile_text("lmdb", "t", tmp_path)
    (tmp_path / "t").write_text("x" * 600 + " b\n")  # beyond what LMDB takes for a key
    with pytest.raises(TableError, match="cannot be written"):
        compile_text("lmdb", "t", tmp_path)
    (tmp_path / "t").unlink()
    assert load_table("lmdb:t", base=tmp_path).find("a") == Found("b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.lmdb"]


@pytest.mark.parametrize("kind", ["hash", "regexp", "nonsense"])
def test_types_that_are_not_compiled(tmp_path, kind):
    (tmp_path / "t").write_text("a b\n")
    with pytest.raises(TableError, match="not compiled"):
        compile_text(kind, "t", tmp_path)


@pytest.mark.parametrize("name", ["/", ".", "..", "/etc", "a\0b", "x" * 9000, "t/t/t", "\udcff"])
@pytest.mark.parametrize("kind", ["hash", "lmdb", "cdb"])
def test_a_name_that_can_be_no_file(tmp_path, kind, name):
    table = load_table(f"{kind}:{name}", base=tmp_path)
    assert isinstance(table.find("a"), Unavailable) and table.complaints[0].severity == "error"


def test_a_key_that_is_not_there(tmp_path):
    (tmp_path / "t.cdb").write_bytes(write_cdb([(b"a", b"b")]))
    assert load_table("cdb:t", base=tmp_path).find("b") == NOT_FOUND


def test_without_the_package_the_finding_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("gatepost.world.tables.lmdb_file.MISSING", "not installed: pip install gatepost[lmdb]")
    (tmp_path / "t.lmdb").write_bytes(b"x")
    table = load_table("lmdb:t", base=tmp_path)
    assert "pip install gatepost[lmdb]" in table.find("a").why
    (tmp_path / "t").write_text("a b\n")
    assert load_table("lmdb:t", base=tmp_path).find("a") == Found("b"), "the text needs no package"
    with pytest.raises(TableError, match="pip install"):
        compile_text("lmdb", "t", tmp_path)
