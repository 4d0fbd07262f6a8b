"""A table whose answers may have to be waited for, beside LocalTable, whose answers are there at once.

All keys of a question go together: the answer is that of the first key known, as a TableHit, which names the key.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path

from gatepost.model.answer import Answer, Found, Unavailable
from gatepost.model.errors import Complaint
from gatepost.policy.questions import TableHit
from gatepost.world.tables.table import TableType

Tell = Callable[[str], None]
"""Says one line to the log."""

Done = Callable[[Answer[TableHit]], None]


class Ticket:
    """One who waits for an answer, and may leave."""

    __slots__ = ("_done",)

    def __init__(self, done: Done) -> None:
        self._done: Done | None = done

    def tell(self, answer: Answer[TableHit]) -> None:
        """Give the answer, unless its asker has left."""
        done, self._done = self._done, None
        if done is not None:
            done(answer)

    def cancel(self) -> None:
        """Leave: nothing is told any more."""
        self._done = None


class AwaitedTable(ABC):
    """A table that may have to be waited for. `entries` and `results` are what it cannot list (see LocalTable)."""

    entries: Callable[[], Iterable[tuple[str, str]]] | None = None
    results: Callable[[], Iterable[tuple[str, str]]] | None = None

    def __init__(
        self, name: str, record: TableType, complaints: tuple[Complaint, ...], files: tuple[Path, ...]
    ) -> None:
        self.name = name
        self.record = record
        self.complaints = complaints
        self.files = files

    @abstractmethod
    def instant(self, keys: Iterable[str]) -> Answer[TableHit] | None:
        """The answer, where it needs no waiting."""

    @abstractmethod
    def ask(self, keys: tuple[str, ...], done: Done) -> Ticket:
        """Find the answer; `done` is called once, never from within this call."""

    @abstractmethod
    def start(self, tell: Tell, *, is_membership: bool) -> None:
        """Begin to serve, in the worker: `tell` hears of outages."""

    @abstractmethod
    def close(self) -> None:
        """End what is open towards servers."""

    async def lookup(self, key: str) -> Answer[str]:
        """Give the value of one key."""
        answer = self.instant((key,))
        if answer is None:
            heard: asyncio.Future[Answer[TableHit]] = asyncio.get_running_loop().create_future()
            self.ask((key,), heard.set_result)
            answer = await heard
        return Found(answer.value.value, answer.source) if isinstance(answer, Found) else answer


def hit(key: str, answer: Answer[str]) -> Answer[TableHit]:
    """The answer for one key as that of a question; an empty result is not allowed (Postfix)."""
    if not isinstance(answer, Found):
        return answer
    if not answer.value:
        return Unavailable(f"{answer.source}: the result is empty")
    return Found(TableHit(key, answer.value), answer.source)
