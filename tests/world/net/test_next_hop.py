"""The next hop against a hop that does as told: refusals, deaths, reuse, back-pressure, time-outs."""

import asyncio
import os
import socket

import pytest

from gatepost.model.envelope import Recipient
from gatepost.testing.scripted_hop import DISCONNECT, SILENCE, ScriptedHop
from gatepost.world.net.destination import Destination
from gatepost.world.net.next_hop import HopAddress, NextHop, NextHopPool, NextHopSettings
from tests.world.net.deliver import answer, begin, deliver, finish, mail, offer, run, until, write

UNAVAILABLE = "451 4.3.0 Error: next hop unavailable"
MESSAGE = b"Subject: x\r\n\r\n.\r\n..two\r\n"
FORWARDED = (
    "NAME=client.example.net ADDR=192.0.2.7 PORT=4711 PROTO=ESMTP HELO=helo.example.net IDENT=ID1 SOURCE=REMOTE"
)


class Gate:
    """What a worker holds: settings, one pool, a log; sessions are made from it."""

    def __init__(self, hop=None, protocol="smtp", address=None, **settings):
        self.address = address or HopAddress(protocol, "127.0.0.1", hop.port)
        self.settings = NextHopSettings(smtpd_proxy_ehlo="gate.example", **settings)
        self.pool = NextHopPool()
        self.log = []

    def session(self) -> NextHop:
        destination: Destination = NextHop(
            self.address, self.settings, self.pool, lambda severity, text: self.log.append(f"{severity}: {text}")
        )
        assert isinstance(destination, NextHop)
        return destination


def script(loop="asyncio", protocol="smtp", settings=None, **hop_options):
    """Decorate a story(hop, gate): it runs with a hop of that script."""

    def decorate(story):
        async def told():
            async with ScriptedHop(**hop_options) as hop:
                gate = Gate(hop, protocol, **(settings or {}))
                await story(hop, gate)
                gate.pool.close()

        return lambda: run(told(), loop)

    return decorate


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize("dribble", [False, True])
def test_a_message_goes_through(loop, dribble):
    @script(loop, dribble=dribble)
    async def story(hop, gate):
        reply = await deliver(gate.session(), MESSAGE, recipients=("a@example.com", "b@example.com"))
        assert str(reply) == "250 2.0.0 Ok: queued as HOP1"
        assert hop.messages == [MESSAGE]
        assert hop.lines == [
            "EHLO gate.example",
            f"XFORWARD {FORWARDED}",
            "MAIL FROM:<from@example.org>",
            "RCPT TO:<a@example.com>",
            "RCPT TO:<b@example.com>",
            "DATA",
        ]
        assert len(hop.sessions[0].reads[1].split(b"\r\n")) == 4  # XFORWARD, MAIL and RCPT came together
        assert gate.log == []

    story()


