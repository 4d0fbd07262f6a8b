"""The policy door behind a real Postfix: its verdicts are those of the same list in front, for the same facts.

The Postfix has `check_policy_service` as the last line of its recipient restrictions; Gatepost serves each list twice,
as smtpd_recipient_restrictions of a `smtpd` row and as policyd_restrictions of a `policyd` row. XCLIENT tells both who
the client is. Lists are drawn at random from a seed, facts too.
"""

import random
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from gatepost.policy.subjects import Subject, repair_enhanced_code
from gatepost.testing.free_ports import free_ports
from tests.system.running_gate import RunningGate, running_gate, wait_until
from tests.system.test_policy_service_beside_postfix import read_reply
from tests.wire.smtp.private_postfix import PrivatePostfix, private_postfix

pytestmark = pytest.mark.peer("postfix")

ZONE = """
good.example 60 MX 10 mail.good.example.
mail.good.example 60 A 192.0.2.10
10.2.0.192.in-addr.arpa 60 PTR mail.good.example
nullmx.example 60 MX 0 .
fails.example ! servfail
spam.example 60 A 203.0.113.66
bl.test lists 203.0.113.66 127.0.0.2 see http://bl.test/
dbl.test lists spam.example 127.0.1.2
wl.test lists 192.0.2.10 127.0.5.1
fails.test ! servfail
*.fails.test ! servfail
"""
WORDS = (
    "permit_mynetworks", "permit_sasl_authenticated", "reject_unknown_client_hostname", "permit", "reject", "defer",
    "reject_unknown_reverse_client_hostname", "reject_invalid_helo_hostname", "reject_non_fqdn_helo_hostname",
    "reject_unknown_helo_hostname", "reject_non_fqdn_sender", "reject_unknown_sender_domain", "reject_unlisted_sender",
    "reject_non_fqdn_recipient", "reject_unknown_recipient_domain", "reject_unauth_destination", "defer_if_permit",
    "reject_rbl_client bl.test", "reject_rbl_client fails.test", "reject_rhsbl_sender dbl.test", "defer_if_reject",
    "reject_rhsbl_helo dbl.test", "permit_dnswl_client wl.test", "permit_dnswl_client fails.test", "first_class",
    "reject_plaintext_session", "warn_if_reject reject", "warn_if_reject reject_unknown_sender_domain", "hopeless",
    "check_sender_mx_access inline:{{192.0.2.10 = REJECT bad exchanger}}",
)  # fmt: skip
ACTIONS = (
    "REJECT", "REJECT 5.7.9 go away", "550 5.1.8 who are you", "451 4.7.3 not now", "DEFER", "DEFER_IF_PERMIT wait", "OK",
    "DEFER_IF_REJECT softly", "DUNNO", "PREPEND X-Seen: yes", "REDIRECT x@ours.example", "BCC y@ours.example",
    "DISCARD quietly", "WARN look", "INFO look", "HANGUP", "421 4.7.0 busy", "reject_non_fqdn_sender", "550 5.7.2",
)  # fmt: skip
CHECKS = {
    "check_client_access": ("192.0.2.10", "203.0.113", "unknown", "good.example"),
    "check_reverse_client_hostname_access": ("mail.good.example",),
    "check_helo_access": ("pc1", "mail.good.example", "spam.example"),
    "check_sender_access": ("ann@good.example", "spam.example", "<>", "bob@"),
    "check_recipient_access": ("carl@ours.example", "ours.example"),
}
CLIENTS = ("192.0.2.10", "192.0.2.20", "203.0.113.66")
NAMES = ("mail.good.example", "[UNAVAILABLE]", "host.spam.example")
HELO_NAMES = ("pc1", "mail.good.example", "spam.example", "[192.0.2.10]", "-x.example")
SENDERS = (
    "",
    "ann@good.example",
    "bob@spam.example",
    "bob@nullmx.example",
    "eve@fails.example",
    "eve@void.example",
    "bob",
)
RECIPIENTS = ("carl@ours.example", "dora@ours.example", "carl@sub.ours.example")
LISTS = 16
SESSIONS = 20
COMMON = {"smtpd_authorized_xclient_hosts": "127.0.0.0/8", "smtpd_forbid_unauth_pipelining": "no"}
POSTFIX = COMMON | {"mynetworks": "0.0.0.0/0, [::]/0", "smtpd_relay_restrictions": "permit_mynetworks, reject"}
GATE = COMMON | {
    "mynetworks": "192.0.2.20/32",
    "mydestination": "",
    "relay_domains": "ours.example",
    "smtpd_relay_restrictions": "reject_unauth_destination",
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_peername_lookup": "no",
    "smtpd_reject_unlisted_recipient": "no",
    "smtpd_restriction_classes": "first_class, hopeless",
    "first_class": "reject_unknown_client_hostname, permit_mynetworks",
    "hopeless": "permit_mynetworks, warn_if_reject reject_unauth_destination, check_sender_access fail:now",
}


