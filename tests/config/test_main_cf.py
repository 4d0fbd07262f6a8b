"""main.cf: lines, entries, and what is wrong with them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.config.main_cf import parse_main_cf
from gatepost.model.errors import ConfigurationError


def values(text: str) -> dict[str, str]:
    return {name: entry.value for name, entry in parse_main_cf(text, "main.cf")[0].items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = b\n", {"a": "b"}),
        ("a=b", {"a": "b"}),
        ("a =\n", {"a": ""}),
        ("a = b = c\n", {"a": "b = c"}),
        ("a = b # no comment\n", {"a": "b # no comment"}),
        ("a = b\r\nc = d\r\n", {"a": "b", "c": "d"}),
        ("a = b,\n  c\n# comment\n\n   # another\n\td\n", {"a": "b,  c\td"}),
        ("a =\n  b\n", {"a": "b"}),
        ("# a = b\n\n", {}),
        ('a = "b"\n', {"a": '"b"'}),
        ("a = b\na = c\n", {"a": "c"}),
    ],
)
def test_entries(text, expected):
    assert values(text) == expected


def test_an_entry_knows_its_first_line():
    entries, complaints = parse_main_cf("\n# x\na = b\n  c\nd = e\na = f\n", "/etc/main.cf")
    assert str(entries["d"].place) == "/etc/main.cf:5"
    assert str(entries["a"].place) == "/etc/main.cf:6"
    assert "overriding earlier entry: a=b c (line 3)" in str(complaints[0])


def test_every_bad_line_is_told():
    with pytest.raises(ConfigurationError) as raised:
        parse_main_cf("a b\nc = d\n= e\nf g = h\n", "main.cf")
    assert [complaint.place.line for complaint in raised.value.complaints] == [1, 3, 4]


@given(st.text(max_size=300))
def test_no_text_raises_anything_else(text):
    with suppress(ConfigurationError):
        entries, _ = parse_main_cf(text, "main.cf")
        assert all(name and name == name.strip() for name in entries)
