"""Asking policy servers: what is a failure, what is tried again, which connections are kept; and what the log hears.

Time and network are imagined (StillLoop), so that the real waits cost nothing; a few tests use real sockets.
"""

import asyncio

import pytest
import uvloop

from gatepost.model.answer import Found, Unavailable
from gatepost.model.policy_service import Endpoint, ServiceLimits
from gatepost.policy.questions import PolicyRequest
from gatepost.testing.scripted_policy_server import DISCONNECT, SILENCE, ScriptedPolicyServer
from gatepost.testing.still_loop import StillLoop
from gatepost.wire.policy_protocol.reply import LONGEST_REPLY
from gatepost.world.net.policy_service import PolicyServices

OK = b"action=OK\n\n"
PORT = 10023
ENDPOINT = Endpoint("127.0.0.1", str(PORT))
NAME = f"inet:127.0.0.1:{PORT}"


class Lines:
    """A log that keeps its lines."""

    def __init__(self):
        self.lines = []

    def info(self, text):
        self.lines.append(f"info: {text}")

    def warning(self, text):
        self.lines.append(f"warning: {text}")

    def once(self, key, text, every_s=60.0, severity=None):
        raise AssertionError


class Asker:
    """Asks, and waits for answers."""

    def __init__(self, *, limits=None, endpoint=ENDPOINT, **how):
        self.log = Lines()
        self.services = PolicyServices(self.log, **how)
        self.endpoint = endpoint
        self.limits = limits or ServiceLimits()
        self.seconds = 0.0

    def send(self, value="x"):
        future = asyncio.get_running_loop().create_future()
        request = PolicyRequest(self.endpoint, self.limits, (("request", "smtpd_access_policy"), ("sender", value)))
        future.inquiry = self.services.ask(request, future.set_result)
        return future

    async def ask(self, value="x"):
        loop = asyncio.get_running_loop()
        began = loop.time()
        answer = await self.send(value)
        self.seconds = loop.time() - began
        return answer


class Future(asyncio.Future):
    inquiry = None


def still(test):
    """Run a test in imagined time."""

    def run():
        loop = StillLoop()
        loop.create_future = lambda: Future(loop=loop)
        try:
            loop.run_until_complete(test())
        finally:
            loop.close()
        assert not loop.faults, loop.faults

    run.__name__ = test.__name__
    return run


def server(script, **how):
    return ScriptedPolicyServer(script, port=PORT, **how)


@still
async def test_an_answer_and_what_was_asked():
    async with server([b"action=DUNNO\n\n"]) as there:
        asker = Asker()
        assert await asker.ask("ann@sender.example") == Found("DUNNO")
        assert there.requests == [b"request=smtpd_access_policy\nsender=ann@sender.example\n\n"]
    assert asker.log.lines == []


@still
async def test_questions_follow_one_another_over_one_connection():
    async with server([OK]) as there:
        asker = Asker()
        for _ in range(5):
            assert await asker.ask() == Found("OK")
        assert there.connections == [5]


@still
async def test_sessions_that_ask_at_once_use_several_connections():
    async with server([(2.0, OK)]) as there:
        asker = Asker()
        await asyncio.gather(*(asker.send() for _ in range(7)))
        assert there.connections == [1] * 7
        await asker.ask()
        assert sum(there.connections) == 8
        assert len(there.connections) == 7


@still
async def test_too_many_wait_for_a_connection():
    async with server(lambda facts: (10.0, f"action={facts['sender']}\n\n".encode())) as there:
        asker = Asker(most_connections=2)
        answers = await asyncio.gather(*(asker.send(str(number)) for number in range(7)))
        assert answers == [Found(str(number)) for number in range(7)]
        assert len(there.connections) == 2


@still
async def test_who_waits_too_long_for_a_connection_fails():
    async with server([SILENCE, SILENCE, OK]):
        asker = Asker(limits=ServiceLimits(try_limit=1, timeout=10), most_connections=1)
        first, second = asker.send(), asker.send()
        assert isinstance(await first, Unavailable)
        assert "busy" in (await second).why or "waited" in (await second).why


