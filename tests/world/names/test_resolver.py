"""The resolver against real sockets: answers, misbehaving servers, outages, sharing, bounds."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from gatepost.model.answer import NOT_FOUND, Found, Unavailable
from gatepost.policy.questions import AddressRecords, DomainExists, TextRecords
from gatepost.testing.name_server import NameServer
from gatepost.world.names.names import Names
from gatepost.world.names.nameservers import Nameserver, parse_nameservers
from gatepost.world.names.outcome import Failed, Outcome, Records
from gatepost.world.names.ports import Server
from gatepost.world.names.resolver import DEADLINE_S, Resolver, stage_delays_s
from tests.conftest import lack
from tests.world.names.asking import NOWHERE, answer, names_of, run

A_RECORD = "mail.test 300 A 192.0.2.1\n"
QUESTION = AddressRecords("mail.test")
FOUND = Found(("192.0.2.1",))
BIG = "".join(f"mail.test 300 A 192.0.{n // 250}.{n % 250}\n" for n in range(120))
SHALLOW = "* ! shallow\nmail.test 300 CNAME 0.test\n" + "".join(
    f"{n}.test 300 CNAME {n + 1}.test\n" for n in range(20)
)


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_found_not_found_and_from_the_cache(loop):
    async def main() -> None:
        async with NameServer(A_RECORD) as server:
            names = names_of(server)
            assert names.instant(QUESTION) is None
            assert await answer(names, QUESTION) == FOUND
            assert await answer(names, AddressRecords("MAIL.test")) == FOUND
            assert names.instant(QUESTION) == FOUND
            assert await answer(names, AddressRecords("none.test")) == NOT_FOUND
            assert await answer(names, TextRecords("mail.test")) == NOT_FOUND
            assert server.counts["mail.test", "A"] == 1
            assert (names.cache_hits, names.resolver.questions, names.resolver.packets) == (2, 3, 3)
            names.close()

    run(main(), loop)


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
@pytest.mark.parametrize(
    ("zone", "expected", "packets"),
    [
        (A_RECORD + "mail.test ! silent=1", FOUND, 2),
        (A_RECORD + "mail.test ! wrong-id", FOUND, 1),
        (A_RECORD + "mail.test ! off-question", FOUND, 1),
        (A_RECORD + "mail.test ! no-edns", FOUND, 2),
        (A_RECORD + "mail.test ! delay=100ms", FOUND, 1),
        (A_RECORD + "mail.test ! truncate", FOUND, 2),
        (A_RECORD + "mail.test ! nxdomain", NOT_FOUND, 1),
        (A_RECORD + "mail.test ! servfail", Unavailable("mail.test: {server} answered SERVFAIL"), 1),
        (A_RECORD + "mail.test ! refused", Unavailable("mail.test: {server} answered REFUSED"), 1),
        (
            A_RECORD + "mail.test ! malformed",
            Unavailable("mail.test: {server} sent a broken answer: record longer than the message"),
            1,
        ),
        (A_RECORD + "mail.test ! silent", Unavailable("mail.test: no DNS answer within 0.9 s"), 2),
        ("mail.test 300 CNAME www.test\nwww.test 300 A 192.0.2.1", FOUND, 1),
        ("mail.test 300 CNAME www.test\nmail.test ! shallow\nwww.test 300 A 192.0.2.1", FOUND, 2),
        ("mail.test 300 CNAME gone.test", NOT_FOUND, 1),
        (
            "mail.test 300 CNAME mail.test",
            Unavailable("mail.test: {server} answered a chain of aliases without end"),
            1,
        ),
        (SHALLOW, Unavailable("mail.test: chain of aliases too long"), 9),
        ("*.test 300 A 192.0.2.1", FOUND, 1),
        (BIG, Found(tuple(f"192.0.0.{n}" for n in range(100))), 2),
    ],
)
def test_servers_good_and_bad(zone, expected, packets, loop):
    async def main() -> None:
        async with NameServer(zone) as server:
            names = names_of(server, deadline_s=0.9)
            got = await answer(names, QUESTION)
            if isinstance(expected, Unavailable):
                assert got == Unavailable(expected.why.format(server=server.nameservers))
            else:
                assert got == expected
            assert server.packets == packets
            assert names.resolver.ignored == ("wrong-id" in zone) + ("off-question" in zone)
            names.close()

    run(main(), loop)


@pytest.mark.parametrize("trouble", ["servfail", "refused", "malformed", "silent"])
def test_the_next_server_is_asked(trouble):
    async def main() -> None:
        async with NameServer(A_RECORD + f"* ! {trouble}") as bad, NameServer(A_RECORD) as good:
            names = names_of(bad, good)
            assert await answer(names, QUESTION) == FOUND
            assert bad.counts["mail.test", "A"] == good.counts["mail.test", "A"] == 1
            names.close()

    run(main())


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_a_closed_port_costs_no_time_when_there_is_another_server(loop):
    async def main() -> None:
        complaints: list[str] = []
        async with NameServer() as gone:
            pass
        async with NameServer(A_RECORD) as good:
            # A deadline too short for any retransmission.
            names = names_of(gone, good, on_complaint=complaints.append, deadline_s=0.39)
            assert await answer(names, QUESTION) == FOUND
            assert await answer(names, AddressRecords("b.test")) == NOT_FOUND
            assert complaints == [f"DNS: name server {gone.nameservers} cannot be reached: Connection refused"]
            names.close()

    run(main(), loop)


def test_an_outage_is_told_once_and_so_is_its_end():
    async def main() -> None:
        complaints: list[str] = []
        server = NameServer("*.test 300 A 192.0.2.1")
        await server.start()
        names = names_of(server, on_complaint=complaints.append)
        assert await answer(names, AddressRecords("a.test")) == FOUND
        await server.stop()
        for name in ("b.test", "c.test"):
            assert isinstance(await answer(names, AddressRecords(name)), Unavailable)
        await server.start()
        assert await answer(names, AddressRecords("d.test")) == FOUND
        assert isinstance(names.instant(AddressRecords("b.test")), Unavailable)  # a short memory for failures
        assert complaints == [
            f"DNS: name server {server.nameservers} cannot be reached: Connection refused",
            f"DNS: name server {server.nameservers} answers again",
        ]
        await server.stop()
        names.close()

    run(main())


def test_an_outage_is_told_once_by_all_workers_together():
    """Each Names is a worker's; what was asked before the outage does not end it."""

    async def main() -> None:
        complaints: list[str] = []
        server = NameServer("*.test 300 A 192.0.2.1")
        await server.start()
        workers = [names_of(server, on_complaint=complaints.append) for _ in range(3)]
        await server.stop()
        for names in workers:
            assert isinstance(await answer(names, AddressRecords("a.test")), Unavailable)
        assert complaints == [f"DNS: name server {server.nameservers} cannot be reached: Connection refused"]
        await server.start()
        for names in reversed(workers):
            assert await answer(names, AddressRecords("b.test")) == FOUND
        assert complaints[1:] == [f"DNS: name server {server.nameservers} answers again"]
        await server.stop()
        for names in workers:
            names.close()

    run(main())


