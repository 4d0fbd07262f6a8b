"""The policy door as a running server: many requests on a connection, bad ones, slow ones, reload and limits."""

import resource
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from gatepost.testing.free_ports import free_port
from gatepost.testing.scripted_policy_server import SILENCE
from tests.system.asking import asking, read_action, request
from tests.system.policy_server import policy_server
from tests.system.running_gate import RunningGate, running_gate, wait_until


@contextmanager
def policyd(main_cf: str, row: str = "policyd", **how) -> Iterator[tuple[RunningGate, int]]:
    """A gate with a policy door alone."""
    port = free_port()
    with running_gate(main_cf, master_cf=f"127.0.0.1:{port} inet n - n - {row}\n", workers=1, **how) as gate:
        yield gate, port


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[RunningGate, int]]:
    with policy_server([SILENCE]) as server:
        ask = (
            f"slow_service = check_policy_service {{ {server.endpoint}, {{ default_action = REJECT no answer }} }}\n"
        )
        more = "policyd_restrictions = check_sender_access inline:{{bad@sender.example = REJECT go away}},\n"
        more += " check_recipient_access inline:{slow@example.com=slow_service}, reject_non_fqdn_helo_hostname\n"
        more += "smtpd_restriction_classes = slow_service\npolicyd_deadline = 1s\npolicyd_timeout = 3s\n"
        with policyd(more + ask, row="- policyd") as both:
            yield both


def test_at_the_start_it_says_what_to_write_into_main_cf(served):
    gate, port = served
    assert f"check_policy_service {{ inet:127.0.0.1:{port}, timeout=1s, default_action=DUNNO }}" in gate.log()


def test_many_requests_on_one_connection(served):
    gate, port = served
    with asking(port) as ask:
        for _ in range(50):
            assert ask() == "DUNNO"
            assert ask(sender="bad@sender.example") == (
                "554 5.7.1 <bad@sender.example>: Sender address rejected: go away"
            )
        assert ask(helo_name="pc", queue_id="4ABC").startswith("504 5.5.2 <pc>: Helo command rejected")
    line = "policyd["
    gate.await_log("NOQUEUE: policy-reject: RCPT from unknown[192.0.2.4]: 554 5.7.1 <bad@sender.example>", 50)
    gate.await_log("4ABC: policy-reject: RCPT from unknown[192.0.2.4]: 504 5.5.2")
    assert line in gate.log()
    assert "from=<ann@sender.example> to=<bob@example.com> proto=ESMTP helo=<pc> id=" in gate.log()


def test_requests_that_come_together_are_answered_in_order(served):
    _, port = served
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(request() + request(sender="bad@sender.example") + request())
        text = b""
        while text.count(b"\n\n") < 3:
            text += client.recv(4096)
    assert [line[:12] for line in text.split(b"\n\n")] == [b"action=DUNNO", b"action=554 5", b"action=DUNNO", b""]


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "a line without 'name=': 'GET / HTTP/1.1"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n" * 3, "a line without 'name='"),
        (b"request=smtpd_access_policy\n\n", "no protocol_state= in the request"),
        (b"\n", "no request= in the request"),
        (b"a=\0\n\n", "a line with NUL"),
        (request(client_address="1.2.3.4.5"), "client_address='1.2.3.4.5' is no address"),
        (request(protocol_state="QUIT"), "protocol_state='QUIT' is none of"),
    ],
)
def test_what_is_no_request_is_told_and_closed(served, octets, told):
    gate, port = served
    before = gate.log().count(told)
    with asking(port) as ask:
        assert ask(octets) == ""
    gate.await_log(told, before + 1)
    with asking(port) as ask:
        assert ask() == "DUNNO"


