"""Sessions that make every kind of log line, one after another, each from an address of its own.

A session is (address, door, steps). A step is a command (sent, its reply read), octets (sent as they are, nothing
read), EOF (the client vanishes) or REST (read until the server closes). The same sessions run against Gatepost and
against a real Postfix; record_beside_postfix.py writes down where the two logs differ.
"""

import contextlib
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, Final

from gatepost.testing.free_ports import free_port
from tests.system.running_gate import RunningGate, running_gate, sink

EOF: Final = object()
REST: Final = object()

GATE, REFUSING, DEAF, DOWN = "gate", "refusing", "deaf", "down"
"""Doors: a hop that takes all, one that refuses recipients, one that refuses messages, and none at all."""

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination =
local_recipient_maps =
relay_domains = example.com
relay_recipient_maps = inline:{{ann@example.com=x}, {bob@example.com=x}}
mynetworks = 127.0.0.1/32
smtpd_helo_required = yes
disable_vrfy_command = yes
message_size_limit = 20000
smtpd_timeout = 2s
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 4
smtpd_soft_error_limit = 4
smtpd_client_connection_count_limit = 0
smtpd_forbid_unauth_pipelining = yes
smtpd_forbid_bare_newline = reject
smtpd_forbid_bare_newline_exclusions =
smtpd_client_restrictions =
    check_client_access inline:{{127.0.0.16=550 5.7.1 Go away}, {127.0.0.29=421 4.7.0 Not now}, {127.0.0.34=HANGUP}}
smtpd_helo_restrictions = reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname
smtpd_sender_restrictions =
    check_sender_access inline:{{spammer.example=REJECT}, {partner.example=DISCARD}, {slow.example=DEFER_IF_PERMIT Later},
        {told.example=INFO seen}, {warned.example=WARN watch}, {marked.example=PREPEND X-Mark:1}, {wait.example=DEFER}}
    reject_non_fqdn_sender
    reject_unknown_sender_domain
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_recipient_restrictions =
    permit_mynetworks
    warn_if_reject reject_rbl_client watch.test
    warn_if_reject reject_unknown_reverse_client_hostname
    reject_rbl_client bl.test
    reject_rhsbl_sender dbl.test
    check_client_access inline:{{nameless.example=OK}, {127.0.0.37=OK}}
    reject_unknown_client_hostname
smtpd_data_restrictions = check_sender_access inline:{{late.example=554 5.7.1 Not this one}}
smtpd_end_of_data_restrictions = check_sender_access inline:{{last.example=REJECT after all}}
"""

ZONE = (
    "".join(
        f"{n}.0.0.127.in-addr.arpa 300 PTR host{n}.client.example\nhost{n}.client.example 300 A 127.0.0.{n}\n"
        for n in range(2, 90)
        if n not in (4, 5, 37)
    )
    + """\
