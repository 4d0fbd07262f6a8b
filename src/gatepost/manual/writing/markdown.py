"""Topics as Markdown, for the reference pages: a heading each, names that have a heading of their own are links."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gatepost.manual.contents import NAME
from gatepost.manual.topics.topic import Example, Fact, Kind, Paragraph, Topic

_LITERAL = re.compile(r"(`[^`]+`)")
_SPECIAL = re.compile(r"([\\*<\[\]])")
_NOT_IN_ANCHOR = re.compile(r"[^a-z0-9_ -]")


def anchor(heading: str) -> str:
    """The address of a heading within its page, as GitHub makes it."""
    return _NOT_IN_ANCHOR.sub("", heading.lower()).replace(" ", "-")


@dataclass(frozen=True, slots=True)
class MarkdownWriter:
    """Writes lines. `address_of` gives where a name is told of: page and anchor, or "" for a name without a place."""

    address_of: Callable[[str], str]

    def topic(self, topic: Topic, see_also: Sequence[str] = ()) -> Iterator[str]:
        """The section of one topic."""
        yield from (f"### {topic.name}", "")
        yield from self._usage(topic)
        yield self.text(topic.summary, topic)
        for block in topic.body:
            yield ""
            if isinstance(block, Paragraph):
                yield self.text(block.text, topic)
            elif isinstance(block, Example):
                yield from ("```", *block.lines, "```")
            else:
                yield from self._table(block.rows, topic)
        facts = [*topic.facts, *((("See also", ", ".join(see_also)),) if see_also else ())]
        if facts:
            yield ""
            yield from (f"- *{label}:* {self.text(said, topic)}" for label, said in facts)
        yield ""

    def contents(self, topics: Iterable[Topic]) -> Iterator[str]:
        """A line for each topic with what it is, under the headings of their groups."""
        group = None
        for topic in topics:
            if topic.group != group:
                group = topic.group
                yield from ("", f"**{self.text(group)}**", "") if group else ("",)
            older = "".join(f" `{alias}`" for alias in topic.aliases)
            yield f"- [{topic.name}](#{anchor(topic.name)}){older}: {self.text(topic.summary, topic)}"

    def text(self, text: str, about: Topic | None = None) -> str:
        """Running text: special characters escaped, names linked but for the topic's own."""
        own = (about.name, *about.aliases) if about else ()
        parts = _LITERAL.split(text)
        return "".join(part if part.startswith("`") and len(part) > 1 else self._linked(part, own) for part in parts)

    def _linked(self, text: str, own: Sequence[str]) -> str:
        def link(match: re.Match[str]) -> str:
            address = "" if match[0] in own else self.address_of(match[0])
            return f"[{match[0]}]({address})" if address else match[0]

        return NAME.sub(link, _SPECIAL.sub(r"\\\1", text))

    def _usage(self, topic: Topic) -> Iterator[str]:
        if topic.kind is Kind.COMMAND:
            yield from ("```", f"gatepost {topic.name} {topic.synopsis}", "```", "")
        elif topic.synopsis:
            yield from (f"`{topic.name} {topic.synopsis}`", "")

    def _table(self, rows: Iterable[Fact], topic: Topic) -> Iterator[str]:
        yield from ("| Option | |", "|---|---|")
        for label, said in rows:
            yield f"| `{label}` | {self.text(said, topic)} |".replace(r"\|", "|")
