"""The QMQP door of a real gate: real clients, hops that refuse, loads, limits, killed workers."""

import asyncio
import contextlib
import re
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from gatepost.testing.scripted_hop import ScriptedHop
from tests.conftest import ROOT, lack
from tests.parity.test_parity import namespaces_fail
from tests.system import nullmailer
from tests.system.qmqp import PATIENCE_S, TEXT, hand_over, packet, qmqp_gate, read_reply, say
from tests.system.running_gate import new_directory, sink, wait_until

BODY = b"Subject: by QMQP\r\n\r\nhello\r\n"


# Real clients


@pytest.mark.peer("qmqp-source", "smtp-sink")
def test_qmqp_source_delivers() -> None:
    with sink() as hop, qmqp_gate(hop=hop.address) as (gate, port):
        command = ["qmqp-source", "-s", "5", "-m", "30", "-r", "3", "-l", "100000", "-t", "bob@example.com"]
        subprocess.run([*command, f"127.0.0.1:{port}"], check=True, timeout=PATIENCE_S)
        wait_until(lambda: len(hop.dumped()) == 30, "30 messages")
        gate.await_log("disconnect from localhost[127.0.0.1]", 30)
        assert gate.log().count("proxy-accept: END-OF-MESSAGE: 250") == 30
        for octets in hop.dumped().values():
            assert octets.count(b"X-Rcpt-Args:") == 3
            assert len(octets) > 100000


MESSAGE = b"ann@sender.example\nbob@example.com\ncid@example.com\n\nSubject: x\n\nhello\n"


@pytest.mark.peer("smtp-sink")
def test_nullmailer_delivers_and_understands_refusals(tmp_path: Path) -> None:
    nullmailer.qmqp_module()
    with (
        sink() as hop,
        qmqp_gate("qmqpd_restrictions = inline:{cid@x.example=REJECT}\n", hop=hop.address) as (_, port),
    ):
        delivered = nullmailer.hand_over(port, MESSAGE, tmp_path)
        refused = nullmailer.hand_over(port, MESSAGE.replace(b"cid@example.com", b"cid@x.example"), tmp_path)
        hop.kill()
        put_off = nullmailer.hand_over(port, MESSAGE, tmp_path)
    assert (delivered.returncode, delivered.stdout) == (0, "Ok\n")
    assert refused.returncode & nullmailer.PERMANENT
    assert refused.stdout == "554 5.7.1 <cid@x.example>: Recipient address rejected: Access denied\n"
    assert put_off.returncode != 0
    assert not put_off.returncode & nullmailer.PERMANENT
    assert put_off.stdout == "451 4.3.0 Error: next hop unavailable\n"


