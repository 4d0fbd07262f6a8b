"""examples/submission as it stands, on other ports: users by 587 and 465, strangers nowhere but on 25."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatepost.testing.free_ports import free_ports
from tests.conftest import ROOT
from tests.system.running_gate import GATEPOST, RunningGate, running_gate

pytestmark = pytest.mark.peer("swaks", "openssl")
EXAMPLE = ROOT / "examples" / "submission"
USER, PASSWORD = "ann@example.com", "ann's secret"


@pytest.fixture(scope="module")
def submission() -> Iterator[tuple[RunningGate, dict[str, int]]]:
    """The example, serving; its ports by those of the example."""
    ports = dict(zip(("25", "587", "465"), free_ports(3), strict=True))
    master = (EXAMPLE / "master.cf").read_text()
    for port, other in ports.items():
        master = re.sub(rf"^{port} ", f"127.0.0.1:{other} ", master, flags=re.MULTILINE)
    basis = re.sub(
        r"^(smtpd_proxy_filter|smtpd_tls_chain_files|mynetworks) =.*\n", "", _main_cf(), flags=re.MULTILINE
    )
    more = "smtpd_tls_chain_files = $config_directory/chain.pem\nsmtpd_peername_lookup = no\nmynetworks =\n"
    files = {name: (EXAMPLE / name).read_text() for name in ("sender_logins",)} | {"chain.pem": _certificate()}
    with running_gate(more, basis=basis, master_cf=master, files=files) as gate:
        command = [GATEPOST, "users", "add", USER, "-c", str(gate.etc)]
        subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, timeout=30, capture_output=True)
        gate.await_log("reload")
        yield gate, ports


def _main_cf() -> str:
    return (EXAMPLE / "main.cf").read_text()


def _certificate() -> str:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=mail.example.com", "-days", "2", "-keyout", "-", "-out", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout


def swaks(port: int, *options: str, sender: str = USER) -> subprocess.CompletedProcess[str]:
    command = ["swaks", "--server", f"127.0.0.1:{port}", "--from", sender, "--to", "x@far.example", "--helo", "mypc"]
    return subprocess.run([*command, *options], capture_output=True, text=True, timeout=60, check=False)


AUTH = ("--auth-user", USER, "--auth-password", PASSWORD)


@pytest.mark.parametrize(
    ("port", "options", "code"),
    [
        ("587", ("-tls", "--auth", "PLAIN", *AUTH), 0),
        ("587", ("-tls", "--auth", "LOGIN", *AUTH), 0),
        ("465", ("-tlsc", "--auth", "PLAIN", *AUTH), 0),
        ("587", ("-tls", "--auth", "PLAIN", "--auth-user", USER, "--auth-password", "wrong"), 28),
        ("587", ("--auth", "PLAIN", *AUTH), 28),  # in the clear there is no AUTH
        ("587", ("-tls",), 24),  # RCPT is refused: nobody without a login
        ("465", ("-tlsc",), 24),
        ("25", ("--auth", "PLAIN", *AUTH), 28),
        ("25", ("-tls",), 24),
    ],
)
def test_who_may_send(
    submission: tuple[RunningGate, dict[str, int]], port: str, options: tuple[str, ...], code: int
) -> None:
    _, ports = submission
    done = swaks(ports[port], *options)
    assert done.returncode == code, done.stdout + done.stderr


def test_nobody_sends_as_another(submission: tuple[RunningGate, dict[str, int]]) -> None:
    _, ports = submission
    done = swaks(ports["587"], "-tls", "--auth", "PLAIN", *AUTH, sender="boss@example.com")
    assert "553 5.7.1 <boss@example.com>: Sender address rejected: not owned by user ann@example.com" in done.stdout


def test_the_mail_says_how_it_came(submission: tuple[RunningGate, dict[str, int]]) -> None:
    gate, ports = submission
    before = len(gate.delivered())
    assert swaks(ports["465"], "-tlsc", "--auth", "PLAIN", *AUTH).returncode == 0
    assert len(gate.delivered()) == before + 1
    assert b"with ESMTPSA id" in gate.delivered()[-1]
    gate.await_log("postfix/submissions/smtpd")
    assert PASSWORD not in gate.log()
    assert PASSWORD not in Path(gate.etc / "users").read_text()
