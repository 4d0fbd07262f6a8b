"""Names of tables, surrogates, and the first of several keys."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace

import pytest

from gatepost.model.answer import NOT_FOUND, Found, Unavailable
from gatepost.policy.lookup_order import tries_partial_keys
from gatepost.policy.questions import TableHit, TableLookup
from gatepost.testing.check_table import check_record, check_surrogate, check_table
from gatepost.world.tables import TABLE_TYPES, Tables, load_table
from gatepost.world.tables.awaited import AwaitedTable, Ticket
from gatepost.world.tables.registry import UNKNOWN
from gatepost.world.tables.table import KEY_LENGTH_LIMIT, LoadedTable, TableType

LINES = "example.com REJECT\nkey value\n"
RULES = "/^example\\.com$/ REJECT\n/^key$/ value\n"
CONTRACTS = {
    **dict.fromkeys(("texthash", "hash", "btree", "dbm", "sdbm", "lmdb", "cdb"),
                    (LINES, {"example.com": "REJECT", "key": "value"}, ["com", "value"], ["missing"])),
    **dict.fromkeys(("regexp", "pcre"),
                    (RULES, {"Example.com": "REJECT", "key": "value"}, ["com", "value"], ["missing", "{{/x/ y}"])),
    "cidr": ("10.0.0.0/8 in\n::1 six\n", {"10.1.1.1": "in", "::1": "six"}, ["11.0.0.1", "10"], ["missing", "{x}"]),
    "inline": ("{ a=b, {c = d e} }", {"a": "b", "c": "d e"}, ["b"], ["x", "{}", "{a}"]),
    "fail": ("it", {}, [], []),
    "environ": ("x", {}, ["no_such_variable"], []),
    "unionmap": ("{inline:{a=b},static:{c d}}", {"a": "b,c d", "x": "c d"}, [], ["{}", "x", "{x}", "{inline:{a=b}"]),
    "pipemap": ("{inline:{a=b},inline:{b=c}}", {"a": "c"}, ["b", "c"], ["{}", "x", "{x}", "{inline:{a=b}"]),
    "randmap": ("{one}", {"a": "one", "": "one"}, [], ["{}", "x"]),
    "static": ("{ any text }", {"a": "any text", "": "any text"}, [], ["{x"]),
    "unix": ("passwd.byname", {}, ["no-such-user-here"], ["shadow.byname"]),
    "nis": ("mail.aliases", {}, ["postmaster"], []),
}  # fmt: skip


WITH_SERVERS = {"sqlite", "mysql", "pgsql", "ldap", "tcp", "socketmap"}
"""Held to the contract in test_remote_tables.py, where their servers are."""


def test_no_type_is_without_a_contract():
    assert set(TABLE_TYPES) == set(CONTRACTS) | WITH_SERVERS


@pytest.mark.parametrize("kind", CONTRACTS)
def test_every_type_keeps_the_contract(tmp_path, kind):
    text, has, lacks, broken = CONTRACTS[kind]
    argument = "source" if "\n" in text else text
    (tmp_path / "source").write_text(text)
    broken = [f"{kind}:{name}" for name in broken]
    check_table(TABLE_TYPES[kind], f"{kind}:{argument}", has=has, lacks=lacks, broken=broken, base=tmp_path)


def search_wrongly(key):
    return Found("b" if key == "a" else "", "somewhere") if key.isascii() else NOT_FOUND


@pytest.mark.parametrize(("record", "has", "lacks", "promise"), [
    (TableType("x", "A type.", True, True, lambda _r: LoadedTable(search_wrongly)), {"a": "c"}, [], "should be 'c'"),
    (TableType("x", "A type.", True, False, lambda _r: LoadedTable(search_wrongly)), {}, ["z"], "not be found"),
    (TableType("x", "A type.", True, True, lambda _r: LoadedTable(lambda _k: Found("b"))), {"a": "b"}, [], "where it stands"),
    (TableType("regexp", "A type.", True, False, lambda _r: LoadedTable(search_wrongly)), {}, [], "lookup_order"),
    (TableType("x", "", True, False, lambda _r: LoadedTable(search_wrongly)), {}, [], "manual"),
])  # fmt: skip
def test_the_kit_notices_a_broken_promise(record, has, lacks, promise):
    with pytest.raises(AssertionError, match=promise):
        check_table(record, f"{record.name}:y", has=has, lacks=lacks)


def test_the_kit_notices_a_type_that_is_never_unavailable():
    record = TableType("x", "A type.", True, False, lambda _r: LoadedTable(lambda _k: NOT_FOUND))
    with pytest.raises(AssertionError, match="cannot be used"):
        check_table(record, "x:y", has={}, broken=["x:missing"])


class Awaited(AwaitedTable):
    """Waits for every answer, and keeps or breaks one promise."""

    def __init__(self, breaks):
        self.breaks = breaks
        super().__init__("x:y", AWAITED, (), ())

    def make_table(self, _record, _request):
        return self

    def start(self, tell, *, is_membership):
        pass

    def close(self):
        pass

    def instant(self, keys):
        return None

    def ask(self, keys, done):
        ticket = Ticket(done)
        if len(keys) > 1 and self.breaks == "tells at once":
            ticket.tell(NOT_FOUND)
        key = keys[-1] if self.breaks == "another key" else next((key for key in keys if key in "ab"), "")
        answer = Found(TableHit(key, "value"), "somewhere") if key in tuple("ab") else NOT_FOUND
        tell = done if len(keys) > 1 and self.breaks == "tells those who left" else ticket.tell
        asyncio.get_running_loop().call_soon(tell, answer)
        return ticket


AWAITED = TableType("x", "A type.", True, False, lambda _r: None)


@pytest.mark.parametrize(("breaks", "promise"), [
    ("tells at once", "before it returns"), ("tells those who left", "2 answers"), ("another key", "is not"), ("", None),
])  # fmt: skip
def test_the_kit_notices_a_promise_broken_by_a_table_that_waits(breaks, promise):
    record = replace(AWAITED, load=lambda _request: Awaited(breaks))
    with pytest.raises(AssertionError, match=promise) if promise else nullcontext():
        check_table(record, "x:y", has={"a": "value", "b": "value"}, lacks=["z"])


@pytest.mark.parametrize("kind", TABLE_TYPES)
def test_the_record_agrees_with_the_policy(kind):
    check_record(TABLE_TYPES[kind], f"{kind}:x")
    assert tries_partial_keys(f"proxy:{kind}:x") is TABLE_TYPES[kind].tries_partial_keys


@pytest.mark.parametrize(
    "name", ["foo:bar", "memcache:/etc/x", "example", "", ":", ":x", "hash:", "proxy:", "proxy:hash:", "x" * 9000]
)
def test_a_name_that_is_no_table(name):
    table = load_table(name)
    check_surrogate(table)
    assert table.record is UNKNOWN
    assert len(str(table.complaints[0])) < 400


def test_a_proxied_table_is_the_table(tmp_path):
    (tmp_path / "t").write_text("a b\n")
    table = load_table("proxy:hash:t", base=tmp_path)
    assert table.find("a") == Found("b")
    assert (table.name, table.record.name) == ("proxy:hash:t", "hash")


def test_lookup_is_find_as_a_coroutine():
    table = load_table("inline:{a=b}")
    assert asyncio.run(table.lookup("A")) == table.find("A") == Found("b")


def test_the_length_of_a_key_is_bounded():
    table = load_table("static:x")
    assert table.find("k" * KEY_LENGTH_LIMIT) == Found("x")
    assert table.find("k" * (KEY_LENGTH_LIMIT + 1)) == NOT_FOUND


# -- several keys ----------------------------------------------------------------------------------------------------


def test_the_first_key_that_is_known_wins():
    tables = Tables()
    name = "inline:{example.com=REJECT, com=OK, 192.0.2=x}"
    answer = tables.find(TableLookup(name, ("a.EXAMPLE.com", "EXAMPLE.com", "com")))
    assert answer == Found(TableHit("EXAMPLE.com", "REJECT"))
    assert tables.find(TableLookup(name, ("org", "net"))) == NOT_FOUND
    assert tables.find(TableLookup(name, ())) == NOT_FOUND


def test_an_error_stops_everything():
    tables = Tables()
    question = TableLookup("pcre:{ {/^(a+)+$/ X}, {/b/ Y} }", ("a" * 100 + "!", "b"))
    assert isinstance(tables.find(question), Unavailable)


def test_an_empty_value_is_an_error():
    answer = Tables().find(TableLookup("inline:{ {a = }, b=c }", ("a", "b")))
    assert isinstance(answer, Unavailable) and "empty" in answer.why


def test_a_table_that_is_named_late_tells_of_outages_too(tmp_path):
    """An access table's answer may name one that stands in no list."""
    (tmp_path / "lookup.cf").write_text(f"dbpath = {tmp_path}/none\nquery = SELECT v FROM t WHERE k='%s'\n")
    tables = Tables(tmp_path)
    lines = []

    async def main():
        tables.start(lines.append)
        answer = await tables.load("sqlite:./lookup.cf").lookup("key")
        assert isinstance(answer, Unavailable) and answer.is_told and not answer.complaint("x")
        tables.close()

    asyncio.run(main())
    assert len(lines) == 1 and "its server is away" in lines[0]


def test_a_table_is_loaded_once_and_its_findings_are_gathered(tmp_path):
    (tmp_path / "t").write_text("a b\nlonely\n")
    tables = Tables(tmp_path)
    first = tables.load("hash:t")
    (tmp_path / "t").write_text("a c\n")
    assert tables.load("hash:t") is first
    tables.load("texthash:t")
    tables.load("hash:missing")
    assert tables.find(TableLookup("hash:t", ("a",))) == Found(TableHit("a", "b"))
    assert [complaint.place.path for complaint in tables.complaints] == [
        str(tmp_path / "t"),
        str(tmp_path / "missing"),
    ]
    assert tables.files == (tmp_path / "t", tmp_path / "missing")
    assert [table.name for table in tables] == ["hash:t", "texthash:t", "hash:missing"]