def test_an_answer_to_what_was_asked_before_the_outage_does_not_end_it():
    complaints: list[str] = []
    server = Server(Nameserver("127.0.0.1", 5353), complaints.append, lambda: 1000.0)
    server.note_refusal(1000.0, "Connection refused")
    server.note_answer(999.9)
    assert not server.is_silent  # it may be asked, for it did answer
    server.note_refusal(1000.1, "Connection refused")
    assert complaints == ["DNS: name server 127.0.0.1:5353 cannot be reached: Connection refused"]
    server.note_answer(1000.0)
    assert complaints[1:] == ["DNS: name server 127.0.0.1:5353 answers again"]


def test_a_server_that_restarts_is_waited_for():
    async def main() -> None:
        server = NameServer(A_RECORD)
        await server.start()
        names = names_of(server)
        await server.stop()
        asking = asyncio.ensure_future(answer(names, QUESTION))
        await asyncio.sleep(0.1)
        assert not asking.done()
        await server.start()
        assert await asking == FOUND
        await server.stop()
        names.close()

    run(main())


def test_silence_is_told_once_and_the_other_server_preferred():
    """Five questions and two seconds without a word; the clock of the test runs ahead."""

    async def main() -> None:
        ahead_s = 0.0
        complaints: list[str] = []
        async with NameServer() as first, NameServer("*.test 300 A 192.0.2.1") as second:
            first.is_silent = True
            names = names_of(first, second, on_complaint=complaints.append, clock=lambda: time.monotonic() + ahead_s)

            async def ask(*labels: str) -> None:
                answers = [answer(names, AddressRecords(f"{label}.test")) for label in labels]
                assert await asyncio.gather(*answers) == [FOUND] * len(labels)

            await ask("a", "b", "c", "d")
            assert complaints == []
            ahead_s = 3.0
            await ask("e")
            assert complaints == [f"DNS: name server {first.nameservers} does not answer"]
            heard = first.packets
            await ask("f", "g")
            assert first.packets == heard
            first.is_silent = False
            ahead_s = 10.0
            assert await answer(names, AddressRecords("h.test")) == NOT_FOUND  # the probe: this server knows nothing
            assert complaints[1:] == [f"DNS: name server {first.nameservers} answers again"]
            names.close()

    run(main())


