"""What a client writes into addresses, names and parameters never becomes a command, a line or a query of ours.

One gate, and everything that it talks to listening closely: the next hop, tcp and socketmap tables, a policy server, an
SQL table. Their input must hold as many commands, keys and attributes as there were, whatever is in them; and what they
answer (a PREPEND with CR LF in it) must not become more than one header.
"""

import asyncio
import contextlib
import io
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote_from_bytes

import pytest

from gatepost.testing.scripted_hop import ScriptedHop
from gatepost.testing.scripted_policy_server import ScriptedPolicyServer
from tests.adversity.background import in_background
from tests.adversity.hops import BARE, Tap, tapped
from tests.system.running_gate import RunningGate, new_directory, running_gate
from tests.system.talking import talking
from tests.world.tables.line_servers import socketmap_server, tcp_server

LOCAL_PARTS = (
    b'"a\rRSET"',
    b'"a\\\rRCPT TO:<evil@example.com>"',
    b'"a\0b"',
    b'"a\x1b\x7f"',
    b'"a\tb c"',
    b"x'/**/OR/**/'1'='1",
    b"\"x' OR '1'='1\"",
    b'"x\\\\\' OR 1=1 -- "',
    b'"; DROP TABLE senders; --"',
    b'"%s%d%u%%"',
    b"%0a%0d",
    b'"*)(uid=*"',
    b'"a\\\\2a"',
    b"a+0D+0ARSET",
    b'"a> ORCPT=rfc822;evil RCPT TO:<evil@example.com"',
    b'"\\">\\" SIZE=1"',
    b'"sender=x request=y"',
    b'"get evil"',
    b'"$(id)`id`"',
    b"\xc3\xa9",
    b"\xe2\x80\xa8",
    b"\xff\xfe",
    b"a" * 300,
)
PARAMETERS = (
    b"ENVID=a+0D+0ARSET",
    b"ENVID=a+00",
    b"RET=HDRS ENVID=+0A",
    b"AUTH=+0D+0A",
    b"SIZE=99999999999999999999",
    b"SMTPUTF8",
    b"BODY=8BITMIME\rRSET",
)
ORIGINALS = (b"ORCPT=rfc822;a+0D+0Ab@c.example", b"ORCPT=utf-8;\\x{0D}\\x{0A}@c.example", b"NOTIFY=NEVER\0")
NAMES = (b"a\rRSET", b"x' OR '1'='1", b"[1.2.3.4\0]", b"a+0Ab", b"a\tHELO=evil", b"%0a", b"\xe2\x80\xa8.example")

HOP_LINE = re.compile(
    r"EHLO \S+|XFORWARD( [A-Z]+=[!-~]+)+|MAIL FROM:<[^\x00-\x1f\x7f]*>[ -~]*|RCPT TO:<[^\x00-\x1f\x7f]*>[ -~]*|DATA|RSET|QUIT"
)
TWO_HEADERS = "PREPEND X-Note: one\r\nX-Evil: two\nX-Worse: three"


ATTRIBUTE = re.compile(r"[a-z_]+=[^\x00\n]*")


@dataclass(slots=True)
class Site:
    """The gate and what is around it."""

    gate: RunningGate
    hop: ScriptedHop
    policy: ScriptedPolicyServer
    tcp: Tap
    socketmap: Tap


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    known = b"200 " + quote_from_bytes(TWO_HEADERS.encode()).encode() + b"\n"
    with (
        in_background(ScriptedHop()) as hop,
        in_background(ScriptedPolicyServer([b"action=DUNNO\n\n"])) as policy,
        tcp_server({}, {"known@sender.example": known}) as tcp_port,
        in_background(tapped(tcp_port)) as tcp,
        socketmap_server({}, {}) as socketmap_port,
        in_background(tapped(socketmap_port)) as socketmap,
        new_directory() as directory,
    ):
        database = directory / "senders.db"
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("CREATE TABLE senders (address TEXT, action TEXT)")
            connection.execute("INSERT INTO senders VALUES ('nobody@nowhere.example', 'REJECT found by SQL')")
            connection.commit()
        asked = (
            f"tcp:127.0.0.1:{tcp.port}",
            f"socketmap:inet:127.0.0.1:{socketmap.port}:users",
            "sqlite:./senders.cf",
        )
        checks = " ".join(f"check_{what}_access {name}" for what in ("helo", "sender", "recipient") for name in asked)
        rules = f"smtpd_recipient_restrictions = reject_unauth_destination, {checks}, check_policy_service {policy.endpoint}\n"
        query = f"dbpath = {database}\nquery = SELECT action FROM senders WHERE address = '%s'\n"
        settings = f"{rules}smtpd_error_sleep_time = 0\nsmtpd_hard_error_limit = 1000\n"
        with running_gate(settings, hop=f"127.0.0.1:{hop.port}", files={"senders.cf": query}) as gate:
            yield Site(gate, hop, policy, tcp, socketmap)
            assert "Traceback" not in gate.log() and "unexpected" not in gate.log()