@pytest.mark.parametrize(
    ("steps", "heard", "logged"),
    [
        ({"CONNECT": b"554 5.7.1 not you\r\n"}, UNAVAILABLE, "refused us at CONNECT: 554 5.7.1 not you"),
        ({"CONNECT": b"421 busy\r\n"}, UNAVAILABLE, "refused us at CONNECT: 421 busy"),
        ({"CONNECT": b"SSH-2.0-x\r\n"}, UNAVAILABLE, "not an SMTP reply"),
        ({"CONNECT": b"220 " + b"x" * 9000}, UNAVAILABLE, "more than 4096 octets"),
        ({"CONNECT": DISCONNECT}, UNAVAILABLE, "lost connection"),
        ({"EHLO": b"421 busy\r\n"}, UNAVAILABLE, "refused us at EHLO: 421"),
        ({"EHLO": b"500 no\r\n", "HELO": b"550 no\r\n"}, UNAVAILABLE, "refused us at HELO: 550"),
        ({"EHLO": DISCONNECT}, UNAVAILABLE, "lost connection"),
        ({"XFORWARD": b"550 5.7.0 not authorized\r\n"}, UNAVAILABLE, "refused us at XFORWARD: 550"),
        ({"XFORWARD": b"421 busy\r\n"}, UNAVAILABLE, "refused us at XFORWARD: 421"),
        ({"MAIL": b"550 5.7.1 no\r\n"}, UNAVAILABLE, "refused us at MAIL: 550 5.7.1 no"),
        ({"MAIL": b"450 4.7.1 no\r\n"}, UNAVAILABLE, "refused us at MAIL: 450"),
        ({"MAIL": b"421 busy\r\n"}, UNAVAILABLE, "refused us at MAIL: 421"),
        ({"MAIL": DISCONNECT}, UNAVAILABLE, "lost connection"),
        ({"RCPT": b"550 5.1.1 unknown\r\n"}, "550 5.1.1 unknown", ""),
        ({"RCPT": b"450 greylisted\r\n"}, "450 4.2.0 greylisted", ""),
        ({"RCPT": b"550-one\r\n550 two\r\n"}, "550 5.1.0 one two", ""),
        ({"RCPT": b"421 busy\r\n"}, UNAVAILABLE, "RCPT: 421 busy"),
        ({"RCPT": DISCONNECT}, UNAVAILABLE, "lost connection"),
        ({"RCPT": b"354 what\r\n"}, UNAVAILABLE, "protocol error"),
        ({"DATA": b"554 5.5.1 no\r\n"}, "554 5.5.1 no", ""),
        ({"DATA": b"421 busy\r\n"}, UNAVAILABLE, "DATA: 421 busy"),
        ({"DATA": b"250 ok\r\n"}, UNAVAILABLE, "protocol error"),
        ({"DATA": DISCONNECT}, UNAVAILABLE, "lost connection"),
        ({"CONTENT": b"552 5.3.4 enough\r\n"}, "552 5.3.4 enough", ""),
        ({"CONTENT": b"421 busy\r\n"}, UNAVAILABLE, "sending message: 421 busy"),
        ({"CONTENT": DISCONNECT}, UNAVAILABLE, "ID1: next hop"),
        ({"END-OF-MESSAGE": b"550 5.7.1 spam\r\n"}, "550 5.7.1 spam", ""),
        ({"END-OF-MESSAGE": b"451 4.3.0 later\r\n"}, "451 4.3.0 later", ""),
        ({"END-OF-MESSAGE": b"421 busy\r\n"}, UNAVAILABLE, "END-OF-MESSAGE: 421 busy"),
        (
            {"END-OF-MESSAGE": DISCONNECT},
            UNAVAILABLE,
            "warning: ID1: lost connection after final dot; the client may send it again",
        ),
        ({"END-OF-MESSAGE": b"rubbish\r\n"}, UNAVAILABLE, "the client may send it again"),
    ],
)
@pytest.mark.parametrize("ehlo", [None, b"250-hop\r\n250 XFORWARD NAME\r\n"], ids=["pipelining", "one-by-one"])
def test_refusals_and_deaths(steps, heard, logged, ehlo):
    if ehlo and "EHLO" not in steps:
        steps = steps | {"EHLO": [ehlo, ehlo]}

    @script(script=steps)
    async def story(hop, gate):
        session = gate.session()
        assert str(await first_refusal(session, hop)) == heard
        assert logged in "\n".join(gate.log)
        assert bool(gate.log) is bool(logged)
        reply = await deliver(session, MESSAGE, of=mail(ident="ID2"))
        assert str(reply) == "250 2.0.0 Ok: queued as HOP1"
        assert hop.messages[-1] == MESSAGE

    async def first_refusal(session, hop):
        reply = await offer(session)
        if not reply.is_positive:
            session.reset()
            return reply
        reply = await begin(session)
        if not reply.is_positive:
            session.reset()
            return reply
        await write(session, MESSAGE)
        if "CONTENT" in steps:  # the hop's word comes before the dot, as it does in long messages
            await until(lambda: hop.sessions[-1].is_closed or gate_has_heard(session))
        return await finish(session)

    def gate_has_heard(session):
        return session._connection is None

    story()


def test_after_a_failure_the_whole_transaction_hears_the_same():
    @script(script={"RCPT": [b"250 ok\r\n", b"421 busy\r\n"]})
    async def story(hop, gate):
        session = gate.session()
        replies = [await offer(session, f"{n}@example.com") for n in range(4)]
        assert [reply.code for reply in replies] == [250, 451, 451, 451]
        assert str(await begin(session)) == UNAVAILABLE
        session.reset()
        assert (await deliver(session, MESSAGE)).code == 250
        assert len(hop.sessions) == 2
        assert hop.messages == [MESSAGE]

    story()


@pytest.mark.parametrize("answer", [b"451 not now\r\n", b"554 no\r\n", b"421 bye\r\n"])
def test_after_data_is_refused_nobody_is_taken_until_reset(answer):
    """Else the next RCPT would open a transaction without those that were accepted before: 250 and lost."""

    @script(script={"DATA": [answer]})
    async def story(hop, gate):
        session = gate.session()
        assert (await offer(session, "first@example.com")).code == 250
        assert (await begin(session)).code >= 400
        assert (await offer(session, "second@example.com")).code == 451
        assert (await begin(session)).code == 451
        session.reset()
        assert (await deliver(session, MESSAGE)).code == 250
        assert hop.messages == [MESSAGE]

    story()


