"""The same sessions with a real smtpd(8) and with SmtpDialogue: every reply line must be the same.

What the two may differ in is taken out: the queue id after "queued as". Policy accepts everything on both sides.
"""

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatepost.model.reply import Reply
from gatepost.wire.smtp.events import EtrnAsked, Event
from gatepost.wire.smtp.settings import SmtpSettings
from tests.wire.smtp.awkward_sessions import DOORS, HELLO, SESSIONS
from tests.wire.smtp.private_postfix import PrivatePostfix, private_postfix
from tests.wire.smtp.smtp_client import Asker

pytestmark = pytest.mark.peer("postfix")

HOST = {"myhostname": "mx.gatepost.example", "smtpd_banner": "mx.gatepost.example ESMTP Postfix"}


def settings_of(door: str) -> SmtpSettings:
    """The settings of the dialogue that stands for a door."""
    values: dict[str, object] = {"smtpd_forbid_bare_newline": "no", "smtpd_forbid_unauth_pipelining": False, **HOST}
    for name, text in DOORS[door].items():
        if name == "smtpd_discard_ehlo_keywords":
            values[name] = frozenset(text.split(", "))
        elif name == "smtpd_noop_commands":
            values[name] = (text,)
        elif name == "cleanup_service_name":
            values["hopcount_limit"] = 3
        elif text in ("yes", "no"):
            values[name] = text == "yes"
        else:
            values[name] = int(text) if text.isdigit() else text
    return SmtpSettings(**values)  # type: ignore[arg-type]  # a table of names and values cannot be typed


@pytest.fixture(scope="module")
def postfix() -> Iterator[PrivatePostfix]:
    with private_postfix(DOORS) as running:
        yield running


def verdict(event: Event) -> Reply | None:
    """What the real one says where its policy, not its protocol, answers: nobody may ETRN here."""
    return Reply(459, "", f"<{event.domain}>: service unavailable") if isinstance(event, EtrnAsked) else None


def plain(text: str) -> list[str]:
    """Reply lines without what only a queue can say."""
    return [re.sub(r" Ok: (\d+ bytes )?queued as .*", " Ok", line) for line in text.splitlines()]


def talk(port: int, turns: list[bytes], expected: list[str]) -> list[str]:
    """Say the turns to the real server, waiting each time for as many lines as are expected."""
    heard: list[str] = []
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        for turn, lines in zip([b"", *turns], expected, strict=False):
            try:
                client.sendall(turn)
            except OSError:
                return [*heard, "closed"]
            heard.append(read_lines(client, lines.count("\n")))
        client.settimeout(0.02)
        heard.append(read_lines(client, 1))
    return heard


def read_lines(client: socket.socket, count: int) -> str:
    """Read until so many lines are there, or the server closes, or nothing comes for a while."""
    octets = b""
    while octets.count(b"\n") < count:
        try:
            piece = client.recv(65536)
        except (TimeoutError, ConnectionError):
            break
        if not piece:
            break
        octets += piece
    return octets.decode("utf-8", "replace")


def compare(postfix: PrivatePostfix, door: str, turns: list[bytes]) -> Asker:
    """Hold the same session with both."""
    ours = Asker(settings_of(door), verdict)
    expected = [ours.said()]
    for turn in turns:
        expected.append(ours.send(turn))
        if ours.has_ended:
            break
    theirs = talk(postfix.ports[door], turns, expected)
    assert [plain(said) for said in expected] == [plain(said) for said in theirs[: len(expected)]]
    assert "".join(theirs[len(expected) :]) == ""
    return ours


@pytest.mark.parametrize("name", SESSIONS)
def test_session(postfix: PrivatePostfix, name: str) -> None:
    compare(postfix, *SESSIONS[name])


@pytest.mark.parametrize(
    "name", ["order", "bdat", "recipient limit", "pipelining after ehlo", "header", "noop commands"]
)
def test_counts_of_the_disconnect_line(postfix: PrivatePostfix, name: str) -> None:
    before = postfix.maillog.read_text().count("disconnect from")
    ours = compare(postfix, *SESSIONS[name])
    for _ in range(100):
        lines = re.findall(r"disconnect from unknown\[127\.0\.0\.1\] (.*)", postfix.maillog.read_text())
        if ours.dialogue.counts in lines[before:]:
            break
        time.sleep(0.05)
    assert ours.dialogue.counts in lines[before:]


