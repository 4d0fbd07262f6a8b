"""The greylist stores of one worker: attempts gathered, carried to the store together, answered.

    greylists = Greylists(log, deadline_s=5)
    pending = greylists.ask(GreylistAttempt(…), done)     # done(Found(Decision)) or done(Unavailable(why))
    pending.cancel()                                      # done is not called; the attempt is written down

An attempt goes to the store at once, unless the last went less than GATHER_S ago: then what comes until that has
passed goes together. So the busier the server, the less each attempt costs, and none waits long for others. At most
MOST_AT_ONCE go together, and MOST_WAITING wait.

Unavailable: the store is away, or has not answered within the deadline. For AWAY_S after a failure nobody waits for
it again. The log says when it is away and when it is back, once for all workers, at most once a minute.

Every SWEEP_EVERY_S, while there is work, the store is told to forget what is over, a slice at a time.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from gatepost.model.answer import Answer, Found, Unavailable
from gatepost.policy.greylisting import Attempt, Decision
from gatepost.policy.questions import GreylistAttempt
from gatepost.world.greylists.opening import BadStoreNameError, open_greylist
from gatepost.world.greylists.pools import pool_of
from gatepost.world.greylists.store import GreylistStore, StoreAwayError
from gatepost.world.net.deadlines import Deadlines
from gatepost.world.watching.log import Logging
from gatepost.world.watching.outages import outages_of

MOST_AT_ONCE = 256
"""Far more than a commit's cost spread thin; few enough to decide within milliseconds."""

GATHER_S = 0.003
"""A transaction and its sync cost as much processor time as a dozen attempts in it; no client notices 3 ms."""

MOST_WAITING = 20_000
"""More than all sessions of a worker can have under way."""

AWAY_S = 2.0
SWEEP_EVERY_S = 1.0
SWEEP_AT_LEAST = 2000
"""Keys, about a millisecond of SQLite; ten million are gone through in an hour and a half."""

SWEEP_PER_ATTEMPT = 4
"""So that a sweep comes round before the store has grown by a third, however busy it is."""

Done = Callable[[Answer[Any]], None]


def attempt_of(question: GreylistAttempt) -> Attempt:
    """The attempt as it is written down: the client is its pool, or else its network."""
    client = (pool_of(question.pool_name) if question.pool_name else "") or question.network
    return Attempt(client, question.sender, question.recipient, question.terms)


class Greylists:
    """All stores that the policies of a worker name. To be used within one event loop."""

    def __init__(self, log: Logging, *, deadline_s: float = 5.0, clock: Callable[[], float] = time.time) -> None:
        self._log = log
        self._deadline_s = deadline_s
        self._clock = clock
        self._queues: dict[str, _Queue] = {}

    def ask(self, question: GreylistAttempt, done: Done) -> "Pending":
        """Ask; `done` is called once, never from within this call."""
        queue = self._queues.get(question.store)
        if queue is None:
            queue = self._queues[question.store] = self._open(question.store)
        pending = Pending(attempt_of(question), done)
        queue.add(pending)
        return pending

    def _open(self, name: str) -> "_Queue":
        try:
            store: GreylistStore | None = open_greylist(name, self._deadline_s)
            why = ""
        except BadStoreNameError as error:
            store, why = None, str(error)
        return _Queue(store, why, self._log, self._deadline_s, self._clock)

    def close(self) -> None:
        """Nothing is asked any more; who waits is not called. Connections close in their own time."""
        for queue in self._queues.values():
            queue.close()
        self._queues.clear()


class Pending:
    """One attempt under way, to be answered before `due_at` (loop time)."""

    __slots__ = ("_done", "attempt", "due_at")

    def __init__(self, attempt: Attempt, done: Done) -> None:
        self._done: Done | None = done
        self.attempt = attempt
        self.due_at = 0.0

    @property
    def is_awaited(self) -> bool:
        """Somebody waits for the answer."""
        return self._done is not None

    def cancel(self) -> None:
        """Do not call back."""
        self._done = None

    def end(self, answer: Answer[Decision]) -> None:
        """Tell who asked."""
        done, self._done = self._done, None
        if done is not None:
            done(answer)


