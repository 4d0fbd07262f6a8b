"""What a key must hold for a regular expression to match it, so that most rules need not be tried at all.

needed_text(rb"^(dsl|dyn)-\\d+\\.example\\.net$") gives two sets, {`dsl-`, `dyn-`} and {`.example.net`}: every octet
string that matches holds one text of each set, once both are folded to lower-case ASCII. No set: nothing is known,
and the rule must be tried. Text is what counts; case, repetition and position are left to the engine: too weak a
finding costs time and never an answer.

Only what POSIX extended and Perl-compatible patterns write alike, or what is told apart here, is understood. Anything
else (`(*UTF)`, `\\Q`, `\\x41`, recursion, conditions, the flag x) gives nothing. A back-reference, a class or a dot
stands for some octets about which nothing is known.

Limits: at most MOST_TEXTS texts in a set, each of at least SHORTEST octets.
"""

import re
from dataclasses import dataclass

SHORTEST = 2
"""Octets: fewer than two say too little about a key."""

MOST_TEXTS = 32
"""Alternatives worth looking for; `(a|b)(c|d)` multiplies."""

_NESTING_LIMIT = 50
"""Groups within groups; beyond that nothing is known."""

Texts = frozenset[bytes]
_EMPTY: Texts = frozenset({b""})

_REPEAT = re.compile(rb"[*+?]|\{(\d+)(?:,\d*)?\}")
_OPTIONS = re.compile(rb"\(\?[imsU]+(?:-[imsU]+)?\)")
_OPEN_GROUP = re.compile(rb"\((?:\?(?:[imsU]+(?:-[imsU]+)?)?:|\?>|(?![?*]))")
_LOOK_AROUND = re.compile(rb"\(\?<?[=!]")
_PERL_CLASS = re.compile(rb"\[\^?\]?(?:\[:\^?[a-z<>]+:\]|\\[^QEc]|[^\]\\])*\]", re.DOTALL)
_POSIX_CLASS = re.compile(rb"\[\^?\]?(?:\[([:.=]).*?\1\]|[^\]])*\]", re.DOTALL)
_FEW_OCTETS = re.compile(rb"\[(?:[^\^\[\]\\-][^\[\]\\-]{0,3}-?|\\[^0-9A-Za-z])\]", re.DOTALL)


class _UnknownError(Exception):
    """Something that is not understood: nothing is known of the whole pattern."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    bracket: re.Pattern[bytes]
    zero_width: bytes
    one_octet: bytes


_PERL = _Dialect(_PERL_CLASS, b"bBAZzG", b"dDwWsSvVhHNntrfea123456789")
_POSIX = _Dialect(_POSIX_CLASS, b"bB<>`'", b"wWsS123456789")


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a pattern: all it can match, where that is a short list; else the sets, as for the whole."""

    exact: Texts | None = None
    needed: tuple[Texts, ...] = ()

    @property
    def sets(self) -> tuple[Texts, ...]:
        """What the piece as a whole must hold."""
        return self.needed if self.exact is None else _usable(self.exact)


_ANYTHING = _Part()


def needed_text(pattern: bytes, *, is_perl: bool) -> tuple[Texts, ...]:
    """Give sets of texts: every match holds at least one text of each."""
    reader = _Reader(pattern, _PERL if is_perl else _POSIX)
    try:
        part = reader.alternatives(0)
    except _UnknownError:
        return ()
    return part.sets if reader.at == len(pattern) else ()


def _usable(texts: Texts) -> tuple[Texts, ...]:
    """The set, where it says enough to be looked for."""
    return (texts,) if texts and len(texts) <= MOST_TEXTS and min(map(len, texts)) >= SHORTEST else ()


def _any_of(branches: list[_Part]) -> _Part:
    """One of several branches."""
    if len(branches) == 1:
        return branches[0]
    exact: set[bytes] = set().union(*(branch.exact or () for branch in branches))
    if len(exact) <= MOST_TEXTS and all(branch.exact is not None for branch in branches):
        return _Part(frozenset(exact))
    if not all(branch.sets for branch in branches):
        return _ANYTHING
    # Of each branch the set with the longest texts: fewer keys hold those.
    longest = [max(branch.sets, key=lambda texts: min(map(len, texts))) for branch in branches]
    return _Part(None, _usable(frozenset().union(*longest)))


