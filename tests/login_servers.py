"""A private Dovecot (its login service alone) and a private saslauthd, for one test module; both are always stopped.

Nothing of the system's own is read, started or stopped. Dovecot knows its users from a file and speaks on an auth
socket in a new directory; saslauthd asks a sasldb of ours for them, which stands in /etc, so it runs in a mount
namespace of its own (needs root).
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import find_program

PATIENCE_S = 15.0
USERS = {"ann": "ann's secret", "bob@example.com": "bob pass"}
"""Who may log in, and with what."""

DOVECOT_CONF = """\
base_dir = {directory}/run
state_dir = {directory}/run
log_path = {directory}/dovecot.log
instance_name = gatepost-test
protocols =
listen = 127.0.0.1
ssl = no
default_internal_user = dovecot
default_login_user = dovenull
auth_mechanisms = {mechanisms}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_verbose = yes
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {directory}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
service auth {{
  unix_listener auth-test {{
    mode = 0666
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


@dataclass(slots=True)
class PrivateDovecot:
    """A running Dovecot, to be stopped and started at will."""

    directory: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where its auth service listens."""
        return self.directory / "run" / "auth-test"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        program = find_program("dovecot") or "dovecot"
        command = [program, "-F", "-c", str(self.directory / "dovecot.conf")]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        _wait_for(self.socket)

    def stop(self) -> None:
        """Stop it and all its children."""
        if self.process is not None:
            _end(self.process)
            self.process = None
            with contextlib.suppress(OSError):
                self.socket.unlink()


@contextlib.contextmanager
def private_dovecot(mechanisms: str = "plain login cram-md5") -> Iterator[PrivateDovecot]:
    """Run a Dovecot that knows USERS."""
    directory = Path(tempfile.mkdtemp(prefix="gatepost-dovecot-"))
    directory.chmod(0o755)
    (directory / "dovecot.conf").write_text(DOVECOT_CONF.format(directory=directory, mechanisms=mechanisms))
    users = directory / "users"
    users.write_text("".join(f"{name}:{password}\n" for name, password in USERS.items()))
    users.chmod(0o644)
    dovecot = PrivateDovecot(directory)
    try:
        dovecot.start()
        yield dovecot
    finally:
        dovecot.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _wait_for(path: Path) -> None:
    """Wait until somebody answers there: a socket is to be seen before it can be connected to."""
    end = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            return
        assert time.monotonic() < end, f"nobody listens on {path}"
        time.sleep(0.02)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def private_saslauthd() -> Iterator[Path]:
    """Run a saslauthd whose only user is ann; give its socket. Needs root: the files it reads stand in /etc."""
    directory = Path(tempfile.mkdtemp(prefix="gatepost-saslauthd-"))
    directory.chmod(0o755)
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=USERS["ann"].encode(), capture_output=True, check=True
    ).stdout.decode()
    (directory / "passwd").write_text("root:x:0:0::/root:/bin/sh\nann:x:4000:4000::/nonexistent:/bin/sh\n")
    (directory / "shadow").write_text(f"root:*:19000:0:99999:7:::\nann:{hashed.strip()}:19000:0:99999:7:::\n")
    binds = " && ".join(f"mount --bind {directory}/{name} /etc/{name}" for name in ("passwd", "shadow"))
    saslauthd = find_program("saslauthd") or "saslauthd"
    command = f"{binds} && exec {saslauthd} -d -a shadow -m {directory} -n 2"
    process = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", command],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(directory / "mux")
        (directory / "mux").chmod(0o777)
        yield directory / "mux"
    finally:
        _end(process)
        shutil.rmtree(directory, ignore_errors=True)