async def converse(port: int, name: bytes, sender: bytes, recipient: bytes) -> list[int]:
    """One session with one transaction, each line in a packet of its own; the codes heard."""
    codes = []
    async with talking(port) as talk:
        await talk.reply()
        for line in (b"EHLO " + name, b"MAIL FROM:" + sender, b"RCPT TO:" + recipient, b"DATA"):
            talk.say(line + b"\r\n")
            codes.append((await talk.reply()).code)
        if codes[-1] == 354:
            talk.say(b"Subject: hello\r\n\r\nhello\r\n.\r\n")
            codes.append((await talk.reply()).code)
        await talk.ask("QUIT")
    return codes


def transactions() -> list[tuple[bytes, bytes, bytes]]:
    """EHLO name, sender with parameters, recipient with parameters: one of them evil at a time."""
    name, sender, recipient = b"client.example", b"<ann@sender.example>", b"<bob@example.com>"
    evil = [(each, sender, recipient) for each in NAMES]
    evil += [(name, b"<" + each + b"@sender.example>", recipient) for each in LOCAL_PARTS]
    evil += [(name, b"<" + each + b"@sender.example> SMTPUTF8", recipient) for each in LOCAL_PARTS]
    evil += [(name, sender + b" " + each, recipient) for each in PARAMETERS]
    evil += [(name, sender, b"<" + each + b"@example.com>") for each in LOCAL_PARTS]
    evil += [(name, sender, recipient + b" " + each) for each in ORIGINALS]
    return evil


def test_what_is_evil_stays_one_word(site: Site) -> None:
    async def play() -> list[list[int]]:
        return [await converse(site.gate.port, *each) for each in transactions()]

    heard = asyncio.run(play())
    for codes, said in zip(heard, transactions(), strict=True):
        assert codes and 0 not in codes, said
        assert set(codes) <= {250, 354, 500, 501, 502, 503, 504, 550, 552, 553, 554, 555}, (codes, said)
    begun = sum(codes[1] == 250 and codes[2] == 250 for codes in heard)
    lines = [line for session in site.hop.sessions for line in session.lines]
    assert [line for line in lines if not HOP_LINE.fullmatch(line)] == []
    assert sum(line.startswith("MAIL ") for line in lines) == sum(line.startswith("RCPT ") for line in lines) == begun
    assert begun > 30
    for session in site.hop.sessions:
        assert BARE.findall(b"".join(session.reads)) == []


def test_tables_hear_one_key_at_a_time(site: Site) -> None:
    lines = b"".join(site.tcp.heard).splitlines(keepends=True)
    assert len(lines) > 60
    assert [line for line in lines if not re.fullmatch(rb"get [!-~]+\n", line)] == []
    for octets in site.socketmap.heard:
        reader = io.BytesIO(octets)
        while length := reader.read(1):
            while (digit := reader.read(1)) != b":":
                length += digit
            assert reader.read(int(length)).startswith(b"users ")
            assert reader.read(1) == b","


def test_the_policy_server_hears_each_attribute_once(site: Site) -> None:
    assert len(site.policy.requests) > 30
    for request in site.policy.requests:
        lines = request.decode("utf-8", "surrogateescape").removesuffix("\n\n").split("\n")
        assert [line for line in lines if not ATTRIBUTE.fullmatch(line)] == [], request
        names = [line.partition("=")[0] for line in lines]
        assert len(set(names)) == len(names) and names[0] == "request" and names.count("sender") == 1, request


def test_a_prepend_with_line_ends_is_one_header_or_none(site: Site) -> None:
    codes = asyncio.run(converse(site.gate.port, b"client.example", b"<known@sender.example>", b"<bob@example.com>"))
    assert codes == [250, 250, 250, 354, 250]
    header = site.hop.messages[-1].partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in header.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
    assert b"X-Evil" not in names and b"X-Worse" not in names, header
    assert b"Subject" in names and not BARE.search(header)
