"""What a text must hold for a pattern to match: sound for every pattern, strong for those that tables hold."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gatepost.model.answer import NOT_FOUND, Found, Unavailable
from gatepost.world.tables import load_table
from gatepost.world.tables.needed_text import needed_text
from gatepost.world.tables.pattern_rules import PatternError
from gatepost.world.tables.pcre2_library import CASELESS, DOTALL, PerlPattern
from gatepost.world.tables.posix_regex import EXTENDED, IGNORE_CASE, PosixPattern
from gatepost.world.tables.rule_search import LEAST_INDEXED, MatchError


@pytest.mark.parametrize(("pattern", "sets"), [
    (r"^(dsl|dyn)-\d+\.(example|invalid)\.net$", [{"dsl-", "dyn-"}, {".example.net", ".invalid.net"}]),
    (r"^(.*[.-])?(dsl|adsl)[0-9.-]*.*\.example\.com$", [{"dsl", "adsl"}, {".example.com"}]),
    (r"[Vv]iagra", [{"viagra"}]),
    (r"^Subject: (?:buy|sell) .*pills", [{"subject: buy ", "subject: sell "}, {"pills"}]),
    (r"foo[.]bar", [{"foo.bar"}]),
    (r"ab+cd", [{"ab"}, {"bcd"}]),
    (r"ab?cdef", [{"cdef"}]),
    (r"x(abc){2}y", [{"xabc"}, {"abcy"}]),
    (r"one|two", [{"one", "two"}]),
    (r"one.three|two.*sixteen", [{"three", "sixteen"}]),
    (r"one|t", []),
    (r"one|.*", []),
    (r"^[0-9.]+$", []),
    (r"(abc)?", []),
    (r"\<word\>", [{"word"}]),
])  # fmt: skip
def test_patterns_of_tables(pattern, sets):
    is_perl = r"\<" not in pattern
    expected = tuple(frozenset(text.encode() for text in texts) for texts in sets)
    assert needed_text(pattern.encode(), is_perl=is_perl) == expected


@pytest.mark.parametrize("pattern", [r"(*UTF)abc", r"\Qabc\E", r"\x61bc", r"(?<n>abc)", r"(?x) a b c", r"abc(?R)?", r"[\Qab]\E]abc",
                                     r"\12abc", r"abc(?(1)a|b)", r"(?#abc)", r"abc{", r"*abc", "(" * 99 + "abc" + ")" * 99])  # fmt: skip
def test_what_is_not_understood_is_not_guessed(pattern):
    assert needed_text(pattern.encode(), is_perl=True) == ()


PIECES = ["a", "b", "c", "ab", "Ba", "abc", ".", "\\.", "[ab]", "[.]", "[Aa]", "[^a]", "[]a]", "[a-c]", "[[:alpha:]]", "(", "(", ")", ")",
          "|", "|", "*", "+", "?", "{2}", "{0,1}", "{1,}", "^", "$", "(?:", "(?i)", "(?=", "(?!", "(?<=", "\\b", "\\d", "\\1", "\\x61",
          "(?>", "[a\\]b]", "[\\.]", "\\<", "\\w", "]", "{", "ä", "[ab", "-]", "+?", "*?", "++", "(a|b)", "(ab|ba)c", "(a(b|c))", "[[:<:]]", "[\\c]]", "\\12", "(?i:"]  # fmt: skip
KEYS = st.lists(
    st.sampled_from(["ab", "abc", "ba", "aab", "CAB", "a", "b", "c", ".", "]", "1", " ", "ä"]), max_size=6
)


@settings(max_examples=400, deadline=None, database=None)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join),
    st.lists(KEYS.map("".join), max_size=20),
    st.booleans(),
)
def test_whatever_matches_holds_the_text(pattern, keys, is_perl):
    octets = pattern.encode()
    try:
        if is_perl:
            compiled = PerlPattern(octets, CASELESS | DOTALL, wants_groups=False)
        else:
            compiled = PosixPattern(octets, EXTENDED | IGNORE_CASE, wants_groups=False)
    except PatternError:
        assume(False)
    sets = needed_text(octets, is_perl=is_perl)
    for key in map(str.encode, keys):
        try:
            assert not compiled.matches(key) or all(any(text in key.lower() for text in texts) for texts in sets)
        except MatchError:
            continue


# -- the search over many rules --------------------------------------------------------------------------------------

FILLING = "".join(f"/filling{n}x/ F{n}\n" for n in range(LEAST_INDEXED))


def load(tmp_path, text, kind="pcre"):
    (tmp_path / "t").write_text(FILLING + text)
    return load_table(f"{kind}:t", base=tmp_path)


@pytest.mark.parametrize("kind", ["pcre", "regexp"])
def test_the_first_rule_decides_however_it_was_found(tmp_path, kind):
    table = load(tmp_path, "/^.?z/ any\n/(abc)d/ text $1\n/b/ any b\n/xyz/ last\n", kind)
    assert table.find("abcd") == Found("text abc")
    assert table.find("zabcd") == Found("any")
    assert table.find("b XYZ") == Found("any b")
    assert table.find("XyZ") == Found("last")
    assert table.find("filling3x") == Found("F3")
    assert table.find("q") == NOT_FOUND and table.find("") == NOT_FOUND


def test_an_if_is_asked_for_the_rules_inside(tmp_path):
    rules = "if /^out/\nif !/not/\n/abc/ in\nendif\n/abcd/ out\nendif\n!/xy/ no xy\nif /zz/\n!/q/ Z\nendif\n"
    table = load(tmp_path, rules)
    assert table.find("outabc") == Found("in")
    assert table.find("out not abcd") == Found("out")
    assert table.find("abcd") == Found("no xy")
    assert table.find("xyzz") == Found("Z")
    assert table.find("xyabc") == NOT_FOUND


def test_a_limit_is_told_only_where_the_answer_depends_on_it(tmp_path):
    table = load(tmp_path, "if /^(a+)+$/\n/never here/ X\nendif\n/end/ Y\n")
    key = "a" * 100 + "!"
    assert table.find(f"{key} end") == Found("Y")
    assert isinstance(table.find(f"{key} never here"), Unavailable)


def test_a_pattern_that_counts_far_takes_short_keys_only():
    table = load_table("regexp:{ {/(a{1,100}){1,100}b/ X} }")
    assert table.find("aab") == Found("X")
    assert isinstance(table.find("a" * 4096), Unavailable)
    (caution,) = table.complaints
    assert "25 octets" in caution.text
    assert load_table(r"regexp:{ {/^[0-9]{1,3}(\.[0-9]{1,3}){3}$/ X} }").complaints == ()
