"""The same tables and keys to real postmap and to ours: generated ones, and those of public configurations.

GATEPOST_TABLES=n generates n tables for each type (`make parity-tables`: 1000); `make test` fewer. Values, keys that are
not found, exit status and the lines that findings name must be the same.
"""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gatepost.world.tables import load_table
from tests.conftest import SHARED
from tests.world.tables.real_postmap import RealPostmap, known_values, numbers_in

SHARED_TABLES = SHARED / "data/configs/tables"

TABLES = int(os.environ.get("GATEPOST_TABLES", "40"))
KEYS = 30

pytestmark = [pytest.mark.peer("postmap"), pytest.mark.timeout(120 + TABLES)]
parity = settings(
    max_examples=TABLES, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.fixture
def postmap(tmp_path):
    return RealPostmap(tmp_path)


def is_usable(table):
    return all(complaint.severity != "error" for complaint in table.complaints)


def assert_same(postmap, name, keys):
    """Values, exit status and the lines of findings are the same."""
    keys = dict.fromkeys(keys)
    table = load_table(name, base=postmap.directory, keeps_first=True)
    told = postmap.told(name, keys)
    values = known_values(table, keys)
    assert values == told.values, table.complaints
    assert told.status == (0 if values else 1)
    assert lines_told(table) == told.lines, (told.stderr, table.complaints)


def lines_told(table):
    """Where our findings are, but for what postmap says without a line."""
    return sorted({c.place.line for c in table.complaints if c.place.line and "starts with whitespace" not in c.text})


# -- keys and values -------------------------------------------------------------------------------------------------

KEY_PARTS = (
    "a",
    "B",
    "example.com",
    "Ä",
    "ß",
    '"x y"',
    "\\ ",
    '\\"',
    '"',
    ":",
    "\\",
    "user@",
    "#",
    "1.2.3",
    "İ",
    "\udcff",
)
SPACES = (" ", "\t", "  \t ", "\r", "\v")
VALUE_PARTS = ("OK", "REJECT no", "550 5.7.1 text", "ü", '"q"', "x\\", "# no comment", "\udce4", "\r")
LINE_STARTS = ("", "", "", "", "", " ", "#", " #", "\n", "\t")

keys = st.lists(st.sampled_from(KEY_PARTS), min_size=1, max_size=3).map("".join)
text_lines = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(LINE_STARTS),
    keys,
    st.sampled_from(SPACES),
    st.sampled_from(("", *VALUE_PARTS)),
    st.sampled_from(("", "", " ", "\r")),
)
plain_keys = keys.filter(lambda key: not any(space in key for space in "\t\n"))


def key_lists(keys):
    return st.lists(keys, min_size=KEYS, max_size=KEYS)


def write(postmap, file, lines):
    postmap.write(file, "\n".join(lines).encode("utf-8", "surrogateescape") + b"\n")


@parity
@given(st.lists(text_lines, max_size=8), key_lists(plain_keys), st.booleans())
def test_hash(tmp_path, lines, keys, smtputf8):
    """Compiled by theirs, read from the text by ours. Of equal keys postmap tells only that they are."""
    if any(re.search(r":\s", line) for line in lines):
        return  # it may be read as aliases(5)
    postmap = RealPostmap(tmp_path, smtputf8=smtputf8)
    write(postmap, "table", lines)
    table = load_table("hash:table", base=tmp_path, smtputf8=smtputf8)
    keys = dict.fromkeys([*keys, *KEY_PARTS])
    compiled = postmap.run("hash:table")
    told = postmap.told("hash:table", keys)
    assert known_values(table, keys) == told.values, table.complaints
    assert told.status == (0 if told.values else 1)
    doubles = [c for c in table.complaints if "duplicate" in c.text]
    assert len(doubles) == compiled.stderr.count(b"duplicate entry")
    others = {c.place.line for c in doubles} - {c.place.line for c in table.complaints if c not in doubles}
    assert [line for line in lines_told(table) if line not in others] == numbers_in(compiled.stderr)


@parity
@given(st.lists(text_lines, max_size=8), key_lists(plain_keys))
def test_texthash(postmap, lines, keys):
    write(postmap, "table", lines)
    assert_same(postmap, "texthash:table", [*keys, *KEY_PARTS])
    table = load_table("texthash:table", base=postmap.directory)
    doubles = b"duplicate entry" in postmap.run("-q", "x", "texthash:table").stderr
    assert is_usable(table) is not doubles, "a server refuses the whole table"


def test_aliases_source(postmap):
    text = b'# aliases(5)\npostmaster: root\nRoot:\tadmin@example.com,\n "|/bin/prog: x"\n"quoted name": :include:/x\nabc:d\n'
    postmap.write("aliases", text)
    postmap.run("hash:aliases", program="postalias")
    assert_same(
        postmap, "hash:aliases", ["postmaster", "root", "ROOT", "quoted name", '"quoted name"', "abc", "root:"]
    )


