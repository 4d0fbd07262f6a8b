"""unionmap, pipemap, randmap, fail, environ: as postmap answers, and over tables that must be waited for."""

import asyncio

import pytest

from gatepost.model.answer import NOT_FOUND, Found, NotFound, Unavailable
from gatepost.policy.questions import TableHit
from gatepost.world.tables import LocalTable, load_table
from gatepost.world.tables.awaited import AwaitedTable, Ticket
from gatepost.world.tables.members import ComposedTable, load_composed
from gatepost.world.tables.pipemap import PIPEMAP
from gatepost.world.tables.table import TableRequest, TableType
from gatepost.world.tables.unionmap import UNIONMAP
from tests.world.tables.real_postmap import RealPostmap, known_values

NAMES = (
    "unionmap:{inline:{a=b},inline:{a=c}}",
    "unionmap:{ inline:{ a=b }, static:x }",
    "unionmap:{inline:{a=b}, inline:{a=b}, inline:{c=d}}",
    "unionmap:{unionmap:{inline:{a=1},inline:{a=2}},inline:{a=3}}",
    "unionmap:{inline:{a=3},regexp:{{/a/ }}}",
    "unionmap:{regexp:{{/a/ }},inline:{a=3}}",
    "unionmap:{regexp:{{/a/ }}}",
    "unionmap:{regexp:{{/A/i Big}},inline:{a=3}}",
    "pipemap:{inline:{a=b},inline:{b=c}}",
    "pipemap:{inline:{a=B},inline:{b=C}}",
    "pipemap:{inline:{a=b},inline:{c=c}}",
    "pipemap:{regexp:{{/a/ }},inline:{a=3}}",
    "pipemap:{regexp:{{/(.*)@x/ $1}},unionmap:{inline:{a=1},static:2}}",
    "randmap:{x}",
    "randmap:{ {x y} }",
    "randmap:{x=1}",
    "environ:x",
)
UNUSABLE = ("unionmap:{}", "unionmap:{ }", "unionmap:inline:{a=b}", "unionmap:{a b}", "unionmap:{inline:{a=b},}x",
            "unionmap:{{inline:{a=b}}}", "unionmap:{inline:{a=b}", "unionmap:  {inline:{a=b}}", "pipemap:{}",
            "randmap:{}", "randmap:{ , }", "randmap:x", "fail:", "environ:")  # fmt: skip
FAILING = ("fail:x", "unionmap:{inline:{a=b},fail:x}", "unionmap:{fail:x,inline:{a=b}}", "pipemap:{inline:{a=b},fail:x}",
           "pipemap:{fail:x,inline:{a=b}}", "unionmap:{inline:{a=b},texthash:missing}")  # fmt: skip


@pytest.mark.peer("postmap")
@pytest.mark.parametrize("name", NAMES)
def test_as_postmap(tmp_path, name, monkeypatch):
    monkeypatch.setenv("lower", "value")
    monkeypatch.setenv("UPPER", "value")
    keys = dict.fromkeys(("a", "A", "b", "c", "a@x", "lower", "UPPER", "LOWER", "upper"))
    assert known_values(load_table(name), keys) == RealPostmap(tmp_path).ask(name, keys)


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable(name):
    """Fatal for postmap, each a second later; judged once, by hand, and written down here."""
    table = load_table(name)
    assert isinstance(table.find("a"), Unavailable) and table.complaints[0].severity == "error"


@pytest.mark.parametrize("name", FAILING)
def test_a_member_that_fails(tmp_path, name):
    assert isinstance(load_table(name, base=tmp_path).find("a"), Unavailable)
    if name.startswith("pipemap:{inline"):
        assert load_table(name, base=tmp_path).find("z") == NOT_FOUND, "the failing member was not asked"


def test_findings_and_files_of_members_are_those_of_the_table(tmp_path):
    (tmp_path / "t").write_text("a b\nlonely\n")
    table = load_table("unionmap:{hash:t,hash:missing}", base=tmp_path)
    assert [c.severity for c in table.complaints] == ["warning", "error"]
    assert table.files == (tmp_path / "t", tmp_path / "missing")