def test_a_hop_that_is_down_and_comes_back():
    async def story():
        hop = ScriptedHop()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            hop.port = free.getsockname()[1]
        gate = Gate(hop)
        session = gate.session()
        for _ in range(3):
            assert str(await deliver(session, MESSAGE)) == UNAVAILABLE
        assert len(gate.log) == 1
        assert "efused" in gate.log[0] or "Connect call failed" in gate.log[0]
        async with hop:
            assert (await deliver(session, MESSAGE)).code == 250
        assert gate.pool.connection_count <= 1

    run(story())


@pytest.mark.parametrize(
    ("first_steps", "sessions"),
    [
        ({"XFORWARD": [b"250 ok\r\n", b"421 idle\r\n"]}, 2),
        ({"XFORWARD": [b"250 ok\r\n", DISCONNECT]}, 2),
        ({"MAIL": [b"250 ok\r\n", b"421 idle\r\n"]}, 2),
        ({"RCPT": [b"250 ok\r\n", DISCONNECT]}, 2),
        ({}, 1),
    ],
)
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_reused_connection_that_is_dead_is_tried_afresh(first_steps, sessions, loop):
    @script(loop, script=first_steps)
    async def story(hop, gate):
        session = gate.session()
        assert (await deliver(session, MESSAGE)).code == 250
        assert (await deliver(session, MESSAGE)).code == 250
        assert len(hop.messages) == 2
        assert len(hop.sessions) == sessions
        assert gate.log == []

    story()


def test_a_fresh_connection_is_not_tried_again():
    @script(script={"MAIL": [b"250 ok\r\n", b"421 idle\r\n", b"421 idle\r\n"]})
    async def story(hop, gate):
        session = gate.session()
        assert (await deliver(session, MESSAGE)).code == 250
        assert str(await deliver(session, MESSAGE)) == UNAVAILABLE
        assert len(hop.sessions) == 2

    story()


def test_nothing_is_tried_again_once_data_was_sent():
    @script(script={"DATA": [b"354 go\r\n", DISCONNECT]})
    async def story(hop, gate):
        session = gate.session()
        assert (await deliver(session, MESSAGE)).code == 250
        assert str(await deliver(session, MESSAGE)) == UNAVAILABLE
        assert hop.messages == [MESSAGE]

    story()


@pytest.mark.parametrize("word", [b"421 4.4.2 idle too long\r\n", b""])
def test_an_idle_connection_that_speaks_or_ends_is_dropped_at_once(word):
    async def story():
        writers = []

        async def serve(reader, writer):
            writers.append(writer)
            answers = [b"220 hop", b"250 hop", b"250 ok", b"250 ok", b"354 go", b"250 ok"]
            for n, reply in enumerate(answers, 1):
                writer.write(reply + b"\r\n")
                if n < len(answers):
                    await reader.readuntil(b".\r\n" if reply.startswith(b"354") else b"\r\n")

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        gate = Gate(address=HopAddress("smtp", "127.0.0.1", server.sockets[0].getsockname()[1]))
        assert (await deliver(gate.session(), b"x\r\n")).code == 250
        assert gate.pool.idle_count == 1
        writers[0].write(word)
        writers[0].close()
        await until(lambda: gate.pool.connection_count == 0)
        assert gate.pool.idle_count == 0
        server.close()

    run(story())


def test_reset_keeps_the_connection_and_says_rset_before_the_next_mail():
    @script()
    async def story(hop, gate):
        session = gate.session()
        await offer(session)
        session.reset()
        await asyncio.sleep(0)
        assert "RSET" not in hop.verbs
        assert (await deliver(session, MESSAGE)).code == 250
        assert hop.verbs == ["EHLO", "XFORWARD", "MAIL", "RCPT", "RSET", "XFORWARD", "MAIL", "RCPT", "DATA"]
        assert len(hop.sessions) == 1

    story()


def test_reset_while_an_answer_is_due_drops_the_connection_and_calls_nobody():
    @script(script={"RCPT": SILENCE})
    async def story(hop, gate):
        session = gate.session()
        calls = []
        session.offer_recipient(mail(), Recipient("to@example.com"), calls.append)
        await until(lambda: "RCPT" in hop.verbs)
        session.reset()
        await until(lambda: hop.sessions[0].is_closed)
        assert gate.pool.connection_count == 0
        assert (await deliver(session, MESSAGE)).code == 250
        assert calls == []

    story()