# -- patterns --------------------------------------------------------------------------------------------------------

ATOMS = ("a", "b", "ab", "aab", "(ab|ba)c", "[Aa]b", ".", "[ab]", "(a)", "(b|c)", "(", ")", "[", "^", "$", "\\.", "\\/", "a*", "b+", "a{2}", "", "x y", "Z", "ä",
         "(a)(b)?", "[[:digit:]]", "\\", "*")  # fmt: skip
PERL_ATOMS = (*ATOMS, "\\d", "(?=a)", "(?<n>c)", "(?:ab)", "\\x{61}", "\\w+?", "a#b", "(?i)b", "\\Qa.\\E")
RESULTS = (
    "OK",
    "REJECT",
    "r $1",
    "[$1][$2]",
    "${1}x$(2)",
    "$$",
    "a$$1",
    "$0",
    "$",
    "$x",
    "$1x",
    "${1",
    "",
    " ",
    "$3 $10",
    "!x",
)

subjects = st.lists(
    st.sampled_from(("a", "b", "c", "ab", "aab", ".", "/", "x y", "Z", "1", "ä", "\r", "")), max_size=5
)
subjects = subjects.map("".join)


def rules(atoms, flags, *, pairs):
    patterns = st.lists(st.sampled_from(atoms), max_size=3).map("".join)
    conditions = st.builds(
        "{}{}{}{}{}".format,
        st.sampled_from(("", "", "", "!", "! ", "!!")),
        st.sampled_from("//////|~"),
        patterns,
        st.sampled_from("//////|~"),
        st.text(flags, max_size=2),
    )
    if pairs:
        conditions = st.one_of(conditions, conditions, st.builds("{}!{}".format, conditions, conditions))
    result = st.sampled_from(RESULTS)
    return st.lists(
        st.one_of(
            st.builds("{}{}{}".format, conditions, st.sampled_from((" ", " ", "\t", "")), result),
            st.builds(
                "{} {}{}".format, st.sampled_from(("if", "IF", "if ")), conditions, st.sampled_from(("", "", " x"))
            ),
            st.sampled_from(
                ("endif", "ENDIF", "endif x", "endifx", "# comment", " continued", "", "garbage", "if", "!", "if!/a/")
            ),
        ),
        max_size=16,
    )


def with_index(is_indexed):
    """Pass over rules by their text, as in long tables; or try them all, as in short ones."""
    return patch("gatepost.world.tables.rule_search.LEAST_INDEXED", 1 if is_indexed else 1000)


@parity
@given(rules(ATOMS, "imx", pairs=True), key_lists(subjects), st.booleans())
def test_regexp(postmap, lines, keys, is_indexed):
    write(postmap, "table", lines)
    with with_index(is_indexed):
        assert_same(postmap, "regexp:table", [*keys, "a", "b", "ab", "aab", "cab"])


@parity
@given(rules(PERL_ATOMS, "imsxAEUXq", pairs=False), key_lists(subjects), st.booleans())
def test_pcre(postmap, lines, keys, is_indexed):
    write(postmap, "table", lines)
    with with_index(is_indexed):
        assert_same(postmap, "pcre:table", [*keys, "a", "b", "ab", "aab", "cab"])


@parity
@given(
    rules(("a", "b", "(a)", "[ab]", "a{2}", "}", "{"), "i", pairs=False),
    st.sampled_from(("regexp", "pcre")),
    st.booleans(),
)
def test_rules_in_the_name(postmap, lines, kind, spaced):
    comma = ", " if spaced else ","
    name = f"{kind}:{{{comma.join('{' + line + '}' for line in lines)}}}"
    assume(is_usable(load_table(name)))
    assert_same(postmap, name, ["a", "b", "ab", "aa", "{", "}"])


# -- addresses -------------------------------------------------------------------------------------------------------

V4 = ("10.0.0.0", "10.0.0.1", "10.1.0.0", "192.0.2.7", "0.0.0.0", "010.0.0.0", "10.0.0", "255.255.255.255")
V6 = ("2001:db8::", "2001:db8::1", "::", "::ffff:10.0.0.1", "fe80::1", "2001:DB8:0::1", "::g")
networks = st.builds(
    "{}{}".format,
    st.sampled_from(V4 + V6),
    st.sampled_from(("", "", "/0", "/8", "/16", "/24", "/32", "/33", "/64", "/128", "/129", "/", "/x", "/-1")),
)
bracketed = st.builds(
    "{}{}{}".format, st.sampled_from(("", "", "", "[")), networks, st.sampled_from(("", "", "", "]", "]/8"))
)
patterns = st.builds("{}{}".format, st.sampled_from(("", "", "", "!", "! ", "!!")), bracketed)
cidr_lines = st.lists(
    st.one_of(
        st.builds("{} {}".format, patterns, st.sampled_from(("OK", "REJECT it", "", "x  "))),
        st.builds("{} {}".format, st.sampled_from(("if", "IF", "if ")), patterns),
        st.sampled_from(("endif", "ENDIF", "endif x", "# c", " more", "foo bar", "if", "!", "endif")),
    ),
    max_size=10,
)