5.0.0.127.in-addr.arpa 300 PTR host6.client.example
sender.example 300 MX 10 host2.client.example
spammer.example 300 MX 10 host2.client.example
partner.example 300 MX 10 host2.client.example
slow.example 300 MX 10 host2.client.example
told.example 300 MX 10 host2.client.example
warned.example 300 MX 10 host2.client.example
marked.example 300 MX 10 host2.client.example
wait.example 300 MX 10 host2.client.example
listed.example 300 MX 10 host2.client.example
late.example 300 MX 10 host2.client.example
last.example 300 MX 10 host2.client.example
broken.example ! servfail
bl.test lists 127.0.0.3 127.0.0.2 Listed, see https://bl.test/127.0.0.3
watch.test lists 127.0.0.36 127.0.0.2 Watched
dbl.test lists listed.example 127.0.0.2
"""
)

EHLO = "EHLO good.client.example"
FROM = "MAIL FROM:<ann@sender.example>"
TO = "RCPT TO:<bob@example.com>"
TEXT = b"Subject: a trial\r\n\r\nHello.\r\n.\r\n"
MESSAGE = ("DATA", TEXT, "", "QUIT")
"""The empty command reads the reply to the message."""

Session = tuple[int, str, tuple[object, ...]]
Heard = tuple[object, bytes]
"""A step that reads, and the reply to it; the greeting answers the step "CONNECT"."""

SESSIONS: tuple[Session, ...] = (
    (2, GATE, (EHLO, FROM, TO, *MESSAGE)),
    (2, GATE, ("HELO good.client.example", FROM, TO, *MESSAGE)),
    (1, GATE, (EHLO, FROM, "RCPT TO:<any@elsewhere.example>", *MESSAGE)),
    (3, GATE, (EHLO, FROM, TO, "QUIT")),
    (4, GATE, (EHLO, FROM, TO, "QUIT")),
    (5, GATE, (EHLO, FROM, TO, "QUIT")),
    (6, GATE, ("EHLO -bad-", FROM, TO, "QUIT")),
    (7, GATE, ("EHLO bad", FROM, TO, "QUIT")),
    (8, GATE, (EHLO, FROM, "RCPT TO:<victim@elsewhere.example>", "QUIT")),
    (9, GATE, (EHLO, "MAIL FROM:<a@nowhere.example>", TO, "QUIT")),
    (9, GATE, (EHLO, "MAIL FROM:<a@broken.example>", TO, "QUIT")),
    (10, GATE, (EHLO, EOF)),
    (10, GATE, (EHLO, FROM, EOF)),
    (10, GATE, (EHLO, FROM, TO, EOF)),
    (10, GATE, (EOF,)),
    (11, GATE, (REST,)),
    (11, GATE, (EHLO, FROM, TO, "DATA", b"Subject: never\r\n", REST)),
    (12, GATE, (EHLO, "FOO", "BAR", "BAZ", "QUX", REST)),
    (13, GATE, (b"HELO good.client.example\r\nMAIL FROM:<a@sender.example>\r\n", REST)),
    (13, GATE, (EHLO, FROM, TO, b"DATA\r\nSubject: impatient\r\n\r\n.\r\n", REST)),
    (14, GATE, ("GET / HTTP/1.0", REST)),
    (14, GATE, ("Subject: hello", REST)),
    (15, GATE, (EHLO, "MAIL FROM:<promo@spammer.example>", TO, "QUIT")),
    (16, GATE, (EHLO, FROM, TO, "QUIT")),
    (17, GATE, (EHLO, FROM, TO, "DATA", b"Subject: half\r\n\r\nhalf a line", EOF)),
    (18, GATE, (EHLO, FROM, "RCPT TO:<nobody@example.com>", "QUIT")),
    (19, GATE, (EHLO, FROM, "RCPT TO:<nobody@example.com>", TO, "RCPT TO:<ann@example.com>", *MESSAGE)),
    (20, GATE, (EHLO, "MAIL FROM:<>", TO, "DATA", TEXT, "", FROM, TO, *MESSAGE)),
    (21, GATE, (EHLO, "VRFY bob", "EXPN all", "RSET", "NOOP", "QUIT")),
    (22, GATE, (EHLO, "MAIL FROM:<a@partner.example>", TO, *MESSAGE)),
    (23, GATE, (EHLO, FROM, TO, "DATA", b"Subject: big\r\n\r\n" + b"x" * 70 * 400 + b"\r\n.\r\n", "", "QUIT")),
    (24, GATE, (EHLO, FROM + " SIZE=30000", "QUIT")),
    (25, GATE, (EHLO, "MAIL FROM:<a@b@c>", "MAIL FROM:a b", FROM, "RCPT TO:<bob@-x.example>", "QUIT")),
    (26, REFUSING, (EHLO, FROM, TO, "QUIT")),
    (27, DEAF, (EHLO, FROM, TO, *MESSAGE)),
    (28, DOWN, (EHLO, FROM, TO, "QUIT")),
    (29, GATE, (EHLO, FROM, TO, REST)),
    (30, GATE, (EHLO, "MAIL FROM:<a@told.example>", TO, *MESSAGE)),
    (31, GATE, (EHLO, "MAIL FROM:<a@warned.example>", TO, *MESSAGE)),
    (32, GATE, (EHLO, "MAIL FROM:<a@marked.example>", TO, *MESSAGE)),
    (33, GATE, (EHLO, "MAIL FROM:<a@slow.example>", TO, "QUIT")),
    (34, GATE, (EHLO, FROM, TO, REST)),
    (35, GATE, (EHLO, "MAIL FROM:<a@wait.example>", TO, "QUIT")),
    (36, GATE, (EHLO, FROM, TO, *MESSAGE)),
    (37, GATE, (EHLO, FROM, TO, *MESSAGE)),
    (38, GATE, (EHLO, "MAIL FROM:<a@listed.example>", TO, "QUIT")),
    (39, GATE, (EHLO, "MAIL FROM:<a@late.example>", TO, "DATA", "QUIT")),
    (40, GATE, (EHLO, "MAIL FROM:<a@last.example>", TO, *MESSAGE)),
    (41, GATE, (EHLO, FROM, TO, "RSET", FROM, TO, "DATA", TEXT, "", "QUIT")),
    (42, GATE, (FROM, "QUIT")),
    (43, GATE, (EHLO, "MAIL FROM:<b\u00e9a@sender.example> SMTPUTF8", TO, "QUIT")),
    (44, GATE, ("EHLO x y\x01z", FROM, TO, "QUIT")),
    (45, GATE, (EHLO, FROM, "DATA", "QUIT")),
    (46, GATE, (EHLO, "MAIL FROM:<ann>", TO, "QUIT")),
    (47, GATE, (EHLO, FROM, TO, "DATA", TEXT, "", EOF)),
    (48, GATE, (EHLO, FROM, TO, b"BDAT 30 LAST\r\nSubject: chunk\r\n\r\nHello you.\r\n", "", "QUIT")),
    (49, GATE, (EHLO, FROM, TO, b"BDAT 30\r\nSubject: ch", EOF)),
    (51, GATE, (EHLO, FROM, TO, "DATA", b"Subject: bare\n\r\nx\r\n.\r\n", "", "QUIT")),
    (52, GATE, (b"EHLO good.client.example\n", REST)),
    (50, GATE, (EHLO, "ETRN example.com", "ETRN elsewhere.example", "QUIT")),
)


def run(sessions: Iterable[Session], ports: Mapping[str, int]) -> list[list[Heard]]:
    """Run them one after another; give what was heard in each, step by step."""
    return [_session(number, ports[door], steps) for number, door, steps in sessions]


def _session(number: int, port: int, steps: tuple[object, ...]) -> list[Heard]:
    place = ("127.0.0.1", port)
    with socket.create_connection(place, timeout=20, source_address=(f"127.0.0.{number}", 0)) as client:
        stream = client.makefile("rb")
        heard: list[Heard] = [("CONNECT", _reply(stream))]
        for step in steps:
            if step is EOF:
                break
            if step is REST:
                heard.append((step, _rest(stream)))
            elif isinstance(step, bytes):
                client.sendall(step)
            else:
                if step:
                    client.sendall(f"{step}\r\n".encode())
                heard.append((step, _reply(stream)))
        else:
            _rest(stream)
        stream.close()
    return heard


def _rest(stream: BinaryIO) -> bytes:
    """What comes until the server closes."""
    with contextlib.suppress(ConnectionResetError):
        return stream.read()
    return b""


def _reply(stream: BinaryIO) -> bytes:
    """One reply, all its lines."""
    lines = [stream.readline()]
    while lines[-1][3:4] == b"-":
        lines.append(stream.readline())
    return b"".join(lines)


@contextlib.contextmanager
def hops() -> Iterator[dict[str, str]]:
    """The next hop of each door."""
    with sink() as willing, sink("-f", "RCPT") as refusing, sink("-f", ".") as deaf:
        yield {GATE: willing.address, REFUSING: refusing.address, DEAF: deaf.address, DOWN: "127.0.0.1:1"}


@contextlib.contextmanager
def running_doors() -> Iterator[tuple[RunningGate, dict[str, int]]]:
    """A gate with all doors and one worker: pflogsumm tells connections apart by pid. Gives the port of each."""
    with hops() as hop_of:
        ports = {door: free_port() for door in hop_of}
        rows = [
            f"127.0.0.1:{ports[door]} inet n - n - 0 smtpd -o smtpd_proxy_filter={hop} -o smtpd_proxy_timeout=5s\n"
            for door, hop in hop_of.items()
        ]
        with running_gate(MAIN_CF, basis="", zone=ZONE, master_cf="".join(rows), workers=1) as gate:
            yield gate, ports


def lines_of(log: str) -> list[str]:
    """The lines of smtpd without what differs from run to run: times, pids, ids, ports of hops."""
    found = re.findall(r"^\w+ +\d+ [\d:]+ \S+ postfix/smtpd\[\d+\]: (.*)$", log, re.MULTILINE)
    return [re.sub(r",? id=\w+\.\d+$", "", re.sub(r"(127\.0\.0\.1):\d+", r"\1:PORT", line)) for line in found]
