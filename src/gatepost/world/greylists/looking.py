"""What an attempt would come to, without writing it down: for explain. Found holds a Decision, as if it were real.

`memory:` is inside the server, so from here it is Unavailable.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from gatepost.model.answer import Answer, Found, Unavailable
from gatepost.policy.greylist_batch import decide_all, keys_of
from gatepost.policy.greylisting import Decision
from gatepost.policy.questions import GreylistAttempt
from gatepost.world.greylists.asking import attempt_of
from gatepost.world.greylists.opening import BadStoreNameError, open_greylist
from gatepost.world.greylists.store import StoreAwayError


class Looking:
    """One look under way."""

    __slots__ = ("_task",)

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task

    def cancel(self) -> None:
        """Do not call back."""
        self._task.cancel()


class GreylistLook:
    """Answers GreylistAttempt from the store as it is."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def ask(self, question: GreylistAttempt, done: Callable[[Answer[Any]], None]) -> "Looking":
        """Look; `done` is called once, never from within this call."""

        async def look() -> None:
            done(await self._look(question))

        return Looking(asyncio.get_running_loop().create_task(look()))

    async def _look(self, question: GreylistAttempt) -> Answer[Decision]:
        if question.store == "memory:":
            return Unavailable("the store memory: is inside the server")
        try:
            store = open_greylist(question.store)
        except BadStoreNameError as error:
            return Unavailable(str(error))
        attempt = attempt_of(question)
        try:
            texts = await store.read(keys_of([attempt]))
        except StoreAwayError as error:
            return Unavailable(f"{store.name}: {error}")
        finally:
            await store.close()
        return Found(decide_all([attempt], texts, int(self._clock())).decisions[0], store.name)
