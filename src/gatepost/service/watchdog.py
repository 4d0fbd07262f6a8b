"""Signs of life: ours for systemd, the workers' for us.

Where systemd waits for a sign of life (WatchdogSec=), the supervisor gives one in a third of that time, for its own
loop. It wants one of each worker too: a worker whose event loop has stood still for the whole time is as bad as a
dead one, and is killed, so that another takes its place; its clients hear nothing and come again.
"""

from collections.abc import Iterable, Iterator

from gatepost.service.systemd import notify, watchdog_s
from gatepost.service.workers import Worker

SIGNS_WITHIN_LIMIT = 3
"""Twice what sd_watchdog_enabled(3) advises, rounded up: one that is late costs nothing."""


class Watchdog:
    """`limit_s`: the time; 0 where nobody waits, and then nothing is done."""

    __slots__ = ("_next_beat", "limit_s", "word_every_s")

    def __init__(self) -> None:
        self.limit_s = watchdog_s()
        self.word_every_s = self.limit_s / SIGNS_WITHIN_LIMIT
        self._next_beat = 0.0

    def beat(self, now: float) -> None:
        """Say that we live, when it is due."""
        if self.limit_s and now >= self._next_beat:
            self._next_beat = now + self.word_every_s
            notify("WATCHDOG=1")

    def silent(self, now: float, workers: Iterable[Worker]) -> Iterator[Worker]:
        """Give the workers that accept and have said nothing for too long, each once in that time."""
        if not self.limit_s:
            return
        for worker in workers:
            if worker.is_ready and now - worker.heard_at > self.limit_s:
                worker.heard_at = now
                yield worker