def draw_list(chance: random.Random) -> str:
    """Three to seven restrictions."""
    return ", ".join(
        chance.choice(WORDS) if chance.random() < 0.5 else draw_check(chance) for _ in range(chance.randint(3, 7))
    )


def draw_check(chance: random.Random) -> str:
    check = chance.choice(sorted(CHECKS))
    keys = chance.sample(CHECKS[check], 1)
    return f"{check} inline:{{{', '.join(f'{{{key} = {chance.choice(ACTIONS)}}}' for key in keys)}}}"


def draw_session(chance: random.Random) -> list[str]:
    """XCLIENT, HELO and one recipient after another."""
    address = chance.choice(CLIENTS)
    login = " LOGIN=ann" if chance.random() < 0.2 else ""
    return [
        f"XCLIENT ADDR={address} NAME={chance.choice(NAMES)} REVERSE_NAME={chance.choice(NAMES)}{login}",
        f"{chance.choice(('HELO', 'EHLO'))} {chance.choice(HELO_NAMES)}",
        f"MAIL FROM:<{chance.choice(SENDERS)}>",
        *(f"RCPT TO:<{recipient}>" for recipient in chance.sample(RECIPIENTS, 2)),
    ]


class Both(NamedTuple):
    """The gate with both kinds of rows, and the Postfix that asks it."""

    gate: RunningGate
    postfix: PrivatePostfix
    lists: list[str]
    front: list[int]


def say(port: int, commands: list[str]) -> list[str]:
    """The replies; `(closed)` for the one that does not come."""
    heard: list[str] = []
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client, client.makefile("rb") as replies:
        read_reply(replies)
        for command in commands:
            try:
                client.sendall(command.encode() + b"\r\n")
                heard.append(read_reply(replies).replace("\r\n", "\n").strip() or "(closed)")
            except ConnectionError:
                heard.append("(closed)")
            if heard[-1] == "(closed)" or heard[-1].startswith("421"):
                return heard
    return heard


def as_postfix_says(reply: str, recipient: str) -> str:
    """What a Postfix makes of the answer to a request that in front is refused with this reply."""
    match = re.fullmatch(r"([45]\d\d) (\d\.\d+\.\d+) (.*)", reply)
    if match is None:
        return reply
    prefix = f"<{recipient}>: Recipient address rejected: "
    enhanced = repair_enhanced_code(match[2], Subject.RECIPIENT)
    return f"{match[1]} {enhanced} {prefix}{match[3].removeprefix(prefix)}"


def counted(command: list[str], pattern: str) -> list[str]:
    """What a program's output says."""
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    return re.findall(pattern, shown)


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    chance = random.Random(20261122)
    lists = [draw_list(chance) for _ in range(LISTS)]
    ports = free_ports(2 * LISTS)
    front, behind = ports[:LISTS], ports[LISTS:]
    rows = "".join(
        f"127.0.0.1:{one} inet n - n - 0 smtpd\n  -o {{ smtpd_recipient_restrictions = {each} }}\n"
        f"127.0.0.1:{two} inet n - n - - policyd\n  -o {{ policyd_restrictions = {each} }}\n"
        for one, two, each in zip(front, behind, lists, strict=True)
    )
    main_cf = "".join(f"{name} = {value}\n" for name, value in GATE.items())
    doors = {
        f"door{n}": POSTFIX
        | {
            "smtpd_recipient_restrictions": "check_policy_service "
            f"{{ inet:127.0.0.1:{port}, timeout=10s, default_action={{ 599 5.9.9 no answer }} }}"
        }
        for n, port in enumerate(behind)
    }
    with ExitStack() as stack:
        gate = stack.enter_context(running_gate(main_cf, zone=ZONE, master_cf=rows, workers=1))
        yield Both(gate, stack.enter_context(private_postfix(doors)), lists, front)


@pytest.mark.parametrize("number", range(LISTS))
def test_a_list_decides_behind_a_postfix_as_it_does_in_front(both, number):
    chance = random.Random(number)
    refused = 0
    for _ in range(SESSIONS):
        commands = draw_session(chance)
        in_front = say(both.front[number], commands)
        beside = say(both.postfix.ports[f"door{number}"], commands)
        assert [reply[:3] for reply in in_front[:3]] == [reply[:3] for reply in beside[:3]] == ["220", "250", "250"]
        recipients = [command[9:-1] for command in commands[3:]]
        expected = [as_postfix_says(reply, to) for reply, to in zip(in_front[3:], recipients, strict=False)]
        assert beside[3:] == expected, (both.lists[number], commands)
        refused += sum(not reply.startswith("250") for reply in expected)
    assert "internal error" not in both.gate.log()
    assert "closed: " not in both.gate.log()
    if refused:
        both.gate.await_log("policy-reject: RCPT from ")


