"""The servers that are measured, each started privately on one loopback port, with its whole process tree known.

All of them run inside the namespace that run.py makes: port 53 answers from bench.front.names, and nothing outlives
it. Gatepost and Postfix read the same main.cf. Postfix is measured as Debian ships it (100 processes at most, 50
connections a client) and tuned to the number of connections of the scenario; aiosmtpd has a handler that does
nothing but refuse; smtp-sink answers each command with a constant.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.parity.servers import wait_for_port
from tests.wire.smtp.private_postfix import SERVICES

ANVIL = "anvil unix - - n - 1 anvil\n"
HOST = "127.0.0.1"
GUIDE = Path(__file__).resolve().parents[2] / "examples" / "guide"
GATEPOST = Path(sys.executable).with_name("gatepost")
COMPILED = Path(__file__).resolve().parents[2] / "build/compiled/bin/gatepost"
"""What `make compiled` makes (decision 0006)."""
SINK_PORT = 2599

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination =
relay_domains = example.com
local_recipient_maps =
mynetworks = 127.0.0.1/32
inet_interfaces = loopback-only
inet_protocols = ipv4
smtpd_helo_required = yes
strict_rfc821_envelopes = yes
disable_vrfy_command = yes
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
default_transport = discard
relay_transport = discard
default_database_type = texthash
alias_maps =
"""

