"""Answers AddressProbe: from the cache, else by a probe that all who ask about the same address share.

    verification = AddressVerification(cache, prober, log, most_probes=5000)
    pending = verification.ask(AddressProbe(…), done)     # done(Found(ProbeResult)) or done(Unavailable(why))
    pending.cancel()                                      # done is not called; the probe goes on and is written down

Of all workers one probes; the others look into the cache, every LOOK_S, until the result is there. Whoever has waited
wait_s hears IN_PROGRESS. A result that counts is given at once, also while it is refreshed.

Unavailable: the cache failed. The log says so once, whichever worker finds out, and once more when it works again.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from gatepost.model.answer import Answer, Found, Unavailable
from gatepost.policy.address_verification import IN_PROGRESS, ProbeResult
from gatepost.policy.questions import AddressProbe
from gatepost.world.verification.cache import CacheAwayError, VerifyCache
from gatepost.world.verification.prober import Prober
from gatepost.world.watching.log import Logging
from gatepost.world.watching.outages import outages_of

LOOK_S = 0.2
"""Far below what a client notices, far above what a look costs (0.1 ms)."""

Done = Callable[[Answer[Any]], None]
Key = tuple[str, str]


class Waiting:
    """One who asks."""

    __slots__ = ("_done", "_timer")

    def __init__(self, done: Done) -> None:
        self._done: Done | None = done
        self._timer: asyncio.TimerHandle | None = None

    def wait(self, seconds: float) -> None:
        """Hear IN_PROGRESS after so many seconds."""
        self._timer = asyncio.get_running_loop().call_later(seconds, self.end, Found(IN_PROGRESS))

    def end(self, answer: Answer[ProbeResult]) -> None:
        """Hear the answer, once."""
        done = self._done
        self.cancel()
        if done is not None:
            done(answer)

    def cancel(self) -> None:
        """Do not call back."""
        self._done = None
        if self._timer is not None:
            self._timer.cancel()


class AddressVerification:
    """All probes of one worker. To be used within one event loop."""

    def __init__(
        self,
        cache: VerifyCache,
        prober: Prober,
        log: Logging,
        most_probes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._cache = cache
        self._prober = prober
        self._log = log
        self._most_probes = most_probes
        self._clock = clock
        self._flights: dict[Key, _Flight] = {}
        self._outages = outages_of("address_verify_map")

    def ask(self, question: AddressProbe, done: Done) -> Waiting:
        """Ask; `done` is called once, never from within this call."""
        waiting = Waiting(done)
        key = (folded(question.address), question.hop)
        flight = self._flights.get(key)
        if flight is None:
            if len(self._flights) >= self._most_probes:
                asyncio.get_running_loop().call_soon(waiting.end, Found(IN_PROGRESS))
                return waiting
            flight = self._flights[key] = _Flight()
            flight.task = asyncio.get_running_loop().create_task(self._fly(key, question.sender, flight))
        if flight.answer is not None:
            asyncio.get_running_loop().call_soon(waiting.end, flight.answer)
            return waiting
        flight.waiting.append(waiting)
        if flight.is_probing:
            waiting.wait(question.wait_s)
        else:
            flight.wait_s = max(flight.wait_s, question.wait_s)
        return waiting

    def close(self) -> None:
        """Nothing is asked any more; who waits is not called."""
        for flight in self._flights.values():
            for waiting in flight.waiting:
                waiting.cancel()
            if flight.task is not None:
                flight.task.cancel()
        self._flights.clear()
        self._cache.close()

    async def _fly(self, key: Key, sender: str, flight: "_Flight") -> None:
        try:
            standing = await self._cache.begin(*key, int(self._clock()))
            self._works()
            if standing.result is not None:
                flight.tell(Found(standing.result, "address_verify_map"))
            if standing.is_due:
                flight.begin_waiting()
                result = await self._prober.probe(*key, sender)
                await self._write(key, result)
                flight.tell(Found(result))
            elif standing.result is None:
                flight.begin_waiting()
                await self._await_another(key, flight)
        except CacheAwayError as failure:
            self._fails(str(failure))
            flight.tell(Unavailable(f"address_verify_map: {failure}"))
        finally:
            self._flights.pop(key, None)
            flight.tell(Unavailable("address verification was broken off"))

    async def _write(self, key: Key, result: ProbeResult) -> None:
        """Write down what came; where that fails it is an answer all the same."""
        try:
            await self._cache.write(*key, result, int(self._clock()))
        except CacheAwayError as failure:
            self._fails(str(failure))

    async def _await_another(self, key: Key, flight: "_Flight") -> None:
        """Another worker probes: look for what it writes down."""
        while flight.is_wanted:
            await asyncio.sleep(LOOK_S)
            standing = await self._cache.look(*key, int(self._clock()))
            if standing.result is not None:
                flight.tell(Found(standing.result, "address_verify_map"))
            elif standing.is_due:  # it wrote nothing down: a result that is not kept, or its end
                flight.tell(Found(IN_PROGRESS))

    def _fails(self, why: str) -> None:
        if self._outages.begins():
            self._log.warning(f"address_verify_map: {why}: address verification problem until it works again")

    def _works(self) -> None:
        if self._outages.ends():
            self._log.info("address_verify_map works again")


def folded(address: str) -> str:
    """The address as the cache has it: the domain in small letters, the local part as it was given."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{domain.lower()}"


class _Flight:
    """One address being asked about. `answer` is there once somebody could be told."""

    __slots__ = ("answer", "is_probing", "task", "wait_s", "waiting")

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self.answer: Answer[ProbeResult] | None = None
        self.is_probing = False
        self.wait_s = 0.0
        self.task: asyncio.Task[None] | None = None

    @property
    def is_wanted(self) -> bool:
        """Nobody was answered yet."""
        return self.answer is None

    def begin_waiting(self) -> None:
        """The cache knew nothing that counts: from here on those who ask are told IN_PROGRESS in the end."""
        self.is_probing = True
        for waiting in self.waiting:
            waiting.wait(self.wait_s)

    def tell(self, answer: Answer[ProbeResult]) -> None:
        """Answer all who wait."""
        self.answer = self.answer or answer
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each.end(answer)
