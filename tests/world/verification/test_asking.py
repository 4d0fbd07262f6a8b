"""Probes and their cache: shared by sessions and workers, refreshed, bounded; and what the log hears of outages."""

import asyncio
import contextlib
import functools
import sqlite3

import pytest

from gatepost.model.answer import Found, Unavailable
from gatepost.policy.address_verification import IN_PROGRESS, AddressStatus, VerifyTerms
from gatepost.policy.questions import AddressProbe
from gatepost.testing.free_ports import free_port
from gatepost.testing.name_server import NameServer
from gatepost.testing.scripted_hop import DISCONNECT, SILENCE, ScriptedHop
from gatepost.world.names.names import Names
from gatepost.world.net.next_hop import NextHopPool, NextHopSettings
from gatepost.world.sqlite_file import MEMORY
from gatepost.world.verification.asking import AddressVerification
from gatepost.world.verification.cache import VerifyCache, cache_file
from gatepost.world.verification.prober import Prober, ProberSettings

NO = b"550 5.1.1 No such user\r\n"
SENDER = "double-bounce@gate.example"


def in_a_loop(test):
    """Run a test in an event loop of its own."""

    @functools.wraps(test)
    def run(**fixtures):
        asyncio.run(test(**fixtures))

    return run


class Lines:
    """A log that keeps its lines."""

    def __init__(self):
        self.lines = []

    def info(self, text):
        self.lines.append(f"info: {text}")

    warning = info


class Worker:
    """What one worker has for address verification."""

    def __init__(
        self, path=MEMORY, *, terms=None, most=5000, connections=20, deadline_s=20.0, port=25, nameservers=""
    ):
        self.log = Lines()
        self.now = 1_000_000.0
        self.pool = NextHopPool()
        self.names = Names(nameservers or "127.0.0.1:1", deadline_s=1)
        settings = ProberSettings(NextHopSettings(), "gate.example", port, "/", deadline_s, connections)
        prober = Prober(self.pool, self.names, settings, self.log)
        cache = VerifyCache(str(path), terms or VerifyTerms())
        self.verification = AddressVerification(cache, prober, self.log, most, lambda: self.now)

    def send(self, address, hop="", wait_s=10):
        future = asyncio.get_running_loop().create_future()
        pending = self.verification.ask(AddressProbe(address, hop, SENDER, wait_s), future.set_result)
        return future, pending

    async def ask(self, address, hop="", wait_s=10):
        answer = await self.send(address, hop, wait_s)[0]
        return answer.value if isinstance(answer, Found) else answer

    async def settle(self):
        """Let what is under way end."""
        while flights := [each.task for each in self.verification._flights.values()]:
            await asyncio.gather(*flights, return_exceptions=True)

    def close(self):
        self.verification.close()
        self.names.close()
        self.pool.close()


@contextlib.asynccontextmanager
async def working(*paths, **how):
    workers = [Worker(path, **how) for path in paths or (MEMORY,)]
    try:
        yield workers if len(workers) > 1 else workers[0]
    finally:
        for worker in workers:
            await worker.settle()
            worker.close()


def told(result):
    return result.status.value, result.text


@in_a_loop
async def test_sessions_that_ask_about_one_address_share_a_probe():
    async with ScriptedHop({"RCPT": NO}) as hop, working() as worker:
        name = f"127.0.0.1:{hop.port}"
        results = await asyncio.gather(*(worker.ask("a@Ours.EXAMPLE", name) for _ in range(20)))
        text = "host 127.0.0.1[127.0.0.1] said: 550 5.1.1 No such user (in reply to RCPT TO command)"
        assert {told(result) for result in results} == {("undeliverable", text)}
        assert (await worker.ask("a@ours.example", name)).text == text
        assert hop.lines == ["EHLO localhost", f"MAIL FROM:<{SENDER}>", "RCPT TO:<a@ours.example>"]


@in_a_loop
async def test_workers_share_a_probe_and_what_it_came_to_outlives_them(tmp_path):
    path = tmp_path / "data" / "verified"
    async with ScriptedHop() as hop:
        name = f"127.0.0.1:{hop.port}"
        async with working(path, path, path) as workers:
            results = await asyncio.gather(*(worker.ask("a@x.example", name) for worker in workers))
            assert {result.status for result in results} == {AddressStatus.DELIVERABLE}
        async with working(path) as later:
            assert (await later.ask("a@x.example", name)).status is AddressStatus.DELIVERABLE
        assert hop.verbs.count("RCPT") == 1