def test_randmap_draws_from_all_values():
    table = load_table("randmap:{a,b,c}")
    assert {table.find("x").value for _ in range(200)} == {"a", "b", "c"}


# -- members that must be waited for ---------------------------------------------------------------------------------


class Slow(AwaitedTable):
    """Answers in the next turn of the loop; `known` at once."""

    def __init__(self, values, known=()):
        super().__init__("slow:x", TableType("slow", "Slow.", True, True, lambda _r: None), (), ())
        self.values, self.known, self.asked, self.is_closed, self.starts = values, known, [], False, []

    def start(self, tell, *, is_membership):
        self.starts.append(is_membership)

    def close(self):
        self.is_closed = True

    def _answer(self, key):
        value = self.values.get(key, NOT_FOUND)
        return Found(TableHit(key, value), "slow") if isinstance(value, str) else value

    def instant(self, keys):
        (key,) = keys
        return self._answer(key) if key in self.known else None

    def ask(self, keys, done):
        self.asked.append(keys)
        ticket = Ticket(done)
        asyncio.get_running_loop().call_soon(ticket.tell, self._answer(keys[0]))
        return ticket


@pytest.fixture
def composed(monkeypatch):
    def composed(record, *members):
        monkeypatch.setattr("gatepost.world.tables.members._open_members", lambda _request: members)
        request = TableRequest(f"{record.name}:x", "x")
        return record.load(request).make_table(record, request)

    return composed


def answers(table, keys):
    async def ask():
        heard = asyncio.get_running_loop().create_future()
        instant = table.instant(keys)
        assert instant is None
        table.ask(keys, heard.set_result)
        assert not heard.done()
        return await heard

    return asyncio.run(ask())


def test_a_union_waits_for_its_members(composed):
    slow = Slow({"a": "1", "b": "2"})
    table = composed(UNIONMAP, load_table("inline:{a=x}"), slow)
    assert isinstance(table, ComposedTable) and not isinstance(table, LocalTable)
    assert answers(table, ("a",)) == Found(TableHit("a", "x,1"))
    assert answers(table, ("z", "b", "a")) == Found(TableHit("b", "2"))
    assert isinstance(answers(table, ("z",)), NotFound)
    assert slow.asked == [("a",), ("z",), ("b",), ("z",)]
    assert asyncio.run(table.lookup("a")) == Found("x,1")


def test_a_pipe_asks_the_next_only_where_the_first_knows(composed):
    slow = Slow({"y": "end"})
    table = composed(PIPEMAP, load_table("inline:{a=y}"), slow)
    assert table.instant(("z",)) == NOT_FOUND
    assert answers(table, ("z", "a")) == Found(TableHit("a", "end"))
    assert slow.asked == [("y",)]


def test_what_members_know_already_is_not_waited_for(composed):
    table = composed(PIPEMAP, Slow({"a": "y"}, known=("a",)), load_table("inline:{y=end}"))
    assert table.instant(("a",)) == Found(TableHit("a", "end"))


def test_an_outage_of_a_member_is_one_of_the_table(composed):
    table = composed(UNIONMAP, load_table("static:x"), Slow({"a": Unavailable("away")}))
    assert answers(table, ("a", "b")) == Unavailable("away")


def test_one_who_leaves_hears_nothing(composed):
    table = composed(UNIONMAP, Slow({"a": "1"}))
    told = []

    async def ask():
        table.ask(("a",), told.append).cancel()
        await asyncio.sleep(0.01)

    asyncio.run(ask())
    assert told == []


def test_members_start_and_end_with_the_table(composed):
    slow = Slow({})
    table = composed(UNIONMAP, slow, load_table("static:x"))
    table.start(lambda _text: None, is_membership=True)
    table.close()
    assert slow.starts == [True] and slow.is_closed


def test_members_in_memory_make_a_table_in_memory():
    request = TableRequest("unionmap:{static:x}", "{static:x}")
    table = load_composed(request, lambda members, key: iter(())).make_table(UNIONMAP, request)
    assert isinstance(table, LocalTable)