ADDRESSES = r"""@host|@|user@|a@b@c|a!b|!b|a!|a!b@c|a%b|a%|%b|a%b@c|-a@b|a!-b|a@-b|a@b-|a@b_c|a@_b|a@127.0.0.1|a@1.2|a@12
a@[1.2.3.4]|a@[1.2.3]|a@[x]|a@[IPv6:::1]|a@[IPv6:1]|a@[IPV6:fe80::1]|a@[fe80::1]|a@[1.2.3.4|a@[1.2.3.4]x|a@[01.2.3.4]
a@[0.0.0.0]|a@[IPv6:fe80::1%lo]|a@[]|a@[IPv6:::ffff:1.2.3.4]|a@[256.1.1.1]
a@b.|a@b..|a@.b|.a@b|a.@b|a..b@c|"a b"@c|"a"b@c|"a@b"@c|""@c|"a|a\@b@c|a\ b@c|a(b)@c|(x)a@b|a@b(x)|a@b (x)|<a@b>
<<a@b>>|x<a@b>|x<a b@c>|a,b|a@b,|,a@b|g:a@b;|g:;|g:a@b,c@d;|@a:u@b|@a,@b:u@c|@a,@b|@a:@b:u@c|a b@c|a@b c|a;b@c|a:b@c
a@b:25|é@b|a@é|a@é.example|é@é|a@xn--9ca.c|a@b\.c|a@"b"|a@b."c"|[a]@b|a@[b]c|'a'@b|"-a"@b|-|postmaster|"|\|a\|a@b\|()
(|)|a)|a]@b|a@b>|a@b>c|a@b.c-|a@b.-c|a@b.1|a@1.b|a@0x7f.1|a@b,c|a.b|a@.|@.|.|..@b|a@@b|"a\"b"@c|"a\\b"@c|*@b|a=b@c|a@b/c
a@b@|a%b%|a%@b|%@b|!@b|"a%b"|"a!b"|"a@b"|"a b"|a!b!c|a!b%c|a%b!c|"a|b"@c|((a)b)c@d|(a\)b)c@d|a@(b)c|a@b(|"a\|a@b"""


def addresses() -> list[str]:
    """Addresses of every awkward form, and labels and domains at their limits."""
    label, long_label = "b" * 63, "b" * 64
    domain = ".".join([label] * 3 + ["b" * 61])
    limits = [
        f"a@{label}",
        f"a@{long_label}",
        f"a@{domain}",
        f"a@{domain}b",
        f"a@{domain}bb",
        "a" * 300 + "@b",
        "a|b@c",
        "|a@b",
    ]
    return ADDRESSES.replace("\n", "|").split("|") + limits


KNOWN_DIFFERENCES = (
    "[IPv6:1111:2222:3333:4444:5555:6666:7777]",  # seven groups: Postfix miscounts
    "[IPv6:1111:2222:3333:4444:5555:255.255.255.255]",  # the same
    "[IPv6:1111:2222:3333:4444:5555:6666:255.255.255.255]",  # eight groups, which are right
    "@⒈wouldbeinvalid.com> SMTPUTF8",  # not allowed by UTS 46
    "@中111111111122222222223333333333444444444455555555",  # one octet too long, differently counted
    "<my.long.address@\ufb2c1",  # normalised otherwise
    "@yy－－0.tld> SMTPUTF8",  # hyphens in the third and fourth place
)


def judge(postfix: PrivatePostfix, door: str, commands: list[str]) -> None:
    """Say many MAIL commands in one session, each followed by RSET; compare reply by reply."""
    ours = Asker(settings_of(door), verdict)
    ours.said()
    turns = [HELLO + b"".join(command.encode("utf-8", "surrogateescape") + b"\r\nRSET\r\n" for command in commands)]
    expected = ours.send(turns[0])
    theirs = talk(postfix.ports[door], turns, ["\n", expected])[1]
    skipped = len(expected.splitlines()) - 2 * len(commands)
    pairs = zip(commands, expected.splitlines()[skipped::2], theirs.splitlines()[skipped::2], strict=True)
    different = [pair for pair in pairs if pair[1] != pair[2]]
    assert [pair for pair in different if not any(known in pair[0] for known in KNOWN_DIFFERENCES)] == []


@pytest.mark.parametrize("door", ["many", "many_strict"])
@pytest.mark.parametrize("form", ["MAIL FROM:<%s>", "MAIL FROM:%s", "MAIL FROM:<%s> SMTPUTF8", "VRFY %s"])
def test_addresses(postfix: PrivatePostfix, door: str, form: str) -> None:
    judge(postfix, door, [form % address for address in addresses()])


@pytest.mark.shared
@pytest.mark.parametrize("door", ["many", "many_strict"])
@pytest.mark.parametrize("form", ["MAIL FROM:<%s>", "MAIL FROM:%s", "MAIL FROM:<%s> SMTPUTF8"])
def test_addresses_of_other_validators(postfix: PrivatePostfix, door: str, form: str) -> None:
    path = Path(__file__).parents[4] / "shared/data/vectors/validator_strings.json"
    strings = [text for texts in json.loads(path.read_text()).values() for text in texts]
    judge(postfix, door, [form % text for text in strings if not set(text) & set("\r\n\0") and len(text) < 1900])
