"""Hold a table type to the contract of world/tables, from any test suite.

    from gatepost.testing.check_table import check_table

    def test_my_type():
        check_table(MY_TYPE, "mytype:/some/source", has={"key": "value"}, lacks=["other"], broken=["mytype:/missing"])

What is checked, and reported by an AssertionError that says which promise was broken:
- the record: a name, a manual with a summary, a kind (FIXED or PATTERN) that agrees with policy/lookup_order.py;
- every key of `has` is Found with its value and a source; every key of `lacks` is NotFound; asking twice, and asking
  through lookup(), changes nothing; an AwaitedTable answers by ask() what it answers by lookup(), once, not before
  ask() has returned, and not to one who has left;
- of several keys asked for together the first that is known answers;
- keys are folded, or not, as the record says;
- awkward keys (empty, 4097 characters, NUL, octets that are not UTF-8, lone surrogates, line ends) never raise, and
  those that can be in no table are not found;
- what the table can list (entries, results) is what it answers with;
- complaints are one line each, name their place and say what to do;
- each name in `broken` gives a table all the same, which is Unavailable for every key, and an error with a cure.

A type whose answers cannot be chosen gives empty `has`, `lacks` or `broken`. docs/tables.md shows how to add a type.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from gatepost.model.answer import Answer, Found, NotFound, Unavailable
from gatepost.policy.lookup_order import tries_partial_keys
from gatepost.policy.questions import TableHit
from gatepost.world.tables.awaited import AwaitedTable
from gatepost.world.tables.table import KEY_LENGTH_LIMIT, LocalTable, Table, TableRequest, TableType, load_as

_KEYS_IN_NO_TABLE = ("x" * (KEY_LENGTH_LIMIT + 1), "a\0b", "\ud800")
_AWKWARD_KEYS = (*_KEYS_IN_NO_TABLE, "", " ", "\udcff", "a\r\nb", "é", "İ", "$1", "'; --", "%s", "../x", "[::1]")


def check_table(
    record: TableType,
    name: str,
    *,
    has: Mapping[str, str],
    lacks: Iterable[str] = (),
    broken: Iterable[str] = (),
    base: Path | None = None,
) -> None:
    """Load `name` by the record and hold it to the contract. Raises AssertionError."""
    check_record(record, name)
    with _Asked(_load(record, name, base)) as asked:
        table = asked.table
        assert not [c for c in table.complaints if c.severity == "error"], f"{name} has errors: {table.complaints}"
        _check_complaints(table)
        _check_has(record, asked, has)
        for key in lacks:
            answer = asked.ask(key)
            assert isinstance(answer, NotFound), f"{name}: {key!r} should not be found, is {answer}"
        for key in _AWKWARD_KEYS:
            answer = asked.ask(key)
            assert isinstance(answer, Found | NotFound | Unavailable), (
                f"{name}: {key!r} gives {answer!r}, which is no answer"
            )
            assert key not in _KEYS_IN_NO_TABLE or isinstance(answer, NotFound), f"{name}: {key[:20]!r} is {answer}"
        _check_lists(asked)
        if isinstance(table, AwaitedTable):
            asked.check_waiting(table, tuple(lacks), tuple(has))
    for broken_name in broken:
        check_surrogate(_load(record, broken_name, base))


def check_record(record: TableType, name: str) -> None:
    """Hold the record itself to the contract."""
    assert name.startswith(f"{record.name}:"), f"{name} is not of type {record.name}"
    assert record.summary, f"{record.name} has no manual"
    agrees = tries_partial_keys(name) is record.tries_partial_keys
    assert agrees, f"{record.name}: the record and policy/lookup_order.py differ on tries_partial_keys"


def check_surrogate(table: Table) -> None:
    """Hold a table that cannot be used to the contract."""
    errors = [complaint for complaint in table.complaints if complaint.severity == "error"]
    assert errors, f"{table.name} cannot be used, and no complaint says so"
    _check_complaints(table)
    with _Asked(table) as asked:
        for key in ("a", "example.com", *_AWKWARD_KEYS):
            answer = asked.ask(key)
            assert isinstance(answer, Unavailable), f"{table.name} cannot be used, yet {key[:20]!r} is {answer}"
            assert answer.why, f"{table.name} is Unavailable without a reason"


class _Asked(ExitStack):
    """A table and the event loop in which it is asked; both are ended together."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table
        self._runner = self.enter_context(asyncio.Runner())
        if isinstance(table, AwaitedTable):
            self.callback(table.close)

    def ask(self, key: str) -> Answer[str]:
        """Ask in every way and twice; all must agree."""
        answer = self._runner.run(self.table.lookup(key))
        again = self._runner.run(self.table.lookup(key))
        ways = [self.table.find(key), self.table.find(key)] if isinstance(self.table, LocalTable) else [again]
        assert ways == [answer] * len(ways), f"{self.table.name}: {key!r} is answered in more than one way"
        return answer

    def check_waiting(self, table: AwaitedTable, lacks: tuple[str, ...], has: tuple[str, ...]) -> None:
        """Hold ask() to the contract: one answer, later, for the first key known, to those who still wait."""
        self._runner.run(_check_waiting(table, (*lacks, *has)))