@parity
@given(cidr_lines, st.booleans())
def test_cidr(postmap, lines, is_inline):
    keys = (
        *V4,
        *V6,
        "10.0.0.255",
        "10.200.0.1",
        "11.0.0.1",
        "2001:db8::2",
        "foo",
        "[10.0.0.1]",
        "10.0.0.1 ",
        "ä",
        "::1%lo",
    )
    if is_inline and not any(line.startswith((" ", "#")) or not line for line in lines):
        assert_same(postmap, "cidr:{" + ",".join("{" + line + "}" for line in lines) + "}", keys)
    else:
        write(postmap, "table", lines)
        assert_same(postmap, "cidr:table", keys)


# -- small types -----------------------------------------------------------------------------------------------------

inline_text = st.lists(
    st.sampled_from(("{", "}", "=", "a", "B", "x y", ",", " ", "a=b", "{c = d e}", "{", "}", "Ä=ö", "\t")), max_size=8
).map("".join)


@parity
@given(st.sampled_from(("inline", "static")), st.one_of(inline_text, inline_text.map("{{{}}}".format)))
def test_inline_and_static(postmap, kind, text):
    name = f"{kind}:{text}"
    assume(is_usable(load_table(name)))
    assert_same(postmap, name, ("a", "A", "b", "c", "C", "ä", "", "x y"))


UNUSABLE = ("inline:{}", "inline:{ }", "inline:a=b", "inline:{a=b}x", "inline:{a=b c}", "inline:{{a=b}x}", "inline:{ {a b=c} }",
            "inline:{ {} }", "static:", "static:{x", "static:{x}y", "pcre:{ /a/ r }", "pcre:{ {/a/ r }", "regexp:{{/b/ r} x}",
            "cidr:{} ", "texthash:missing", "hash:missing", "foo:bar", "unix:foo", ":x", "texthash:duplicates")  # fmt: skip
"""Postmap ends with a fatal error for each, one second later; so they are asked at once, and few."""


def test_unusable_names_are_unusable_for_postmap_too(postmap):
    postmap.write("duplicates", b"a b\nA c\n")
    with ThreadPoolExecutor(len(UNUSABLE)) as pool:
        judged = dict(
            zip(UNUSABLE, pool.map(lambda name: postmap.run("-q", "a", name).stderr, UNUSABLE), strict=True)
        )
    assert [name for name, told in judged.items() if b"fatal" not in told] == ["texthash:duplicates"]
    assert [name for name in UNUSABLE if is_usable(load_table(name, base=postmap.directory))] == []
    assert b"duplicate entry" in judged["texthash:duplicates"]  # fatal to a daemon, a warning to postmap


@pytest.mark.parametrize("name", ["unix:passwd.byname", "unix:group.byname"])
def test_unix(postmap, name):
    assert_same(postmap, name, ["root", "ROOT", "nobody", "nogroup", "no-such-name"])


# -- public configurations -------------------------------------------------------------------------------------------


def shared_tables():
    if not SHARED_TABLES.is_dir():
        return []
    return sorted(path.name for path in SHARED_TABLES.iterdir() if not path.name.endswith((".cf", ".conf")))


def key_candidates(text):
    """Words of the file itself, and what they look like in mail."""
    words = list(dict.fromkeys(text.replace("/", " ").replace("\\", "").split()))[:300]
    headers = [
        "Subject: viagra now",
        "Received: from x by y",
        "X-Mailer: The Bat!",
        "helo.example.com",
        "1.2.3.4",
        "user@",
    ]
    return [word for word in words if len(word) < 200] + headers


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["hash", "texthash", "regexp", "pcre", "cidr"])
def test_public_tables(tmp_path, kind):
    """Every public table as every type: as a type it was not meant for it is a fine source of errors."""
    postmap = RealPostmap(tmp_path)
    judge = "texthash" if kind == "hash" else kind
    for name in shared_tables():
        octets = (SHARED_TABLES / name).read_bytes()
        postmap.write("table", octets)
        table = load_table(f"{kind}:table", base=tmp_path, keeps_first=True)
        keys = dict.fromkeys(key_candidates(octets.decode("utf-8", "surrogateescape")))
        if table.entries is not None:
            keys.update(dict.fromkeys(key for key, _value in list(table.entries())[:300] if "\t" not in key))
        theirs = postmap.ask(f"{judge}:table", keys)
        if kind == "hash" and re.search(rb"(?m)^\S+:\s", octets):  # may be read as aliases(5)
            names = [key.removesuffix(":") for key in theirs] if "aliases" in name else []
            assert list(known_values(table, names)) == names
        else:
            assert known_values(table, keys) == theirs, (name, table.complaints)
