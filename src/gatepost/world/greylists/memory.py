"""`memory:` a greylist in this process, forgotten when it ends: for tests, stories and a server with one worker.

Limits: MOST_VALUES lines, about 60 MB; beyond it those written first are forgotten first.
"""

from collections.abc import AsyncIterator, Iterable, Sequence

from gatepost.policy.greylist_batch import Change, decide_all, keys_of
from gatepost.policy.greylisting import Attempt, Decision

MOST_VALUES = 200_000
AT_ONCE = 1000


class MemoryGreylist:
    """Lines in a dictionary."""

    def __init__(self, name: str = "memory:") -> None:
        self.name = name
        self._values: dict[str, Change] = {}
        self._unswept: list[str] = []

    async def decide(self, attempts: Sequence[Attempt], now: int) -> list[Decision]:
        """Decide on attempts."""
        batch = decide_all(attempts, await self.read(keys_of(attempts)), now)
        for key, change in batch.changes.items():
            self._write(key, change)
        return batch.decisions

    def _write(self, key: str, change: Change) -> None:
        self._values[key] = change
        if len(self._values) > MOST_VALUES:
            del self._values[next(iter(self._values))]

    async def read(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of these keys."""
        return {key: self._values[key].text for key in keys if key in self._values}

    async def swap(self, key: str, old: str | None, new: Change | None, now: int) -> bool:
        """Change one value, if it is the one that the caller knows."""
        del now
        known = self._values.get(key)
        if (known.text if known else None) != old:
            return False
        if new is None:
            self._values.pop(key, None)
        else:
            self._write(key, new)
        return True

    async def scan(self, prefix: str) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """All keys that begin so."""
        found = sorted((key, change.text) for key, change in self._values.items() if key.startswith(prefix))
        for at in range(0, len(found), AT_ONCE):
            yield found[at : at + AT_ONCE]

    async def sweep(self, now: int, most: int) -> int:
        """Remove what is over among the next keys."""
        if not self._unswept:
            self._unswept = list(self._values)
        looked_at, self._unswept = self._unswept[:most], self._unswept[most:]
        over = [key for key in looked_at if key in self._values and self._values[key].ends <= now]
        for key in over:
            del self._values[key]
        return len(over)

    async def close(self) -> None:
        """Nothing is open."""
