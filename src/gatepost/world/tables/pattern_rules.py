"""Rules of pattern tables, regexp and pcre alike: how they are written, and read. rule_search.py searches them.

    /pattern/flags result          result where the pattern matches
    !/pattern/flags result         result where it does not
    if /pattern/flags … endif      rules for keys that match (with `!`: that do not); may nest

The delimiter is whatever octet other than a letter, a digit or whitespace comes first; a backslash protects it
within the pattern. A flag toggles an option of the engine. In a result `$1`, `${1}`, `$(1)` stand for groups and `$$`
for a dollar sign. Only regexp takes a second pattern: `/p1/!/p2/ result` matches p1 and not p2.

A rule that cannot be used is told and left out. An `if` that cannot be used is left out too, and the rules inside
it then hold for every key, as in Postfix: the finding says so.

Postfix: regexp_table(5), pcre_table(5)
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from gatepost.model.answer import Answer, Found
from gatepost.world.tables.needed_text import Texts
from gatepost.world.tables.rule_search import Condition, Pattern, Rule, make_search
from gatepost.world.tables.source import Source
from gatepost.world.tables.table import GROUP_MARK
from gatepost.world.tables.template import TemplateError, parse_template

_SPACE = frozenset(b" \t\n\v\f\r")


class PatternError(ValueError):
    """The engine does not take the pattern."""


class _RuleError(ValueError):
    """A rule that cannot be used; the second argument is the cure."""


class Compile(Protocol):
    """Compiles one pattern. Raises PatternError."""

    def __call__(self, pattern: bytes, options: int, *, wants_groups: bool) -> Pattern:
        """Compile."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the types.

    Default options, the option that each flag toggles, flags without effect; `needed_text` tells what text a key must
    hold for a pattern with these options to match (needed_text.py).
    """

    compile: Compile
    options: int
    toggles: Mapping[str, int]
    ignored_flags: str = ""
    takes_second_pattern: bool = False
    needed_text: Callable[[bytes, int], tuple[Texts, ...]] = lambda _pattern, _options: ()


@dataclass(frozen=True, slots=True)
class _Written:
    """A pattern as written: its text and options, and whether it must match or must not."""

    pattern: bytes
    options: int
    must_match: bool


class RuleReader:
    """Reads the rules of one source into a search."""

    def __init__(self, source: Source, dialect: Dialect) -> None:
        self._source = source
        self._dialect = dialect
        self._rules: list[Rule] = []
        self._open_ifs: list[Condition] = []

    def read(self) -> Callable[[str], Answer[str]]:
        """Read all rules; what is wrong goes to the source's findings."""
        for number, line in self._source.lines():
            try:
                self._read_line(number, line.rstrip())
            except _RuleError as error:
                self._source.warn(number, f"{error.args[0]}; the rule is left out", error.args[1])
        for condition in self._open_ifs:
            condition.end = len(self._rules)
            self._source.warn(condition.line, "an if without endif: everything after it is inside", "add the endif")
        return make_search(tuple(self._rules), self._source.label)

    def results(self) -> Iterator[tuple[str, str]]:
        """Every result that was read, GROUP_MARK for each group, and where it stands."""
        for rule in self._rules:
            if rule.answer is not None:
                yield rule.answer.value, rule.answer.source
            elif rule.template is not None:
                text = rule.template.expand((GROUP_MARK.encode(),) * rule.template.highest_group)
                yield text, f"{self._source.label}:{rule.line}"

    def _read_line(self, number: int, line: bytes) -> None:
        word = line[:5].lower()
        if not line[:1].isalnum():
            self._read_rule(number, line)
        elif word.startswith(b"if") and not line[2:3].isalnum():
            self._open_if(number, line[2:])
        elif word == b"endif" and not line[5:6].isalnum():
            self._close_if(number, line[5:])
        else:
            raise _RuleError("neither a pattern nor if nor endif", "write: /pattern/flags result")

    def _read_rule(self, number: int, line: bytes) -> None:
        first, rest = self._read_condition(number, line)
        second: _Written | None = None
        if rest.startswith(b"!") and self._dialect.takes_second_pattern:
            second, rest = self._read_condition(number, rest)
        try:
            template = parse_template(rest.lstrip())
        except TemplateError as error:
            raise _RuleError(f"bad result: {error}", "write $$ for a dollar sign and $1 for a group") from None
        highest = template.highest_group
        if highest and not first.must_match:
            raise _RuleError("a negated pattern has no groups to put into the result", "take the $ out of the result")
        pattern = self._compile(number, first, wants_groups=highest > 0)
        if highest > pattern.group_count:
            text = f"${highest} where the pattern has {pattern.group_count} groups"
            raise _RuleError(text, "use a group that is there")
        rule = Rule(pattern, first.must_match, number, tuple(self._open_ifs))
        if first.must_match:
            rule.needed = self._dialect.needed_text(first.pattern, first.options)
        if second is not None:
            rule.second, rule.second_must_match = self._compile(number, second, wants_groups=False), second.must_match
        if highest:
            rule.template = template
        else:
            rule.answer = Found(template.expand(), f"{self._source.label}:{number}")
        if not template.parts:
            self._source.warn(number, "a rule without a result", "write one: an empty result makes look-ups fail")
        self._rules.append(rule)

    def _open_if(self, number: int, text: bytes) -> None:
        try:
            written, rest = self._read_condition(number, text.lstrip())
            pattern = self._compile(number, written, wants_groups=False)
        except _RuleError as error:
            why, cure = error.args
            self._source.warn(number, f"{why}; the if is left out: its rules hold for every key", cure)
            return
        if rest.strip():
            cure = "remove it; do not indent the lines between if and endif"
            self._source.warn(number, "text after the pattern of an if is passed over", cure)
        self._open_ifs.append(Condition(pattern, written.must_match, number))

    def _close_if(self, number: int, rest: bytes) -> None:
        if not self._open_ifs:
            raise _RuleError("an endif without if", "remove it")
        if rest.strip():
            self._source.warn(number, "text after endif is passed over", "put nothing else on that line")
        self._open_ifs.pop().end = len(self._rules)

    def _compile(self, number: int, condition: _Written, *, wants_groups: bool) -> Pattern:
        try:
            pattern = self._dialect.compile(condition.pattern, condition.options, wants_groups=wants_groups)
        except PatternError as error:
            raise _RuleError(f"bad pattern: {error}", "correct the pattern") from None
        if pattern.caution:
            self._source.warn(number, pattern.caution, "write the rule without it, or in a pcre table")
        return pattern

    def _read_condition(self, number: int, text: bytes) -> tuple[_Written, bytes]:
        """Read `[!]/pattern/flags`; give it and what follows."""
        start = 0
        while text[start : start + 1] in (b"!", b" ", b"\t", b"\v", b"\f", b"\r"):
            start += 1
        negations = text[:start].count(b"!")
        if start == len(text):
            raise _RuleError("no pattern", "write: /pattern/flags result")
        end = _closing_delimiter(text, start)
        if end < 0:
            shown = text[start : start + 1].decode("utf-8", "replace")
            raise _RuleError(f"the pattern has no closing {shown!r}", "close it; protect it with \\ inside")
        options, rest = self._read_flags(number, text[end + 1 :])
        return _Written(text[start + 1 : end], options, negations % 2 == 0), rest

    def _read_flags(self, number: int, text: bytes) -> tuple[int, bytes]:
        """Toggle options up to whitespace or a second pattern; give them and what follows."""
        options = self._dialect.options
        stops = b"!" if self._dialect.takes_second_pattern else b""
        for at, octet in enumerate(text):
            flag = chr(octet)
            if octet in _SPACE or octet in stops:
                return options, text[at:]
            if flag in self._dialect.toggles:
                options ^= self._dialect.toggles[flag]
            elif flag in self._dialect.ignored_flags:
                self._source.warn(number, f"flag {flag!r} has no effect", "remove it")
            else:
                raise _RuleError(f"unknown flag {flag!r}", f"use the flags {''.join(self._dialect.toggles)}")
        return options, b""


def _closing_delimiter(text: bytes, start: int) -> int:
    """Find the octet that closes the pattern that `text[start]` opens; -1 where there is none."""
    delimiter = text[start]
    at = start + 1
    while at < len(text):
        if text[at] == 92:  # a backslash protects the octet after it
            at += 1
        elif text[at] == delimiter:
            return at
        at += 1
    return -1
