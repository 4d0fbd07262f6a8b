"""A running echo service, in a process group of its own that never outlives its test."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gatepost.testing.free_ports import free_port
from tests.processes import group_members

SCRIPT = Path(__file__).with_name("echo_service.py")
PATIENCE_S = 20.0


def wait_until(condition: Callable[[], object], what: str, within_s: float = PATIENCE_S) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain for: {what}"
        time.sleep(0.02)


class Client:
    """One connection; `greeting`, `pid` and `euid` are what the worker said of itself."""

    def __init__(self, port: int = 0, path: str = "") -> None:
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(PATIENCE_S)
            self.socket.connect(path)
        else:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.file = self.socket.makefile("rwb", buffering=0)
        self.greeting, pid, euid = self.file.readline().decode().split()
        self.pid, self.euid = int(pid), int(euid)

    def ask(self, line: str) -> str:
        self.file.write(line.encode() + b"\n")
        return self.file.readline().decode().strip()

    def close(self) -> None:
        self.file.close()
        self.socket.close()


class EchoService:
    """A directory, a configuration file in it, and the process that serves it."""

    wait_until = staticmethod(wait_until)
    free_port = staticmethod(free_port)
    client = Client

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.config = directory / "echo.cf"
        self.output = directory / "output"
        self.process: subprocess.Popen[bytes] | None = None

    def configure(self, greeting: str = "first", **others: object) -> None:
        values = {"greeting": greeting, "port": self.port} | others
        self.replace("".join(f"{name} = {value}\n" for name, value in values.items()))

    def replace(self, text: str) -> None:
        fresh = self.config.with_suffix(".new")
        fresh.write_text(text)
        fresh.rename(self.config)

    def start(self, environment: dict[str, str] | None = None, is_awaited: bool = True) -> None:
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(SCRIPT), str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | (environment or {}),
                start_new_session=True,
            )
        if is_awaited:
            self.await_log("daemon started")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def log(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    def await_log(self, text: str, times: int = 1) -> None:
        try:
            self.wait_until(lambda: self.log().count(text) >= times, text)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.log()}") from None

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def connect(self) -> Client:
        return self.client(self.port)

    def await_greeting(self, greeting: str, port: int = 0) -> None:
        """Wait until new sessions get this policy: a former worker may take one more before it hears of its end."""
        self.wait_until(lambda: self._greeting(port or self.port) == greeting, f"the policy {greeting}")

    def _greeting(self, port: int) -> str:
        client = self.client(port)
        client.close()
        return client.greeting

    def workers(self) -> set[int]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return {int(pid) for pid in children}

    def members(self) -> set[int]:
        """Every process of the group that is not a zombie."""
        return group_members(self.pid)

    def end(self) -> int:
        assert self.process is not None
        return self.process.wait(PATIENCE_S)

    def destroy(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[EchoService]:
    tmp_path.chmod(0o755)
    service = EchoService(tmp_path)
    service.configure()
    yield service
    service.destroy()
