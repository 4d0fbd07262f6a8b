"""texthash, hash and their like: what is told, what makes a table unusable, and large ones."""

import time
import tracemalloc

import pytest

from gatepost.model.answer import NOT_FOUND, Found, Unavailable
from gatepost.world.tables import load_table


def load(tmp_path, text, kind="texthash", **options):
    (tmp_path / "t").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_table(f"{kind}:t", base=tmp_path, **options)


def findings(table):
    return [(complaint.severity, complaint.place.line, complaint.text) for complaint in table.complaints]


def test_the_answer_says_where_it_stands(tmp_path):
    table = load(tmp_path, "# comment\n\nexample.com  REJECT\n\tgo away \n# x\n b\nother OK\n")
    assert table.find("Example.COM") == Found("REJECT\tgo away  b")
    assert table.find("example.com").source == f"{tmp_path}/t:3"
    assert table.find("other").source == f"{tmp_path}/t:7"
    assert table.find("example") == NOT_FOUND
    assert table.files == (tmp_path / "t",)
    assert list(table.entries()) == [("example.com", "REJECT\tgo away  b"), ("other", "OK")]


@pytest.mark.parametrize(("text", "line", "told"), [
    (" x y\na b\n", 1, "starts with whitespace"),
    ("a b\nlonely\n", 2, "without a value"),
    ('a b\n"x y\n', 2, "not closed"),
    ("a b\nx: y\n", 2, "ends with a colon"),
    (b"a b\nx \xe4\n", 2, "not UTF-8"),
    (b"a b\nx y\0z\n", 2, "NUL"),
])  # fmt: skip
def test_a_bad_line_is_told_and_the_rest_holds(tmp_path, text, line, told):
    table = load(tmp_path, text)
    [(severity, place, message)] = findings(table)
    assert (severity, place) == ("warning", line) and told in message
    assert table.find("a") == Found("b")
    assert all(complaint.cure for complaint in table.complaints)


@pytest.mark.parametrize("kind", ["hash", "btree", "dbm", "sdbm", "lmdb", "cdb"])
def test_of_two_equal_keys_the_first_is_kept(tmp_path, kind):
    table = load(tmp_path, "a 1\nb 2\nA 3\n", kind)
    assert table.find("a") == Found("1")
    assert findings(table) == [("warning", 3, "duplicate of line 1: 'A' is left out")]


def test_two_equal_keys_make_a_texthash_unusable(tmp_path):
    table = load(tmp_path, "a 1\nb 2\nA 3\n")
    assert isinstance(table.find("b"), Unavailable)
    assert findings(table) == [("error", 3, "duplicate of line 1: 'A' makes the whole table unusable")]
    assert table.files == (tmp_path / "t",)


def test_octets_without_smtputf8(tmp_path):
    text = b"x \xe4\n\xff y\nB\xc3\x84 z\n"
    table = load(tmp_path, text, smtputf8=False)
    assert table.find("x") == Found("\udce4")
    assert table.find("\udcff") == Found("y")
    assert table.find("bÄ") == Found("z") and table.find("bä") == NOT_FOUND
    assert load(tmp_path, text).find("\udcff") == NOT_FOUND
    assert load(tmp_path, text).find("bä") == Found("z")


def test_findings_are_counted_beyond_a_hundred(tmp_path):
    table = load(tmp_path, "lonely\n" * 5000)
    assert len(table.complaints) == 101
    assert "4900 more" in str(table.complaints[-1])


@pytest.mark.parametrize(("text", "is_aliases"), [
    ("root: me\nabuse: root\n", True),
    ("root: me\nabuse:root\n", True),
    ("2001:db8: OK\n2001: REJECT\n", False),
    ("root: me\nexample.com OK\n", False),
    ("", False),
])  # fmt: skip
def test_only_a_file_of_nothing_but_aliases_is_read_as_aliases(tmp_path, text, is_aliases):
    table = load(tmp_path, text, "hash")
    assert isinstance(table.find("root"), Found) is is_aliases
    if is_aliases:
        assert table.complaints == () and isinstance(table.find("ABUSE"), Found)
        assert isinstance(load(tmp_path, text, "texthash").find("root:"), Found), "texthash has no aliases"


@pytest.mark.parametrize("name", ["texthash:missing", "hash:missing", "texthash:.", "hash:\0", "texthash:/dev/zero"])
def test_a_source_that_cannot_be_read(tmp_path, name):
    table = load_table(name, base=tmp_path)
    [complaint] = table.complaints
    assert complaint.severity == "error" and complaint.cure
    assert isinstance(table.find("x"), Unavailable)
    assert table.files


def test_a_source_without_rights_names_the_reason(tmp_path, monkeypatch):
    (tmp_path / "t").write_text("a b\n")

    def refuse(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert "Permission denied" in str(load_table("hash:t", base=tmp_path).complaints)


def test_two_hundred_thousand_keys(tmp_path):
    text = b"".join(b"host-%d.example-%d.com\tREJECT listed\n" % (n, n % 977) for n in range(200_000))
    (tmp_path / "t").write_bytes(text)
    started = time.process_time()
    table = load_table("texthash:t", base=tmp_path)
    seconds = time.process_time() - started
    assert table.find(f"HOST-199999.example-{199_999 % 977}.com") == Found("REJECT listed")
    assert seconds < 10, "CPU seconds; about 0.7 on a quiet machine"
    del table
    tracemalloc.start()
    table = load_table("texthash:t", base=tmp_path)
    held, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(table.find("host-0.example-0.com"), Found)
    assert held < 80_000_000, "octets; about 60 MB"
