"""A private Postfix for one test module: its own queue, data and configuration directory, loopback only, always stopped.

Nothing of the system's own Postfix is read, started or stopped. Each door is an smtpd(8) on its own port with its own
`-o` overrides, so that one master serves every configuration that the tests compare with.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gatepost.testing.free_ports import free_ports

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
inet_interfaces = loopback-only
inet_protocols = ipv4
mail_owner = postfix
myhostname = mx.gatepost.example
mydestination =
mynetworks = 127.0.0.0/8
default_transport = discard
default_database_type = texthash
alias_maps =
local_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
in_flow_delay = 0
smtpd_client_connection_count_limit = 0
smtpd_forbid_bare_newline_exclusions =
"""

SERVICES = """\
cleanup   unix  n - n - 0 cleanup
looping   unix  n - n - 0 cleanup -o hopcount_limit=3
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
discard   unix  - - n - - discard
error     unix  - - n - - error
flush     unix  n - n 1000? 0 flush
postlog   unix-dgram n - n - 1 postlogd
"""


ATTEMPTS = 5
"""How often starting is tried: the tests beside this one look for free ports too."""


@dataclass(frozen=True, slots=True)
class PrivatePostfix:
    """A running Postfix: the port of each door, and its log."""

    ports: Mapping[str, int]
    maillog: Path


@contextmanager
def private_postfix(doors: Mapping[str, Mapping[str, str]]) -> Iterator[PrivatePostfix]:
    """Run Postfix with one smtpd per door, and stop it whatever happens."""
    directory = Path(tempfile.mkdtemp(prefix="gatepost-postfix-"))
    directory.chmod(0o755)
    configuration = directory / "etc"
    for name in ("etc", "queue", "data"):
        (directory / name).mkdir()
    shutil.chown(directory / "data", "postfix")
    (configuration / "main.cf").write_text(MAIN_CF.format(directory=directory))
    try:
        yield PrivatePostfix(_start(configuration, doors), directory / "maillog")
    finally:
        _control(configuration, "stop")
        for _ in range(20):  # its logger may still write a last line
            shutil.rmtree(directory, ignore_errors=True)
            if not directory.exists():
                break
            time.sleep(0.05)


def _start(configuration: Path, doors: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Start, with other ports where somebody took one between our look and its use; give the port of each door."""
    for _ in range(ATTEMPTS):
        ports = dict(zip(doors, free_ports(len(doors)), strict=True))
        rows = [
            f"127.0.0.1:{ports[door]} inet n - n - - smtpd\n"
            + "".join(f"  -o {{ {name} = {value} }}\n" for name, value in overrides.items())
            for door, overrides in doors.items()
        ]
        (configuration / "master.cf").write_text("".join(rows) + SERVICES)
        if _control(configuration, "start").returncode == 0:
            return ports
        _control(configuration, "stop")
    maillog = configuration.parent / "maillog"
    raise AssertionError(f"Postfix does not start:\n{maillog.read_text() if maillog.exists() else 'no log'}")


def _control(configuration: Path, command: str) -> subprocess.CompletedProcess[bytes]:
    arguments = ["postfix", "-c", configuration, command]
    return subprocess.run(arguments, check=False, capture_output=True, timeout=30)
