"""A generation: one loaded configuration and the workers that serve it, kept at their number.

A worker that dies is replaced at once. One that dies within a second of its start, more than once in a row, is
replaced after 0.25 s, 0.5 s … at most 8 s, so that a worker that cannot start does not eat the machine.

Postfix: master(8) throttles a service whose processes fail at once, for service_throttle_time (60 s).
"""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gatepost.service.privileges import Identity
from gatepost.service.workers import Doorways, Loaded, Worker, start_worker
from gatepost.world.watching.log import Log

QUICK_DEATH_S = 1.0
FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 8.0  # a site is closed that long at most after the cause is gone


class Slot:
    """The place of one worker, whoever fills it."""

    __slots__ = ("due", "quick_deaths", "worker")

    def __init__(self) -> None:
        self.worker: Worker | None = None
        self.quick_deaths = 0
        self.due = 0.0

    def died(self, now: float) -> float:
        """Empty the place; give the delay until it is filled again, in seconds."""
        lived_s = now - self.worker.born if self.worker is not None else 0.0
        self.worker = None
        self.quick_deaths = self.quick_deaths + 1 if lived_s < QUICK_DEATH_S else 0
        delay_s = 0.0
        if self.quick_deaths > 1:
            delay_s = min(FIRST_DELAY_S * 2.0 ** min(self.quick_deaths - 2, 10), LONGEST_DELAY_S)
        self.due = now + delay_s
        return delay_s


class Generation:
    """The workers of one configuration."""

    __slots__ = ("_identity", "_log", "began", "doorways", "loaded", "number", "slots")

    def __init__(self, number: int, loaded: Loaded, doorways: Doorways, identity: Identity, log: Log) -> None:
        self.number = number
        self.loaded = loaded
        self.doorways = doorways
        self.began = time.monotonic()
        self.slots = [Slot() for _ in range(loaded.worker_count or len(os.sched_getaffinity(0)))]
        self._identity = identity
        self._log = log

    @property
    def workers(self) -> list[Worker]:
        """The workers that live."""
        return [slot.worker for slot in self.slots if slot.worker is not None]

    @property
    def is_ready(self) -> bool:
        """Does every worker accept?"""
        return all(slot.worker is not None and slot.worker.is_ready for slot in self.slots)

    def fill(
        self, now: float, close_in_child: Callable[[], Iterable[Callable[[], None]]], word_every_s: float = 0.0
    ) -> None:
        """Start the workers that are due; each is to say every so often that it lives (0: never)."""
        for slot in self.slots:
            if slot.worker is None and slot.due <= now:
                try:
                    slot.worker = start_worker(
                        self.loaded,
                        self.doorways,
                        self._log,
                        self._identity,
                        self.number,
                        close_in_child(),
                        word_every_s,
                    )
                except OSError as failure:
                    slot.died(now)
                    slot.due = max(slot.due, now + FIRST_DELAY_S)
                    self._log.error(f"cannot start a worker: {failure.strerror}")

    def slot_of(self, pid: int) -> Slot | None:
        """Give the place of the worker with this pid."""
        for slot in self.slots:
            if slot.worker is not None and slot.worker.pid == pid:
                return slot
        return None

    def next_due(self) -> float:
        """Give when the next worker is to be started, as time.monotonic(); infinite when none is missing."""
        return min((slot.due for slot in self.slots if slot.worker is None), default=float("inf"))


@dataclass(slots=True)
class Finishing:
    """Former workers that end their last sessions; killed at the deadline."""

    workers: list[Worker]
    deadline: float


def ending(status: int) -> str:
    """Say how a process ended, from its wait status; "" for a good end."""
    if os.WIFSIGNALED(status):
        return f"killed by signal {os.WTERMSIG(status)}"
    code = os.waitstatus_to_exitcode(status)
    return f"exit status {code}" if code else ""
