"""A gate behind a proxy: the policy sees the real client, health checks are silent, forged headers are refused."""

import asyncio
import socket
import time
from collections.abc import Iterator

import pytest

from tests.system.haproxy import haproxy
from tests.system.policy_server import policy_server
from tests.system.running_gate import RunningGate, running_gate, wait_until
from tests.system.talking import talking

PATIENCE_S = 10.0
PROXIED = """\
smtpd_upstream_proxy_protocol = haproxy
smtpd_upstream_proxy_timeout = 1s
smtpd_upstream_proxy_hosts = 127.0.0.1
"""
HEADER = b"PROXY TCP4 127.0.0.77 192.0.2.25 4567 2525\r\n"
LOCAL = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"


@pytest.fixture(scope="module")
def gate() -> Iterator[RunningGate]:
    with running_gate(
        f"{PROXIED}smtpd_sender_restrictions = check_client_access inline:{{127.0.0.66=REJECT}}\n"
    ) as it:
        yield it


def say(gate: RunningGate, *parts: bytes, source: str = "127.0.0.1", until: bytes = b"\r\n") -> bytes:
    """Send parts, each after something was heard; gives all that was heard."""
    with socket.socket() as client:
        client.settimeout(PATIENCE_S)
        client.bind((source, 0))
        client.connect(("127.0.0.1", gate.port))
        heard = b""
        for part in parts:
            client.sendall(part)
            while not (piece := client.recv(4096)).endswith(until) and piece:
                heard += piece
            heard += piece
        return heard


async def converse(port: int, source: str) -> str:
    """What a client hears of its recipient, or of its message."""
    async with talking(port, source) as talk:
        await talk.open()
        refused = await talk.ask("MAIL FROM:<a@b.example>", "RCPT TO:<bob@example.com>")
        if refused.code != 250:
            return refused.text
        await talk.ask("RSET")
        return (await talk.deliver("a@b.example", ["bob@example.com"], b"Subject: x\r\n\r\nx\r\n")).text


@pytest.mark.peer("haproxy")
@pytest.mark.parametrize("server", ["send-proxy-v2", "send-proxy"])
def test_the_policy_sees_the_real_client(server: str) -> None:
    with policy_server([b"action=DUNNO\n\n"]) as policy:
        service = f"smtpd_recipient_restrictions = check_policy_service {policy.endpoint}\n"
        client = "smtpd_client_restrictions = check_client_access inline:{127.0.0.5=REJECT}\n"
        with (
            running_gate(f"{PROXIED}{service}{client}") as gate,
            haproxy(gate.port, f"{server} check inter 100ms") as port,
        ):
            refused = asyncio.run(converse(port, "127.0.0.5"))
            assert refused == "554 5.7.1 <unknown[127.0.0.5]>: Client host rejected: Access denied"
            assert asyncio.run(converse(port, "127.0.0.6")).startswith("250 2.0.0 Ok")
            asked = policy.asked[-1]
            assert asked["client_address"] == "127.0.0.6"
            assert (asked["server_address"], asked["server_port"]) == ("127.0.0.1", str(port))
            assert b"[127.0.0.6])" in gate.delivered()[0]
            gate.await_log("connect from unknown[127.0.0.6]")
            gate.await_log("disconnect from unknown[127.0.0.6]")
            told = told_of_the_proxy(gate)
            time.sleep(1.0)  # ten checks
            if server == "send-proxy-v2":  # version 1 has no word for a check
                assert told_of_the_proxy(gate) == told, "the checks of the proxy are silent"


def told_of_the_proxy(gate: RunningGate) -> int:
    """The lines about connections from the address that the proxy itself has."""
    return sum("connect from" in line and "[127.0.0.1]" in line for line in gate.log().splitlines())


@pytest.mark.peer("haproxy")
def test_smtp_health_checks_are_silent(gate: RunningGate) -> None:
    before = gate.log()
    options = "    option smtpchk EHLO haproxy.example\n    option log-health-checks"
    with haproxy(gate.port, "send-proxy-v2 check inter 50ms", options) as port:
        time.sleep(0.5)  # some checks
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client:
            assert client.recv(100).startswith(b"220 "), "the server is up for HAProxy"
            client.sendall(b"QUIT\r\n")
    said = gate.log()[len(before) :]
    assert "haproxy read" not in said
    assert said.count("connect from localhost[127.0.0.1]") <= 4, "the probe of the test, its own connection"


def test_a_local_connection_is_served(gate: RunningGate) -> None:
    assert say(gate, LOCAL, b"EHLO balancer\r\n", b"QUIT\r\n").startswith(b"220 ")


def test_what_comes_with_the_header_is_heard(gate: RunningGate) -> None:
    with socket.create_connection(("127.0.0.1", gate.port), timeout=PATIENCE_S) as client:
        for at in range(len(HEADER)):
            client.sendall(HEADER[at : at + 1])
        assert client.recv(100).startswith(b"220 ")
    gate.await_log("lost connection after CONNECT from unknown[127.0.0.77]")
    early = say(gate, HEADER + b"EHLO early.example\r\n")
    assert early == b"554 5.5.0 Error: SMTP protocol synchronization\r\n"


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"EHLO client.example\r\n", "unrecognized protocol header"),
        (b"PROXY UNKNOWN\r\n", "bad or missing protocol type"),
        (b"\r\n\r\n\0\r\nQUIT\n\x21\0\0\0", "unsupported network protocol"),
        (b"PROXY TCP4 127.0.0.77", "timeout error"),
        (b"", "timeout error"),
    ],
)
def test_a_bad_header_ends_it_as_with_postfix(octets: bytes, why: str) -> None:
    with running_gate(PROXIED, workers=1) as gate:
        assert say(gate, octets) == b"421 4.3.0 gate.example.com Server local error\r\n"
        gate.await_log(f"warning: haproxy read: {why} from 127.0.0.1")
        assert "connect from" not in gate.log()


def test_nobody_else_may_say_for_whom_they_come(gate: RunningGate) -> None:
    heard = say(gate, HEADER, source="127.0.0.2")
    assert heard == b"421 4.7.0 gate.example.com Error: not authorized to use the PROXY protocol\r\n"
    gate.await_log("warning: PROXY protocol: 127.0.0.2 is not on smtpd_upstream_proxy_hosts: refused")
    assert "127.0.0.77" not in gate.log().partition("127.0.0.2 is not on")[2]


def test_a_reload_names_other_proxies(gate: RunningGate) -> None:
    with running_gate(PROXIED) as changed:
        assert b"421" in say(changed, HEADER, source="127.0.0.3")
        main_cf = (changed.etc / "main.cf").read_text()
        changed.write("main.cf", main_cf.replace("proxy_hosts = 127.0.0.1", "proxy_hosts = 127.0.0.3"))
        changed.await_log("reloaded")
        wait_until(lambda: say(changed, HEADER, source="127.0.0.3").startswith(b"220"), "the new list")
        assert b"421" in say(changed, HEADER)
