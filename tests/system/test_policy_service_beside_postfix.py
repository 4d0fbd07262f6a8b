"""check_policy_service of a real Postfix and of a real Gatepost, held against each other.

Both speak to a policy server that records, in the same sessions: every attribute and its order, which questions are
asked and which of them belong together. Then to one that answers oddly: the replies that the clients hear. Both hand
mail on to smtp-sink, so neither has a queue id.
"""

import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import pytest

from gatepost.testing.scripted_policy_server import DISCONNECT, Script, Step
from tests.system.policy_server import policy_server
from tests.system.running_gate import running_gate, sink
from tests.wire.smtp.private_postfix import private_postfix

pytestmark = pytest.mark.peer("postfix", "smtp-sink")

BOTH = {
    "mydestination": "",
    "mynetworks": "127.0.0.0/8",
    "smtpd_relay_restrictions": (
        "check_recipient_access inline:{foreign.example=REJECT}, permit_mynetworks, reject_unauth_destination"
    ),
    "smtpd_forbid_unauth_pipelining": "no",
    "smtpd_error_sleep_time": "0",
    "smtpd_peername_lookup": "yes",
}
LISTS = ("client", "helo", "sender", "recipient", "data", "end_of_data", "etrn")


class Heard(NamedTuple):
    """What came of the same sessions with both."""

    postfix: list[str]
    gatepost: list[str]
    postfix_asked: list[bytes]
    gatepost_asked: list[bytes]


