"""Limits for each client over several workers: exact, and not held up by a worker that was killed."""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.running_gate import RunningGate, running_gate, wait_until
from tests.world.greylists.redis_server import running_redis

PATIENCE_S = 10.0
TOO_MANY = "421 4.7.0 gate.example.com Error: too many connections from {}\r\n"


@contextlib.contextmanager
def clients(gate: RunningGate, source: str, count: int) -> Iterator[list[str]]:
    """So many connections at once: what each of them heard first."""
    with contextlib.ExitStack() as stack:
        heard = []
        for _ in range(count):
            client = stack.enter_context(socket.socket())
            client.settimeout(PATIENCE_S)
            client.bind((source, 0))
            client.connect(("127.0.0.1", gate.port))
            heard.append(client.recv(200).decode())
        yield heard


def refused(heard: list[str], source: str) -> int:
    """How many of them were too many; the others were greeted."""
    for line in heard:
        assert line.startswith("220 ") or line == TOO_MANY.format(source)
    return sum(line.startswith("421") for line in heard)


def test_connections_at_once_over_all_workers_and_without_the_dead() -> None:
    with running_gate("smtpd_client_connection_count_limit = 5\n", workers=3) as gate:
        with clients(gate, "127.0.0.2", 12) as heard:
            assert refused(heard, "127.0.0.2") == 7
            with clients(gate, "127.0.0.3", 5) as others:
                assert refused(others, "127.0.0.3") == 0
            with clients(gate, "127.0.0.1", 12) as own:
                assert refused(own, "127.0.0.1") == 0, "mynetworks is excepted"
            for pid in gate.workers():
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: gate.log().count("killed by signal 9") == 3, "the end of the workers")
            with clients(gate, "127.0.0.2", 7) as again:
                assert refused(again, "127.0.0.2") == 2
        gate.await_log(
            f"warning: Connection concurrency limit exceeded: 6 from unknown[127.0.0.2] for service 127.0.0.1:{gate.port}"
        )


def test_connections_end_and_others_may_come() -> None:
    with running_gate("smtpd_client_connection_count_limit = 3\n", workers=2) as gate:
        for ended in (3, 6, 9, 12):
            with clients(gate, "127.0.0.2", 3) as heard:
                assert refused(heard, "127.0.0.2") == 0
            wait_until(
                lambda ended=ended: gate.log().count("disconnect from unknown[127.0.0.2]") == ended,
                "the end of the sessions",
            )


def test_connection_rate_over_all_workers_and_a_reload() -> None:
    with running_gate("smtpd_client_connection_rate_limit = 10\n", workers=2) as gate:
        heard = []
        for _ in range(6):
            with clients(gate, "127.0.0.2", 1) as one:
                heard += one
        gate.signal(signal.SIGHUP)
        gate.await_log("reloaded")
        for _ in range(8):
            with clients(gate, "127.0.0.2", 1) as one:
                heard += one
        assert refused(heard, "127.0.0.2") == 4
        gate.await_log("warning: Connection rate limit exceeded: 14 from unknown[127.0.0.2]")


OTHER = "127.0.1.1"


@contextlib.contextmanager
def two_machines(main_cf: str) -> Iterator[tuple[RunningGate, RunningGate, int]]:
    """Two gates at one port of two addresses: 127.0.0.1 and OTHER."""
    with running_gate(main_cf) as one:
        row = f"{OTHER}:{one.port} inet n - n - 0 smtpd\n"
        with running_gate(main_cf, master_cf=row) as other:
            yield one, other, one.port


def last_word(port: int, source: str, host: str = "127.0.0.1") -> str:
    """What one more client hears, the greeting aside: it may come before others' counts are known."""
    with socket.create_connection((host, port), source_address=(source, 0)) as client:
        client.settimeout(PATIENCE_S)
        said = client.recv(200)
        if said.startswith(b"220") and said.count(b"\n") == 1:
            client.sendall(b"NOOP\r\n")
            said = client.recv(200)
        return said.decode().splitlines(keepends=True)[-1]


@pytest.mark.peer("redis-server")
def test_two_machines_share_a_store(tmp_path: Path) -> None:
    with running_redis(tmp_path) as port:
        main_cf = f"smtpd_client_connection_count_limit = 4\nanvil_store = redis://127.0.0.1:{port}\n"
        with two_machines(main_cf) as (one, other, at):
            with clients(one, "127.0.0.2", 4) as heard:
                assert refused(heard, "127.0.0.2") == 0
                too_many = TOO_MANY.format("127.0.0.2")
                wait_until(lambda: last_word(at, "127.0.0.2", OTHER) == too_many, "the fifth")
                other.await_log("warning: Connection concurrency limit exceeded: 5 from unknown[127.0.0.2]")
                assert last_word(at, "127.0.0.3", OTHER) == "250 2.0.0 Ok\r\n", "somebody else"
            wait_until(lambda: last_word(at, "127.0.0.2", OTHER).startswith("250"), "the others to have gone")


@pytest.mark.peer("redis-server")
def test_rates_over_machines(tmp_path: Path) -> None:
    with running_redis(tmp_path) as port:
        main_cf = f"smtpd_client_message_rate_limit = 3\nanvil_store = redis://127.0.0.1:{port}\n"
        with two_machines(main_cf) as (_, _, at):
            assert mails(at, 2) == ["250 2.1.0 Ok"] * 2
            said: list[str] = []
            wait_until(lambda: said.extend(mails(at, 1, OTHER)) or said[-1].startswith("450"), "too much mail")
            assert 1 <= said.count("250 2.1.0 Ok") <= 2, "one over the limit at most, before others' counts are known"
            assert said[-1] == "450 4.7.1 Error: too much mail from 127.0.0.2"


def mails(port: int, count: int, host: str = "127.0.0.1") -> list[str]:
    """What a client hears of some senders."""
    with socket.create_connection((host, port), source_address=("127.0.0.2", 0)) as client:
        client.settimeout(PATIENCE_S)
        with client.makefile("rwb") as talk:
            said = [talk.readline()]
            for _ in range(count):
                talk.write(b"MAIL FROM:<a@b.example>\r\n")
                talk.flush()
                said.append(talk.readline())
                talk.write(b"RSET\r\n")
                talk.flush()
                talk.readline()
        return [line.decode().strip() for line in said[1:]]


@pytest.mark.peer("redis-server")
def test_a_store_that_goes_away_leaves_each_machine_its_own_counts(tmp_path: Path) -> None:
    with running_redis(tmp_path, "--requirepass", "other") as port:
        main_cf = f"smtpd_client_connection_count_limit = 2\nanvil_store = redis://:secret@127.0.0.1:{port}\n"
        with running_gate(main_cf, workers=1) as gate:
            with clients(gate, "127.0.0.2", 4) as heard:
                assert refused(heard, "127.0.0.2") == 2, "the password is wrong: it counts alone"
            gate.await_log(f"warning: anvil_store redis://127.0.0.1:{port}: ")
            for _ in range(5):
                last_word(gate.port, "127.0.0.3")
            assert gate.log().count("this machine counts its clients alone") == 1
            assert "secret" not in gate.log()
            subprocess.run(
                ["redis-cli", "-p", str(port), "-a", "other", "config", "set", "requirepass", "secret"], check=True
            )

            def is_back() -> bool:
                last_word(gate.port, "127.0.0.3")
                return "is back: clients are counted over all machines again" in gate.log()

            wait_until(is_back, "the store")
