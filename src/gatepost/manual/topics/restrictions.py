"""Restrictions, from their docstrings and registrations; and the one word of the language that is none."""

import re
import sys
from collections.abc import Iterator

from gatepost.manual.topics.topic import Fact, Kind, Paragraph, Topic, heading_of, read_manual
from gatepost.policy import restrictions as registered
from gatepost.policy.registry import RESTRICTIONS, Argument, Needs, Restriction

_SYNOPSIS = {
    Argument.NONE: "",
    Argument.SUBJECT: "",
    Argument.TABLE: "type:table",
    Argument.CERTIFICATE_TABLE: "type:table",
    Argument.ZONE: "domain[=filter]",
    Argument.POLICY_SERVICE: "server",
    Argument.SECONDS: "seconds",
}

_FILES = re.compile(rf"^({'|'.join(registered.__all__)}) ", re.MULTILINE)
"""The lines of the docstring of restrictions/__init__.py that say what stands in a file."""

WARN_IF_REJECT = Topic(
    Kind.RESTRICTION,
    "warn_if_reject",
    "Turn a refusal by the next restriction into a log line, and go on.",
    (
        Paragraph(
            "For trying a restriction out on real mail: what it would refuse is logged as `reject_warning` where "
            "`NOQUEUE: reject` would stand. Before a restriction class it covers the whole class. defer_if_permit is "
            "logged too, not raised. A mistake of ours (451 4.3.5, 451 4.3.0) refuses all the same."
        ),
    ),
    (("Postfix", "postconf(5) warn_if_reject"),),
    synopsis="restriction",
    group=heading_of(registered.words.__doc__ or ""),
)


def restriction_topics() -> Iterator[Topic]:
    """All restrictions, in the order of the files that they stand in (restrictions/__init__.py), then by name."""
    records = {id(record): record for record in RESTRICTIONS.values()}.values()
    files = [getattr(registered, name) for name in _FILES.findall(registered.__doc__ or "")]
    order = {heading_of(file.__doc__): position for position, file in enumerate(files)}
    topics = (*map(_topic, records), WARN_IF_REJECT)
    yield from sorted(topics, key=lambda topic: (order.get(topic.group, len(order)), topic.name))


def _topic(record: Restriction) -> Topic:
    manual = read_manual(record.manual)
    return Topic(
        Kind.RESTRICTION,
        record.name,
        manual.summary,
        manual.body,
        (*_own_facts(record), *manual.facts),
        _SYNOPSIS[record.argument],
        record.aliases,
        heading_of(sys.modules[record.function.__module__].__doc__ or ""),
        {"argument": record.argument.value, "needs": record.needs.value, "warning": record.warning},
    )


def _own_facts(record: Restriction) -> Iterator[Fact]:
    """What the registration says."""
    if record.aliases:
        yield "Older name", ", ".join(f"`{alias}`" for alias in record.aliases)
    if record.argument in (Argument.CERTIFICATE_TABLE, Argument.POLICY_SERVICE):
        yield "Argument", record.argument.value
    if record.needs is not Needs.NOTHING:
        yield "Needs", f"{record.needs.value}; skipped without it"
    if record.warning:
        yield "Take care", record.warning
