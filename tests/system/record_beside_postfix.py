"""Write beside_postfix.diff: the log of a real Postfix for the sessions of log_sessions.py, and where ours differs.

    unshare --mount --net .venv/bin/python -m tests.system.record_beside_postfix

In namespaces of its own (so: as root) the name server of gatepost.testing can stand at port 53 and in resolv.conf,
where Postfix asks. Lines that begin with `-` are Postfix's alone, with `+` ours alone. Read the outcome before it is
committed: every difference is to have a reason.
"""

import difflib
import fcntl
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from tests.system.log_sessions import MAIN_CF, SESSIONS, ZONE, hops, lines_of, run, running_doors
from tests.wire.smtp import private_postfix

SIOCSIFFLAGS = 0x8914  # netdevice(7)
IFF_UP_RUNNING = 0x41
PLACES = """\
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
inet_interfaces = loopback-only
inet_protocols = ipv4
mail_owner = postfix
alias_maps =
"""


def prepare_namespace(directory: Path) -> None:
    """Bring loopback up and let every resolver ask 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP_RUNNING))
    resolv_conf = directory / "resolv.conf"
    resolv_conf.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    subprocess.run(["mount", "--bind", resolv_conf, "/etc/resolv.conf"], check=True)


def postfix_log() -> str:
    """The sessions against Postfix."""
    escaped = MAIN_CF.replace("{", "{{").replace("}", "}}")
    with mock.patch.object(private_postfix, "MAIN_CF", PLACES + escaped), hops() as hop_of:
        doors = {door: {"smtpd_proxy_filter": hop, "smtpd_proxy_timeout": "5s"} for door, hop in hop_of.items()}
        with private_postfix.private_postfix(doors) as postfix:
            time.sleep(1)
            run(SESSIONS, postfix.ports)
            time.sleep(1)
            return postfix.maillog.read_text()


def our_log() -> str:
    """The sessions against Gatepost."""
    with running_doors() as (gate, ports):
        run(SESSIONS, ports)
        gate.await_log("disconnect from", len(SESSIONS))
        return gate.log()


def main() -> int:
    """Record."""
    with tempfile.TemporaryDirectory() as text:
        directory = Path(text)
        prepare_namespace(directory)
        (directory / "zone").write_text(ZONE)
        command = [sys.executable, "-m", "gatepost.testing.name_server", "--port", "53", str(directory / "zone")]
        server = subprocess.Popen(command)
        try:
            time.sleep(1)
            theirs, ours = lines_of(postfix_log()), lines_of(our_log())
        finally:
            server.kill()
            server.wait()
    told = [line for line in difflib.ndiff(theirs, ours) if not line.startswith("?")]
    Path(__file__).with_name("beside_postfix.diff").write_text("\n".join(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
