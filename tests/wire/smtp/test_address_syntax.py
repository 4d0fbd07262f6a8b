"""Paths as clients write them, and the quoting of local parts (what real Postfix accepts: test_beside_postfix.py)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.model.hostnames import is_address_literal, is_hostname
from gatepost.model.localparts import quote_address, unquote_address
from gatepost.wire.smtp.address_syntax import (
    parse_path,
)
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.settings import SmtpSettings

SETTINGS = SmtpSettings()

# The path, and what is read from it generously and strictly (None: refused).
PATHS = [
    ("<a@b.example>", "a@b.example", "a@b.example"),
    ("<>", "", ""),
    ("<A.B@C.Example.>", "A.B@C.Example.", "A.B@C.Example."),
    ("a@b.example", "a@b.example", None),
    ("<postmaster>", "postmaster", "postmaster"),
    ('<"a b"@c.example>', "a b@c.example", "a b@c.example"),
    ('<"a\\"b"@c.example>', 'a"b@c.example', 'a"b@c.example'),
    ("<a\\ b@c.example>", "a b@c.example", "a b@c.example"),
    ("<(comment)a(b(c))@d.example>", "a@d.example", None),
    ("<@x,@y:u@z.example>", "u@z.example", "u@z.example"),
    ("<@x:@y:u@z.example>", "@y:u@z.example", None),
    ("name<a@b.example>", "a@b.example", None),
    ("<a@b.example,>", "a@b.example", None),
    ("<group:a@b.example;>", "a@b.example", None),
    ("<a@b.example,c@d.example>", None, None),
    ("<a b@c.example>", None, None),
    ("<a@[192.0.2.1]>", "a@[192.0.2.1]", "a@[192.0.2.1]"),
    ("<a@[192.0.2.1>", "a@[192.0.2.1]", "a@[192.0.2.1]"),
    ("<a@b..c>", None, None),
]


@pytest.mark.parametrize(("path", "generous", "strict"), PATHS)
def test_parse_path(path: str, generous: str | None, strict: str | None) -> None:
    assert parse_path(path, SETTINGS) == generous
    assert parse_path(path, SETTINGS, is_strict=True) == strict


def test_unicode_domain_needs_smtputf8() -> None:
    assert parse_path("<a@é.example>", SETTINGS) is None
    assert parse_path("<a@é.example>", SETTINGS, is_smtputf8=True) == "a@é.example"
    assert parse_path("<a@é..example>", SETTINGS, is_smtputf8=True) is None
    assert parse_path("<é@a.example>", SETTINGS) == "é@a.example"


@pytest.mark.parametrize(
    ("internal", "quoted"),
    [
        ("a@b", "a@b"),
        ("a b@c", '"a b"@c'),
        ("a..b@c", '"a..b"@c'),
        (".a@c", '".a"@c'),
        ('a"b\\@c', '"a\\"b\\\\"@c'),
        ("a@b@c", '"a@b"@c'),
        ("@c", '""@c'),
        ("", ""),
        ("postmaster", "postmaster"),
        ("a b", '"a b"'),
        ("é@c", "é@c"),
    ],
)
def test_quoting(internal: str, quoted: str) -> None:
    assert quote_address(internal) == quoted
    assert unquote_address(quoted) == internal


@settings(max_examples=300, deadline=None)
@given(local=st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=20))
def test_quoted_addresses_are_read_back(local: str) -> None:
    address = f"{local}@b.example"
    path = f"<{quote_address(address)}>"
    words, is_broken = split_words(path)
    assert (words, is_broken) == ([path], False)
    assert unquote_address(quote_address(address)) == address
    is_refused = local.startswith(("-", "@")) or any((c < " " and c != "\t") or c == "\x7f" for c in local)
    assert parse_path(path, SETTINGS, is_strict=True) == (None if is_refused else address.replace("\t", " "))


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('ab@.<>()[]",;:\\ \t\r\x01%!|-é'), max_size=30))
def test_no_path_raises(path: str) -> None:
    for is_strict in (False, True):
        address = parse_path(path, SETTINGS, is_strict=is_strict, is_smtputf8=True)
        assert address is None or address.isprintable()
    split_words(path)


def test_path_of_many_brackets_is_quick() -> None:
    for path in ("<" * 2000, "(" * 2000, '"' * 2000, "<>" * 1000, "a," * 1000, ";:" * 1000, "\\" * 2000, "a@" * 1000):
        parse_path(path, SETTINGS)
        split_words(path)


@pytest.mark.parametrize(
    ("line", "words", "is_broken"),
    [
        ("MAIL FROM:<a@b> SIZE=1", ["MAIL", "FROM:", "<a@b>", "SIZE=1"], False),
        ("mail from: a@b", ["mail", "from:", "a@b"], False),
        ("MAIL FROM :<a>", ["MAIL", "FROM", ":<a>"], False),
        ('RCPT TO:<"a b"@c> "d e', ["RCPT", "TO:", '<"a b"@c>', '"d e'], True),
        ("<a<b> c> d", ["<a<b> c>", "d"], False),
        ("a\\ b c\\", ["a\\ b", "c\\"], False),
        ("  \t ", [], False),
    ],
)
def test_split_words(line: str, words: list[str], is_broken: bool) -> None:
    assert split_words(line) == (words, is_broken)


@pytest.mark.parametrize("name", ["a", "a.b", "a_b", "1.b", "a" * 63, "xn--9ca.example"])
def test_host_name(name: str) -> None:
    assert is_hostname(name)


@pytest.mark.parametrize(
    "name", ["", ".", "a.", ".a", "a..b", "-a", "a-", "1.2", "1", "a" * 64, "a b", "a/b", "é", "a\n"]
)
def test_no_host_name(name: str) -> None:
    assert not is_hostname(name)


@pytest.mark.parametrize("literal", ["[192.0.2.1]", "[IPv6:2001:db8::1]", "[ipv6:::1]"])
def test_literal(literal: str) -> None:
    assert is_address_literal(literal)


@pytest.mark.parametrize(
    "literal", ["[]", "[1.2.3]", "[1.2.3.256]", "[1.2.3.4.5]", "[::1]", "[IPv6:1.2.3.4]", "[IPv6:fe80::1%0]"]
)
def test_no_literal(literal: str) -> None:
    assert not is_address_literal(literal)


@pytest.mark.parametrize("mark", ["@", "%", "!", "@%", "@!"])
def test_a_long_row_of_operators_is_only_an_odd_address(mark: str) -> None:
    parse_path(f"<a{mark * (1900 // len(mark))}>", SETTINGS)
