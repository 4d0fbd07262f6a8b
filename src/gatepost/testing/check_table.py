"""Hold a table type to the contract of world/tables, from any test suite.

    from gatepost.testing.check_table import check_table

    def test_my_type():
        check_table(MY_TYPE, "mytype:/some/source", has={"key": "value"}, lacks=["other"], broken=["mytype:/missing"])

What is checked, and reported by an AssertionError that says which promise was broken:
- the record: a name, a manual with a summary, a kind (FIXED or PATTERN) that agrees with policy/lookup_order.py;
- every key of `has` is Found with its value and a source; every key of `lacks` is NotFound; asking twice, and asking
  through lookup() instead of find(), changes nothing;
- keys are folded, or not, as the record says;
- awkward keys (empty, 4097 characters, NUL, octets that are not UTF-8, lone surrogates, line ends) never raise, and
  those that can be in no table are not found;
- complaints are one line each, name their place and say what to do;
- each name in `broken` gives a table all the same, which is Unavailable for every key, and an error with a cure.

A type whose answers cannot be chosen gives empty `has`, `lacks` or `broken`.
"""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from gatepost.model.answer import Answer, Found, NotFound, Unavailable
from gatepost.policy.lookup_order import tries_partial_keys
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
    table = _load(record, name, base)
    assert not [c for c in table.complaints if c.severity == "error"], f"{name} has errors: {table.complaints}"
    _check_complaints(table)
    for key, value in has.items():
        answer = _ask(table, key)
        assert answer == Found(value), f"{name}: {key!r} should be {value!r}, is {answer}"
        assert isinstance(answer, Found)
        assert answer.source, f"{name}: the answer for {key!r} does not say where it stands"
        _check_folding(record, table, key, answer)
    for key in lacks:
        answer = _ask(table, key)
        assert isinstance(answer, NotFound), f"{name}: {key!r} should not be found, is {answer}"
    for key in _AWKWARD_KEYS:
        answer = _ask(table, key)
        assert isinstance(answer, Found | NotFound | Unavailable), (
            f"{name}: {key!r} gives {answer!r}, which is no answer"
        )
        assert key not in _KEYS_IN_NO_TABLE or isinstance(answer, NotFound), f"{name}: {key[:20]!r} is {answer}"
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
    for key in ("a", "example.com", *_AWKWARD_KEYS):
        answer = _ask(table, key)
        assert isinstance(answer, Unavailable), f"{table.name} cannot be used, yet {key[:20]!r} is {answer}"
        assert answer.why, f"{table.name} is Unavailable without a reason"


def _load(record: TableType, name: str, base: Path | None) -> Table:
    return load_as(record, TableRequest(name, name.partition(":")[2], base))


def _ask(table: Table, key: str) -> Answer[str]:
    """Ask by find and by lookup, and twice; all must agree."""
    answer = asyncio.run(table.lookup(key))
    if isinstance(table, LocalTable):
        assert table.find(key) == table.find(key) == answer, f"{table.name}: {key!r} is answered in more than one way"
    return answer


def _check_folding(record: TableType, table: Table, key: str, answer: Answer[str]) -> None:
    if record.folds_keys:
        assert _ask(table, key.swapcase()) == answer, (
            f"{table.name}: {key.swapcase()!r} is not {key!r} in another case"
        )


def _check_complaints(table: Table) -> None:
    for complaint in table.complaints:
        line = str(complaint)
        assert "\n" not in line, f"{table.name}: a complaint of more than one line: {line!r}"
        assert complaint.severity in ("error", "warning", "notice"), f"{table.name}: unknown severity: {line}"
        assert complaint.place.path, f"{table.name}: a complaint without a place: {line}"
        assert complaint.cure, f"{table.name}: a complaint without a cure: {line}"
