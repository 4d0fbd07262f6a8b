"""What a table behind a server knows: while the server answers, while it is away, and afterwards. The server is scripted."""

import asyncio
import threading
import time

import pytest

from gatepost.model.answer import NOT_FOUND, Found, NotFound, Unavailable
from gatepost.policy.questions import TableHit
from gatepost.world.tables import remote
from gatepost.world.tables.remote import RemoteSource
from gatepost.world.tables.server import RemoteLimits, ServerAwayError
from gatepost.world.tables.table import TableRequest, TableType

LONG = RemoteLimits(cache_ttl_s=60, stale_ttl_s=60, deadline_s=10)
NONE = RemoteLimits(cache_ttl_s=0, stale_ttl_s=60, deadline_s=10)


class ScriptedServer:
    """All threads' servers at once: what it holds, whether it is there, what it was asked."""

    def __init__(self, **values):
        self.values = values
        self.is_away = self.is_too_large = False
        self.asked = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def look_up(self, key):
        self.asked.append(key)
        self.may_answer.wait(20)
        self.check()
        value = self.values.get(key)
        if value == "broken":
            return Unavailable("a query that fails")
        return NOT_FOUND if value is None else Found(value, "there")

    def whole(self):
        self.check()
        if self.is_too_large:
            return None
        return {key: value for key, value in self.values.items() if value != "broken"}

    def check(self):
        if self.is_away:
            raise ServerAwayError("nobody listens")

    def close(self):
        pass


@pytest.fixture(autouse=True)
def is_quick(monkeypatch):
    monkeypatch.setattr(remote, "TRY_AGAIN_S", 0.02)


@pytest.fixture
def table(request):
    """Makes tables over a server; each has a name of its own, for its outages are shared by name."""
    names = iter(range(100))

    def make(server, limits=LONG, **more):
        record = TableType("scripted", "A server for tests.", True, True, lambda _: None)
        name = f"scripted:{request.node.name}-{next(names)}"
        return RemoteSource(lambda: server, limits, **more).make_table(record, TableRequest(name, "x"))

    return make


async def ask(table, *keys):
    """Ask as a session does."""
    known = table.instant(keys)
    if known is not None:
        return known
    heard = asyncio.get_running_loop().create_future()
    table.ask(keys, heard.set_result)
    return await heard


async def until(condition):
    while not condition():  # noqa: ASYNC110 -- what it waits for has no event
        await asyncio.sleep(0.005)


def run(main):
    async def within():
        async with asyncio.timeout(20):
            await main

    asyncio.run(within())


def test_keys_are_asked_in_order_until_one_is_found_and_answers_serve_again(table):
    server = ScriptedServer(b="B", c="C")
    t = table(server)

    async def main():
        assert await ask(t, "A", "b", "c") == Found(TableHit("b", "B"))
        assert server.asked == ["a", "b"]
        assert t.instant(("A",)) == NOT_FOUND and t.instant(("B",)) == Found(TableHit("B", "B"))
        assert t.instant(("a", "c")) is None, "c was never asked for"
        assert server.asked == ["a", "b"]

    run(main())


def test_equal_questions_at_once_are_asked_once_and_who_leaves_is_not_called(table):
    server = ScriptedServer(a="A")
    server.may_answer.clear()
    t = table(server)
    called = []

    async def main():
        tickets = [t.ask(("a",), lambda answer, n=n: called.append((n, answer))) for n in range(3)]
        assert called == []
        tickets[1].cancel()
        server.may_answer.set()
        await until(lambda: len(called) == 2)
        assert called == [(0, Found(TableHit("a", "A"))), (2, Found(TableHit("a", "A")))]
        assert server.asked == ["a"]

    run(main())


def test_without_a_cache_each_question_is_asked_anew(table):
    server = ScriptedServer(a="A")
    t = table(server, NONE)

    async def main():
        assert await ask(t, "a") == Found(TableHit("a", "A"))
        server.values["a"] = "new"
        assert await ask(t, "a") == Found(TableHit("a", "new"))

    run(main())