def test_those_who_ask_the_same_share_one_packet():
    async def main() -> None:
        async with NameServer(A_RECORD, delay_s=0.02) as server:
            names = names_of(server)
            answers = await asyncio.gather(*(answer(names, QUESTION) for _ in range(50)))
            assert answers == [FOUND] * 50
            assert server.packets == 1
            names.close()

    run(main())


def test_one_asker_that_fails_does_not_cost_the_others_their_answer():
    async def main() -> None:
        async with NameServer(A_RECORD) as server:
            names = names_of(server)
            told: list[Any] = []
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _loop, context: told.append(type(context["exception"])))
            names.ask(QUESTION, raises)
            assert await answer(names, QUESTION) == FOUND
            assert told == [ZeroDivisionError]
            names.close()

    run(main())


def test_questions_at_once_cost_one_wait():
    async def main() -> None:
        async with NameServer("*.test 300 A 192.0.2.1", delay_s=0.03) as server:
            names = names_of(server)
            heard: list[int] = []
            before = time.monotonic()
            for n in range(5):
                names.ask(AddressRecords(f"4.3.2.1.list{n}.test"), lambda _answer: heard.append(server.packets))
            await eventually(lambda: len(heard) == 5)
            assert heard[0] == 5  # all had been asked before the first was answered
            assert time.monotonic() - before < 0.15  # what five waits would take
            names.close()

    run(main())


def test_a_client_that_left_is_not_told_but_the_answer_is_kept():
    async def main() -> None:
        async with NameServer(A_RECORD, delay_s=0.02) as server:
            names = names_of(server)
            told: list[Any] = []
            names.ask(QUESTION, told.append).cancel()
            assert await answer(names, QUESTION) == FOUND
            cached = names.ask(QUESTION, told.append)
            cached.cancel()
            cached.cancel()
            await asyncio.sleep(0.01)
            assert told == [] and server.packets == 1
            names.close()

    run(main())


def raises(_answer: object) -> None:
    raise ZeroDivisionError


async def eventually(is_so: Callable[[], bool]) -> None:
    """Wait, at most 2 s."""
    for _ in range(200):
        if is_so():
            return
        await asyncio.sleep(0.01)
    pytest.fail("waited for 2 s in vain")


def resolver_for(server: NameServer, outcomes: dict[Any, Outcome], **options: Any) -> Resolver:
    news = [parse_nameservers(server.nameservers)]
    return Resolver(
        lambda: news.pop() if news else None,
        on_outcome=outcomes.__setitem__,
        on_complaint=lambda _line: None,
        clock=time.monotonic,
        **{"random_bytes": lambda count: bytes(n * 7 & 0xFF for n in range(count)), **options},
    )


def test_open_questions_are_bounded_and_then_wait_and_then_fail():
    async def main() -> None:
        outcomes: dict[Any, Outcome] = {}
        async with NameServer("*.test 300 A 192.0.2.1", delay_s=0.02) as server:
            resolver = resolver_for(server, outcomes, max_open=2, max_waiting=3)
            told: list[Outcome] = []
            for n in range(8):
                resolver.ask((f"{n}.test", 1), told.append)
            await asyncio.sleep(0.01)
            assert server.packets == 2
            assert told == [Failed("too many DNS questions are open", is_ours=True)] * 3
            await eventually(lambda: len(told) == 8)
            assert server.packets == 5
            assert sorted(isinstance(o, Records) for o in outcomes.values()) == [False] * 3 + [True] * 5
            resolver.close()

    run(main())