class _Queue:
    """The attempts that wait for one store. While there are any, the sweep of Deadlines has it look for late ones."""

    due_at = 0.0

    def __init__(
        self, store: GreylistStore | None, why: str, log: Logging, deadline_s: float, clock: Callable[[], float]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._store = store
        self._why = why
        self._deadline_s = deadline_s
        self._clock = clock
        self._deadlines = Deadlines(self._loop)
        self._outage = Outage(store.name if store else "greylist_store", log, self._loop.time)
        self._waiting: deque[Pending] = deque()
        self._under_way: list[Pending] = []
        self._work: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._sweep_at = self._loop.time() + SWEEP_EVERY_S
        self._attempts_since_sweep = 0
        self._gather_until = 0.0

    def add(self, pending: Pending) -> None:
        """Have it decided."""
        if self._store is None or self._outage.is_fresh or len(self._waiting) >= MOST_WAITING:
            self._outage.has_failed(self._why or "too many attempts wait")
            self._loop.call_soon(pending.end, Unavailable(self._outage.why))
            return
        pending.due_at = self._loop.time() + self._deadline_s
        self._waiting.append(pending)
        if self._work is None:
            self._deadlines.watch(self)
            self._work = self._loop.create_task(self._carry(self._store))

    def overdue(self) -> None:
        """End those that have waited for too long; the longest stand first."""
        now = self._loop.time()
        for pending in [*self._under_way, *self._waiting]:
            if pending.due_at > now:
                return
            if pending.is_awaited:
                self._outage.has_failed(f"no answer within {self._deadline_s:g} s")
                self._end(pending, Unavailable(self._outage.why))

    def _end(self, pending: Pending, answer: Answer[Decision]) -> None:
        try:
            pending.end(answer)
        except Exception as error:  # noqa: BLE001 - a session that fails must not cost the others their answers
            self._loop.call_exception_handler({"message": "a greylist answer", "exception": error})

    async def _carry(self, store: GreylistStore) -> None:
        """Carry attempts to the store as long as there are any."""
        try:
            while self._waiting:
                early_s = self._gather_until - self._loop.time()
                if early_s > 0:
                    await asyncio.sleep(early_s)
                self._gather_until = self._loop.time() + GATHER_S
                count = min(len(self._waiting), MOST_AT_ONCE)
                await self._carry_some(store, [self._waiting.popleft() for _ in range(count)])
                if self._loop.time() >= self._sweep_at:
                    await self._sweep(store)
        finally:
            self._work = None
            self._deadlines.forget(self)

    async def _carry_some(self, store: GreylistStore, batch: list[Pending]) -> None:
        self._attempts_since_sweep += len(batch)
        self._under_way = batch
        asked_at = self._loop.time()
        try:
            decisions = await store.decide([pending.attempt for pending in batch], int(self._clock()))
        except Exception as error:  # noqa: BLE001 - a mistake in a driver is an outage too, and is told as one
            self._outage.has_failed(_told(error), len(batch))
            for pending in batch:
                self._end(pending, Unavailable(self._outage.why))
            return
        finally:
            self._under_way = []
        self._outage.is_over(asked_at)
        for pending, decision in zip(batch, decisions, strict=True):
            self._end(pending, Found(decision))

    async def _sweep(self, store: GreylistStore) -> None:
        most = max(SWEEP_AT_LEAST, SWEEP_PER_ATTEMPT * self._attempts_since_sweep)
        self._attempts_since_sweep = 0
        try:
            await store.sweep(int(self._clock()), most)
        except Exception as error:  # noqa: BLE001 - as above
            self._outage.has_failed(_told(error), 0)
        self._sweep_at = self._loop.time() + SWEEP_EVERY_S

    def close(self) -> None:
        """Answer nobody any more, and let go of the store."""
        for pending in (*self._under_way, *self._waiting):
            pending.cancel()
        self._waiting.clear()
        if self._work is not None:
            self._work.cancel()
        if self._store is not None:
            self._closing = self._loop.create_task(self._store.close())


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, StoreAwayError) else f"{type(error).__name__}: {error}"


class Outage:
    """What the log is told of a store: that it is away, and that it is back."""

    __slots__ = ("_clock", "_fresh_until", "_log", "_name", "_outages", "why")

    def __init__(self, name: str, log: Logging, clock: Callable[[], float]) -> None:
        self._name = name
        self._log = log
        self._clock = clock
        self._outages = outages_of(f"greylist store {name}", clock)
        self._fresh_until = 0.0
        self.why = ""

    @property
    def is_fresh(self) -> bool:
        """It has failed just now: to ask again is to wait in vain."""
        return bool(self._fresh_until) and self._clock() < self._fresh_until

    def has_failed(self, why: str, attempts: int = 1) -> None:
        """Attempts have no answer."""
        now = self._clock()
        if not self.is_fresh:
            self.why = f"greylist store {self._name}: {why}"
            self._fresh_until = now + AWAY_S
        if self._outages.begins(attempts):
            self._log.warning(f"{self.why}: greylist_tempfail_action decides until it is back")

    def is_over(self, asked_at: float) -> None:
        """It has answered what was asked then."""
        ended = self._outages.ends(asked_at)
        if ended is not None:
            self._log.info(f"greylist store {self._name} is back: {ended.failures} attempts were not written down")
        self._fresh_until = 0.0
