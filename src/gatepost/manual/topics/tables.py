"""Table types, from the docstrings of the files that read them."""

from collections.abc import Iterator

from gatepost.manual.topics.topic import Fact, Kind, Topic, read_manual
from gatepost.world.tables import registry
from gatepost.world.tables.registry import TABLE_TYPES
from gatepost.world.tables.table import TableType


def table_topics() -> Iterator[Topic]:
    """All table types, by name, those that one file reads together; and the prefix that stands before any of them."""
    records: dict[str, list[TableType]] = {}
    for record in TABLE_TYPES.values():
        records.setdefault(record.manual, []).append(record)
    yield from sorted([*(_topic(*alike) for alike in records.values()), _proxy()], key=lambda topic: topic.name)


def _topic(record: TableType, *others: TableType) -> Topic:
    manual = read_manual(record.manual)
    also = [("Also", ", ".join(f"`{other.name}:`" for other in others))] if others else []
    return Topic(
        Kind.TABLE,
        record.name,
        _without_name(manual.summary),
        manual.body,
        (*also, *_keys(record), *manual.facts),
        aliases=tuple(other.name for other in others),
        data={"folds_keys": record.folds_keys, "tries_partial_keys": record.tries_partial_keys},
    )


def _keys(record: TableType) -> Iterator[Fact]:
    asked = (
        "the whole key, then parent domains and partial networks" if record.tries_partial_keys else "the whole key"
    )
    yield "Keys", f"{asked}; {'in lower case' if record.folds_keys else 'as it was sent'}"


def _without_name(summary: str) -> str:
    """`cidr: networks in order, …` is a headline in its file; here the name stands before it."""
    text = summary.partition(": ")[2] or summary
    return text[:1].upper() + text[1:]


def _proxy() -> Topic:
    """What the registry says of `proxy:`, which is no type of its own."""
    manual = read_manual(registry.__doc__ or "")
    said = next(block for block in manual.body if "`proxy:" in str(block))
    return Topic(Kind.TABLE, "proxy", "A prefix: the table of the type and name behind it.", (said,), manual.facts)
