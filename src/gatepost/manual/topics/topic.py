"""A topic: one thing that the manual tells about, in a form that every writer can write.

A docstring becomes a topic by the conventions of docs and code: its first paragraph is the summary, lines indented
by four are an example, and sentences that begin with one of HEADINGS and a colon (`Unavailable: no opinion.`) are
facts. Words in backticks are literal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What a topic is about; the value is its name in the plural, as in `gatepost help restrictions`."""

    COMMAND = "commands"
    RESTRICTION = "restrictions"
    ACTION = "actions"
    TABLE = "tables"
    PARAMETER = "parameters"

    @property
    def singular(self) -> str:
        """As it stands behind a name."""
        return _SINGULAR[self]


_SINGULAR = {
    Kind.COMMAND: "command",
    Kind.RESTRICTION: "restriction",
    Kind.ACTION: "action of access tables",
    Kind.TABLE: "table type",
    Kind.PARAMETER: "parameter",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, on one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """Lines that stay as they are."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Terms, each with a text: the options of a command."""

    rows: tuple[tuple[str, str], ...]


Block = Paragraph | Example | Rows
Fact = tuple[str, str]
"""A label and what it says."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing of the manual. `group` is a heading that it stands under among its kind.

    `synopsis` is what follows the name where it is used; `data` is what a program may want to know besides.
    """

    kind: Kind
    name: str
    summary: str
    body: tuple[Block, ...] = ()
    facts: tuple[Fact, ...] = ()
    synopsis: str = ""
    aliases: tuple[str, ...] = ()
    group: str = ""
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All that is said, for finding the names in it."""
        parts = [self.summary, *(text for _, text in self.facts)]
        for block in self.body:
            if isinstance(block, Paragraph):
                parts.append(block.text)
            elif isinstance(block, Rows):
                parts += [text for _, text in block.rows]
        return "\n".join(parts)


HEADINGS = ("Cost", "Exit status", "Unavailable", "RFC", "Postfix")
_HEADING = re.compile(rf"(?:^|(?<=[.;)])\s+)({'|'.join(HEADINGS)}): ")
_EXAMPLE = " " * 4
_NAME = re.compile(r"[a-z_]+")
_SOURCE = re.compile(r" \((?:RFC|SMTPD_|postfix-semantics)[^)]*\)")


@dataclass(frozen=True, slots=True)
class Manual:
    """A docstring, read."""

    summary: str
    body: tuple[Block, ...]
    facts: tuple[Fact, ...]


def read_manual(text: str) -> Manual:
    """Read a docstring."""
    summary, *rest = text.strip().split("\n\n")
    body: list[Block] = []
    facts: list[Fact] = []
    for part in rest:
        lines = part.strip("\n").split("\n")
        if all(line.startswith(_EXAMPLE) for line in lines):
            body.append(Example(tuple(line.removeprefix(_EXAMPLE).rstrip() for line in lines)))
            continue
        before, headed = split_facts(part)
        if before:
            body.append(Paragraph(before))
        facts += headed
    return Manual(" ".join(summary.split()), tuple(body), tuple(facts))


def split_facts(paragraph: str) -> tuple[str, list[Fact]]:
    """The running text of a paragraph, and what stands in it under headings."""
    before, *headed = _HEADING.split(" ".join(paragraph.split()))
    return before.strip(), [(label, _sentence(said)) for label, said in zip(headed[::2], headed[1::2], strict=True)]


def _sentence(text: str) -> str:
    """A fact of one sentence stands without its full stop, as in a table."""
    text = text.strip()
    return text[:-1] if text.endswith(".") and ". " not in text else text


def heading_of(docstring: str) -> str:
    """What a file is about, for a heading: its first sentence up to the colon, without where that is specified.

    Where a name stands before the colon (`permit_mx_backup: mail for …`), it is what follows.
    """
    first = " ".join(docstring.strip().split("\n\n")[0].split()).split(". ")[0].removesuffix(".")
    name, _, rest = first.partition(": ")
    told = rest if rest and _NAME.fullmatch(name) else name
    begins_with_name = "_" in told.split()[0]
    return _SOURCE.sub("", told if begins_with_name else told[0].upper() + told[1:])
