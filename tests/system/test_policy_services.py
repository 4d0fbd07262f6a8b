"""Debian's postgrey, policyd-spf and postfwd asked by a real `gatepost run`; what is heard while a server is away.

All run as the plain user on a loopback port or a Unix socket below a new directory. policyd-spf and postfwd are served
as spawn(8) does it: one process per connection. They answer without DNS: policyd-spf does not judge clients on the
loopback network, postfwd has no rule that asks.
"""

import asyncio
import contextlib
import pwd
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import find_program
from tests.system.policy_server import policy_server
from tests.system.running_gate import (
    IS_ROOT,
    PLAIN_USER,
    answers,
    destroy,
    free_port,
    new_directory,
    new_room,
    running_gate,
    start,
    wait_until,
)
from tests.system.talking import talking

DELAY_S = 2
MESSAGE = b"Subject: hello\r\n\r\nhello\r\n"


def offer(port: int, recipient: str = "bob@example.com", *, sender: str = "ann@sender.example") -> str:
    """The reply to one message, or to what refused it."""

    async def hold() -> str:
        async with talking(port) as talk:
            await talk.open()
            reply = await talk.deliver(sender, [recipient], MESSAGE)
            return reply.text

    return asyncio.run(hold())


@contextlib.contextmanager
def postgrey(*options: str) -> Iterator[int]:
    """A running postgrey: its port."""
    with new_directory() as directory:
        room = new_room(directory, "db")
        (directory / "none").write_text("")
        port = free_port()
        command = [
            find_program("postgrey") or "postgrey", f"--inet=127.0.0.1:{port}", f"--dbdir={room}",
            f"--user={PLAIN_USER}", "--group=nogroup", f"--pidfile={room}/pid",
            f"--whitelist-clients={directory}/none", f"--whitelist-recipients={directory}/none", *options,
        ]  # fmt: skip
        process = start(command, room, subprocess.DEVNULL)
        try:
            wait_until(lambda: answers(port), "postgrey")
            yield port
        finally:
            destroy(process)


@contextlib.contextmanager
def spawned(path: Path, name: str, *arguments: str) -> Iterator[None]:
    """A policy server that speaks on standard input and output, on a Unix socket: a process for each connection."""
    command = [find_program(name) or name, *arguments]
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    path.chmod(0o666)
    listening.listen()
    running: list[subprocess.Popen[bytes]] = []

    def serve() -> None:
        user = {"user": pwd.getpwnam(PLAIN_USER).pw_uid} if IS_ROOT else {}
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    running.append(subprocess.Popen(command, stdin=connection, stdout=connection, **user))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        listening.close()
        for process in running:
            process.kill()
            process.wait()


@pytest.mark.peer("postgrey")
def test_postgrey_lets_a_patient_client_in():
    with postgrey(f"--delay={DELAY_S}") as port:
        ask = f"check_policy_service inet:127.0.0.1:{port}"
        with running_gate(f"smtpd_recipient_restrictions = {ask}") as gate:
            first = offer(gate.port)
            assert first.startswith("450 4.2.0 <bob@example.com>: Recipient address rejected: Greylisted")
            assert offer(gate.port).startswith("450 4.2.0")
            assert gate.delivered() == []
            time.sleep(DELAY_S + 1)
            assert offer(gate.port).startswith("250 2.0.0")
            assert offer(gate.port).startswith("250 2.0.0")
            assert len(gate.delivered()) == 2
            assert b"\nX-Greylist: delayed " in gate.delivered()[0] + gate.delivered()[1]
            assert "reject: RCPT from unknown[127.0.0.2]: 450 4.2.0" in gate.log()
            assert f"policy service inet:127.0.0.1:{port} in" not in gate.log()


@pytest.mark.peer("postgrey")
def test_a_real_refusal_wins_over_greylisting():
    with postgrey() as port:
        ask = f"check_policy_service inet:127.0.0.1:{port}"
        with running_gate(f"smtpd_recipient_restrictions = {ask}, reject") as gate:
            assert offer(gate.port).startswith("554 5.7.1")