class _Sequence:
    """What the pieces of one branch, one after another, must hold."""

    def __init__(self) -> None:
        self._run: Texts = _EMPTY  # what ends here, exactly
        self._needed: tuple[Texts, ...] = ()
        self._is_exact = True

    def add(self, part: _Part, least: int | None) -> None:
        """Add a piece that stands at least so often; None: once, without repetition."""
        exact = part.exact
        is_short = exact is not None and len(self._run) * len(exact) <= MOST_TEXTS
        if exact is not None and is_short and least != 0:
            self._run = frozenset(head + tail for head in self._run for tail in exact)
            if least is not None:
                self._break(exact)
        else:
            self._break(_EMPTY)
            if least != 0:
                self._needed += part.sets

    def _break(self, then: Texts) -> None:
        self._needed += _usable(self._run)
        self._run = then
        self._is_exact = False

    def whole(self) -> _Part:
        """The branch as one piece."""
        return _Part(self._run) if self._is_exact else _Part(None, self._needed + _usable(self._run))


class _Reader:
    """Reads a pattern from left to right; `at` is where it stands."""

    def __init__(self, pattern: bytes, dialect: _Dialect) -> None:
        self._pattern = pattern
        self._dialect = dialect
        self.at = 0

    def alternatives(self, depth: int) -> _Part:
        """Read branches up to a closing parenthesis or the end."""
        if depth > _NESTING_LIMIT:
            raise _UnknownError
        branches = [self._branch(depth)]
        while self._pattern[self.at : self.at + 1] == b"|":
            self.at += 1
            branches.append(self._branch(depth))
        return _any_of(branches)

    def _branch(self, depth: int) -> _Part:
        sequence = _Sequence()
        while self.at < len(self._pattern) and self._pattern[self.at] not in b"|)":
            part = self._piece(depth)
            least = self._repetition()
            if part is not None:
                sequence.add(part, least)
            elif least is not None:
                raise _UnknownError  # `^*` means different things to different engines
        return sequence.whole()

    def _repetition(self) -> int | None:
        """Read `*`, `+?`, `{2,3}` …; give the least number of times, None without any."""
        least: int | None = None
        while repeat := _REPEAT.match(self._pattern, self.at):
            self.at = repeat.end()
            count = int(repeat[1][:5]) if repeat[1] else int(repeat[0] == b"+")
            least = count if least is None else min(least, count)
        return least

    def _piece(self, depth: int) -> _Part | None:
        """Read one piece; None for what matches between octets."""
        octet = self._pattern[self.at : self.at + 1]
        if octet == b"\\":
            return self._escape()
        if octet == b"(":
            return self._group(depth)
        if octet == b"[":
            return self._bracket()
        if octet in (b"*", b"+", b"?", b"{"):
            raise _UnknownError
        self.at += 1
        if octet in (b"^", b"$"):
            return None
        return _ANYTHING if octet == b"." else _Part(frozenset({octet.lower()}))

    def _escape(self) -> _Part | None:
        octet = self._pattern[self.at + 1 : self.at + 2]
        self.at += 2
        if octet and octet in self._dialect.zero_width:
            return None
        if octet and octet in self._dialect.one_octet:
            if octet.isdigit() and self._pattern[self.at : self.at + 1].isdigit():
                raise _UnknownError  # an octal number, or a back-reference beyond 9
            return _ANYTHING
        if not octet or octet.isalnum():
            raise _UnknownError
        return _Part(frozenset({octet}))

    def _group(self, depth: int) -> _Part | None:
        for form in (_OPTIONS, _LOOK_AROUND, _OPEN_GROUP):
            opening = form.match(self._pattern, self.at)
            if opening is None or (opening.end() > self.at + 1 and self._dialect is _POSIX):
                continue
            self.at = opening.end()
            if form is _OPTIONS:
                return None
            part = self.alternatives(depth + 1)
            if self._pattern[self.at : self.at + 1] != b")":
                raise _UnknownError
            self.at += 1
            return None if form is _LOOK_AROUND else part
        raise _UnknownError

    def _bracket(self) -> _Part:
        whole = self._dialect.bracket.match(self._pattern, self.at)
        if whole is None:
            raise _UnknownError
        self.at = whole.end()
        few = _FEW_OCTETS.fullmatch(whole[0])
        if few is None:
            return _ANYTHING
        body = whole[0][2:-1] if self._dialect is _PERL and whole[0][1:2] == b"\\" else whole[0][1:-1]
        return _Part(frozenset(body[at : at + 1].lower() for at in range(len(body))))
