"""The site of a soak: a gate with an SMTP, a QMQP and a policy door, and everything that it leans on.

Each thing can be broken and mended by itself. As root the Maildirs and the SQLite store lie on a small disk of their
own (a tmpfs in the mount namespace of the soak), so that it can be filled.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatepost.testing.free_ports import free_port
from tests.database_servers import Mariadb, mariadb
from tests.system.running_gate import (
    IS_ROOT,
    RunningGate,
    Sink,
    destroy,
    new_directory,
    new_room,
    running_gate,
    sink,
    start,
)

DISK_BYTES = 8 << 20
CUSTOMER, FORMER = "127.0.3.1", "127.0.3.2"
LISTED = tuple(f"127.8.0.{number}" for number in range(1, 41))
"""Several, for smtpd_client_connection_count_limit counts too."""

TABLE = """\
CREATE TABLE allowed_hosts (active enum('yes', 'no') NOT NULL default 'yes', IP varchar(15) NOT NULL,
    Client varchar(50) NOT NULL, Comments text NOT NULL, PRIMARY KEY (IP));
INSERT INTO allowed_hosts VALUES ('yes', '127.0.3.1', 'customer', ''), ('no', '127.0.3.2', 'left', '');
"""
LOOKUP_FILE = """\
user = postfix
password = geheim-2
dbname = mail
table = allowed_hosts
select_field = IP
where_field = IP
additional_conditions = and active='yes'
hosts = 127.0.0.1:{port}
"""
ZONE = "".join(f"bl.test lists {address} 127.0.0.2 listed\n" for address in LISTED)
MAIN_CF = """\
dns_nameservers = {names}
dns_deadline = 2s
dns_cache_limit = 2000
smtpd_proxy_timeout = 2s
smtpd_timeout = 15s
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 1000
reload_grace_time = 20s
shutdown_grace_time = 20s
mynetworks = 127.0.0.1/32, proxy:mysql:./hosts.cf
relay_domains = example.com, grey.example
greylist_store = redis://127.0.0.1:{redis}/0
greylist_delay = 2s
greylist_auto_allow_clients = 0
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination,
    check_sender_access texthash:./senders, reject_rbl_client bl.test,
    check_recipient_access inline:{{ {{grey.example = check_greylist}} }}
qmqpd_authorized_clients = 127.0.0.0/8
policyd_restrictions = check_sender_access texthash:./senders, reject_rbl_client bl.test
"""


class Program:
    """A server that is not the gate: paused, killed, started again."""

    def __init__(self, command: list[str], directory: Path) -> None:
        self._command = command
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = start(self._command, self._directory, subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process is not None:
            destroy(self._process)
            self._process = None

    def signal(self, number: int) -> None:
        if self._process is not None:
            os.kill(self._process.pid, number)


@dataclass(slots=True)
class Site:
    """Everything, running. `disk` is None where no disk of its own could be had."""

    gate: RunningGate
    maildir_port: int
    qmqp_port: int
    policy_port: int
    hop: Sink
    names: Program
    redis: Program
    database: Mariadb
    maildirs: Path
    disk: Path | None

    def fill_disk(self) -> None:
        """Leave no octet free."""
        if self.disk is not None:
            with contextlib.suppress(OSError), (self.disk / "ballast").open("ab", buffering=0) as ballast:
                while True:
                    ballast.write(bytes(65536))

    def free_disk(self) -> None:
        """Take the ballast away."""
        if self.disk is not None:
            (self.disk / "ballast").unlink(missing_ok=True)

    def stop_everything_paused(self) -> None:
        """Mend whatever may be broken."""
        for program in (self.names, self.hop):
            with contextlib.suppress(AssertionError, ProcessLookupError):
                program.signal(signal.SIGCONT)
        self.free_disk()


@contextlib.contextmanager
def whole_site(workers: int = 2) -> Iterator[Site]:
    """Start everything; nothing outlives the block."""
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(new_directory())
        disk = stack.enter_context(_own_disk(directory))
        maildirs = (disk or directory) / "maildirs"
        maildirs.mkdir()
        if IS_ROOT:
            shutil.chown(maildirs, "nobody")
        (directory / "zone").write_text(ZONE)
        names_port, redis_port, ports = free_port(), free_port(), [free_port() for _ in range(4)]
        names = Program(
            [
                sys.executable,
                "-m",
                "gatepost.testing.name_server",
                "--port",
                str(names_port),
                str(directory / "zone"),
            ],
            directory,
        )
        redis = Program(["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", ""], directory)
        for program in (names, redis):
            program.start()
            stack.callback(program.kill)
        database = stack.enter_context(mariadb())
        database.run(TABLE)
        hop = stack.enter_context(sink())
        smtp, maildir, qmqp, policy = ports
        master_cf = (
            f"127.0.0.1:{smtp} inet n - n - 0 smtpd\n127.0.0.1:{qmqp} inet n - n - 0 qmqpd\n"
            f"127.0.0.1:{policy} inet n - n - 0 policyd\n127.0.0.1:{maildir} inet n - n - 0 smtpd -o smtpd_proxy_filter=\n"
            f"  -o maildir_directory={maildirs} -o greylist_store=sqlite:{maildirs.parent}/maildirs/greylist.db\n"
        )
        main_cf = MAIN_CF.format(names=f"127.0.0.1:{names_port}", redis=redis_port)
        files = {"hosts.cf": LOOKUP_FILE.format(port=database.port), "senders": "nobody@sender.example REJECT\n"}
        gate = stack.enter_context(
            running_gate(main_cf, hop=hop.address, files=files, master_cf=master_cf, workers=workers)
        )
        gate.port = smtp
        yield Site(gate, maildir, qmqp, policy, hop, names, redis, database, maildirs, disk)


@contextlib.contextmanager
def _own_disk(directory: Path) -> Iterator[Path | None]:
    """A tmpfs, where the soak has a mount namespace of its own (SOAK_NAMESPACE)."""
    if os.environ.get("SOAK_NAMESPACE") != "own":
        yield None
        return
    disk = new_room(directory, "disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0755", "soak", str(disk)], check=True)
    try:
        yield disk
    finally:
        for _ in range(50):
            if subprocess.run(["umount", str(disk)], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