@pytest.mark.peer("policyd-spf")
def test_what_policyd_spf_prepends_is_delivered():
    with new_directory() as directory, spawned(directory / "policy", "policyd-spf"):
        settings = f"queue_directory = {directory}\n"
        ask = "smtpd_recipient_restrictions = check_policy_service unix:policy\n"
        with running_gate(settings + ask) as gate:
            assert offer(gate.port).startswith("250 2.0.0")
            assert offer(gate.port).startswith("250 2.0.0")
            delivered = gate.delivered()
            assert [message.count(b"\nX-Comment: SPF check N/A for local connections") for message in delivered] == [
                1,
                1,
            ]


RULES = """\
id=BAD; sender==bad@sender.example; action=REJECT postfwd says no
id=SLOW; recipient==later@example.com; action=DEFER_IF_PERMIT 4.7.9 not yet
id=MARK; sender==ann@sender.example; action=PREPEND X-Postfwd: seen
"""


@pytest.mark.peer("postfwd1")
def test_what_postfwd_says_is_done():
    with new_directory() as directory:
        (directory / "rules").write_text(RULES)
        with spawned(directory / "policy", "postfwd1", "--nodns", "-f", str(directory / "rules")):
            ask = "smtpd_recipient_restrictions = check_policy_service unix:policy\n"
            with running_gate(f"queue_directory = {directory}\n{ask}", workers=1) as gate:
                assert offer(gate.port).startswith("250 2.0.0")
                heard = offer(gate.port, sender="bad@sender.example")
                assert heard == "554 5.7.1 <bob@example.com>: Recipient address rejected: postfwd says no"
                assert offer(gate.port, "later@example.com").startswith("450 4.7.9 <later@example.com>: ")
                assert [message.count(b"\nX-Postfwd: seen") for message in gate.delivered()] == [1]


def test_a_server_that_goes_and_comes_back_is_told_of_twice():
    with policy_server([b"action=DUNNO\n\n"]) as first:
        port = first.port
    ask = f"check_policy_service inet:127.0.0.1:{port}"
    with running_gate(f"smtpd_recipient_restrictions = {ask}\n", workers=1) as gate:
        notice = f"while policy service inet:127.0.0.1:{port} is down, all mail that reaches it hears 451"
        assert notice in gate.log()
        for _ in range(3):
            heard = offer(gate.port)
            assert heard.endswith("Recipient address rejected: Server configuration problem")
            assert heard.startswith("451 4.3.5 <bob@example.com>: ")
        with policy_server([b"action=DUNNO\n\n"], port=port) as server:
            assert offer(gate.port).startswith("250 2.0.0")
            assert server.asked[0]["recipient"] == "bob@example.com"
        name = f"policy service inet:127.0.0.1:{port}"
        gate.await_log(f"{name} answers again: 3 questions had no answer")
        told = [line for line in gate.log().splitlines() if f": warning: {name}" in line]
        assert len(told) == 1
        assert "Connection refused" in told[0]


def test_many_sessions_share_few_connections():
    with policy_server([(0.005, b"action=DUNNO\n\n")]) as server:
        with running_gate(
            f"smtpd_recipient_restrictions = check_policy_service {server.endpoint}\n"
            "smtpd_client_connection_count_limit = 0\n",
            workers=1,
        ) as gate:

            async def load() -> list[str]:
                async def one(number: int) -> str:
                    async with talking(gate.port) as talk:
                        await talk.open()
                        return (await talk.deliver("a@b.example", [f"u{number}@example.com"], MESSAGE)).text

                return await asyncio.gather(*(one(number) for number in range(60)))

            assert all(text.startswith("250") for text in asyncio.run(load()))
            assert all(text.startswith("250") for text in asyncio.run(load()))
        assert sum(server.connections) == 120
        assert len(server.connections) <= 60
        assert {asked["recipient"] for asked in server.asked} == {f"u{number}@example.com" for number in range(60)}
        assert len({asked["instance"] for asked in server.asked}) == 120
