"""Several keys at once: the answer is that of asking one by one, whichever way it is found."""

import itertools

import pytest

from gatepost.model.answer import NOT_FOUND, Found, Unavailable
from gatepost.policy.questions import TableHit
from gatepost.world.tables import LocalTable, load_table

KEYS = ("absent", "known", "KNOWN", "Absent", "straße", "STRASSE", "ünknown", "empty", "", "a\0b", "x" * 5000)


def one_by_one(table: LocalTable, keys: tuple[str, ...]):
    """What find() says of the first key that it knows."""
    for key in keys:
        answer = table.find(key)
        if isinstance(answer, Found):
            return Found(TableHit(key, answer.value), answer.source) if answer.value else "empty"
    return NOT_FOUND


@pytest.mark.parametrize("smtputf8", [True, False])
@pytest.mark.parametrize("name", ["texthash:{path}", "inline:{{known=yes, straße=street}}", "static:always", "regexp:{path}.regexp"])  # fmt: skip
def test_the_first_of_several(tmp_path, name, smtputf8):
    path = tmp_path / "table"
    path.write_text("known yes\nstraße street\n")
    path.with_name("table.regexp").write_text("/^known$/ yes\n")
    table = load_table(name.format(path=path), smtputf8=smtputf8)
    assert isinstance(table, LocalTable) and not table.complaints
    for keys in itertools.chain(itertools.permutations(KEYS, 2), itertools.permutations(KEYS[:6], 3), [(), KEYS]):
        assert table.find_first(keys) == one_by_one(table, keys), keys


def test_an_empty_value_and_a_table_that_fails():
    empty = load_table("inline:{ {known = } }")
    assert isinstance(empty.find_first(("absent", "known")), Unavailable)
    assert empty.find_first(("absent", "other")) == NOT_FOUND
    assert isinstance(load_table("texthash:/nowhere").find_first(("a",)), Unavailable)
