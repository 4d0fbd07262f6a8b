"""AUTH beside a real Postfix: both ask the same Dovecot, hear the same words, and say and log the same.

What is not compared: what Postfix still remembers of AUTH= after a MAIL that it refused; the name in a log line after
a response that is no base64 (Postfix shows the one of the login before); challenges that hold a random number.
"""

import base64
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from gatepost.testing.free_ports import free_ports
from tests.login_servers import PrivateDovecot, private_dovecot
from tests.system.running_gate import RunningGate, running_gate
from tests.wire.smtp.private_postfix import PrivatePostfix, private_postfix

pytestmark = pytest.mark.peer("postfix", "dovecot")


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


GOOD, WRONG, NOBODY = b64("\0ann\0ann's secret"), b64("\0ann\0wrong"), b64("\0zed\0x")
ANN, SECRET = b64("ann"), b64("ann's secret")
MAIL, RCPT, DATA = "MAIL FROM:<a@b.example>", "RCPT TO:<q@r.example>", "DATA"

DOORS = {
    "plain": {},
    "broken": {"broken_sasl_auth_clients": "yes"},
    "noplaintext": {"smtpd_sasl_security_options": "noplaintext, noanonymous"},
    "excepted": {"smtpd_sasl_exceptions_networks": "!192.0.2.1, 127.0.0.0/8"},
    "filtered": {"smtpd_sasl_mechanism_filter": "login, cram-md5"},
    "unfiltered": {"smtpd_sasl_mechanism_filter": "!plain, static:rest"},
    "discarded": {"smtpd_discard_ehlo_keywords": "auth"},
    "tls_only": {"smtpd_tls_auth_only": "yes"},
    "off": {"smtpd_sasl_auth_enable": "no"},
    "helo": {"smtpd_helo_required": "yes"},
    "header": {"smtpd_sasl_authenticated_header": "yes"},
    "owners": {
        "smtpd_sender_restrictions": "reject_sender_login_mismatch",
        "smtpd_sender_login_maps": "inline:{a@b.example=ann, c@b.example=bob@example.com}",
    },
    "access": {"smtpd_recipient_restrictions": "check_sasl_access inline:{ann={REJECT not you}}"},
}
COMMON = {
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_sasl_type": "dovecot",
    "smtpd_relay_restrictions": "permit_sasl_authenticated, reject_unauth_destination",
    "smtpd_recipient_restrictions": "",
    "smtpd_error_sleep_time": "0",
    "smtpd_hard_error_limit": "100",
    "smtpd_authorized_xclient_hosts": "127.0.0.1",
    "mynetworks": "",
}

SESSIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "before a greeting": ("plain", (f"AUTH PLAIN {GOOD}", "EHLO x", f"AUTH PLAIN {GOOD}", MAIL, "RSET", "AUTH LOGIN")),
    "after HELO": ("plain", ("HELO x", f"AUTH PLAIN {GOOD}", MAIL, RCPT)),
    "mistakes": (
        "plain",
        (
            "EHLO x", "AUTH", "AUTH PLAIN a b", "AUTH FOO", "AUTH FOO AAAA", f"AUTH PLAIN {WRONG}",
            f"AUTH PLAIN {NOBODY}", "AUTH PLAIN ", "*", "AUTH PLAIN", "*", "AUTH ANONYMOUS AAAA", "AUTH PLAIN a\tb",
        ),
    ),
    "no base64": ("plain", ("EHLO x", "AUTH PLAIN !!!")),
    "no base64 later": ("plain", ("EHLO x", "AUTH PLAIN", f"{GOOD[:-4]}!", "AUTH PLAIN", GOOD)),
    "blanks in a response": ("plain", ("EHLO x", "AUTH PLAIN", "a b", "AUTH PLAIN", "a\tb", "AUTH PLAIN", " ")),
    "eight bits": ("plain", ("EHLO x", "AUTH PLAIN", "\xff\xff")),
    "an equals sign": ("plain", ("EHLO x", "AUTH PLAIN =")),
    "an equals sign later": ("plain", ("EHLO x", "AUTH PLAIN", "=")),
    "an empty response": ("plain", ("EHLO x", "AUTH PLAIN", "")),
    "an empty name": ("plain", ("EHLO x", "AUTH LOGIN", "")),
    "LOGIN with =": ("plain", ("EHLO x", "AUTH LOGIN =", ANN, SECRET)),
    "LOGIN": ("plain", ("EHLO x", "AUTH LOGIN", ANN, b64("wrong"), "AUTH login", ANN, SECRET, MAIL, RCPT)),
    "LOGIN, name first": ("plain", ("EHLO x", f"AUTH LOGIN {ANN}", SECRET, "AUTH PLAIN")),
    "LOGIN given up": ("plain", ("EHLO x", "AUTH LOGIN", ANN, "*", "AUTH LOGIN", "*x")),
    "names in PLAIN": (
        "plain",
        (
            "EHLO x", f"AUTH PLAIN {b64('bob@example.com' + chr(0) + 'ann' + chr(0) + 'x')}",
            f"AUTH PLAIN {b64(chr(0) + 'ann')}", f"AUTH PLAIN {b64('ann' + chr(0) + 'ann' + chr(0) + chr(97))}",
            f"AUTH PLAIN {b64('ann' + chr(0) + 'ann' + chr(0) + 'ann' + chr(39) + 's secret')}",
        ),
    ),
    "within a transaction": ("plain", ("EHLO x", MAIL, f"AUTH PLAIN {GOOD}", RCPT, "AUTH")),
    "XCLIENT logs out": (
        "plain",
        ("EHLO x", f"AUTH PLAIN {GOOD}", "XCLIENT NAME=foo.example", "EHLO y", MAIL, RCPT, "RSET", f"AUTH PLAIN {GOOD}", MAIL, RCPT),
    ),
    "XCLIENT logs in": ("plain", ("EHLO x", "XCLIENT LOGIN=joe", "EHLO y", f"AUTH PLAIN {GOOD}", MAIL, RCPT)),
    "EHLO again": ("plain", ("EHLO x", f"AUTH PLAIN {GOOD}", "EHLO y", MAIL, RCPT)),
    "the longest response": ("plain", ("EHLO x", "AUTH PLAIN", "A" * 12287)),
    "one octet more": ("plain", ("EHLO x", "AUTH PLAIN", "A" * 12288, "NOOP")),
    "a long command": ("plain", ("EHLO x", f"AUTH PLAIN {'A' * 4001}", "NOOP")),
    "AUTH= of MAIL": (
        "plain",
        ("EHLO x", f"{MAIL} AUTH=<>", "RSET", f"{MAIL} AUTH=x+y", "RSET", f"{MAIL} AUTH=<> AUTH=x", "RSET", f"{MAIL} AUTH=x AUTH=y"),
    ),
    "a message": ("plain", ("EHLO x", f"AUTH PLAIN {GOOD}", f"{MAIL} AUTH=snd@x", RCPT, DATA, "x\r\n.")),
    "a message with header": ("header", ("EHLO x", f"AUTH PLAIN {GOOD}", MAIL, RCPT, DATA, "x\r\n.")),
    "owner": ("owners", ("EHLO x", f"AUTH PLAIN {GOOD}", MAIL, RCPT, "RSET", "MAIL FROM:<c@b.example>", RCPT)),
    "owner, not logged in": ("owners", ("EHLO x", MAIL, RCPT)),
    "check_sasl_access": ("access", ("EHLO x", f"AUTH PLAIN {GOOD}", MAIL, RCPT)),
} | {
    f"door {door}": (door, ("AUTH", "EHLO x", f"AUTH PLAIN {GOOD}", f"AUTH LOGIN {ANN}", "NOOP", f"{MAIL} AUTH=z"))
    for door in ("broken", "noplaintext", "excepted", "discarded", "tls_only", "off", "helo")
} | {
    f"door {door}": (door, ("EHLO x", f"AUTH PLAIN {GOOD}", f"AUTH LOGIN {ANN}", "NOOP", MAIL, RCPT))
    for door in ("filtered", "unfiltered")
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    dovecot: PrivateDovecot
    postfix: PrivatePostfix
    gate: RunningGate
    gate_ports: dict[str, int]


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """One Dovecot behind a Postfix and a Gatepost with the same doors."""
    with private_dovecot() as dovecot:
        doors = {name: COMMON | {"smtpd_sasl_path": str(dovecot.socket)} | given for name, given in DOORS.items()}
        ports = dict(zip(doors, free_ports(len(doors)), strict=True))
        rows = [
            f"127.0.0.1:{ports[name]} inet n - n - - smtpd\n"
            + "".join(f"  -o {{ {parameter} = {value} }}\n" for parameter, value in values.items())
            for name, values in doors.items()
        ]
        basis = (
            "compatibility_level = 3.6\nmyhostname = mx.gatepost.example\nmydestination =\nlocal_recipient_maps =\n"
        )
        basis += "smtpd_peername_lookup = no\nsmtpd_client_connection_count_limit = 0\nsmtpd_sasl_failure_delay = 0\n"
        basis += "syslog_name = postfix\n"
        with private_postfix(doors) as postfix, running_gate(basis=basis, master_cf="".join(rows), workers=1) as gate:
            yield Pair(dovecot, postfix, gate, ports)


def talk(port: int, lines: tuple[str, ...]) -> list[str]:
    """Say each line when the one before is answered; give all that was heard."""
    heard = []
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as connection,
        connection.makefile("rb") as replies,
    ):
        for line in ("", *lines, "QUIT"):
            if heard:
                connection.sendall(line.encode("latin-1") + b"\r\n")
            while reply := replies.readline().decode().rstrip("\r\n"):
                heard.append(re.sub(r"queued as [\w.]+", "queued as …", reply))
                if reply[3:4] != "-":
                    break
            else:
                heard.append("(closed)")
                break
    return heard


