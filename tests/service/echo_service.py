"""A service for the tests of the process model: greets with a word from its file, then echoes lines.

Run as `python echo_service.py FILE`. FILE holds `name = value` lines: greeting, port, also, path, workers, grace,
user, log, renew (seconds), fail (raise in the worker before it is ready, after `pause` seconds). A line without `=` is refused with
its number.
"""

import asyncio
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gatepost.model.errors import Complaint, ConfigurationError, Place
from gatepost.service.event_loop import run_worker
from gatepost.service.supervisor import Supervisor
from gatepost.service.workers import WorkerContext
from gatepost.world.net.accepting import Accepting
from gatepost.world.net.listen import DoorSpec
from gatepost.world.watching.log import Log
from gatepost.world.watching.log_destination import FileDestination, LogDestination, StreamDestination


class Echo(asyncio.Protocol):
    def __init__(self, work: "EchoWork") -> None:
        self.work = work
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.work.open.add(self)
        self.transport.write(f"{self.work.greeting} {os.getpid()} {os.geteuid()}\n".encode())

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while b"\n" in self.rest:
            line, self.rest = self.rest.split(b"\n", 1)
            if line == b"quit":
                self.transport.write(b"bye\n")
                self.transport.close()
            elif line == b"say":
                self.work.log.info("said")
            else:
                self.transport.write(line + b"\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self.work.open.discard(self)
        for accepting in self.work.accepting[:1]:
            accepting.session_ended()


class EchoWork:
    def __init__(self, loop: asyncio.AbstractEventLoop, context: WorkerContext, greeting: str) -> None:
        self.greeting = greeting
        self.log = context.log.named("postfix/echo")
        self.open: set[Echo] = set()
        listeners = [one for several in context.doorways.listeners.values() for one in several]
        places = next(iter(context.doorways.places.values())).join(1000)
        self.accepting = [Accepting(loop, listeners, lambda: Echo(self), places, self.log)]
        self.accepting[0].start()

    def finish(self, on_idle):
        self.accepting[0].finish(on_idle)

    def hang_up(self) -> None:
        for echo in list(self.open):
            echo.transport.write(b"time is over\n")
            echo.transport.close()


@dataclass
class EchoLoaded:
    values: dict[str, str]
    doors: tuple[DoorSpec, ...]
    watched_files: tuple[Path, ...]
    complaints: tuple[Complaint, ...] = ()
    worker_count: int = 2
    user: str = ""
    shutdown_grace_s: float = 10.0
    reload_grace_s: float = 60.0

    @property
    def renew_after_s(self) -> float:
        return float(self.values.get("renew", "inf"))

    def serve(self, worker: WorkerContext) -> None:
        if self.values.get("fail"):
            time.sleep(float(self.values.get("pause", "0")))
            raise RuntimeError(self.values["fail"])
        run_worker(worker, lambda loop: EchoWork(loop, worker, self.values["greeting"]))


def load(path: Path) -> EchoLoaded:
    values: dict[str, str] = {}
    complaints: list[Complaint] = []
    places: dict[str, Place] = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        name, equals, value = line.partition("=")
        place = Place(str(path), number)
        if not equals:
            raise ConfigurationError(Complaint("error", place, f"no = in: {line}", "write name = value"))
        if name.strip() in values:
            complaints.append(Complaint("warning", place, f"overriding earlier entry: {name.strip()}"))
        values[name.strip()] = value.strip()
        places[name.strip()] = place
    doors = [
        DoorSpec(name, "127.0.0.1", int(values[name]), place=places[name])
        for name in ("port", "also")
        if name in values
    ]
    if "path" in values:
        doors.append(DoorSpec("path", path=values["path"], mode=0o600, place=places["path"]))
    grace = float(values.get("grace", "10"))
    workers = int(values.get("workers", "2"))
    user = values.get("user", "")
    return EchoLoaded(values, tuple(doors), (path,), tuple(complaints), workers, user, shutdown_grace_s=grace)


def main(path: Path) -> int:
    try:
        log_path = load(path).values.get("log")
        destination: LogDestination = FileDestination(Path(log_path)) if log_path else StreamDestination(1)
        return Supervisor(lambda: load(path), Log(destination, "testhost")).run()
    except ConfigurationError as refusal:
        print(refusal, file=sys.stderr)
        return 78


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