def test_a_flood_keeps_the_memory_flat(served):
    """Ten connections of 10 MB each, in one line, and 100,000 lines that never end a request."""
    gate, port = served

    def flood(octets: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            try:
                client.sendall(octets)
                client.settimeout(5)
                assert read_action(client) == ""
            except (ConnectionError, TimeoutError):
                pass

    flood(b"x" * 10_000_000)
    before = max(gate.memory_kb().values())
    for _ in range(10):
        flood(b"x=" + b"y" * 10_000_000)
        flood(b"".join(b"a%d=%d\n" % (n, n) for n in range(100_000)))
    gate.await_log("a line of more than 16384 octets", 11)
    gate.await_log("more than 200 attributes", 10)
    assert max(gate.memory_kb().values()) < before + 4096
    with asking(port) as ask:
        assert ask() == "DUNNO"


def test_past_the_deadline_the_policy_says_what_unavailable_means(served):
    gate, port = served
    began = time.monotonic()
    with asking(port) as ask:
        assert ask(recipient="slow@example.com").endswith("no answer")
        assert 0.5 < time.monotonic() - began < 15
        assert ask() == "DUNNO"
    gate.await_log("warning: degraded: 1 of ")
    assert "requests answered without PolicyRequest: no answer within 0.9 s" in gate.log()


def test_a_client_that_leaves_while_its_question_is_open(served):
    gate, port = served
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(request(recipient="slow@example.com"))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    with asking(port) as ask:
        assert ask() == "DUNNO"
    assert "internal error" not in gate.log()


def test_silence_is_ended_quietly_between_requests_and_told_within_one(served):
    gate, port = served
    with ExitStack() as stack:
        idle = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        slow.sendall(b"request=smtpd_access_policy\n")
        assert read_action(idle) == ""
        assert read_action(slow) == ""
    gate.await_log("closed: timeout after 3 s within a request")


def test_a_unix_socket_and_a_limit_of_connections(tmp_path):
    with running_gate(
        f"policyd_restrictions = reject\npolicyd_connection_limit = 2\nqueue_directory = {tmp_path}\n",
        master_cf=f"{tmp_path}/policy unix n - n - - policyd\n",
        workers=1,
    ) as gate:
        path = f"{tmp_path}/policy"
        assert f"check_policy_service {{ unix:{path}, timeout=10s, default_action=DUNNO }}" in gate.log()
        with asking(0, path) as one, asking(0, path) as two:
            assert one().startswith("554 5.7.1 Access denied")
            assert two().startswith("554 5.7.1 Access denied")
            with socket.socket(socket.AF_UNIX) as third:
                third.connect(path)
                third.sendall(request() + b"oops\n")
                third.settimeout(0.3)
                with pytest.raises(TimeoutError):
                    third.recv(1)
                two(b"\n")
                third.settimeout(20)
                assert read_action(third).startswith("554")
        gate.await_log("connection from a Unix socket closed: ", 2)


@contextmanager
def many_descriptors(count: int) -> Iterator[None]:
    """Room for so many more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, soft + count)), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_thousand_connections_take_little(served):
    gate, port = served
    before = sum(gate.memory_kb().values())
    with many_descriptors(2000), ExitStack() as stack:
        askers = [stack.enter_context(asking(port)) for _ in range(1000)]
        assert all(ask() == "DUNNO" for ask in askers)
        after = sum(gate.memory_kb().values())
    assert after < 100_000
    assert after - before < 1000 * 40


def test_after_a_reload_the_same_client_hears_the_new_policy():
    with policyd("policyd_restrictions = reject\n", row="- policyd") as (gate, port):
        with asking(port) as ask:
            assert ask().startswith("554")
            text = (gate.etc / "main.cf").read_text()
            gate.write("main.cf", text.replace("policyd_restrictions = reject", "policyd_restrictions = defer"))
            gate.await_log("reloaded")
            with asking(port) as another:
                assert another().startswith("450")
            wait_until(lambda: len(gate.workers()) == 1, "the end of the former worker")
            with pytest.raises((ConnectionError, AssertionError)):
                assert ask(), "closed: a Postfix opens another one"
        with asking(port) as ask:
            assert ask().startswith("450")
            gate.signal(signal.SIGTERM)
            assert gate.end() == 0
    assert "warning" not in gate.log().partition("daemon started")[2]


def test_a_mistake_of_ours_closes_without_an_answer(monkeypatch, tmp_path):
    """One restriction that raises: the connection is closed, the log says where, the next one is served."""
    (tmp_path / "sitecustomize.py").write_text(
        "import gatepost.policy.policyd_action as module\n"
        "genuine = module.answer_to\n"
        "def answer_to(outcome, session):\n"
        "    if session.sender == 'raise@x.example':\n"
        "        raise RuntimeError('secret')\n"
        "    return genuine(outcome, session)\n"
        "module.answer_to = answer_to\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with policyd("policyd_restrictions = reject\n", row="- policyd") as (gate, port):
        with asking(port) as ask:
            assert ask().startswith("554")
            assert ask(sender="raise@x.example") == ""
        with asking(port) as ask:
            assert ask().startswith("554")
        gate.await_log("error: internal error, connection closed without an answer: RuntimeError at ")
        assert "secret" not in gate.log()
