"""What a greylist store promises. gatepost.testing.check_greylist holds a driver to it.

A store keeps lines of text by key (policy/greylist_records.py), each until a time. It makes nothing of them: what an
attempt comes to is policy's (policy/greylist_batch.py). It promises:

- decide() writes before it answers, and what it has answered is not forgotten when a process dies;
- attempts decided at once, in one process or in many, come to what they would one after the other;
- a value whose time is over may still be there: policy looks at the times. sweep() removes some at each call and
  never takes long, so that nobody waits for it.

Raises: StoreAwayError, from every method, when the store cannot be asked; its text never holds a secret.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

from gatepost.policy.greylist_batch import Change
from gatepost.policy.greylisting import Attempt, Decision


class StoreAwayError(Exception):
    """The store could not be asked: why."""


class GreylistStore(Protocol):
    """One store. Opening it connects to nothing; it is used within one event loop."""

    @property
    def name(self) -> str:
        """What it is called in the log: without user and password."""

    async def decide(self, attempts: Sequence[Attempt], now: int) -> list[Decision]:
        """Decide on attempts and write down what follows."""

    async def read(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of those keys that have one."""

    async def swap(self, key: str, old: str | None, new: Change | None, now: int) -> bool:
        """Put `new` in the place of `old`, if that is what is there; None is no value."""

    def scan(self, prefix: str) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """All keys that begin so, with their values, some at a time. What changes meanwhile may be told or not."""

    async def sweep(self, now: int, most: int) -> int:
        """Look at the next `most` keys and remove those whose time is over; how many were."""

    async def close(self) -> None:
        """Let go of files and connections."""
