"""The supervisor: loads the configuration, owns the listening sockets, keeps the workers at their number.

A small process without threads or event loop that knows nothing about mail. It may keep running as root, to read
protected files again, and never reads what a client sent.

Signals:
    SIGHUP           load the configuration again; so does a change of a watched file, and the age of what is loaded
    SIGTERM, SIGINT  stop: no new sessions, running ones have shutdown_grace_s; a second one kills them
    SIGUSR1          open the log file again (log rotation)

A reload opens new doors and starts new workers; when all of these accept, the former ones are told to finish their
sessions, within reload_grace_s. When loading, opening or starting fails the former configuration stays in use and
the log says file, line and why. No connection is lost by that: the sockets stay open throughout, and what no worker
has accepted waits in the queue of the kernel.

Under systemd with WATCHDOG_USEC it says that it lives, and a worker that has said nothing for that long is killed.

Raises: ConfigurationError when the first load fails.
Limits: at most 8 former generations finish at a time; of more, the oldest get the shorter shutdown_grace_s.
Postfix: master(8).
"""

import contextlib
import gc
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.service.event_loop import GOODBYE_S
from gatepost.service.generation import Finishing, Generation, ending
from gatepost.service.open_doors import OpenDoors
from gatepost.service.privileges import identity_of
from gatepost.service.reload import LOOK_EVERY_S, FileWatch
from gatepost.service.signals import SignalPipe
from gatepost.service.systemd import given_listeners, notify, notify_reloading
from gatepost.service.watchdog import Watchdog
from gatepost.service.workers import Doorways, Loaded, Worker, told
from gatepost.world.net.given_sockets import GivenSockets
from gatepost.world.watching.log import Log

START_LIMIT_S = 30.0  # a new generation that is not ready by then is given up
MOST_FINISHING = 8  # each keeps up to worker_count processes; reloads faster than sessions end must not pile up
KILL_AFTER_S = GOODBYE_S + 1.0  # beyond the grace: a worker that is not gone by then hangs
ONE_DAY_S = 86400.0


