"""A fault every second: each breaks one thing of the site for a while, and mends it."""

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable

from gatepost.world.names.cache import FAILURE_S
from tests.soak.site import Site

EVERY_S = 1.0
LATE_S = FAILURE_S + 5.0
"""So long after a pause of the name server a failure is remembered that began in it; dns_deadline is in it too."""
LONGEST_S = 2.5
"""How long a thing stays broken at most; some are broken at the same time."""


class Faults:
    """What is done to a site, by chance. `is_gentle`: no worker is killed and nothing reloaded, so that they age."""

    def __init__(self, site: Site, chance: random.Random) -> None:
        self._site = site
        self._chance = chance
        self._things: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._clock = asyncio.get_running_loop().time
        self.done: Counter[str] = Counter()
        self.is_gentle = False
        self.names_back_at = 0.0
        self._deeds: dict[str, Callable[[], Awaitable[None]]] = {
            "kill -9 of a worker": self._kill_worker,
            "reload with changed files": self._reload,
            "restart of the hop": self._restart_hop,
            "pause of the hop": self._pause_hop,
            "pause of the name server": self._pause_names,
            "restart of Redis": self._restart_redis,
            "restart of MariaDB": self._restart_database,
        }
        if site.disk is not None:
            self._deeds["full disk"] = self._fill_disk

    @property
    def names_are_away(self) -> bool:
        """The name server is paused, or was a moment ago: what was asked then had no answer."""
        return self._things["names"].locked() or self._clock() < self.names_back_at + LATE_S

    async def run(self) -> None:
        """One every second, until cancelled; then everything is mended."""
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                deeds = list(self._deeds)[2 if self.is_gentle else 0 :]
                name = self._chance.choice(deeds)
                task = asyncio.create_task(self._do(name))
                running.add(task)
                task.add_done_callback(running.discard)
                for done in [task for task in running if task.done()]:
                    done.result()
        finally:
            await asyncio.gather(*running)

    async def _do(self, name: str) -> None:
        await self._deeds[name]()
        self.done[name] += 1

    @contextlib.asynccontextmanager
    async def _alone(self, thing: str):
        """One fault at a time for each thing."""
        async with self._things[thing]:
            yield self._chance.uniform(0.2, LONGEST_S)

    async def _kill_worker(self) -> None:
        with contextlib.suppress(ProcessLookupError, IndexError):  # it has just ended, or there is none
            os.kill(self._chance.choice(sorted(self._site.gate.workers())), signal.SIGKILL)

    async def _reload(self) -> None:
        self._site.gate.write("senders", f"nobody@sender.example REJECT {self._chance.random()}\n")
        self._site.gate.signal(signal.SIGHUP)

    async def _restart_hop(self) -> None:
        async with self._alone("hop") as seconds:
            self._site.hop.kill()
            await asyncio.sleep(seconds / 3)
            await asyncio.to_thread(self._site.hop.start)

    async def _pause_hop(self) -> None:
        async with self._alone("hop") as seconds:
            self._site.hop.signal(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            self._site.hop.signal(signal.SIGCONT)

    async def _pause_names(self) -> None:
        async with self._alone("names") as seconds:
            self._site.names.signal(signal.SIGSTOP)
            await asyncio.sleep(seconds * 2)
            self._site.names.signal(signal.SIGCONT)
            self.names_back_at = self._clock()

    async def _restart_redis(self) -> None:
        async with self._alone("redis") as seconds:
            self._site.redis.kill()
            await asyncio.sleep(seconds)
            self._site.redis.start()

    async def _restart_database(self) -> None:
        async with self._alone("database") as seconds:
            self._site.database.kill()
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self._site.database.start)

    async def _fill_disk(self) -> None:
        async with self._alone("disk") as seconds:
            await asyncio.to_thread(self._site.fill_disk)
            await asyncio.sleep(seconds)
            self._site.free_disk()
