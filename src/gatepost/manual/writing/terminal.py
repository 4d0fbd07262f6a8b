"""Topics for people at a terminal: wrapped to its width, names and headings bold; plain and unbroken when piped."""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gatepost.manual.topics.topic import Example, Fact, Kind, Paragraph, Topic

Style = Callable[[str], str]

UNLIMITED = 10_000
"""Columns of output that is no terminal: programs that read it want whole lines."""

WIDEST = 100
"""Columns of running text, however wide the terminal is: longer lines are hard to read."""

_INDENT = "  "


def shown_name(topic: Topic) -> str:
    """The name as it stands where it is used."""
    if topic.kind is Kind.TABLE:
        return f"{topic.name}:"
    return f"gatepost {topic.name}" if topic.kind is Kind.COMMAND else topic.name


def plain(text: str) -> str:
    """No style."""
    return text


@dataclass(frozen=True, slots=True)
class TerminalWriter:
    """Writes lines. `bold` is for names and headings."""

    width: int = UNLIMITED
    bold: Style = plain

    def topic(self, topic: Topic, see_also: Sequence[str] = (), in_force: Sequence[Fact] = ()) -> Iterator[str]:
        """All of one topic."""
        yield from self._title(topic)
        yield ""
        yield from self._wrapped(topic.summary)
        for block in topic.body:
            yield ""
            if isinstance(block, Paragraph):
                yield from self._wrapped(block.text)
            elif isinstance(block, Example):
                yield from (f"    {line}" for line in block.lines)
            else:
                yield from self._rows(block.rows)
        also = [("See also", ", ".join(see_also))] if see_also else []
        facts = [*in_force, *topic.facts, *also]
        if facts:
            yield ""
            yield from self._rows(facts)

    def names(self, heading: str, names: Sequence[str]) -> Iterator[str]:
        """Names in columns, read downwards."""
        yield self.bold(heading)
        width = max(map(len, names)) + 2
        columns = max(1, (min(self._columns, WIDEST) - len(_INDENT)) // width)
        depth = -(-len(names) // columns)
        for row in range(depth):
            yield _INDENT + "".join(name.ljust(width) for name in names[row::depth]).rstrip()

    def summaries(self, topics: Sequence[Topic]) -> Iterator[str]:
        """Names with what they are, under the headings of their groups; below each name on a narrow terminal."""
        column = max(len(topic.name) for topic in topics)
        column = column if column <= self._columns // 3 else 0
        group = ""
        for topic in topics:
            if topic.group != group:
                yield from ("",) if group else ()
                yield from map(self.bold, self.paragraph(topic.group))
                group = topic.group
            yield from self._row(topic.name, topic.summary, column)

    def paragraph(self, text: str) -> list[str]:
        """Running text without marks, in lines of the width."""
        return textwrap.wrap(text, self._columns)

    @property
    def _columns(self) -> int:
        return self.width if self.width == UNLIMITED else min(self.width, WIDEST)

    def _title(self, topic: Topic) -> Iterator[str]:
        name = shown_name(topic)
        text = f"{name} {topic.synopsis}".rstrip()
        kind = topic.kind.singular
        gap = self._columns - len(text) - len(kind)
        styled = self.bold(name) + text[len(name) :]
        yield f"{styled}{' ' * gap}{kind}" if 2 <= gap < WIDEST else f"{styled}  ({kind})"

    def _rows(self, rows: Iterable[Fact]) -> Iterator[str]:
        rows = tuple(rows)
        column = max(len(label) for label, _ in rows)
        for label, text in rows:
            yield from self._row(label, text, min(column, self._columns // 3))

    def _row(self, label: str, text: str, column: int) -> Iterator[str]:
        """One label with its text beside it, or below where the label is too long."""
        indent = " " * (len(_INDENT) + column + 2)
        if len(label) > column:
            yield _INDENT + self.bold(label)
            yield from self._wrapped(text, indent, indent)
            return
        lines = list(self._wrapped(text, indent, indent)) or [""]
        yield _INDENT + self.bold(label) + lines[0][len(_INDENT) + len(label) :]
        yield from lines[1:]

    def _wrapped(self, text: str, first: str = "", rest: str = "") -> Iterator[str]:
        """Wrap, then mark what is literal: bold needs no quotes."""
        lines = textwrap.wrap(
            text,
            max(self._columns, len(rest) + 20),
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
            break_long_words=False,
        )
        if self.bold is plain:
            yield from lines
            return
        is_open = False
        for line in lines:
            marked, is_open = _marked(line, self.bold, is_open=is_open)
            yield marked


def _marked(line: str, bold: Style, *, is_open: bool) -> tuple[str, bool]:
    """The literal words of a line in bold; one that began on the line before goes on."""
    parts = line.split("`")
    shown = []
    for part in parts:
        if is_open and part.strip():
            indent = part[: len(part) - len(part.lstrip())]
            shown.append(indent + bold(part.lstrip()))
        else:
            shown.append(part)
        is_open = not is_open
    return "".join(shown), not is_open