@pytest.mark.parametrize("name", SESSIONS)
def test_the_same_replies(pair: Pair, name: str) -> None:
    door, lines = SESSIONS[name]
    assert talk(pair.gate_ports[door], lines) == talk(pair.postfix.ports[door], lines)


LOGGED = ("mistakes", "LOGIN", "LOGIN given up", "a message", "XCLIENT logs out", "after HELO", "no base64")


def settled(log: Callable[[], str]) -> str:
    """The log, when nothing more comes."""
    former, text = "", log()
    while former != text:
        time.sleep(0.3)
        former, text = text, log()
    return text


def log_lines(text: str) -> list[str]:
    """What concerns logins, without time, process and ids, sorted: two servers need not log in step."""
    lines = re.findall(r"postfix/smtpd\[\d+\]: (.*)", text)
    chosen = [line for line in lines if "SASL" in line or "sasl_" in line or "auth=" in line]
    chosen = [re.sub(r"(: Invalid .*, sasl_username=).*", r"\1", line) for line in chosen]
    clean = [
        re.sub(r"^\w+: client|, id=\w+(\.\d+)?$", lambda m: "client" if m[0][0] != "," else "", line)
        for line in chosen
    ]
    return sorted(line for line in clean if "base64" not in line)


def test_the_same_log(pair: Pair) -> None:
    logs = pair.gate.log, pair.postfix.maillog.read_text
    begins = [len(settled(log)) for log in logs]
    for name in LOGGED:
        door, lines = SESSIONS[name]
        talk(pair.gate_ports[door], lines)
        talk(pair.postfix.ports[door], lines)
    ours, theirs = (log_lines(settled(log)[begin:]) for log, begin in zip(logs, begins, strict=True))
    assert ours == theirs
    assert len(ours) > 15
    assert not re.search(r"secret|wrong|bob pass", pair.gate.log())
    for secret in (GOOD, WRONG, SECRET):
        assert secret not in pair.gate.log()


def test_dovecot_is_away(pair: Pair) -> None:
    pair.dovecot.stop()
    try:
        lines = ("EHLO x", f"AUTH PLAIN {GOOD}", "NOOP")
        away = (
            "454 4.7.0 Temporary authentication failure: (reason unavailable)"  # a Postfix with a session says it too
        )
        assert talk(pair.gate_ports["plain"], lines)[-3:] == [away, "250 2.0.0 Ok", "221 2.0.0 Bye"]
        talk(pair.gate_ports["plain"], lines)
        pair.gate.await_log("clients that log in hear 454")
        assert pair.gate.log().count("clients that log in hear 454") == 1
    finally:
        pair.dovecot.start()
    heard = talk(pair.gate_ports["plain"], ("EHLO x", f"AUTH PLAIN {GOOD}"))
    assert heard[-2] == "235 2.7.0 Authentication successful", pair.gate.log()[-2000:]
    pair.gate.await_log("answers again")