@pytest.mark.parametrize("moment", ["connecting", "envelope", "content", "end"])
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_abandon_drops_the_connection_without_a_dot(moment, loop):
    @script(loop, script={"END-OF-MESSAGE": SILENCE} if moment == "end" else {})
    async def story(hop, gate):
        session = gate.session()
        calls = []
        if moment == "connecting":
            session.offer_recipient(mail(), Recipient("to@example.com"), calls.append)
            session.abandon()
        else:
            await offer(session)
            if moment != "envelope":
                await begin(session)
                await write(session, b"half a mess")
            if moment == "end":
                session.finish(calls.append)
                await until(lambda: hop.messages)
            session.abandon()
            await until(lambda: hop.sessions[0].is_closed)
        await until(lambda: gate.pool.connection_count == 0)
        assert calls == []
        assert len(hop.messages) == (1 if moment == "end" else 0)
        assert (await deliver(session, MESSAGE)).code == 250
        assert hop.messages[-1] == MESSAGE

    story()


@pytest.mark.parametrize("moment", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END-OF-MESSAGE"])
def test_a_silent_hop_is_given_up(moment):
    @script(script={moment: SILENCE}, settings={"smtpd_proxy_timeout": 0.2})
    async def story(hop, gate):
        session = gate.session()
        assert str(await deliver(session, MESSAGE)) == UNAVAILABLE
        assert "timed out" in gate.log[0]
        assert ("may send it again" in gate.log[0]) is (moment == "END-OF-MESSAGE")
        await until(lambda: hop.sessions[0].is_closed)
        assert gate.pool.connection_count == 0
        assert (await deliver(session, MESSAGE)).code == 250

    story()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_back_pressure(loop):
    @script(loop, stall=True)
    async def story(hop, gate):
        session = gate.session()
        await offer(session)
        await begin(session)
        chunk = b"x" * 62 + b"\r\n"
        chunk = chunk * 1024
        written = 0
        while session.write(chunk):
            written += 1
            assert written < 2000  # 128 MB: some of it must have been refused
        written += 1
        writable = asyncio.Event()
        session.on_writable = writable.set
        hop.resume()
        await asyncio.wait_for(writable.wait(), 20)
        assert (await finish(session)).code == 250
        assert hop.messages == [chunk * written]

    story()


def test_a_hop_that_stops_reading_is_given_up_and_the_writer_woken():
    @script(stall=True, settings={"smtpd_proxy_timeout": 0.2})
    async def story(hop, gate):
        session = gate.session()
        await offer(session)
        await begin(session)
        writable = asyncio.Event()
        session.on_writable = writable.set
        while session.write(b"x" * 65534 + b"\r\n"):
            pass
        await asyncio.wait_for(writable.wait(), 20)
        assert session.write(b"swallowed\r\n")
        assert str(await finish(session)) == UNAVAILABLE
        assert "sending message: timed out" in gate.log[0]
        hop.resume()

    story()


def test_a_message_larger_than_the_hop_takes_never_gets_its_dot():
    @script(extensions=("SIZE 1000",))
    async def story(hop, gate):
        session = gate.session()
        reply = await deliver(session, b"x" * 998 + b"\r\n", b"y\r\n", b"z\r\n")
        assert str(reply) == "552 5.3.4 Message size exceeds fixed limit"
        await until(lambda: hop.sessions[0].is_closed)
        assert hop.messages == []
        assert (await offer(session, of=mail(size_bytes=1001))).code == 552
        session.reset()
        assert (await deliver(session, b"x" * 998 + b"\r\n")).code == 250

    story()


@pytest.mark.parametrize(
    ("sender", "recipient", "code", "enhanced"),
    [
        ({"is_smtputf8": True}, "a@example.com", 550, "5.6.7"),
        ({}, "ä@example.com", 550, "5.6.7"),
        ({}, "a\r\nRCPT TO:<evil@example.com>", 501, "5.1.3"),
        ({"sender": "a\r\nDATA\r\n@x"}, "a@example.com", 501, "5.1.7"),
    ],
)
def test_what_this_hop_cannot_be_told(sender, recipient, code, enhanced):
    @script(extensions=("PIPELINING",))
    async def story(hop, gate):
        session = gate.session()
        for _ in range(2):
            reply = await offer(session, recipient, mail(**sender))
            assert (reply.code, reply.enhanced) == (code, enhanced)
        session.reset()
        assert hop.verbs == ["EHLO"]
        assert (await deliver(session, MESSAGE)).code == 250
        assert len(hop.sessions) == 1

    story()


def test_dsn_parameters_are_dropped_with_one_line():
    @script(extensions=("PIPELINING",))
    async def story(hop, gate):
        session = gate.session()
        whose = mail(dsn_return="FULL", envelope_id="x")
        for name in ("a@example.com", "b@example.com"):
            await offer(session, name, whose, notify="NEVER", original="rfc822;a@b")
        (line,) = gate.log
        assert line.startswith("info: ID1: next hop")
        assert line.endswith("does not offer DSN: dropped RET, ENVID, NOTIFY, ORCPT")
        assert hop.lines[1:] == ["MAIL FROM:<from@example.org>", "RCPT TO:<a@example.com>", "RCPT TO:<b@example.com>"]

    story()


def test_lmtp_over_a_unix_socket(tmp_path):
    path = os.fspath(tmp_path / "lmtp")

    async def story():
        async with ScriptedHop({"END-OF-MESSAGE": b"552 5.2.2 mailbox full\r\n"}, path=path) as hop:
            gate = Gate(address=HopAddress("lmtp", path=path))
            session = gate.session()
            assert (await offer(session, "a@example.com")).code == 250
            reply = await offer(session, "b@example.com")
            assert (reply.code, reply.enhanced) == (452, "4.5.3")
            assert (await begin(session)).code == 354
            await write(session, MESSAGE)
            assert str(await finish(session)) == "552 5.2.2 mailbox full"
            assert (await deliver(session, MESSAGE)).code == 250
            assert hop.verbs[0] == "LHLO"

    run(story())


def test_the_next_address_is_tried_and_the_host_asked_once(monkeypatch):
    @script()
    async def story(hop, gate):
        asked = []

        async def getaddrinfo(host, port, **options):
            asked.append(host)
            kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*kind, ("127.0.0.99", 0)), (*kind, ("127.0.0.1", 0))]

        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
        gate.address = HopAddress("smtp", "mail.example.com", hop.port)
        first, second = gate.session(), gate.session()
        assert (await offer(first)).code == 250
        assert (await offer(second)).code == 250
        assert asked == ["mail.example.com"]
        assert len(hop.sessions) == 2
        first.abandon()
        second.abandon()

    story()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".invalid"])