def test_an_outage_is_said_once_serves_what_is_known_and_ends_by_itself(table):
    server = ScriptedServer(a="A")
    t = table(server, NONE)
    lines = []

    async def main():
        t.start(lines.append, is_membership=False)
        assert await ask(t, "a") == Found(TableHit("a", "A"))
        assert await ask(t, "b") == NOT_FOUND
        server.is_away = True
        stale = await ask(t, "a")
        assert stale == Found(TableHit("a", "A")) and "stale" in stale.source
        assert await ask(t, "b") == NOT_FOUND
        strange = await ask(t, "c")
        assert isinstance(strange, Unavailable) and "nobody listens" in strange.why
        asked = len(server.asked)
        assert isinstance(t.instant(("a", "c")), Found) and isinstance(t.instant(("d",)), Unavailable)
        assert len(server.asked) == asked, "nobody waits while the server is away"
        server.values["a"] = "new"
        server.is_away = False
        await until(lambda: t.instant(("a",)) is None)
        assert await ask(t, "a") == Found(TableHit("a", "new"))
        assert await ask(t, "c") == NOT_FOUND

    run(main())
    assert len(lines) == 2 and "server is away: nobody listens" in lines[0] and "server is back" in lines[1]


def test_workers_that_share_a_table_say_one_line(table):
    server = ScriptedServer()
    first = table(server, NONE)
    second = RemoteSource(lambda: server, NONE).make_table(first.record, TableRequest(first.name, "x"))
    lines = []

    async def main():
        for t in (first, second):
            t.start(lines.append, is_membership=False)
        server.is_away = True
        assert all([isinstance(await ask(t, "a"), Unavailable) for t in (first, second)])
        assert len(lines) == 1
        server.is_away = False
        await until(lambda: all(t.instant(("a",)) is None for t in (first, second)))

    run(main())
    assert len(lines) == 2


def test_what_is_known_becomes_too_old(table):
    server = ScriptedServer(a="A")
    t = table(server, RemoteLimits(cache_ttl_s=0, stale_ttl_s=0, deadline_s=10))

    async def main():
        await ask(t, "a")
        server.is_away = True
        assert isinstance(await ask(t, "a"), Unavailable)

    run(main())


def test_a_silent_server_is_away_after_the_deadline(table):
    server = ScriptedServer(a="A")
    t = table(server, RemoteLimits(cache_ttl_s=0, stale_ttl_s=60, deadline_s=0.1))

    async def main():
        assert await ask(t, "a") == Found(TableHit("a", "A"))
        server.may_answer.clear()
        began = time.monotonic()
        assert await ask(t, "a") == Found(TableHit("a", "A"))
        assert isinstance(await ask(t, "b"), Unavailable)
        assert time.monotonic() - began < 10, "asked in vain once, not twice"
        server.may_answer.set()
        await until(lambda: t.instant(("b",)) is None)

    run(main())


def test_a_query_that_fails_is_no_outage(table):
    server = ScriptedServer(bad="broken", a="A")
    t = table(server, NONE)
    lines = []

    async def main():
        t.start(lines.append, is_membership=False)
        assert await ask(t, "bad") == Unavailable("a query that fails")
        assert await ask(t, "a") == Found(TableHit("a", "A"))
        server.values["a"] = "broken"
        stale = await ask(t, "a")
        assert stale == Found(TableHit("a", "A")) and "stale" in stale.source

    run(main())
    assert lines == []


