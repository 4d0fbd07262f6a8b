"""What a real `gatepost run` says while the world does not answer: a broken table, a silent name server, a policy
server that answers garbage, hops and exchangers that are away. The verdicts of postfix-semantics 3.6, 3.12 and 8; the
log says it once for each outage; nobody waits longer than the deadline.
"""

import asyncio
import contextlib
import re
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from gatepost.testing.free_ports import free_port
from tests.system.policy_server import policy_server
from tests.system.running_gate import running_gate, sink
from tests.system.talking import talking

RECIPIENTS = ("bob@example.com", "eve@example.com", "ann@example.com")
TO = "<bob@example.com>: Recipient address rejected: "
LONGEST_S = 20.0
"""Far more than each deadline below, far less than a session that hangs."""


def heard(port: int, sender: str = "ann@sender.example") -> tuple[list[str], float]:
    """The replies to three recipients, and how long they took together."""

    async def hold() -> list[str]:
        async with talking(port) as talk:
            await talk.open()
            await talk.ask(f"MAIL FROM:<{sender}>")
            return [(await talk.ask(f"RCPT TO:<{recipient}>")).text for recipient in RECIPIENTS]

    began = time.monotonic()
    return asyncio.run(hold()), time.monotonic() - began


@contextlib.contextmanager
def silence() -> Iterator[int]:
    """A UDP port that takes everything and says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        yield int(port.getsockname()[1])


def check(main_cf: str, first: str, told: str, *, times: int = 1) -> None:
    """Two sessions of three recipients: the reply to the first, and how often the log says it."""
    with running_gate(main_cf, workers=1) as gate:
        for _ in range(2):
            replies, seconds = heard(gate.port)
            assert replies[0] == first
            assert [reply[:3] for reply in replies] == [first[:3]] * 3
            assert seconds < LONGEST_S
        gate.await_log("disconnect from", 2)
        lines = [line for line in gate.log().splitlines() if told in line]
        assert len(lines) == times, gate.log()


@pytest.mark.parametrize(("table", "told"), [
    ("hash:/nowhere/table", "/nowhere/table"),
    ("tcp:127.0.0.1:{port}", "tcp:127.0.0.1:"),
    ("fail:broken", "fail:broken"),
])  # fmt: skip
def test_a_table_that_breaks(table, told):
    name = table.format(port=free_port())
    first = f"451 4.3.5 {TO}Server configuration error"
    with running_gate(f"smtpd_recipient_restrictions = check_recipient_access {name}\n", workers=1) as gate:
        for _ in range(2):
            replies, seconds = heard(gate.port)
            assert replies[0] == first
            assert seconds < LONGEST_S
        gate.await_log("disconnect from", 2)
        lines = [line for line in gate.log().splitlines() if told in line and ": warning: " in line]
        assert len(lines) == 1, gate.log()


@pytest.mark.parametrize(("word", "first", "told", "sessions"), [
    ("reject_unknown_sender_domain", "450 4.1.8 <{}>: Sender address rejected: Domain not found",
     ": warning: DNS: name server", 2),
    ("reject_unverified_sender",
     "450 4.1.7 <{}>: Sender address rejected: unverified address: Host or domain name not found. "
     "Name service error for name={domain} type=MX: Host not found, try again", "", 1),
    ("reject_rbl_client bl.example", "250 2.1.5 Ok", ": warning: bl.example: ", 2),
])  # fmt: skip
def test_a_name_server_that_is_silent(word, first, told, sessions):
    """Each session asks about another domain; after five unanswered questions in two seconds the log says so."""
    with silence() as port, running_gate(
        f"dns_nameservers = 127.0.0.1:{port}\ndns_deadline = 1s\naddress_verify_map =\n"
        f"smtpd_recipient_restrictions = {word}\n",
        workers=1,
    ) as gate:  # fmt: skip
        for number in range(sessions):
            domain = f"sender{number}.example"
            replies, seconds = heard(gate.port, f"ann@{domain}")
            assert replies == [first.format(f"ann@{domain}", domain=domain)] * 3
            assert seconds < LONGEST_S
        gate.await_log("disconnect from", sessions)
        assert not told or gate.log().count(told) == 1, gate.log()


@pytest.mark.parametrize("answer", [b"\0\xff\n\n", b"hello\n\n", b"action=\xff\n\n", b"x" * 100_000])
def test_a_policy_server_that_answers_garbage(answer):
    with policy_server([answer] * 20) as server:
        ask = f"check_policy_service {{ {server.endpoint}, timeout=1s, try_limit=1 }}"
        first = f"451 4.3.5 {TO}Server configuration problem"
        check(f"smtpd_recipient_restrictions = {ask}\n", first, f": warning: policy service {server.endpoint}: ")


def test_a_hop_that_is_away_when_recipients_are_verified():
    port = free_port()
    settings = f"smtpd_proxy_filter = 127.0.0.1:{port}\naddress_verify_map =\n"
    first = f"450 4.1.1 {TO}unverified address: connect to 127.0.0.1[127.0.0.1]:{port}: Connection refused"
    words = "smtpd_recipient_restrictions = reject_unverified_recipient\n"
    check(f"{settings}{words}", first, ": warning: address verification: next hop")


def test_a_cache_of_verification_that_cannot_be_written():
    settings = "smtpd_proxy_filter = 127.0.0.1:1\naddress_verify_map = sqlite:/proc/nowhere/cache\n"
    words = "smtpd_recipient_restrictions = reject_unverified_recipient\n"
    check(f"{settings}{words}", f"450 4.1.1 {TO}address verification problem", ": warning: address_verify_map: ")


def test_a_list_that_is_silent_is_told_once_for_all_clients():
    async def ask(port: int, source: str) -> str:
        async with talking(port, source) as talk:
            await talk.open()
            return (await talk.ask("MAIL FROM:<ann@sender.example>", "RCPT TO:<bob@example.com>")).text

    settings = (
        "dns_deadline = 1s\nsmtpd_recipient_restrictions = reject_unauth_destination, reject_rbl_client bl.example\n"
    )
    with silence() as port, running_gate(f"dns_nameservers = 127.0.0.1:{port}\n{settings}", workers=1) as gate:
        heard_by = [asyncio.run(ask(gate.port, f"127.0.2.{number}")) for number in range(3)]
        gate.await_log("disconnect from", 3)
        assert heard_by == ["250 2.1.5 Ok"] * 3
        assert gate.log().count(": warning: bl.example: no DNS answer within 1 s") == 1, gate.log()


@pytest.mark.peer("smtp-sink")
def test_a_next_hop_that_is_away_is_one_line_in_and_one_line_out():
    with sink() as hop, running_gate(hop=hop.address, workers=2) as gate:
        hop.kill()
        for _ in range(4):
            assert [text[:3] for text in heard(gate.port)[0]] == ["451"] * 3
        hop.start()
        for _ in range(4):
            assert [text[:3] for text in heard(gate.port)[0]] == ["250"] * 3
        gate.await_log("disconnect from", 8)
        told = [
            line.partition(f"next hop {hop.address}")[2] for line in gate.log().splitlines() if hop.address in line
        ]
        away, back = [line for line in told if "mail is put off meanwhile" in line or "answers again" in line]
        assert "Connection refused" in away and re.fullmatch(r" answers again after \d+ s", back)


def test_a_hop_that_lets_nobody_in_is_no_fault_of_a_worker_that_ends():
    """Its backlog is full: the connection is still being opened when the time of the session is over."""
    with contextlib.ExitStack() as stack:
        hop = stack.enter_context(socket.socket())
        hop.bind(("127.0.0.1", 0))
        hop.listen(0)
        for _ in range(3):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(hop.getsockname())
        address = f"127.0.0.1:{hop.getsockname()[1]}"
        gate = stack.enter_context(running_gate("shutdown_grace_time = 1s\n", hop=address, workers=1))
        client = stack.enter_context(socket.create_connection(("127.0.0.1", gate.port)))
        for words in (b"EHLO a.example", b"MAIL FROM:<a@b.example>"):
            client.recv(1000)
            client.sendall(words + b"\r\n")
        client.recv(1000)
        client.sendall(b"RCPT TO:<bob@example.com>\r\n")
        time.sleep(0.3)
        gate.signal(signal.SIGTERM)
        assert gate.end() == 0
        assert "unexpected" not in gate.log(), gate.log()