@pytest.mark.peer("telnet", "unshare", "ip")
def test_telnet_localhost_628() -> None:
    why = namespaces_fail()
    if why:
        lack(f"needs root and namespaces of its own: {why}")
    command = ["unshare", "-mn", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, "-m"]
    done = subprocess.run(
        [*command, "tests.system.telnet_628"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "58:Dnetstring format error while receiving QMQP packet header," in done.stdout
    assert "Connection closed by foreign host" in done.stdout + done.stderr


# What becomes of a message

GOOD, MORE, ONE = "good.example", "more.example", "one.example"
HOPS = {
    GOOD: {},
    MORE: {},
    "unknown.example": {"RCPT": [b"550 5.1.1 No such user\r\n"] * 9},
    "busy.example": {"RCPT": [b"450 4.2.0 Later\r\n"] * 9},
    "nodata.example": {"DATA": b"554 5.7.1 Not this\r\n"},
    "content.example": {"END-OF-MESSAGE": [b"550 5.7.1 Spam\r\n"] * 9},
    "full.example": {"END-OF-MESSAGE": [b"452 4.3.1 Full\r\n"] * 9},
    ONE: {"RCPT": [b"250 2.1.5 Ok\r\n", b"452 4.5.3 Too many recipients\r\n", *[b"250 2.1.5 Ok\r\n"] * 20]},
}

OUTCOMES = [
    ((GOOD,), "KOk", {GOOD: 1}),
    ((GOOD, MORE, GOOD), "KOk", {GOOD: 1, MORE: 1}),
    ((GOOD, "unknown.example"), "D550 5.1.1 No such user", {}),
    ((GOOD, "busy.example"), "Z450 4.2.0 Later", {}),
    (("busy.example", GOOD, "unknown.example"), "D550 5.1.1 No such user", {}),
    ((GOOD, "nodata.example"), "D554 5.7.1 Not this", {}),
    (("content.example", GOOD), "D550 5.7.1 Spam", {}),
    (("full.example", GOOD), "Z452 4.3.1 Full", {}),
    ((GOOD, "full.example"), "Z452 4.3.1 Full", {GOOD: 1}),
    (("down.example", GOOD), "Z451 4.3.0 Error: next hop unavailable", {}),
    ((ONE, ONE), "KOk", {ONE: 2}),
]


async def outcome(port: int, domains: tuple[str, ...]) -> str:
    recipients = [b"user%d@%s" % (number, domain.encode()) for number, domain in enumerate(domains)]
    return read_reply(await hand_over(port, packet(TEXT, b"ann@sender.example", *recipients)))


async def all_outcomes() -> str:
    async with contextlib.AsyncExitStack() as stack:
        hops = {domain: await stack.enter_async_context(ScriptedHop(script)) for domain, script in HOPS.items()}
        routes = ", ".join(f"{domain}=smtp:[127.0.0.1]:{hop.port}" for domain, hop in hops.items())
        routes += ", down.example=smtp:[127.0.0.1]:1"
        with qmqp_gate(f"transport_maps = inline:{{ {routes} }}\n", workers=1) as (gate, port):
            for domains, reply, got in OUTCOMES:
                before = {domain: len(hop.accepted) for domain, hop in hops.items()}
                said = await outcome(port, domains)
                assert said.startswith(reply), (domains, said)
                new = {domain: len(hop.accepted) - before[domain] for domain, hop in hops.items()}
                assert {domain: count for domain, count in new.items() if count} == got, domains
            gate.await_log("disconnect from", len(OUTCOMES))
            log = gate.log()
        for hop in hops.values():
            assert all(message.endswith(BODY) for message in hop.messages)
    return log


def test_outcomes() -> None:
    log = asyncio.run(all_outcomes())
    assert log.count("so: 452 4.3.1 Full; if it sends the message again, they have it twice") == 1
    assert len(re.findall(r"delivered, or about to be, to 1 at smtp:\[127\.0\.0\.1\]:\d+, but", log)) == 1
    assert "NOQUEUE: reject: RCPT from localhost[127.0.0.1]: 550 5.1.1 No such user; from=<ann@sender.example>" in log
    assert "internal error" not in log


def test_maildirs_and_verp() -> None:
    with qmqp_gate() as (gate, port):
        assert say(port, packet()).startswith("KOk: queued as ")
        (plain,) = gate.delivered()
        headers, _, text = plain.partition(b"\n\n")
        assert text == b"hello\n"
        assert headers.startswith(b"Return-Path: <ann@sender.example>\nX-Original-To: bob@example.com\n") or headers
        pattern = rb"Received: from localhost \(localhost \[127\.0\.0\.1\]\)\n\tby gate\.example\.com \(Postfix\) with QMQP id \w+\n\tfor <bob@example\.com>; "
        assert re.search(pattern, plain)
        assert say(port, packet(TEXT, b"list-@host.example-@[]", b"bob@x.example", b"cid@y.example")).startswith("K")
        senders = {re.search(rb"Return-Path: <(.*)>", each)[1] for each in gate.delivered() if b"list" in each}
        assert senders == {b"list-bob=x.example@host.example", b"list-cid=y.example@host.example"}
        several = next(each for each in gate.delivered() if b"list" in each)
        assert re.search(rb"with QMQP\n\tid \w+; ", several)
        assert say(port, packet(TEXT, b"", b"")) == "D501 5.1.3 Bad recipient address syntax"
        assert say(port, packet(b"", b"", b"empty@x.example")).startswith("K")


PEOPLE = """\
never@x 550 5.1.1 Never
later@x 450 4.2.0 Later
moved@x REDIRECT bob@example.com
head@x  PREPEND X-Seen: yes
hang@x  HANGUP
held@x  HOLD
"""


@pytest.mark.peer("smtp-sink")
def test_large_messages_arrive_whole() -> None:
    text = b"Subject: large\n\n" + b"".join(b".%d: a line of a large message\n" % number for number in range(150_000))
    with (
        sink() as hop,
        qmqp_gate(f"transport_maps = inline:{{ by.hop=smtp:[127.0.0.1]:{hop.port} }}\n") as (gate, port),
    ):
        people = (b"a@by.hop", b"b@by.hop", b"c@example.com")
        assert say(port, packet(text, b"ann@sender.example", *people)).startswith("K")
        (kept,) = gate.delivered()
        assert kept.endswith(text)
        wait_until(lambda: len(hop.dumped()) == 1, "the message")
        (dumped,) = hop.dumped().values()
        assert text.rstrip(b"\n") in dumped


def test_the_policy_guards_this_door_too() -> None:
    restrictions = (
        "qmqpd_restrictions = check_recipient_access texthash:$config_directory/people, "
        "check_sender_access inline:{ a@x=DISCARD }\n"
    )
    with qmqp_gate(restrictions, files={"people": PEOPLE}) as (gate, port):

        def to(*recipients: str, sender: bytes = b"ann@sender.example") -> str:
            return say(port, packet(TEXT, sender, *(recipient.encode() for recipient in recipients)))

        assert to("bob@example.com", "never@x") == "D550 5.1.1 <never@x>: Recipient address rejected: Never"
        assert to("later@x", "bob@example.com") == "Z450 4.2.0 <later@x>: Recipient address rejected: Later"
        assert to("later@x", "never@x") == "D550 5.1.1 <never@x>: Recipient address rejected: Never"
        assert to("held@x").startswith("Z451 4.3.0 Error: this server keeps no queue")
        assert to("hang@x") == ""
        assert to("bob@example.com", sender=b"a@x").startswith("KOk: queued as ")
        assert gate.delivered() == []
        assert to("moved@x", "cid@x").startswith("K")
        assert to("head@x").startswith("K")
        redirected, marked = sorted(gate.delivered(), key=lambda message: b"X-Seen: yes" in message)
        assert b"Delivered-To: bob@example.com" in redirected
        assert b"X-Seen: yes\nReceived: " in marked
        gate.await_log(
            "reject: RCPT from localhost[127.0.0.1]: 550 5.1.1 <never@x>: Recipient address rejected: Never; "
            "from=<ann@sender.example> to=<never@x> proto=QMQP id="
        )
        gate.await_log("disconnect from", 8)
        log = gate.log()
    assert "internal error" not in log


def test_who_is_not_authorized_hears_so() -> None:
    listed = "qmqpd_authorized_clients = inline:{127.0.0.1=yes}\nqmqpd_client_port_logging = yes\n"
    with qmqp_gate(listed) as (gate, port):
        megabytes = packet(b"x" * 5_000_000)
        for _ in range(5):
            said = say(port, megabytes, source="127.0.0.2")
            assert re.fullmatch(r"DError: unknown\[127\.0\.0\.2\]:\d+ is not authorized to use this service", said)
        assert say(port, packet()).startswith("K")
        gate.await_log("NOQUEUE: reject: CONNECT from unknown[127.0.0.2]", 5)
        assert len(gate.delivered()) == 1


def test_an_oversized_message_hears_so_while_it_is_still_being_sent() -> None:
    with qmqp_gate("message_size_limit = 1000\n") as (gate, port):
        for size in (1001, 20_000_000):
            assert say(port, packet(b"x" * size)) == (
                "Dnetstring length exceeds storage limit while receiving message content"
            )
        assert say(port, packet(b"x" * 1000)).startswith("K")
        gate.await_log(
            "localhost[127.0.0.1]: netstring length exceeds storage limit while receiving message content", 2
        )


def test_a_list_that_cannot_be_asked_puts_off() -> None:
    with qmqp_gate("qmqpd_authorized_clients = texthash:/nonexistent/clients\n") as (_, port):
        assert say(port, packet()) == "ZError: server configuration error"


def test_clients_from_a_database() -> None:
    with new_directory() as directory:
        database = directory / "clients.db"
        with contextlib.closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("CREATE TABLE clients (address TEXT)")
            connection.execute("INSERT INTO clients VALUES ('127.0.0.3')")
        query = f"dbpath = {database}\nquery = SELECT 1 FROM clients WHERE address = '%s'\n"
        listed = "qmqpd_authorized_clients = sqlite:$config_directory/clients.cf\n"
        with qmqp_gate(listed, files={"clients.cf": query}) as (_, port):
            assert say(port, packet(), source="127.0.0.3").startswith("K")
            assert say(port, packet(), source="127.0.0.4").startswith("DError: unknown[127.0.0.4] is not authorized")


def test_silence_and_leaving() -> None:
    with qmqp_gate("qmqpd_timeout = 1\n") as (gate, port):
        assert say(port, packet()[:20]) == ""
        gate.await_log("localhost[127.0.0.1]: read/write timeout while receiving message content")
        with socket.create_connection(("127.0.0.1", port)) as leaving:
            leaving.sendall(packet()[:40])
        gate.await_log("localhost[127.0.0.1]: lost connection while receiving")