POLICIES = {
    "HELO pattern": """\
smtpd_peername_lookup = no
smtpd_helo_restrictions = permit_mynetworks, check_helo_access regexp:$config_directory/helo.regexp
""",
    "HELO pattern and names": """\
smtpd_helo_restrictions = permit_mynetworks, check_helo_access regexp:$config_directory/helo.regexp
""",
    "the guide's lists": """\
smtpd_helo_restrictions = permit_mynetworks, reject_invalid_helo_hostname,
    check_helo_access regexp:$config_directory/helo.regexp
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination,
    check_client_access texthash:$config_directory/exceptions,
    check_sender_access texthash:$config_directory/exceptions,
    reject_unknown_reverse_client_hostname, reject_non_fqdn_helo_hostname, reject_non_fqdn_sender,
    reject_non_fqdn_recipient, reject_unknown_sender_domain, reject_unknown_recipient_domain,
    reject_rbl_client zen.list.example, reject_rbl_client bl.list.example,
    reject_rbl_client b.list.example, reject_rbl_client psbl.list.example,
    reject_rhsbl_sender dnsbl.sender.example
""",
    "a list that knows most": """\
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination,
    reject_rbl_client often.list.example, reject_rbl_client zen.list.example, reject_rbl_client bl.list.example,
    reject_rbl_client b.list.example, reject_unknown_sender_domain, reject_rhsbl_sender dnsbl.sender.example
""",
    "the guide without DNS": f"""\
smtpd_proxy_filter = 127.0.0.1:2598
smtpd_peername_lookup = no
smtpd_helo_restrictions = permit_mynetworks, reject_invalid_helo_hostname,
    check_helo_access regexp:{GUIDE}/helo.regexp
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination,
    check_client_access texthash:{GUIDE}/helo_client_exceptions, check_sender_access texthash:{GUIDE}/sender_checks,
    reject_non_fqdn_helo_hostname, reject_non_fqdn_sender, reject_non_fqdn_recipient
""",
    "accepted mail": f"""\
smtpd_proxy_filter = 127.0.0.1:{SINK_PORT}
""",
}
FILES = {
    "helo.regexp": "/^h[0-9]+\\.dynamic\\./ REJECT Your host name looks like a dial-up line\n/^localhost$/ REJECT\n",
    "exceptions": "friend.example OK\n192.0.2.1 OK\n",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """One running server."""

    name: str
    target: str
    root_pid: int


@contextmanager
def gatepost(
    policy: str, port: int, *, workers: int = 1, name: str = "Gatepost", program: Path = GATEPOST
) -> Iterator[Peer]:
    """`gatepost run` with so many workers."""
    with _directory(policy) as directory:
        (directory / "master.cf").write_text(f"{HOST}:{port} inet n - n - 0 smtpd\n")
        (directory / "maildirs").mkdir()
        options = {
            "maildir_directory": f"{directory}/maildirs",
            "maillog_file": f"{directory}/log",
            "mail_owner": "root",
            "worker_processes": str(workers),
            "data_directory": f"{directory}/data",
            "queue_directory": f"{directory}/queue",
            "dns_nameservers": "127.0.0.1:53",
        }
        words = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        command = [str(program), "run", "-c", str(directory), *words]
        with running_program(command, directory, port) as pid:
            yield Peer(name, f"{HOST}:{port}", pid)


@contextmanager
def postfix(policy: str, port: int, *, processes: int = 0, name: str = "Postfix") -> Iterator[Peer]:
    """A private Postfix; `processes` 0: the default limit of 100."""
    with _directory(policy) as directory:
        limit = str(processes) if processes else "-"
        (directory / "master.cf").write_text(f"{HOST}:{port} inet n - n - {limit} smtpd\n" + ANVIL + SERVICES)
        for folder in ("queue", "data"):
            (directory / folder).mkdir()
        shutil.chown(directory / "data", "postfix")
        own = f"queue_directory = {directory}/queue\ndata_directory = {directory}/data\n"
        own += f"maillog_file = {directory}/log\nmaillog_file_prefixes = {directory}\nmail_owner = postfix\n"
        with (directory / "main.cf").open("a") as main_cf:
            main_cf.write(own)
        try:
            subprocess.run(["postfix", "-c", directory, "start"], check=True, capture_output=True, timeout=60)
            wait_for_port(HOST, port)
            pid = int((directory / "queue" / "pid" / "master.pid").read_text())
            yield Peer(name, f"{HOST}:{port}", pid)
        finally:
            subprocess.run(["postfix", "-c", directory, "abort"], check=False, capture_output=True, timeout=60)


@contextmanager
def smtp_sink(port: int, *, refuses: bool = False, name: str = "smtp-sink") -> Iterator[Peer]:
    """Postfix's smtp-sink(1); `refuses` RCPT if wanted."""
    options = ["-f", "rcpt"] if refuses else []
    with tempfile.TemporaryDirectory() as directory:
        command = ["smtp-sink", "-u", "nobody", *options, f"{HOST}:{port}", "1000"]
        with running_program(command, Path(directory), port) as pid:
            yield Peer(name, f"{HOST}:{port}", pid)


AIOSMTPD = """\
import asyncio, sys
from aiosmtpd.smtp import SMTP

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        return "554 5.7.1 no"

async def main():
    loop = asyncio.get_running_loop()
    protocol = lambda: SMTP(Handler(), hostname="gate.example.com")
    server = await loop.create_server(protocol, "127.0.0.1", int(sys.argv[1]), backlog=1000)
    await server.serve_forever()

asyncio.run(main())
"""


@contextmanager
def aiosmtpd(port: int) -> Iterator[Peer]:
    """The kept library for SMTP servers in Python, with a handler that refuses every recipient."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-c", AIOSMTPD, str(port)]
        with running_program(command, Path(directory), port) as pid:
            yield Peer("aiosmtpd", f"{HOST}:{port}", pid)


@contextmanager
def name_server(delay_ms: float) -> Iterator[int]:
    """The world's name server on port 53; gives its pid."""
    command = [sys.executable, "-m", "bench.front.names", "53", str(delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        try:
            yield running.pid
        finally:
            running.terminate()


@contextmanager
def _directory(policy: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gatepost-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        (directory / "main.cf").write_text(MAIN_CF + POLICIES[policy])
        for file, text in FILES.items():
            (directory / file).write_text(text)
        yield directory


@contextmanager
def running_program(command: list[str], directory: Path, port: int) -> Iterator[int]:
    """A program that listens on a port; gives its pid, ends it afterwards."""
    with (
        (directory / "output").open("wb") as output,
        subprocess.Popen(command, cwd=directory, stdout=output, stderr=output) as running,
    ):
        try:
            wait_for_port(HOST, port)
            time.sleep(0.3)  # the worker that answered is there; let the others be too
            yield running.pid
        finally:
            running.terminate()
            running.wait(20)