class Supervisor:
    """Runs a service until it is told to stop. `load` reads the configuration, at the start and for each reload."""

    __slots__ = (
        "_coming",
        "_current",
        "_doors",
        "_finishing",
        "_is_announced",
        "_is_reload_wanted",
        "_is_stopping",
        "_load",
        "_log",
        "_look_at",
        "_number",
        "_renew_at",
        "_signals",
        "_watch",
        "_watchdog",
    )

    def __init__(self, load: Callable[[], Loaded], log: Log) -> None:
        self._load = load
        self._log = log
        self._doors = OpenDoors(GivenSockets(given_listeners()))
        self._watchdog = Watchdog()
        self._watch = FileWatch()
        self._current: Generation | None = None
        self._coming: Generation | None = None
        self._finishing: list[Finishing] = []
        self._number = 0
        self._renew_at = float("inf")
        self._look_at = 0.0
        self._is_announced = False
        self._is_reload_wanted = False
        self._is_stopping = False

    def run(self) -> int:
        """Serve until told to stop; give the exit status."""
        self._signals = SignalPipe(signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGCHLD)
        try:
            _raise_file_limit()
            self._current = self._next_generation()
            for address in self._doors.given.unused:
                self._log.warning(
                    f"the service manager gives a socket for {address}, and no row of master.cf opens it"
                )
            while not self._is_stopping or self._workers():
                self._turn()
            self._log.info("daemon stopped")
        finally:
            for worker in self._workers():
                worker.channel.close()  # after an error here: the workers finish by themselves
            self._doors.close_all()
            self._signals.close()
        return 0

    def _turn(self) -> None:
        """Wait for something to happen, half a second at most, and do what is due."""
        self._wait()
        for number in sorted(self._signals.arrived()):
            self._obey(number)
        self._reap()
        now = time.monotonic()
        self._watchdog.beat(now)
        if self._is_stopping:
            self._kill_the_late(now)
            return
        self._settle(now)
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY_S
            changed = self._watch.look()
            if changed:
                self._log.info(f"changed: {_listed(changed)}")
                self._is_reload_wanted = True
            elif now >= self._renew_at and self._current is not None:
                self._renew_at = now + self._current.loaded.renew_after_s  # also when it is refused
                self._is_reload_wanted = True
        if self._is_reload_wanted and self._coming is None:
            self._is_reload_wanted = False
            self._reload()
        for generation in self._generations():
            generation.fill(time.monotonic(), partial(self._not_for, generation), self._watchdog.word_every_s)
        accepting = [worker for generation in self._generations() for worker in generation.workers]
        for worker in self._watchdog.silent(now, accepting):
            self._log.error(f"worker pid {worker.pid} has said nothing for {self._watchdog.limit_s:g} s: killed")
            worker.kill()
        self._kill_the_late(now)

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self._signals.reading, select.POLLIN)
        speaking = {w.channel.fileno(): w for g in self._generations() for w in g.workers}
        for descriptor in speaking:
            poll.register(descriptor, select.POLLIN)
        due = min((generation.next_due() for generation in self._generations()), default=float("inf"))
        wait_s = max(0.0, min(LOOK_EVERY_S, due - time.monotonic()))
        for descriptor, _ in poll.poll(wait_s * 1000):
            if descriptor in speaking and not speaking[descriptor].hear():
                time.sleep(0.01)  # it has closed its end, so it is about to die: let it

    def _obey(self, number: int) -> None:
        if number == signal.SIGHUP:
            self._is_reload_wanted = True
        elif number == signal.SIGUSR1:
            self._reopen_log()
        elif number in (signal.SIGTERM, signal.SIGINT):
            if self._is_stopping:
                for worker in self._workers():
                    worker.kill()
            else:
                self._stop(signal.Signals(number).name)

    def _reopen_log(self) -> None:
        self._log.reopen()
        descriptor = self._log.descriptor()
        if descriptor is not None:
            for worker in self._workers():
                worker.use_log(descriptor)

    # Workers that end

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                self._ended(pid, status)

    def _ended(self, pid: int, status: int) -> None:
        how = ending(status)
        for finishing in self._finishing:
            for worker in finishing.workers:
                if worker.pid == pid:
                    finishing.workers.remove(worker)
                    worker.channel.close()
                    if how:
                        self._log.warning(f"former worker pid {pid} {how}")
                    return
        for generation in self._generations():
            slot = generation.slot_of(pid)
            if slot is None or slot.worker is None:
                continue
            was_ready = slot.worker.is_ready
            slot.worker.channel.close()
            delay_s = slot.died(time.monotonic())
            if generation is self._coming and not was_ready:
                self._give_up_coming(f"worker pid {pid} ended at its start ({how or 'exit status 0'})")
            elif how:
                wait = f"; it dies at once, repeatedly: the next one starts in {delay_s:g} s" if delay_s else ""
                self._log.warning(f"worker pid {pid} {how}{wait}")

    def _kill_the_late(self, now: float) -> None:
        for finishing in self._finishing:
            if now >= finishing.deadline:
                for worker in finishing.workers:
                    self._log.warning(f"worker pid {worker.pid} does not finish: killed")
                    worker.kill()
                finishing.deadline = float("inf")
        self._finishing = [finishing for finishing in self._finishing if finishing.workers]

    # Generations

    def _next_generation(self) -> Generation:
        """Load, open the doors, make ready to fork. Raises: ConfigurationError."""
        began_ns = self._watch.before_load()
        loaded = self._load()
        doorways = Doorways(self._doors.open(loaded.doors), dict(self._doors.places))
        self._watch.after_load(began_ns, loaded.watched_files)
        for complaint in loaded.complaints:
            self._complain(complaint)
        identity = identity_of(loaded.user)
        if identity.warning:
            self._log.once("identity", identity.warning, ONE_DAY_S)
        gc.unfreeze()
        gc.collect()
        gc.freeze()  # what is loaded is never scanned again, so its pages stay shared with the workers
        self._renew_at = time.monotonic() + loaded.renew_after_s
        self._number += 1
        return Generation(self._number, loaded, doorways, identity, self._log)

    def _reload(self) -> None:
        assert self._current is not None
        notify_reloading()
        began_ns = self._watch.before_load()
        named: list[Path] = []
        try:
            self._coming = self._next_generation()
        except ConfigurationError as refusal:
            for complaint in refusal.complaints:
                self._complain(complaint)
            named = [Path(complaint.place.path) for complaint in refusal.complaints]
        except Exception as failure:  # noqa: BLE001 -- a fault in loading must not stop a server that runs
            self._log.error(f"unexpected: {told(failure)}")
        if self._coming is not None:
            return
        self._doors.close_others(self._current.loaded.doors)
        self._watch.after_load(began_ns, self._current.loaded.watched_files)
        self._watch.also_watch(named)
        self._log.error("reload refused: the former configuration stays in use")
        notify("READY=1")

    def _settle(self, now: float) -> None:
        """Let a new generation take over once it is ready."""
        if self._current is not None and not self._is_announced and self._current.is_ready:
            self._is_announced = True
            self._log.info(f"daemon started -- {len(self._current.slots)} workers, listening on {self._doors}")
            notify("READY=1", f"STATUS=listening on {self._doors}")
        if self._coming is None:
            return
        if self._coming.is_ready:
            former, self._current, self._coming = self._current, self._coming, None
            if former is not None:
                self._finish(former.workers, self._current.loaded.reload_grace_s)
            self._doors.close_others(self._current.loaded.doors)
            self._log.info(f"reloaded -- {len(self._current.slots)} workers, listening on {self._doors}")
            notify("READY=1", f"STATUS=listening on {self._doors}")
        elif now - self._coming.began > START_LIMIT_S:
            self._give_up_coming(f"its workers are not ready after {START_LIMIT_S:g} s")

    def _give_up_coming(self, why: str) -> None:
        assert self._coming is not None
        assert self._current is not None
        self._finish(self._coming.workers, self._current.loaded.shutdown_grace_s)
        self._coming = None
        self._doors.close_others(self._current.loaded.doors)
        self._log.error(f"reload refused: the former configuration stays in use: {why}")
        notify("READY=1")

    def _finish(self, workers: list[Worker], grace_s: float) -> None:
        for worker in workers:
            worker.finish(grace_s)
        now = time.monotonic()
        self._finishing.append(Finishing(workers, now + grace_s + KILL_AFTER_S))
        assert self._current is not None
        hurry_s = self._current.loaded.shutdown_grace_s
        for oldest in self._finishing[:-MOST_FINISHING]:
            if oldest.deadline > now + hurry_s + KILL_AFTER_S:
                oldest.deadline = now + hurry_s + KILL_AFTER_S
                for worker in oldest.workers:
                    worker.finish(hurry_s)

    def _stop(self, why: str) -> None:
        assert self._current is not None
        self._log.info(f"stopping -- {why}")
        notify("STOPPING=1")
        self._is_stopping = True
        grace_s = self._current.loaded.shutdown_grace_s
        everyone = self._workers()
        self._finishing = []
        self._finish(everyone, grace_s)
        self._current = self._coming = None
        self._doors.close_all()

    # Who there is

    def _generations(self) -> list[Generation]:
        return [generation for generation in (self._current, self._coming) if generation is not None]

    def _workers(self) -> list[Worker]:
        workers = [worker for generation in self._generations() for worker in generation.workers]
        return workers + [worker for finishing in self._finishing for worker in finishing.workers]

    def _not_for(self, generation: Generation) -> Iterable[Callable[[], None]]:
        """Give what a worker of this generation must close: pipe, other workers' channels, other doors."""
        yield self._signals.close_in_child
        for worker in self._workers():
            yield worker.channel.close
        yield from self._doors.closing_others(generation.loaded.doors)

    def _complain(self, complaint: Complaint) -> None:
        cure = f" -- {complaint.cure}" if complaint.cure else ""
        say = {"error": self._log.error, "warning": self._log.warning}.get(complaint.severity, self._log.info)
        say(f"{complaint.place}: {complaint.text}{cure}")


def _listed(paths: tuple[Path, ...]) -> str:
    shown = ", ".join(str(path) for path in paths[:3])
    return shown if len(paths) <= 3 else f"{shown} and {len(paths) - 3} more"


def _raise_file_limit() -> None:
    """Use as many descriptors as are allowed: the soft limit of 1024 is for programs that use select(2)."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