@in_a_loop
async def test_who_has_waited_long_enough_hears_so_and_the_probe_goes_on():
    async with ScriptedHop({"RCPT": [SILENCE]}) as hop, working(deadline_s=0.5) as worker:
        name = f"127.0.0.1:{hop.port}"
        assert await worker.ask("a@x.example", name, 0) == IN_PROGRESS
        await worker.settle()
        status, text = told(await worker.ask("a@x.example", name, 0))
        assert status == "deferred"
        assert text == "conversation with 127.0.0.1[127.0.0.1] timed out while sending RCPT TO"


@in_a_loop
async def test_a_client_that_leaves_is_not_called_and_the_probe_fills_the_cache():
    async with ScriptedHop() as hop, working() as worker:
        name = f"127.0.0.1:{hop.port}"
        future, pending = worker.send("a@x.example", name)
        pending.cancel()
        await worker.settle()
        assert not future.done()
        assert (await worker.ask("a@x.example", name, 0)).status is AddressStatus.DELIVERABLE
        assert hop.verbs.count("RCPT") == 1


@in_a_loop
async def test_an_old_result_is_given_while_it_is_refreshed():
    async with ScriptedHop({"RCPT": [b"250 ok\r\n", NO, b"250 ok\r\n"]}) as hop, working() as worker:
        name = f"127.0.0.1:{hop.port}"
        await worker.ask("a@x.example", name)
        for probes in (2, 3):
            worker.now += 8 * 86_400
            assert (await worker.ask("a@x.example", name, 0)).status is AddressStatus.DELIVERABLE
            await worker.settle()
            assert hop.verbs.count("RCPT") == probes


@in_a_loop
async def test_what_is_put_off_is_asked_anew_after_a_minute():
    async with ScriptedHop({"RCPT": b"450 4.2.1 busy\r\n"}) as hop, working() as worker:
        name = f"127.0.0.1:{hop.port}"
        for later_s, status in ((0, "deferred"), (59, "deferred"), (1, "deliverable")):
            worker.now += later_s
            assert (await worker.ask("a@x.example", name)).status.value == status


@in_a_loop
async def test_no_more_connections_and_no_more_probes_than_allowed():
    async with ScriptedHop() as hop, working(connections=3, most=30) as worker:
        name = f"127.0.0.1:{hop.port}"
        results = await asyncio.gather(*(worker.ask(f"u{n}@x.example", name) for n in range(40)))
        assert [result.status.value for result in results] == ["deliverable"] * 30 + ["in progress"] * 10
        assert len(hop.sessions) <= 3


@in_a_loop
async def test_an_outage_of_the_hop_is_told_once_and_its_end_once():
    async with ScriptedHop() as hop:
        port = hop.port
    async with working() as worker:
        name = f"127.0.0.1:{port}"
        for n in range(5):
            status, text = told(await worker.ask(f"u{n}@x.example", name))
            assert (status, text) == ("deferred", f"connect to 127.0.0.1[127.0.0.1]:{port}: Connection refused")
        again = ScriptedHop()
        again.port = port
        async with again:
            assert (await worker.ask("u9@x.example", name)).status is AddressStatus.DELIVERABLE
        assert len(worker.log.lines) == 2
        assert "Connection refused" in worker.log.lines[0]
        assert worker.log.lines[1] == f"info: address verification: next hop {name} answers again"


@pytest.mark.parametrize(("script", "status", "text"), [
    ({"CONNECT": b"554 5.7.1 go away\r\n"}, "deferred", "host {} refused to talk to me: 554 5.7.1 go away"),
    ({"EHLO": b"550 no\r\n", "HELO": b"550 no\r\n"}, "undeliverable", "host {} refused to talk to me: 550 no"),
    ({"MAIL": b"550 5.7.1 no\r\n"}, "undeliverable", "host {} said: 550 5.7.1 no (in reply to MAIL FROM command)"),
    ({"MAIL": b"451 later\r\n"}, "deferred", "host {} said: 451 later (in reply to MAIL FROM command)"),
    ({"RCPT": b"550-a\r\n550 b\r\n"}, "undeliverable", "host {} said: 550-a 550 b (in reply to RCPT TO command)"),
    ({"RCPT": b"550\r\n"}, "undeliverable", "host {} said: 550 (in reply to RCPT TO command)"),
    ({"RCPT": b"421 bye\r\n"}, "deferred", "host {} said: 421 bye (in reply to RCPT TO command)"),
    ({"RCPT": DISCONNECT}, "deferred", "lost connection with {} while sending RCPT TO"),
    ({"CONNECT": DISCONNECT}, "deferred", "lost connection with {} while receiving the initial server greeting"),
    ({"EHLO": DISCONNECT}, "deferred", "lost connection with {} while performing the EHLO handshake"),
    ({"RCPT": b"hello?\r\n"}, "deferred", "{}: not an SMTP reply: b'hello?'"),
])  # fmt: skip
@in_a_loop
async def test_what_a_hop_can_say(script, status, text):
    async with ScriptedHop(script) as hop, working() as worker:
        result = await worker.ask("a@x.example", f"127.0.0.1:{hop.port}")
        assert told(result) == (status, text.format("127.0.0.1[127.0.0.1]"))


