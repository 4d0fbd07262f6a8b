r"""Topics as troff with the man(7) macros, for manual pages. The output is ASCII: other characters are escapes.

A micro sign, which ASCII terminals do not have, is written u.

Literal words are bold, what a user fills in is italic. A hyphen is written \- so that a copied option or name has
the character that was meant.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from gatepost.manual.topics.topic import Example, Fact, Kind, Paragraph, Topic

_ESCAPES = {
    "\\": r"\e",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
    '"': r"\(dq",
    "…": "...",
    "µ": "u",
}
_LITERAL = re.compile(r"`([^`]+)`")
_COLUMN = re.compile(r"…(.*?   )  ")
"""What stands in columns behind a character that is written as three."""

_LONG = re.compile(r"\S{50,}")
_PIECES = re.compile(r"[^}/,:?]{1,40}[}/,:?]*|[}/,:?]+")
"""What a long word is broken into, such as the value `${smtpd_per_record_deadline?{…}:{…}}`."""


def escaped(text: str) -> str:
    """Text in which nothing means anything to troff."""
    text = "".join(_ESCAPES.get(c, c if c.isascii() else rf"\[u{ord(c):04X}]") for c in text)
    return rf"\&{text}" if text.startswith(".") else text


def running(text: str) -> str:
    """Running text: what stands in backticks is bold."""
    parts = _LITERAL.split(text)
    return "".join(rf"\fB{_breakable(part)}\fR" if at % 2 else _breakable(part) for at, part in enumerate(parts))


def _breakable(text: str) -> str:
    """Text whose long words may go on in the next line; no hyphen is put there."""
    return r"\:".join(map(escaped, _LONG.sub(lambda word: "\0".join(_PIECES.findall(word[0])), text).split("\0")))


def title(name: str, section: int, version: str, what: str) -> Iterator[str]:
    """The head of a page: names are not hyphenated, and lines not stretched around them."""
    yield '.\\" Made by `make docs` from the records of Gatepost: do not edit.'
    yield f'.TH {escaped(name.upper())} {section} "" "Gatepost {version}" "Gatepost"'
    yield from (".nh", ".ad l")
    yield ".SH NAME"
    yield rf"{escaped(name)} \- {escaped(what)}"


def section(name: str) -> Iterator[str]:
    """A heading."""
    yield f'.SH "{escaped(name.upper())}"'


def paragraph(text: str) -> Iterator[str]:
    """A paragraph of running text."""
    yield ".PP"
    yield running(text)


def subsection(name: str) -> Iterator[str]:
    """A smaller heading."""
    yield f'.SS "{escaped(name)}"'


def rows(entries: Iterable[Fact]) -> Iterator[str]:
    """Terms with their texts."""
    for label, text in entries:
        yield from (".TP", rf"\fB{escaped(label)}\fR", running(text))


def topic(told: Topic, see_also: Sequence[str] = ()) -> Iterator[str]:
    """One entry: the name with what follows it, the text indented, the facts below."""
    name = f"{told.name}:" if told.kind is Kind.TABLE else told.name
    yield ".TP"
    yield rf"\fB{escaped(name)}\fR" + (rf" \fI{escaped(told.synopsis)}\fR" if told.synopsis else "")
    yield running(told.summary)
    yield from body(told)
    facts = [*told.facts, *((("See also", ", ".join(see_also)),) if see_also else ())]
    for at, (label, text) in enumerate(facts):
        yield from ((".IP",) if at == 0 else (".br",))
        yield rf"\fI{escaped(label)}:\fR {running(text)}"


def body(told: Topic) -> Iterator[str]:
    """The paragraphs, examples and rows of a topic, indented as in an entry."""
    for block in told.body:
        yield ".IP"
        if isinstance(block, Paragraph):
            yield running(block.text)
        elif isinstance(block, Example):
            yield from (".nf", *(escaped(_COLUMN.sub(r"...\1", line)) for line in block.lines), ".fi")
        else:
            yield ".RS"
            yield from rows(block.rows)
            yield ".RE"