@contextmanager
def both(script: Script, settings: Callable[[str], dict[str, str]]) -> Iterator[Callable[..., Heard]]:
    """Run both; gives a function that holds a session (turns, each a piece of input) with both at once."""
    with ExitStack() as stack:
        servers = [stack.enter_context(policy_server(script)) for _ in range(2)]
        hop = stack.enter_context(sink())
        theirs, ours = (BOTH | settings(server.endpoint) for server in servers)
        door = {"smtpd_proxy_filter": hop.address, "smtpd_client_connection_count_limit": "0"} | theirs
        postfix = stack.enter_context(private_postfix({"door": door}))
        main_cf = "".join(f"{name} = {value}\n" for name, value in ours.items())
        gate = stack.enter_context(
            running_gate(f"myhostname = mx.gatepost.example\n{main_cf}", hop=hop.address, workers=1)
        )

        def hold(turns: Sequence[str]) -> Heard:
            before = [len(server.requests) for server in servers]
            said: list[list[str]] = [[], []]
            ports = (postfix.ports["door"], gate.port)
            threads = [
                threading.Thread(target=talk, args=(port, turns, heard))
                for port, heard in zip(ports, said, strict=True)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            asked = [server.requests[count:] for server, count in zip(servers, before, strict=True)]
            return Heard(said[0], said[1], asked[0], asked[1])

        yield hold


def talk(port: int, turns: Sequence[str], heard: list[str]) -> None:
    """Hold a session; each turn is one command, or several lines for one reply (a message)."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client, client.makefile("rb") as replies:
        heard.append(read_reply(replies))
        for turn in turns:
            client.sendall(turn.replace("\n", "\r\n").encode() + b"\r\n")
            heard.append(read_reply(replies))


def read_reply(replies) -> str:
    lines = []
    while True:
        line = replies.readline().decode("utf-8", "replace")
        lines.append(re.sub(r"queued as .*", "queued", line))
        if line[3:4] != "-":
            return "".join(lines)


def facts(requests: list[bytes]) -> list[str]:
    """Requests as text; ports become a word, instances numbers in the order in which they are first seen."""
    seen: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f"instance={seen.setdefault(match[1], len(seen)) if match[1] else '-'}"

    text = [request.decode() for request in requests]
    text = [re.sub(r"(?m)^(client|server)_port=\d+$", r"\1_port=N", each) for each in text]
    return [re.sub(r"(?m)^instance=(.*)$", number, each) for each in text]


MESSAGE = "Subject: x\n\none\ntwo\n."
SESSIONS = {
    "two messages": [
        "EHLO client.example",
        "MAIL FROM:<Ann+x@Sender.Example> SIZE=1000",
        "RCPT TO:<Bob@ours.example>",
        "RCPT TO:<carol@ours.example>",
        "DATA",
        MESSAGE,
        "MAIL FROM:<>",
        'RCPT TO:<"a b"@ours.example>',
        "DATA",
        MESSAGE,
        "QUIT",
    ],
    "plain": ["HELO [127.0.0.1]", "MAIL FROM:<a@b.example>", "RCPT TO:<bob@ours.example>", "RSET", "QUIT"],
    "refused": [
        "EHLO x y",
        "MAIL FROM:<a@b.example>",
        "RCPT TO:<bob@foreign.example>",
        "RCPT TO:<bob@ours.example>",
        "RCPT TO:<bob@foreign.example>",
        "DATA",
        MESSAGE,
        "QUIT",
    ],
    "again": [
        "EHLO one.example",
        "MAIL FROM:<a@b.example>",
        "RSET",
        "MAIL FROM:<c@b.example>",
        "RCPT TO:<bob@ours.example>",
        "EHLO two.example",
        "MAIL FROM:<d@b.example> SIZE=5",
        "RCPT TO:<bob@ours.example>",
        "QUIT",
    ],
    "others": ["EHLO client.example", "VRFY bob@ours.example", "ETRN ours.example", "QUIT"],
    "vrfy inside": ["EHLO a", "MAIL FROM:<a@b.example> SIZE=9", "VRFY bob@ours.example", "RCPT TO:<c@ours.example>"],
    "bdat": [
        "EHLO client.example",
        "MAIL FROM:<a@b.example>",
        "RCPT TO:<bob@ours.example>",
        "RCPT TO:<carol@ours.example>",
        "BDAT 12\nSubject: y",
        "BDAT 7 LAST\nhello",
        "QUIT",
    ],
    "smtputf8": ["EHLO é.example", "MAIL FROM:<é@b.example> SMTPUTF8", "RCPT TO:<é@ours.example>", "QUIT"],
}


@pytest.fixture(scope="module", params=["yes", "no"])
def attentive(request) -> Iterator[Callable[..., Heard]]:
    def settings(endpoint: str) -> dict[str, str]:
        lists = {
            f"smtpd_{name}_restrictions": f"check_policy_service {{ {endpoint}, policy_context={name} }}"
            for name in LISTS
        }
        return lists | {"smtpd_delay_reject": request.param}

    with both([b"action=DUNNO\n\n"], settings) as hold:
        yield hold


@pytest.mark.parametrize("name", SESSIONS)
def test_the_same_is_asked_in_the_same_order(attentive, name):
    heard = attentive(SESSIONS[name])
    assert len(heard.postfix_asked) >= 2
    assert facts(heard.gatepost_asked) == facts(heard.postfix_asked)


ACTIONS: dict[str, Step] = {
    "dunno": b"action=DUNNO\n\n",
    "lower": b"action=dunno and more\n\n",
    "reject": b"action=REJECT go away\n\n",
    "bare": b"action=REJECT\n\n",
    "code": b"action=550 5.7.2 no\n\n",
    "defer": b"action=DEFER_IF_PERMIT 4.2.0 Greylisted, see you\n\n",
    "soft": b"action=450 4.7.1 later\n\n",
    "empty": b"action=\n\n",
    "blank": b"action=   \n\n",
    "leading": b"action=  REJECT with blanks\n\n",
    "tab": b"action=REJECT\twith a tab\n\n",
    "digits": b"action=250\n\n",
    "restriction": b"action=reject_non_fqdn_helo_hostname, reject\n\n",
    "unknown": b"action=no_such_restriction\n\n",
    "table": b"action=check_client_access hash:/x\n\n",
    "extra": b"reason=x\naction=REJECT extra\nother=y\n\n",
    "second": b"action=REJECT first\naction=OK\n\n",
    "utf8": "action=550 né\n\n".encode(),
    "long": b"action=550 " + b"x" * 400 + b"\n\n",
    "control": b"action=550 a\x01b\n\n",
    "cr": b"action=550 text\r\n\n",
    "surplus": b"action=REJECT one\n\naction=REJECT two\n\n",
    "hold": b"action=warn be careful\n\n",
    "discard": b"action=discard\n\n",
}
FAILURES: dict[str, Step] = {
    "missing": b"reason=x\n\n",
    "nothing": b"\n",
    "crlf": (b"action=OK\r\n\r\n", DISCONNECT),
    "http": b"HTTP/1.1 400 Bad Request\n\n",
    "upper": b"ACTION=OK\n\n",
    "spaced": b"action =OK\n\n",
    "latin1": b"action=550 n\xe9\n\n",
    "closed": DISCONNECT,
    "half": (b"action=REJ", DISCONNECT),
    "half line": (b"action=OK\n", DISCONNECT),
    "silence": 5.0,
}


def by_recipient(asked: dict[str, str]) -> Step:
    name = asked["recipient"].partition("@")[0].strip('"')
    return {**ACTIONS, **FAILURES}.get(name, b"action=DUNNO\n\n")


@pytest.fixture(scope="module")
def odd() -> Iterator[Callable[..., Heard]]:
    def settings(endpoint: str) -> dict[str, str]:
        return {"smtpd_recipient_restrictions": f"check_policy_service {{ {endpoint}, timeout=1s }}"}

    with both(by_recipient, settings) as hold:
        yield hold


def session(name: str) -> list[str]:
    return ["EHLO client", "MAIL FROM:<a@b.example>", f'RCPT TO:<"{name}"@ours.example>', "QUIT"]


@pytest.mark.parametrize("name", [*ACTIONS, *FAILURES])
def test_the_same_is_made_of_what_a_server_answers(odd, name):
    heard = odd(session(name))
    assert heard.gatepost[3:] == heard.postfix[3:]
    if name in FAILURES:
        assert "Server configuration problem" in heard.gatepost[3]
        assert len(heard.gatepost_asked) == 2
        assert len(heard.postfix_asked) == (1 if name == "latin1" else 2)


DEFAULTS = {
    "dunno": "default_action=DUNNO",
    "text": "{ default_action = 450 4.7.1 please, try later }",
    "list": "default_action=reject",
    "again": "default_action=again",
    "bad": "default_action=no_such_restriction",
}


@pytest.fixture(scope="module")
def dead() -> Iterator[Callable[..., Heard]]:
    def settings(endpoint: str) -> dict[str, str]:
        names = {f"dead_{name}": f"check_policy_service {{ {endpoint}, {word} }}" for name, word in DEFAULTS.items()}
        table = ", ".join(f"{name}@ours.example=dead_{name}" for name in DEFAULTS)
        return names | {
            "again": f"check_policy_service {{ {endpoint}, default_action=again }}",
            "smtpd_restriction_classes": ", ".join(("again", *names)),
            "smtpd_recipient_restrictions": f"check_recipient_access inline:{{{table}}}, warn_if_reject dead_text",
        }

    with both([DISCONNECT], settings) as hold:
        yield hold


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_same_stands_in_for_a_dead_server(dead, name):
    heard = dead(["EHLO client", "MAIL FROM:<a@b.example>", f"RCPT TO:<{name}@ours.example>", "QUIT"])
    assert heard.gatepost[3:] == heard.postfix[3:]
