"""Topics for programs: one object each, whose fields `gatepost help --help` names. Fields may be added."""

from collections.abc import Sequence
from typing import Any

from gatepost.manual.topics.topic import Example, Paragraph, Topic


def as_dict(topic: Topic, see_also: Sequence[str]) -> dict[str, Any]:
    """A topic as JSON has it."""
    blocks = [
        block.text if isinstance(block, Paragraph) else "\n".join(block.lines)
        for block in topic.body
        if isinstance(block, Paragraph | Example)
    ]
    return {
        "kind": topic.kind.singular,
        "name": topic.name,
        "synopsis": topic.synopsis,
        "aliases": list(topic.aliases),
        "group": topic.group,
        "summary": topic.summary,
        "text": blocks,
        "facts": dict(topic.facts),
        "see_also": list(see_also),
        **topic.data,
    }