def failing(step, why):
    return pytest.param(step, why, id=why)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        failing(DISCONNECT, "lost connection before a reply"),
        failing((b"action=", DISCONNECT), "lost connection within the reply"),
        failing(SILENCE, "waited 100 s for the answer"),
        failing(b"action=OK\n", "waited 100 s for the answer"),
        failing((*(b"x=1\n", 30) * 4, OK), "waited 100 s for the answer"),
        failing(b"HTTP/1.1 400 Bad Request\r\n\r\n\n\n", "without '='"),
        failing(b"x=1\n\n", "without action="),
        failing(b"\xff" * (LONGEST_REPLY + 1), "more than 32768"),
        failing(b"action=\xff\n\n", "not UTF-8"),
    ],
)
def test_what_is_no_answer_is_tried_twice(step, why):
    @still
    async def run():
        async with server([step]) as there:
            asker = Asker()
            answer = await asker.ask()
            assert isinstance(answer, Unavailable)
            assert why in answer.why
            assert len(there.requests) == len(there.connections) == 2
        assert [line.partition(":")[0] for line in asker.log.lines] == ["warning"]
        assert why in asker.log.lines[0]
        assert NAME in asker.log.lines[0]
        assert 1.0 <= asker.seconds < (203 if "waited" in why else 2)

    run()


@still
async def test_nobody_is_there():
    asker = Asker(limits=ServiceLimits(try_limit=3, retry_delay=4))
    answer = await asker.ask()
    assert answer == Unavailable(f"policy service {NAME}: connect: Connection refused")
    assert asker.seconds == 8.0


@still
async def test_a_second_try_helps():
    async with server([DISCONNECT, OK]) as there:
        asker = Asker()
        assert await asker.ask() == Found("OK")
        assert asker.seconds >= 1.0
        assert len(there.connections) == 2
    assert asker.log.lines == []


@still
async def test_one_line_for_an_outage_and_one_for_its_end():
    asker = Asker()
    for _ in range(5):
        assert isinstance(await asker.ask(), Unavailable)
    async with server([OK]):
        assert await asker.ask() == Found("OK")
        assert await asker.ask() == Found("OK")
    assert asker.log.lines == [
        f"warning: policy service {NAME}: connect: Connection refused: its default_action stands in until it answers",
        f"info: policy service {NAME} answers again: 5 questions had no answer",
    ]


@still
async def test_a_server_that_comes_and_goes_is_told_of_once_a_minute():
    async with server(lambda facts: OK if facts["sender"] == "good" else DISCONNECT):
        asker = Asker(limits=ServiceLimits(try_limit=1))
        for _ in range(100):
            await asker.ask("good")
            await asker.ask("bad")
        assert len(asker.log.lines) == 2
        await asyncio.sleep(60)
        await asker.ask("good")
        await asker.ask("bad")
        assert len(asker.log.lines) == 3


@still
async def test_a_kept_connection_that_was_closed_is_opened_anew():
    async with server([(OK, DISCONNECT), (OK, 5.0, b"noise"), OK]) as there:
        asker = Asker()
        for _ in range(3):
            assert await asker.ask() == Found("OK")
            assert asker.seconds == 0
            await asyncio.sleep(10)
        assert there.connections == [1, 1, 1]
    assert asker.log.lines == []


@still
async def test_a_kept_connection_that_dies_of_the_question_is_tried_again_at_once():
    async with server([OK, DISCONNECT, OK]) as there:
        asker = Asker()
        assert await asker.ask() == Found("OK")
        assert await asker.ask() == Found("OK")
        assert asker.seconds == 0
        assert there.connections == [2, 1]


@still
async def test_an_answer_too_many_is_never_taken_for_the_next():
    async with server([OK + b"action=REJECT\n\n", b"action=DUNNO\n\n"]) as there:
        asker = Asker()
        assert await asker.ask() == Found("OK")
        assert await asker.ask() == Found("DUNNO")
        assert there.connections == [1, 1]


