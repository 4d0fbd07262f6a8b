"""Address verification beside a real Postfix: both ask the same hops and mail exchangers, and must say the same.

    .venv/bin/python -m tests.parity.verification [--rounds N] [--ipv4]

Needs root, unshare(1), ip(8) and Debian's postfix. Everything runs in namespaces of its own (run.py). Each case is one
sender and one recipient, told to both servers; Postfix has its verify(8), queue and delivery agents, Gatepost its
prober. Hops and exchangers are one server on many loopback addresses, which answers by address and by local part.

What is not compared: a hop that says no SMTP, or is silent at RCPT (Postfix sends RSET along and takes its reply for
that to RCPT); replies of more than 510 octets (docs/differences.md).

Exit codes: 0 no difference, 1 differences.
"""

import asyncio
import json
import os
import shutil
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

from tests.parity.coverage import read_counts
from tests.parity.outcomes import ASKING_SERVERS
from tests.parity.run import INSIDE, in_private_namespace
from tests.parity.servers import bind_file, wait_for_port
from tests.wire.smtp.private_postfix import SERVICES

EXCHANGER_PORT, HOP_PORT, DEAD_PORT = 2600, 2601, 2602
POSTFIX_PORT, GATEPOST_PORT = 2500, 2510
PATIENCE_S = 30.0