CARRIED_OUT = {
    "HOLD for a look": "hold: RCPT from",
    "FILTER discard:": "filter: RCPT from",
    "REDIRECT x@ours.example": "redirect: RCPT from",
    "BCC x@ours.example": "bcc: RCPT from",
    "DISCARD": "discard: RCPT from",
    "WARN look at this": "warn: RCPT from",
    "INFO look at this": "info: RCPT from",
}


def test_what_a_gate_without_a_queue_cannot_do_the_postfix_does():
    keys = ", ".join(f"{{u{n}@ours.example = {action}}}" for n, action in enumerate(CARRIED_OUT))
    port = free_ports(1)[0]
    row = f"127.0.0.1:{port} inet n - n - - policyd\n"
    asks = f"check_policy_service {{ inet:127.0.0.1:{port}, timeout=10s, default_action=DUNNO }}"
    with ExitStack() as stack:
        lists = f"policyd_restrictions = check_recipient_access inline:{{{keys}}}, permit\n"
        gate = stack.enter_context(running_gate(lists, master_cf=row, workers=1))
        doors = {"door": POSTFIX | {"smtpd_recipient_restrictions": f"{asks}, permit"}}
        postfix = stack.enter_context(private_postfix(doors))
        for number, (action, line) in enumerate(CARRIED_OUT.items()):
            heard = say(
                postfix.ports["door"],
                ["EHLO a.example", "MAIL FROM:<a@b.example>", f"RCPT TO:<u{number}@ours.example>"],
            )
            assert heard[-1] == "250 2.1.5 Ok", action
            wait_until(lambda line=line: line in postfix.maillog.read_text(), line)
        for kind in ("discard", "warn", "info"):
            gate.await_log(f"NOQUEUE: policy-{kind}: RCPT from ")
        assert "policy-reject" not in gate.log()


def test_the_postfix_goes_on_without_a_gate_and_finds_it_again():
    """With the safe line mail passes while nobody answers."""
    port = free_ports(1)[0]
    row = f"127.0.0.1:{port} inet n - n - - policyd\n"
    asks = f"check_policy_service {{ inet:127.0.0.1:{port}, timeout=10s, default_action=DUNNO }}"
    commands = ["EHLO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<u@ours.example>"]
    with private_postfix({"door": POSTFIX | {"smtpd_recipient_restrictions": f"{asks}, permit"}}) as postfix:
        assert say(postfix.ports["door"], commands)[-1] == "250 2.1.5 Ok"
        with running_gate("policyd_restrictions = reject\n", master_cf=row, workers=1):
            assert say(postfix.ports["door"], commands)[-1].endswith("Recipient address rejected: Access denied")
        assert say(postfix.ports["door"], commands)[-1] == "250 2.1.5 Ok"


@pytest.mark.peer("pflogsumm", "fail2ban-regex")
def test_a_refusal_in_both_logs_counts_once(tmp_path):
    """Both programs write into one mail log; readers of it take the line of the Postfix."""
    port = free_ports(1)[0]
    row = f"127.0.0.1:{port} inet n - n - - policyd\n"
    settings = POSTFIX | {"smtpd_recipient_restrictions": f"check_policy_service inet:127.0.0.1:{port}, permit"}
    client = ["XCLIENT ADDR=192.0.2.4 NAME=[UNAVAILABLE]", "EHLO a.example", "MAIL FROM:<a@b.example>"]
    with ExitStack() as stack:
        gate = stack.enter_context(running_gate("policyd_restrictions = reject\n", master_cf=row, workers=1))
        postfix = stack.enter_context(private_postfix({"door": settings}))
        assert say(postfix.ports["door"], [*client, "RCPT TO:<u@ours.example>"])[-1].startswith("554")
        gate.await_log("policy-reject: RCPT from unknown[192.0.2.4]: 554 5.7.1 Access denied;")
        wait_until(lambda: "NOQUEUE: reject: RCPT from" in postfix.maillog.read_text(), "the line of the Postfix")
        log = tmp_path / "mail.log"
        log.write_text(gate.log() + postfix.maillog.read_text())
    assert counted(["pflogsumm", str(log)], r"(?m)^ +(\d+) +rejected ") == ["1"]
    assert counted(["fail2ban-regex", str(log), "postfix[mode=aggressive]"], r"(\d+) matched") == ["1"]