def test_a_list_of_members_knows_strangers_while_its_server_is_away(table):
    server = ScriptedServer(**{"10.1.2.3": "OK", "192.0.2.0/24": "net", "2001:db8::/32": "six"})
    t = table(server, NONE, snapshot="all", folds_snapshot=True, holds_networks=True)

    async def main():
        t.start(lambda _: None, is_membership=True)
        await until(lambda: t._snapshot is not None)
        server.is_away = True
        assert await ask(t, "stranger.example", "10.9.9.9") == NOT_FOUND
        assert await ask(t, "stranger.example", "10.1.2.3") == Found(TableHit("10.1.2.3", "OK"))
        assert await ask(t, "192.0.2.77") == Found(TableHit("192.0.2.77", "net"))
        assert await ask(t, "2001:db8::5") == Found(TableHit("2001:db8::5", "six"))
        t.close()

    run(main())


def test_a_worker_that_is_started_in_an_outage_knows_what_the_others_knew(table):
    server = ScriptedServer(**{"10.1.2.3": "OK"})
    first = table(server, NONE, snapshot="all")
    request = TableRequest(first.name, "x")
    after = RemoteSource(lambda: server, NONE, snapshot="all").make_table(first.record, request)

    async def main():
        first.start(lambda _: None, is_membership=True)
        await until(lambda: first._snapshot is not None)
        first.close()
        server.is_away = True
        after.start(lambda _: None, is_membership=True)
        assert await ask(after, "10.1.2.3") == Found(TableHit("10.1.2.3", "OK"))
        assert await ask(after, "stranger.example", "10.9.9.9") == NOT_FOUND
        after.close()

    run(main())


def test_the_newest_knowledge_counts(table):
    server = ScriptedServer(a="A")
    t = table(server, NONE, snapshot="all")

    async def main():
        assert await ask(t, "a") == Found(TableHit("a", "A"))
        del server.values["a"]
        t.start(lambda _: None, is_membership=True)
        await until(lambda: t._snapshot is not None)
        server.is_away = True
        assert isinstance(await ask(t, "a"), NotFound), "the snapshot is newer than the answer"
        t.close()

    run(main())


def test_a_snapshot_that_fails_once_is_taken_again_and_said_once(table, monkeypatch):
    monkeypatch.setattr(remote, "TRY_WHOLE_AGAIN_S", 0.02)
    server = ScriptedServer(a="A")
    server.is_too_large = True
    t = table(server, NONE, snapshot="all")
    lines = []

    async def main():
        t.start(lines.append, is_membership=True)
        await asyncio.sleep(0.2)
        assert t._snapshot is None and len(lines) == 1 and "kept whole" in lines[0]
        server.is_too_large = False
        await until(lambda: t._snapshot is not None)
        assert len(lines) == 2 and lines[1].endswith("it is kept whole again")
        t.close()

    run(main())


def test_what_is_not_a_list_of_members_is_not_kept_whole(table):
    t = table(ScriptedServer(a="A"), snapshot="all")

    async def main():
        t.start(lambda _: None, is_membership=False)
        await asyncio.sleep(0.05)
        assert t._snapshot is None

    run(main())


def test_too_many_questions_are_not_taken(table, monkeypatch):
    monkeypatch.setattr("gatepost.world.tables.server_threads.MOST_WAITING", 5)
    server = ScriptedServer()
    server.may_answer.clear()
    t = table(server)

    async def main():
        waiting = [asyncio.ensure_future(ask(t, f"k{n}")) for n in range(40)]
        await asyncio.sleep(0.05)
        server.may_answer.set()
        answers = await asyncio.gather(*waiting)
        refused = [a for a in answers if isinstance(a, Unavailable)]
        assert refused and all("too many questions" in a.why for a in refused)
        assert NOT_FOUND in answers

    run(main())


def test_a_driver_that_breaks_is_a_server_that_is_away(table):
    class Broken(ScriptedServer):
        def look_up(self, key):
            raise RuntimeError("secret inside")

    t = table(Broken())

    async def main():
        answer = await ask(t, "a")
        assert isinstance(answer, Unavailable) and "RuntimeError" in answer.why and "secret" not in answer.why

    run(main())