def test_a_host_that_cannot_be_resolved(host):
    async def story():
        gate = Gate(address=HopAddress("smtp", host, 25), smtp_connect_timeout=5.0)
        assert str(await deliver(gate.session(), MESSAGE)) == UNAVAILABLE
        assert host in gate.log[0]
        assert gate.pool.connection_count == 0

    run(story())


def test_a_bounded_number_of_idle_connections_is_kept_and_let_go_in_time():
    @script(settings={"smtp_connection_cache_time_limit": 0.1, "smtpd_proxy_timeout": 1.0})
    async def story(hop, gate):
        gate.pool = NextHopPool(idle_connection_limit=3)
        sessions = [gate.session() for _ in range(5)]
        await asyncio.gather(*(offer(session) for session in sessions))
        assert len(hop.sessions) == 5
        for session in sessions:
            session.reset()
        assert gate.pool.idle_count == 3
        await until(lambda: gate.pool.connection_count == 0)
        assert hop.verbs.count("QUIT") == 5

    story()


def test_a_connection_serves_so_many_messages():
    @script(settings={"smtp_connection_reuse_count_limit": 2})
    async def story(hop, gate):
        for _ in range(5):
            assert (await deliver(gate.session(), MESSAGE)).code == 250
        assert len(hop.sessions) == 3

    story()


def test_after_close_nothing_is_kept():
    @script()
    async def story(hop, gate):
        early, late = gate.session(), gate.session()
        await offer(late)
        assert (await deliver(early, MESSAGE)).code == 250
        gate.pool.close()
        assert gate.pool.idle_count == 0
        assert (await begin(late)).code == 354
        await write(late, MESSAGE)
        assert (await finish(late)).code == 250
        await until(lambda: gate.pool.connection_count == 0)

    story()


def test_data_without_a_transaction():
    @script()
    async def story(hop, gate):
        assert str(await answer(gate.session().begin_data)) == UNAVAILABLE
        assert str(await answer(gate.session().finish)) == UNAVAILABLE

    story()