@pytest.mark.parametrize(
    ("limits", "pause", "connections"),
    [
        (ServiceLimits(), 299, [4]),
        (ServiceLimits(), 301, [1, 1, 1, 1]),
        (ServiceLimits(max_idle=2), 3, [1, 1, 1, 1]),
        (ServiceLimits(max_ttl=400), 250, [2, 2]),
        (ServiceLimits(request_limit=3), 0, [3, 1]),
        (ServiceLimits(request_limit=1), 0, [1, 1, 1, 1]),
    ],
)
def test_how_long_a_connection_is_kept(limits, pause, connections):
    @still
    async def run():
        async with server([OK]) as there:
            asker = Asker(limits=limits)
            for _ in range(4):
                assert await asker.ask() == Found("OK")
                await asyncio.sleep(pause)
            assert there.connections == connections

    run()


@still
async def test_idle_connections_are_closed_in_time():
    async with server([OK]):
        asker = Asker()
        await asker.ask()
        assert asker.services.connection_count == 1
        await asyncio.sleep(301)
        assert asker.services.connection_count == 0


@still
async def test_a_client_that_has_left_is_not_called_and_costs_no_connection():
    async with server([(5.0, OK), OK]) as there:
        asker = Asker()
        left = asker.send()
        await asyncio.sleep(1)
        left.inquiry.cancel()
        await asyncio.sleep(10)
        assert not left.done()
        assert await asker.ask() == Found("OK")
        assert there.connections == [2]


@still
async def test_a_client_that_has_left_is_not_asked_for_again():
    asker = Asker(limits=ServiceLimits(try_limit=10))
    left = asker.send()
    await asyncio.sleep(2.5)
    left.inquiry.cancel()
    await asyncio.sleep(60)
    assert not left.done()
    assert asker.services.connection_count == 0
    assert asker.log.lines == []


@still
async def test_closing_ends_everything():
    async with server([SILENCE]):
        asker = Asker(most_connections=1)
        pending = [asker.send() for _ in range(3)]
        await asyncio.sleep(1)
        asker.services.close()
        await asyncio.sleep(400)
        assert not any(each.done() for each in pending)
        assert asker.services.connection_count == 0


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
class TestRealSockets:
    @staticmethod
    async def ask_once(endpoint, queue_directory="/nowhere"):
        log = Lines()
        services = PolicyServices(log, queue_directory)
        future = asyncio.get_running_loop().create_future()
        limits = ServiceLimits(try_limit=1)
        services.ask(PolicyRequest(endpoint, limits, (("request", "smtpd_access_policy"),)), future.set_result)
        answer = await asyncio.wait_for(future, 20)
        services.close()
        return answer

    def test_over_tcp(self, run):
        async def main():
            async with ScriptedPolicyServer([(b"act", 0.01, b"ion=OK\n", 0.01, b"\n")]) as there:
                return await self.ask_once(Endpoint("localhost", str(there.port)))

        assert run(main()) == Found("OK")

    def test_over_a_unix_socket_below_the_queue_directory(self, run, tmp_path):
        async def main():
            async with ScriptedPolicyServer([OK], path=str(tmp_path / "policy")):
                return await self.ask_once(Endpoint(path="policy"), str(tmp_path))

        assert run(main()) == Found("OK")

    @pytest.mark.parametrize(
        "endpoint",
        [
            Endpoint("127.0.0.1", "1"),
            Endpoint("127.0.0.1", "no-such-service"),
            Endpoint("no-such-host.invalid", "25"),
            Endpoint("a" * 64 + ".invalid", "25"),
            Endpoint(path="missing"),
            Endpoint(path="x" * 300),
        ],
        ids=lambda endpoint: str(endpoint)[:30],
    )
    def test_who_cannot_be_reached(self, run, endpoint):
        answer = run(self.ask_once(endpoint))
        assert isinstance(answer, Unavailable)
        assert "connect" in answer.why
