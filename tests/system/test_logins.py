"""Users who log in, with the programs that they use (swaks, msmtp), before each of the three who know them."""

import base64
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.login_servers import USERS, private_dovecot, private_saslauthd
from tests.system.running_gate import GATEPOST, RunningGate, running_gate

BASE = """\
smtpd_sasl_auth_enable = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
mynetworks =
smtpd_sasl_failure_delay = 0
smtpd_peername_lookup = no
"""
PASSWORD = USERS["ann"]


def users(gate: RunningGate, *arguments: str, password: str = "") -> subprocess.CompletedProcess[str]:
    """Run `gatepost users`."""
    command = [GATEPOST, "users", *arguments, "-c", str(gate.etc)]
    return subprocess.run(command, input=password + "\n", capture_output=True, text=True, timeout=30, check=False)


def swaks(gate: RunningGate, method: str, user: str, password: str) -> subprocess.CompletedProcess[str]:
    """Send a message to a stranger, as one who has logged in."""
    command = ["swaks", "--server", f"127.0.0.1:{gate.port}", "--from", "ann@example.com", "--to", "x@far.example"]
    command += ["--auth", method, "--auth-user", user, "--auth-password", password, "--timeout", "20"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def msmtp(gate: RunningGate, password: str) -> subprocess.CompletedProcess[str]:
    """Send one with msmtp."""
    rc = gate.directory / "msmtprc"
    rc.write_text(
        f"account default\nhost 127.0.0.1\nport {gate.port}\nfrom ann@example.com\nauth login\nuser ann\n"
        f'password "{password}"\ntls off\ntls_starttls off\n'
    )
    rc.chmod(0o600)
    command = ["msmtp", "-C", str(rc), "x@far.example"]
    return subprocess.run(
        command, input="Subject: hi\n\nhi\n", capture_output=True, text=True, timeout=60, check=False
    )


def try_all(gate: RunningGate, methods: tuple[str, ...]) -> None:
    """Right and wrong passwords, by each method and each program."""
    for method in methods:
        good = swaks(gate, method, "ann", PASSWORD)
        assert good.returncode == 0, good.stdout
        assert "235 2.7.0 Authentication successful" in good.stdout
        bad = swaks(gate, method, "ann", "not it")
        assert bad.returncode != 0
        assert "535 5.7.8 Error: authentication failed" in bad.stdout
        assert swaks(gate, method, "nobody", PASSWORD).returncode != 0
    assert msmtp(gate, PASSWORD).returncode == 0
    refused = msmtp(gate, "not it")
    assert refused.returncode != 0
    assert "535 5.7.8" in refused.stderr
    assert len(gate.delivered()) == len(methods) + 1
    gate.await_log("sasl_method=LOGIN, sasl_username=ann, id=")
    gate.await_log("SASL LOGIN authentication failed: ")
    assert PASSWORD not in gate.log()
    assert base64.b64encode(f"\0ann\0{PASSWORD}".encode()).decode() not in gate.log()


@pytest.mark.peer("swaks", "msmtp", "saslauthd", "unshare", "openssl")
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: saslauthd reads /etc, which is bound over in a namespace")
def test_saslauthd() -> None:
    with ExitStack() as stack:
        path = stack.enter_context(private_saslauthd())
        conf = f"pwcheck_method: saslauthd\nsaslauthd_path: {path}\nmech_list: PLAIN LOGIN CRAM-MD5\n"
        config = f"{BASE}cyrus_sasl_config_path = $config_directory\n"
        gate = stack.enter_context(running_gate(config, files={"smtpd.conf": conf}))
        try_all(gate, ("PLAIN", "LOGIN"))
        assert "mechanism CRAM-MD5 is not supported" in gate.log()


@pytest.mark.peer("swaks", "msmtp", "dovecot")
def test_dovecot() -> None:
    with ExitStack() as stack:
        dovecot = stack.enter_context(private_dovecot())
        config = f"{BASE}smtpd_sasl_type = dovecot\nsmtpd_sasl_path = {dovecot.socket}\n"
        try_all(stack.enter_context(running_gate(config)), ("PLAIN", "LOGIN", "CRAM-MD5"))


@pytest.fixture
def own() -> Iterator[RunningGate]:
    """A gate with users of its own; ann is one."""
    with running_gate(f"{BASE}smtpd_sasl_type = gatepost\n") as gate:
        assert users(gate, "add", "ann", password=PASSWORD).returncode == 0
        gate.await_log("reload", times=1)
        until_in(gate, PASSWORD)
        yield gate


def log_in(port: int, password: str, user: str = "ann") -> str:
    """Log in and out; give the reply to AUTH."""
    response = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as connection,
        connection.makefile("rb") as replies,
    ):
        replies.readline()
        connection.sendall(f"AUTH PLAIN {response}\r\n".encode())
        return replies.readline().decode().rstrip()


def until_in(gate: RunningGate, password: str, *, is_wanted: bool = True) -> None:
    """Wait until a changed users file holds."""
    end = time.monotonic() + 20
    while log_in(gate.port, password).startswith("235") is not is_wanted:
        assert time.monotonic() < end, gate.log()[-2000:]
        time.sleep(0.1)


@pytest.mark.peer("swaks", "msmtp")
def test_own_users(own: RunningGate) -> None:
    path = own.etc / "users"
    assert path.stat().st_mode & 0o777 == 0o640
    assert PASSWORD not in path.read_text()
    for each in Path(own.maildirs).glob("*"):
        assert not list(each.glob("new/*"))
    try_all(own, ("PLAIN", "LOGIN"))


def test_a_change_of_users_holds_without_a_restart(own: RunningGate) -> None:
    assert users(own, "passwd", "ann", password="another").returncode == 0
    until_in(own, "another")
    assert log_in(own.port, PASSWORD).startswith("535")
    assert users(own, "disable", "ann").returncode == 0
    until_in(own, "another", is_wanted=False)
    assert users(own, "enable", "ann").returncode == 0
    until_in(own, "another")


def test_failures_slow_a_client_over_all_workers() -> None:
    with running_gate(f"{BASE}smtpd_sasl_type = gatepost\nsmtpd_sasl_failure_delay = 1\n", workers=2) as gate:
        users(gate, "add", "ann", "--scheme", "scrypt", password=PASSWORD)
        gate.await_log("reload", times=1)
        assert log_in(gate.port, "x").startswith("535")  # the first failure costs the next login a second, …
        began = time.monotonic()
        log_in(gate.port, "x")
        assert time.monotonic() - began >= 0.9
        began = time.monotonic()
        log_in(gate.port, PASSWORD)  # … and the second one two, whoever accepts it and though the password is right
        assert time.monotonic() - began >= 1.9


def test_nobody_who_knows_is_not_a_wrong_password() -> None:
    with running_gate(f"{BASE}smtpd_sasl_path = {Path('/nonexistent/mux')}\n") as gate:
        for _ in range(3):
            assert log_in(gate.port, PASSWORD).startswith("454 4.7.0 Temporary authentication failure")
        gate.await_log("clients that log in hear 454 until it answers")
        time.sleep(0.2)
        assert gate.log().count("hear 454 until it answers") == 1