def test_ids_that_repeat_are_drawn_again():
    """With a weak source of chance every id on a socket is still used once at a time."""

    async def main() -> None:
        outcomes: dict[Any, Outcome] = {}
        async with NameServer("*.test 300 A 192.0.2.1", delay_s=0.05) as server:
            chances = iter(range(10_000))
            # Two questions in a row draw the same id on the same socket; the third draw is another one.
            resolver = resolver_for(server, outcomes, random_bytes=lambda _count: bytes((0, next(chances) // 2, 0)))
            for n in range(4):
                resolver.ask((f"{n}.test", 1), lambda _outcome: None)
            await eventually(lambda: len(outcomes) == 4)
            assert all(isinstance(o, Records) for o in outcomes.values())
            resolver.close()

    run(main())


def test_sockets_are_replaced_so_ports_change():
    async def main() -> None:
        async with NameServer("*.test 300 A 192.0.2.1") as server:
            names = names_of(server)
            ports = set()
            for n in range(2200):
                assert await answer(names, AddressRecords(f"{n}.test")) == FOUND
                for known in names.resolver._servers[0].ports:
                    ports.add(known._socket.getsockname()[1])
            assert len(ports) > 8
            names.close()

    run(main())


def test_resolv_conf_is_followed(tmp_path):
    async def main() -> None:
        now_ahead = 0.0
        path = tmp_path / "resolv.conf"
        path.write_text("nameserver 127.0.0.1\n")
        names = Names("", resolv_conf=path, hosts=NOWHERE, deadline_s=0.3, clock=lambda: time.monotonic() + now_ahead)
        names.ask(QUESTION, lambda _answer: None)
        assert [str(s.nameserver) for s in names.resolver._servers] == ["127.0.0.1:53"]
        path.write_text("nameserver 127.0.0.1\nnameserver 127.0.0.9\n")
        now_ahead = 3.0
        kept = names.resolver._servers[0]
        names.ask(AddressRecords("b.test"), lambda _answer: None)
        assert [str(s.nameserver) for s in names.resolver._servers] == ["127.0.0.1:53", "127.0.0.9:53"]
        assert names.resolver._servers[0] is kept
        names.close()

    run(main())


def test_truncated_and_no_tcp():
    """TC over UDP, and the TCP side hangs up: the next server, then Unavailable."""

    async def main() -> None:
        async with NameServer(A_RECORD + "mail.test ! truncate") as server:
            assert server._tcp is not None
            server._tcp.close()
            await server._tcp.wait_closed()
            names = names_of(server)
            got = await answer(names, QUESTION)
            assert isinstance(got, Unavailable) and "TCP" in got.why
            assert names.resolver.tcp_questions == 1
            names.close()

    run(main())


def test_tcp_that_never_answers_ends_at_the_deadline():
    async def main() -> None:
        async with NameServer(A_RECORD + "mail.test ! truncate") as server:
            names = names_of(server, deadline_s=0.5)
            answers = server.answers

            def only_udp(query: bytes, *, is_udp: bool) -> Any:
                return answers(query, is_udp=True) if is_udp else (0.0, ())

            server.answers = only_udp  # type: ignore[method-assign]  # a TCP side that hears and keeps silent
            assert await answer(names, QUESTION) == Unavailable("mail.test: no DNS answer within 0.5 s")
            names.close()

    run(main())


def test_ipv6_server():
    async def main() -> None:
        try:
            server = NameServer(A_RECORD, host="::1")
            await server.start()
        except OSError:
            lack("no IPv6 loopback here")
        names = names_of(server)
        assert await answer(names, QUESTION) == FOUND
        await server.stop()
        names.close()

    run(main())


def test_close_drops_what_is_open():
    async def main() -> None:
        async with NameServer(A_RECORD, delay_s=0.02) as server:
            names = names_of(server)
            told: list[Any] = []
            names.ask(QUESTION, told.append)
            names.ask(DomainExists("b.test"), told.append)
            names.close()
            await asyncio.sleep(0.06)
            assert told == []

    run(main())


def test_waits_double_and_end_at_the_deadline():
    assert stage_delays_s(DEADLINE_S) == pytest.approx((0.4, 0.8, 1.6, 2.2))
    assert stage_delays_s(0.3) == (0.3,)
    assert sum(stage_delays_s(30.0)) == pytest.approx(30.0)