async def _check_waiting(table: AwaitedTable, keys: tuple[str, ...]) -> None:
    told: list[Answer[TableHit]] = []
    heard = asyncio.Event()

    def done(answer: Answer[TableHit]) -> None:
        told.append(answer)
        heard.set()

    left = table.ask(keys, lambda _answer: told.append(Unavailable("the asker had left")))
    left.cancel()
    table.ask(keys, done)
    assert not told, f"{table.name}: ask() answers before it returns"
    await heard.wait()
    await asyncio.sleep(0)
    assert len(told) == 1, f"{table.name}: one question, {len(told)} answers: {told}"
    singly = [await table.lookup(key) for key in keys]
    known = [(key, each) for key, each in zip(keys, singly, strict=True) if not isinstance(each, NotFound)]
    first = known[0] if known else None
    if isinstance(told[0], Found):
        assert first is not None, f"{table.name}: several keys give {told[0]}, and each alone is not found"
        assert (told[0].value.key, Found(told[0].value.value)) == first, f"{table.name}: {told[0]} is not {first}"
    else:
        assert first is None or isinstance(first[1], Unavailable), f"{table.name}: {told[0]}, and yet {first}"


def _load(record: TableType, name: str, base: Path | None) -> Table:
    return load_as(record, TableRequest(name, name.partition(":")[2], base))


def _check_has(record: TableType, asked: _Asked, has: Mapping[str, str]) -> None:
    name = asked.table.name
    for key, value in has.items():
        answer = asked.ask(key)
        assert answer == Found(value), f"{name}: {key!r} should be {value!r}, is {answer}"
        assert isinstance(answer, Found)
        assert answer.source, f"{name}: the answer for {key!r} does not say where it stands"
        if record.folds_keys:
            other = key.swapcase()
            assert asked.ask(other) == answer, f"{name}: {other!r} is not {key!r} in another case"


def _check_lists(asked: _Asked) -> None:
    table = asked.table
    results = {value for value, _place in table.results()} if table.results is not None else None
    for key, value in table.entries() if table.entries is not None else ():
        assert asked.ask(key) == Found(value), f"{table.name}: lists {key!r} as {value!r}, and answers otherwise"
        assert results is None or value in results, f"{table.name}: {value!r} is listed, and not among its results"


def _check_complaints(table: Table) -> None:
    for complaint in table.complaints:
        line = str(complaint)
        assert "\n" not in line, f"{table.name}: a complaint of more than one line: {line!r}"
        assert complaint.severity in ("error", "warning", "notice"), f"{table.name}: unknown severity: {line}"
        assert complaint.place.path, f"{table.name}: a complaint without a place: {line}"
        assert complaint.cure, f"{table.name}: a complaint without a cure: {line}"
