"""A real `gatepost run`, a real smtp-sink and a private name server, for tests; none of them outlives its test.

    with sink() as hop, running_gate(hop=hop.address, zone=ZONE) as gate:
        gate.port, gate.log(), gate.workers(), gate.write("sender_checks", "…")

Everything happens in one new directory on free loopback ports. Each program runs in a process group of its own, is
killed with it at the end, and by the kernel (setpriv --pdeathsig) should the test run itself be killed. As root the
workers run as nobody, so that giving up root is part of every test.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from gatepost.testing.free_ports import free_port
from tests.conftest import ROOT, find_program
from tests.processes import group_members

PATIENCE_S = 20.0
GUIDE = ROOT / "examples" / "guide"
IS_ROOT = os.geteuid() == 0
PLAIN_USER = "nobody"
GATEPOST = str(Path(sys.executable).with_name("gatepost"))

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination =
relay_domains = example.com
local_recipient_maps =
mynetworks = 127.0.0.1/32
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
"""


def wait_until(condition: Callable[[], object], what: str, within_s: float = PATIENCE_S) -> None:
    """Look every 20 ms; a test that waits in vain says for what."""
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Something accepts connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
    except OSError:
        return False
    return True


def start(
    command: list[str], directory: Path, output: IO[bytes] | int, *, as_plain_user: bool = False
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own that dies with the test run."""
    setpriv = shutil.which("setpriv")
    if setpriv:
        drop = ["--reuid", PLAIN_USER, "--regid", "nogroup", "--clear-groups"] if as_plain_user and IS_ROOT else []
        command = [setpriv, *drop, "--pdeathsig", "KILL", "--", *command]
    return subprocess.Popen(
        command,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def destroy(process: subprocess.Popen[bytes]) -> None:
    """End a whole process group at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def new_directory() -> Iterator[Path]:
    """A directory that the plain user may write to, and that is gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="gatepost-system-"))
    try:
        directory.chmod(0o755)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def new_room(directory: Path, name: str) -> Path:
    """A directory below it that belongs to the plain user."""
    room = directory / name
    room.mkdir()
    if IS_ROOT:
        shutil.chown(room, PLAIN_USER)
    return room


class Sink:
    """Debian's smtp-sink, to be stopped and started at will; it dumps each finished message into a file.

    Dumps of different runs have different names: smtp-sink numbers them anew each time.
    """

    def __init__(self, directory: Path, *options: str) -> None:
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.dumps = new_room(directory, "dumps")
        self._options = options
        self.runs = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it accepts."""
        self.runs += 1
        template = f"run{self.runs}.%H%M%S."
        program = find_program("smtp-sink") or "smtp-sink"
        command = [program, "-d", template, *self._options, self.address, "128"]
        self._process = start(command, self.dumps, subprocess.DEVNULL, as_plain_user=True)
        wait_until(lambda: answers(self.port), "smtp-sink")

    def dumped(self) -> dict[Path, bytes]:
        """The files that are there. It removes those of transactions that end without a message."""
        found = {}
        for path in self.dumps.iterdir():
            with contextlib.suppress(FileNotFoundError):
                found[path] = path.read_bytes()
        return found

    def kill(self) -> None:
        """Kill it: connections break, what was not dumped is lost."""
        if self._process is not None:
            destroy(self._process)
            self._process = None

    def signal(self, number: int) -> None:
        """SIGSTOP and SIGCONT, above all."""
        assert self._process is not None
        os.kill(self._process.pid, number)


@contextlib.contextmanager
def sink(*options: str) -> Iterator[Sink]:
    """A running smtp-sink."""
    with new_directory() as directory:
        hop = Sink(directory, *options)
        try:
            hop.start()
            yield hop
        finally:
            hop.kill()


class RunningGate:
    """A directory, the configuration in it, and the process that serves it."""

    def __init__(self, directory: Path, wrapper: Sequence[str] = ()) -> None:
        self.directory = directory
        self.wrapper = wrapper
        self.port = free_port()
        self.etc = directory / "etc"
        self.etc.mkdir()
        self.maildirs = new_room(directory, "maildirs")
        self._output = directory / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, name: str, text: str) -> None:
        """Write a file of the configuration as a careful editor does: whole, by renaming."""
        fresh = self.etc / f"{name}.new"
        fresh.write_text(text)
        fresh.rename(self.etc / name)

    def start(self, *arguments: str) -> None:
        """Start the server and wait until its workers accept."""
        with self._output.open("ab") as output:
            command = [*self.wrapper, GATEPOST, "run", "-c", str(self.etc), *arguments]
            self._process = start(command, self.directory, output)
        self.await_log("daemon started")

    @property
    def pid(self) -> int:
        """The supervisor."""
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        """Everything logged so far, by all processes."""
        return self._output.read_text(errors="replace") if self._output.exists() else ""

    def await_log(self, text: str, times: int = 1) -> None:
        """Wait until the log says so; show the log where it never does, and at once when the server has ended."""
        process = self._process
        assert process is not None
        try:
            wait_until(lambda: self.log().count(text) >= times or process.poll() is not None, text)
            assert self.log().count(text) >= times, f"ended before: {text}"
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.log()[-4000:]}") from None

    def signal(self, number: int) -> None:
        """Signal the supervisor."""
        os.kill(self.pid, number)

    def workers(self) -> set[int]:
        """The supervisor's children."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return {int(pid) for pid in children}

    def memory_kb(self) -> dict[int, int]:
        """The private memory of each worker, in kB (RssAnon: pages shared with nobody's file)."""
        found = {}
        for pid in self.workers():
            with contextlib.suppress(OSError, IndexError):  # it has just ended
                status = Path(f"/proc/{pid}/status").read_text()
                found[pid] = int(status.partition("RssAnon:")[2].split()[0])
        return found

    def delivered(self) -> list[bytes]:
        """The messages in the Maildirs."""
        return [path.read_bytes() for path in sorted(self.maildirs.glob("*/new/*"))]

    def members(self) -> set[int]:
        """Every process of its group that is not a zombie."""
        return group_members(self.pid)

    def end(self) -> int:
        """Wait for its end."""
        assert self._process is not None
        return self._process.wait(PATIENCE_S)

    def destroy(self) -> None:
        """Kill what is left."""
        if self._process is not None:
            destroy(self._process)


@contextlib.contextmanager
def name_server(directory: Path, zone: str) -> Iterator[str]:
    """A name server of gatepost.testing in its own process: its address as `dns_nameservers` wants it."""
    path = directory / "zone"
    path.write_text(zone)
    output = directory / "name-server"
    command = [sys.executable, "-m", "gatepost.testing.name_server", "--port", "0", str(path)]
    with output.open("wb") as stream:
        process = start(command, directory, stream)
    try:
        wait_until(lambda: b"\n" in output.read_bytes(), "the name server")
        yield output.read_text().split()[3]
    finally:
        destroy(process)


@contextlib.contextmanager
def running_gate(
    main_cf: str = "",
    *,
    hop: str = "",
    zone: str = "",
    files: Mapping[str, str] | None = None,
    guide: bool = False,
    basis: str = MAIN_CF,
    master_cf: str = "",
    workers: int = 2,
    wrapper: Sequence[str] = (),
) -> Iterator[RunningGate]:
    """Serve `basis`, or the guide's own files, with `main_cf` behind it; without a hop survivors go to Maildirs.

    `wrapper` is a command that runs the server, such as prlimit with its options.
    """
    with new_directory() as directory, name_server(directory, zone) as address:
        gate = RunningGate(directory, wrapper)
        if guide:
            for path in GUIDE.iterdir():
                if path.suffix not in (".py", ".zone") and path.name != "main.cf":
                    gate.write(path.name, path.read_text())
        for name, text in (files or {}).items():
            gate.write(name, text)
        if guide:
            basis = (GUIDE / "main.cf").read_text()
        destination = f"smtpd_proxy_filter = {hop}\n" if hop else ""
        gate.write(
            "main.cf",
            f"{basis}\nmaildir_directory = {gate.maildirs}\n{destination}dns_nameservers = {address}\n"
            f"data_directory = {directory}\nmail_owner = {PLAIN_USER}\nworker_processes = {workers}\n{main_cf}",
        )
        gate.write("master.cf", master_cf or f"127.0.0.1:{gate.port} inet n - n - 0 smtpd\n")
        try:
            gate.start()
            yield gate
        finally:
            gate.destroy()