@in_a_loop
async def test_lmtp_over_a_unix_socket(tmp_path):
    path = tmp_path / "lmtp"
    async with ScriptedHop({"RCPT": NO}, path=str(path)) as hop, working() as worker:
        result = await worker.ask("a@x.example", f"lmtp:unix:{path}")
        assert result.text.startswith(f"host gate.example[{path}] said: 550 5.1.1 No such user")
        assert hop.verbs[0] == "LHLO"


ZONE = """
two.example 60 MX 20 mx2.two.example.
two.example 60 MX 10 mx1.two.example.
mx1.two.example 60 A 127.0.0.77
mx2.two.example 60 A 127.0.0.1
null.example 60 MX 0 .
only.example 60 A 127.0.0.1
text.example 60 TXT x
fails.example ! servfail
lost.example 60 MX 10 gone.void.example.
"""


@pytest.mark.parametrize(("domain", "status", "text"), [
    ("two.example", "deliverable", ""), ("only.example", "deliverable", ""), ("[127.0.0.1]", "deliverable", ""),
    ("null.example", "undeliverable", "Domain null.example does not accept mail (nullMX)"),
    ("void.example", "undeliverable", "{}void.example type=AAAA: Host not found"),
    ("text.example", "undeliverable", "{}text.example type=AAAA: Host found but no data record of requested type"),
    ("lost.example", "undeliverable", "{}gone.void.example type=AAAA: Host not found"),
    ("fails.example", "deferred", "{}fails.example type=MX: Host not found, try again"),
])  # fmt: skip
@in_a_loop
async def test_mail_exchangers_are_asked_the_best_first(domain, status, text):
    async with ScriptedHop() as hop, NameServer(ZONE) as dns:
        async with working(port=hop.port, nameservers=dns.nameservers) as worker:
            result = await worker.ask(f"a@{domain}")
            expected = text.format("Host or domain name not found. Name service error for name=")
            assert told(result) == (status, expected)
            assert worker.log.lines == []
        assert hop.lines[:1] == (["EHLO gate.example"] if status == "deliverable" else [])


@in_a_loop
async def test_a_cache_that_cannot_be_used_is_told_once(tmp_path):
    (tmp_path / "file").write_text("no directory")
    async with ScriptedHop() as hop, working(tmp_path / "file" / "cache") as worker:
        name = f"127.0.0.1:{hop.port}"
        for n in range(3):
            assert isinstance(await worker.ask(f"u{n}@x.example", name), Unavailable)
        assert len(worker.log.lines) == 1
        (tmp_path / "file").unlink()
        assert (await worker.ask("u9@x.example", name)).status is AddressStatus.DELIVERABLE
        assert worker.log.lines[1:] == ["info: address_verify_map works again"]


@in_a_loop
async def test_another_format_is_left_alone(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "cache")) as file:
        file.execute("PRAGMA user_version=99")
    async with working(tmp_path / "cache") as worker:
        answer = await worker.ask("a@x.example", f"127.0.0.1:{free_port()}")
        assert "format 99" in answer.why


@pytest.mark.parametrize(("name", "file"), [
    ("btree:/var/lib/x/verify_cache", "/var/lib/x/verify_cache.sqlite"), ("sqlite:/x.db", "/x.db"), ("", MEMORY),
    ("proxy:lmdb:/x", "/x.sqlite"), ("/x", "/x"),
])  # fmt: skip
def test_where_the_cache_is(name, file):
    assert cache_file(name) == file