ZONE = """
good.example 60 MX 10 mx.good.example.
mx.good.example 60 A 127.0.0.31
bare.example 60 A 127.0.0.31
greet.example 60 MX 10 mx.greet.example.
mx.greet.example 60 A 127.0.0.32
ehlo.example 60 MX 10 mx.ehlo.example.
mx.ehlo.example 60 A 127.0.0.33
mail.example 60 MX 10 mx.mail.example.
mx.mail.example 60 A 127.0.0.34
down.example 60 MX 10 mx.down.example.
mx.down.example 60 A 127.0.0.35
busy.example 60 MX 10 mx.busy.example.
mx.busy.example 60 A 127.0.0.37
slow.example 60 MX 10 mx.slow.example.
mx.slow.example 60 A 127.0.0.39
downtwo.example 60 MX 10 mx.down.example.
downtwo.example 60 MX 20 mx.good.example.
greettwo.example 60 MX 10 mx.greet.example.
greettwo.example 60 MX 20 mx.good.example.
ehlotwo.example 60 MX 10 mx.ehlo.example.
ehlotwo.example 60 MX 20 mx.good.example.
mailtwo.example 60 MX 10 mx.mail.example.
mailtwo.example 60 MX 20 mx.good.example.
slowtwo.example 60 MX 10 mx.slow.example.
slowtwo.example 60 MX 20 mx.good.example.
null.example 60 MX 0 .
text.example 60 TXT hi
deadmx.example 60 MX 10 gone.void.example.
mxfails.example 60 MX 10 a.fails.example
fails.example ! servfail
*.fails.example ! servfail
malformed.example 60 MX 10 bad_-.example.
"""

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
inet_interfaces = loopback-only
inet_protocols = {protocols}
mail_owner = postfix
myhostname = mx.ours.example
mydestination = ours.example
relay_domains = relay.example lmtp.example downhop.example err.example retry.example hostname.example
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
transport_maps = texthash:{directory}/transport
smtp_tcp_port = 2600
smtp_host_lookup = dns
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
address_verify_poll_delay = 1s
address_verify_poll_count = 10
"""

TRANSPORT = """\
relay.example smtp:[127.0.0.1]:2601
ours.example smtp:[127.0.0.1]:2601
downhop.example smtp:[127.0.0.1]:2602
lmtp.example lmtp:inet:[127.0.0.1]:2601
err.example error:5.1.2 no such thing
retry.example retry:4.4.3 not now
hostname.example smtp:[mx.good.example]:2600
"""

AGENTS = """\
verify unix - - n - 1 verify
smtp   unix - - n - - smtp
lmtp   unix - - n - - lmtp
relay  unix - - n - - smtp
retry  unix - - n - - error
local  unix - n n - - local
scache unix - - n - 1 scache
"""

DOORS = (
    {"smtpd_recipient_restrictions": "reject_unverified_recipient", "unverified_recipient_reject_code": "550"},
    {"smtpd_sender_restrictions": "reject_unverified_sender", "unverified_sender_reject_code": "550"},
    {"smtpd_recipient_restrictions": "reject_unverified_recipient"},
    {
        "smtpd_sender_restrictions": "reject_unverified_sender",
        "unverified_sender_tempfail_action": "defer",
        "unverified_sender_reject_reason": "no answer to mail",
    },
    {
        "smtpd_recipient_restrictions": "reject_unverified_recipient, reject",
        "unverified_recipient_reject_code": "250",
        "unverified_recipient_defer_code": "451",
        "unverified_recipient_tempfail_action": "defer",
    },
    {"smtpd_recipient_restrictions": "permit, reject_unverified_sender, reject_unverified_recipient"},
)  # fmt: skip

LOCALPARTS = ("ok", "bad", "later", "multi", "bare", "drop", "close", "full", "Bad", "ok+ext")
SENDER_DOMAINS = (
    "good", "bare", "greet", "ehlo", "mail", "down", "busy", "slow", "downtwo", "greettwo", "ehlotwo", "mailtwo",
    "slowtwo", "null", "text", "deadmx", "mxfails", "fails", "malformed", "nosuch", "relay", "ours",
)  # fmt: skip

Case = tuple[int, str, str]


def cases(rounds: int = 1) -> Iterator[Case]:
    """Door, sender, recipient: no two doors of one kind, and no two rounds, ask about the same address first."""
    for door, number in product((0, 2, 4), range(rounds)):
        mark = f"{door}.{number}"
        for local in LOCALPARTS:
            yield door, "x@good.example", f"{local}.{mark}@relay.example"
        for domain in ("lmtp", "hostname", "ours"):
            yield from ((door, "x@good.example", f"{local}.{mark}@{domain}.example") for local in ("ok", "bad"))
        yield from ((door, "x@good.example", f"a.{mark}@{domain}.example") for domain in ("downhop", "err", "retry"))
    for door, number in product((1, 3), range(rounds)):
        mark = f"{door}.{number}"
        yield from ((door, f"ok.{mark}@{domain}.example", "r@relay.example") for domain in SENDER_DOMAINS)
        for local in ("ok", "bad"):
            yield door, f"{local}.{mark}@good.example", "r@relay.example"
            yield door, f"{local}.{mark}@[127.0.0.31]", "r@relay.example"
    yield from ((5, "x@good.example", f"skipped.{number}@relay.example") for number in range(6 * rounds))
    yield 0, "x@good.example", "double-bounce@mx.ours.example"
    yield 1, "", "r@relay.example"


@dataclass(frozen=True, slots=True)
class Compared:
    """What both said to one case."""

    door: int
    sender: str
    recipient: str
    postfix: str
    gatepost: str


class Servers:
    """Every hop and exchanger."""

    GREETINGS: ClassVar = {"127.0.0.32": "554 5.7.1 go away", "127.0.0.37": "421 4.7.0 too busy"}
    MAIL: ClassVar = {"127.0.0.34": "550 5.7.1 no bounces", "127.0.0.39": "451 4.7.1 later"}
    RCPT: ClassVar = {
        "bad": "550 5.1.1 <bad>: User unknown",
        "later": "450 4.2.1 mailbox busy",
        "multi": "550-5.1.1 first line\r\n550 5.1.1 second line",
        "bare": "550",
        "close": "421 4.3.2 closing",
        "full": "552 5.2.2 Mailbox full",
    }

    async def serve(self) -> None:
        """Listen for ever."""
        for host in ("31", "32", "33", "34", "37", "39"):
            await asyncio.start_server(self._converse, f"127.0.0.{host}", EXCHANGER_PORT)
        await asyncio.start_server(self._converse, "127.0.0.1", HOP_PORT)
        await asyncio.Event().wait()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        writer.write(self.GREETINGS.get(host, "220 hop ESMTP").encode() + b"\r\n")
        try:
            while line := (await reader.readline()).decode().strip():
                said = self._reply(host, line)
                writer.write(said.encode() + b"\r\n" if said else b"")
                if not said or said[:3] in ("221", "421"):
                    break
        except ConnectionError:
            pass
        writer.close()

    def _reply(self, host: str, line: str) -> str:
        verb, _, rest = line.partition(" ")
        if verb in ("EHLO", "LHLO", "HELO") and host == "127.0.0.33":
            return "550 5.7.1 not you"
        if verb in ("EHLO", "LHLO"):
            return "250-hop\r\n250-PIPELINING\r\n250 8BITMIME"
        if verb == "MAIL":
            return self.MAIL.get(host, "250 2.1.0 Ok")
        if verb == "RCPT":
            local = rest.partition("<")[2].partition("@")[0].partition(".")[0]
            return "" if local == "drop" else self.RCPT.get(local, "250 2.1.5 Ok")
        return "221 2.0.0 Bye" if verb == "QUIT" else "250 2.0.0 Ok"


@contextmanager
def running(directory: Path, protocols: str) -> Iterator[None]:
    """Both servers, and what they ask."""
    for name in ("queue", "data", "postfix", "gatepost"):
        (directory / name).mkdir(parents=True)
    directory.chmod(0o755)
    shutil.chown(directory / "data", "postfix")
    main_cf = MAIN_CF.format(directory=directory, protocols=protocols)
    (directory / "transport").write_text(TRANSPORT)
    (directory / "zone").write_text(ZONE)
    own = f"maildir_directory = {directory}/maildirs\nmail_owner = root\nworker_processes = 2\n"
    own += f"data_directory = {directory}/gatepost-data\nmaillog_file = {directory}/gatepost.log\n"
    (directory / "postfix" / "main.cf").write_text(main_cf)
    (directory / "gatepost" / "main.cf").write_text(main_cf + own)
    (directory / "postfix" / "master.cf").write_text(_rows(POSTFIX_PORT) + SERVICES + AGENTS)
    (directory / "gatepost" / "master.cf").write_text(_rows(GATEPOST_PORT))
    with ExitStack() as stack:
        zone = ("gatepost.testing.name_server", "--port", "53", str(directory / "zone"))
        for module in (zone, ("tests.parity.verification", "--servers")):
            stack.enter_context(_process(module, directory))
        wait_for_port("127.0.0.1", 53)
        wait_for_port("127.0.0.1", HOP_PORT)
        gatepost = ("tests.parity.witnessed", str(directory / "counts"), "-c", str(directory / "gatepost"))
        stack.enter_context(_process(gatepost, directory))
        stack.enter_context(_postfix(directory / "postfix"))
        for port in (POSTFIX_PORT, GATEPOST_PORT):
            wait_for_port("127.0.0.1", port)
        yield


def _rows(first_port: int) -> str:
    rows = []
    for number, door in enumerate(DOORS):
        options = "".join(f"  -o {{ {name} = {value} }}\n" for name, value in door.items())
        rows.append(f"127.0.0.1:{first_port + number} inet n - n - - smtpd\n{options}")
    return "".join(rows)


@contextmanager
def _process(module: tuple[str, ...], directory: Path) -> Iterator[None]:
    with (directory / f"{module[0]}.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", *module], stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@contextmanager
def _postfix(configuration: Path) -> Iterator[None]:
    try:
        subprocess.run(["postfix", "-c", configuration, "start"], check=True, capture_output=True, timeout=60)
        yield
    finally:
        subprocess.run(["postfix", "-c", configuration, "abort"], check=False, capture_output=True, timeout=60)


def compare(case: Case) -> Compared:
    """Ask both."""
    door, sender, recipient = case
    replies = [_say(first + door, sender, recipient) for first in (POSTFIX_PORT, GATEPOST_PORT)]
    return Compared(door, sender, recipient, *replies)


def _say(port: int, sender: str, recipient: str) -> str:
    with smtplib.SMTP("127.0.0.1", port, "client.example", timeout=PATIENCE_S) as client:
        client.ehlo()
        client.docmd("MAIL", f"FROM:<{sender}>")
        code, text = client.docmd("RCPT", f"TO:<{recipient}>")
    return f"{code} {text.decode()}"


def main(arguments: list[str]) -> int:
    """Run; a report on standard output."""
    if "--servers" in arguments:
        asyncio.run(Servers().serve())
    protocols = "ipv4" if "--ipv4" in arguments else "all"
    rounds = int(arguments[arguments.index("--rounds") + 1]) if "--rounds" in arguments else 1
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="gatepost-verify-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        bind_file("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n", "/etc/resolv.conf", directory)
        bind_file("127.0.0.1 localhost\n", "/etc/hosts", directory)
        with running(directory / "run", protocols), ThreadPoolExecutor(12) as pool:
            done = list(pool.map(compare, cases(rounds)))
        counts = read_counts(directory / "run" / "counts")
    report: dict[str, Any] = {
        "compared": len(done),
        "replies": len({each.gatepost.partition(" rejected: ")[2] for each in done}),
        "outcomes": {"|".join(row): count for row, count in sorted(counts.items()) if row.name in ASKING_SERVERS},
        "differences": [asdict(each) for each in done if each.postfix != each.gatepost],
    }
    print(json.dumps(report, indent=2))
    return 1 if report["differences"] else 0


if __name__ == "__main__":
    if INSIDE in os.environ or "--servers" in sys.argv:
        sys.exit(main(sys.argv[1:]))
    sys.exit(in_private_namespace("tests.parity.verification", sys.argv[1:]).returncode)
