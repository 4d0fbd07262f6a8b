"""A private Postfix, `gatepost run` and the name server, side by side on one configuration.

Runs inside the private network that tests/parity/run.py makes: port 53 and any client address are free to use, and
whatever is left over dies with it. Postfix and Gatepost read the same main.cf, the same tables and the same master.cf
but for the addresses they listen on.
"""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.parity.focuses import all_answers
from tests.parity.login_server import login_server
from tests.parity.policies import Batch, Parameters
from tests.parity.policy_server import policy_server
from tests.parity.world import CLIENTS, OWN_ADDRESS, ZONE
from tests.wire.smtp.private_postfix import SERVICES

FIRST_PORT = 2500
POSTFIX_HOSTS = ("127.0.0.1", "::1")
GATEPOST_HOSTS = ("127.0.1.1", "2001:db8::ff")
START_S = 20.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Both servers, running."""

    directory: Path

    def postfix(self, door: int, *, is_ipv6: bool) -> tuple[str, int]:
        """Where Postfix serves a policy."""
        return POSTFIX_HOSTS[is_ipv6], FIRST_PORT + door

    def gatepost(self, door: int, *, is_ipv6: bool) -> tuple[str, int]:
        """Where Gatepost serves a policy."""
        return GATEPOST_HOSTS[is_ipv6], FIRST_PORT + door

    def log(self, name: str) -> str:
        """What a server wrote: `postfix` or `gatepost`."""
        path = self.directory / {"postfix": "maillog", "gatepost": "gatepost.log"}[name]
        return path.read_text(errors="replace") if path.exists() else ""


def make_network() -> None:
    """Bring loopback up with every address of the world. Only ever in a network of our own."""
    commands = [["ip", "link", "set", "lo", "up"]]
    for address in (*CLIENTS, OWN_ADDRESS, GATEPOST_HOSTS[1]):
        if ":" in address:
            commands.append(["ip", "-6", "addr", "add", f"{address}/128", "dev", "lo", "nodad"])
        elif not address.startswith("127."):
            commands.append(["ip", "addr", "add", f"{address}/32", "dev", "lo"])
    for command in commands:
        subprocess.run(command, check=True)


def bind_file(text: str, target: str, directory: Path) -> None:
    """Show another text in the place of a system file, in this mount namespace only."""
    source = directory / target.replace("/", "_")
    source.write_text(text)
    subprocess.run(["mount", "--bind", str(source), target], check=True)


@contextmanager
def name_server(directory: Path) -> Iterator[None]:
    """The world's name server on 127.0.0.1:53, and a resolv.conf and hosts file that lead to it alone."""
    bind_file("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n", "/etc/resolv.conf", directory)
    bind_file("127.0.0.1 localhost\n::1 localhost\n", "/etc/hosts", directory)
    zone = directory / "zone"
    zone.write_text(ZONE)
    command = [sys.executable, "-m", "gatepost.testing.name_server", "--port", "53", str(zone)]
    with (directory / "zone.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as running:
        try:
            wait_for_port("127.0.0.1", 53)
            yield
        finally:
            running.terminate()


@contextmanager
def serve(batch: Batch, directory: Path) -> Iterator[Pair]:
    """Run both servers on a batch; they are stopped whatever happens."""
    for name in ("queue", "data", "maildirs"):
        (directory / name).mkdir(parents=True)
    directory.chmod(0o755)
    shutil.chown(directory / "data", "postfix")
    for side, hosts in (("postfix", POSTFIX_HOSTS), ("gatepost", GATEPOST_HOSTS)):
        _write(batch, directory / side, directory, hosts)
    with ExitStack() as stack:
        stack.enter_context(policy_server(all_answers()))
        stack.enter_context(login_server())
        stack.enter_context(run_postfix(directory))
        stack.enter_context(run_gatepost(directory))
        try:
            wait_for_port(GATEPOST_HOSTS[0], FIRST_PORT)
            wait_for_port(POSTFIX_HOSTS[0], FIRST_PORT)
        except TimeoutError as error:
            raise TimeoutError(f"{error}: {(directory / 'gatepost.err').read_text()[-2000:]}") from error
        yield Pair(directory)


def _write(batch: Batch, configuration: Path, directory: Path, hosts: tuple[str, str]) -> None:
    configuration.mkdir()
    (configuration / "main.cf").write_text(batch.main_cf.replace("{directory}", str(directory)))
    for name, text in batch.files.items():
        path = configuration / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    rows = [_rows(FIRST_PORT + door, policy, hosts) for door, policy in enumerate(batch.policies)]
    (configuration / "master.cf").write_text("".join(rows) + SERVICES + "tlsmgr unix - - n 1000? 1 tlsmgr\n")


def _rows(port: int, policy: Parameters, hosts: tuple[str, str]) -> str:
    options = "".join(f"  -o {{ {name} = {value} }}\n" for name, value in policy.items())
    return f"{hosts[0]}:{port} inet n - n - - smtpd\n{options}[{hosts[1]}]:{port} inet n - n - - smtpd\n{options}"


@contextmanager
def run_postfix(directory: Path) -> Iterator[None]:
    configuration = directory / "postfix"
    try:
        subprocess.run(["postfix", "-c", configuration, "start"], check=True, capture_output=True, timeout=60)
        yield
    finally:
        subprocess.run(["postfix", "-c", configuration, "abort"], check=False, capture_output=True, timeout=60)


@contextmanager
def run_gatepost(directory: Path) -> Iterator[None]:
    overrides = {
        "maildir_directory": f"{directory}/maildirs",
        "maillog_file": f"{directory}/gatepost.log",
        "mail_owner": "root",
        "worker_processes": "1",
        "data_directory": f"{directory}/gatepost-data",
        "queue_directory": f"{directory}/gatepost-queue",
    }
    command = [sys.executable, "-m", "tests.parity.witnessed", f"{directory}/counts", "-c", f"{directory}/gatepost"]
    command += [word for name, value in overrides.items() for word in ("-o", f"{name}={value}")]
    with (directory / "gatepost.err").open("wb") as errors, subprocess.Popen(command, stderr=errors) as running:
        try:
            yield
        finally:
            running.terminate()
            running.wait(START_S)


def wait_for_port(host: str, port: int) -> None:
    """Wait until somebody listens. Raises TimeoutError."""
    give_up = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection((host, port), 1).close()
        except OSError as error:
            if time.monotonic() > give_up:
                raise TimeoutError(f"nobody listens on {host} port {port}") from error
            time.sleep(0.05)
        else:
            return
