"""A worker: a process forked from the supervisor, with the loaded policy in its memory and its sockets open.

Between the two runs one channel (a pair of unix seqpacket sockets), whose end each keeps to itself:

    to the worker       `finish SECONDS`   accept no more, end within that time; may be repeated with less
                        `log` + descriptor use this log file from now on
                        end of file        the supervisor is dead: finish
    to the supervisor   `ready`            this worker accepts
                        `alive`            its event loop turns, every word_every_s where that is not 0

Signals to a worker: SIGTERM ends it as `finish` does, when `serve` heeds it; the others are the supervisor's.
Exit status: 0 when told to finish and done; 1 after an error, which is logged.
"""

import contextlib
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from gatepost.model.errors import Complaint
from gatepost.service.privileges import Identity, become
from gatepost.world.net.listen import DoorSpec
from gatepost.world.net.places import SharedPlaces
from gatepost.world.watching.log import Log

MESSAGE_SIZE = 64  # octets; the longest is "finish " and a number

GC_THRESHOLDS = (20_000, 10, 10)
"""When the garbage of reference cycles is looked for: not often, for a session that is over leaves none. At Python's
700 the search took 6 % of a worker's time."""


@dataclass(frozen=True, slots=True)
class Doorways:
    """What a worker inherits of each door, by the name of its row: its sockets, and the places that all share."""

    listeners: Mapping[str, tuple[socket.socket, ...]]
    places: Mapping[str, SharedPlaces]


class Loaded(Protocol):
    """A configuration that can be served, as the supervisor sees it. Read-only, for all its workers."""

    @property
    def doors(self) -> tuple[DoorSpec, ...]:
        """What to listen on."""

    @property
    def watched_files(self) -> tuple[Path, ...]:
        """The files that a change of calls for a reload."""

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """Warnings and notices, for the log."""

    @property
    def worker_count(self) -> int:
        """How many workers; 0: one per core."""

    @property
    def user(self) -> str:
        """Who the workers become when the supervisor is root; "": no change."""

    @property
    def shutdown_grace_s(self) -> float:
        """How long running sessions may take when the service stops."""

    @property
    def reload_grace_s(self) -> float:
        """How long running sessions may go on under the former configuration."""

    @property
    def renew_after_s(self) -> float:
        """Load anew after this time even where nothing has changed: what was made at load has an age (inf: none)."""

    def serve(self, worker: "WorkerContext") -> None:
        """Serve, in the worker process, until told to finish."""


class WorkerContext:
    """What a worker has: its doorways, its log, and the channel to the supervisor.

    An event loop watches `channel` for reading and calls `heed` each time, until `is_orphan`.
    """

    __slots__ = ("channel", "doorways", "generation", "is_orphan", "log", "shutdown_grace_s", "word_every_s")

    def __init__(
        self,
        doorways: Doorways,
        log: Log,
        channel: socket.socket,
        generation: int,
        shutdown_grace_s: float,
        word_every_s: float = 0.0,
    ) -> None:
        self.doorways = doorways
        self.log = log
        self.channel = channel
        self.generation = generation
        self.shutdown_grace_s = shutdown_grace_s
        self.word_every_s = word_every_s
        self.is_orphan = False

    def say_ready(self) -> None:
        """Tell the supervisor that this worker accepts: now the former workers may go."""
        with contextlib.suppress(OSError):  # a dead supervisor is noticed by heed()
            self.channel.send(b"ready")

    def say_alive(self) -> None:
        """Tell the supervisor that this worker is not stuck."""
        with contextlib.suppress(OSError):
            self.channel.send(b"alive")

    def heed(self) -> float | None:
        """Read one message, if there is one. Gives the seconds within which to finish, or None to go on."""
        try:
            message, descriptors, _, _ = socket.recv_fds(self.channel, MESSAGE_SIZE, 1)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            message, descriptors = b"", []
        if message == b"log" and descriptors:
            self.log.adopt(descriptors[0])
            return None
        if message.startswith(b"finish "):
            return float(message.split()[1])
        self.is_orphan = True
        return self.shutdown_grace_s


class Worker:
    """The supervisor's view of one worker process."""

    __slots__ = ("born", "channel", "heard_at", "is_ready", "pid")

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self.pid = pid
        self.channel = channel
        self.born = self.heard_at = time.monotonic()
        self.is_ready = False

    def hear(self) -> bool:
        """Read what the worker says; False when it will say nothing any more."""
        try:
            message = self.channel.recv(MESSAGE_SIZE)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        self.is_ready = self.is_ready or message == b"ready"
        self.heard_at = time.monotonic()
        return bool(message)

    def finish(self, grace_s: float) -> None:
        """Tell it to finish within so many seconds."""
        with contextlib.suppress(OSError):  # it is dead already, or hangs: then the bound decides
            self.channel.send(f"finish {grace_s:.3f}".encode())

    def use_log(self, descriptor: int) -> None:
        """Hand it the new log file."""
        with contextlib.suppress(OSError):
            socket.send_fds(self.channel, [b"log"], [descriptor])

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def start_worker(
    loaded: Loaded,
    doorways: Doorways,
    log: Log,
    identity: Identity,
    generation: int,
    close_in_child: Iterable[Callable[[], None]],
    word_every_s: float = 0.0,
) -> Worker:
    """Fork one worker. Signals are held back meanwhile: the child never runs the supervisor's handlers.

    `close_in_child` closes what is the supervisor's alone: its ends of the other workers' channels above all, for a
    worker learns of the supervisor's death by the end of file.

    Raises: OSError when no process or socket can be had.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(0)
    theirs.settimeout(0)
    log.flush()
    former = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        pid = os.fork()
        if pid == 0:
            ours.close()
            context = WorkerContext(doorways, log, theirs, generation, loaded.shutdown_grace_s, word_every_s)
            _be_worker(loaded, context, identity, close_in_child, former)
    except OSError:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
        theirs.close()
    return Worker(pid, ours)


def _be_worker(
    loaded: Loaded,
    context: WorkerContext,
    identity: Identity,
    close_in_child: Iterable[Callable[[], None]],
    signal_mask: Iterable[int],
) -> NoReturn:
    """Live as a worker; never return into the supervisor's code."""
    status = 1
    log = context.log
    try:
        log.begin_child()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)  # the supervisor's; ^C reaches the whole process group
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, signal_mask)
        for close in close_in_child:
            close()
        become(identity)
        gc.enable()
        gc.set_threshold(*GC_THRESHOLDS)
        loaded.serve(context)
        status = 0
    except BaseException as failure:  # noqa: BLE001 -- the last frame of the process: whatever it is, say it and end
        log.fatal(f"worker ends: {told(failure)}")
    finally:
        with contextlib.suppress(BaseException):
            log.flush()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def told(failure: BaseException) -> str:
    """Tell an unexpected exception in one line, with the place where it was raised."""
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace is not None else ""
    return f"{type(failure).__name__}: {failure}{where}"
