"""One sweep for the deadlines of many connections: no timer each, and none to move with every command.

A connection states when it is due (loop time, seconds); the sweep calls `overdue()` on those whose time has come.
Deadlines are minutes, so a grain of half a second costs nobody anything; who has shorter ones asks for a finer grain.
"""

import asyncio
from typing import Protocol

GRAIN_S = 0.5
"""How often the sweep looks."""


class Due(Protocol):
    """Something with a deadline: `due_at` in loop time, infinity where none runs."""

    due_at: float

    def overdue(self) -> None:
        """The deadline has passed. A new one, or leaving the sweep, is the callee's to arrange."""


class Deadlines:
    """The sweep. It runs only while somebody is watched."""

    __slots__ = ("_grain_s", "_loop", "_timer", "_watched")

    def __init__(self, loop: asyncio.AbstractEventLoop, grain_s: float = GRAIN_S) -> None:
        self._loop = loop
        self._grain_s = grain_s
        self._watched: set[Due] = set()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, connection: Due) -> None:
        """Look after this connection until forget()."""
        self._watched.add(connection)
        if self._timer is None:
            self._timer = self._loop.call_later(self._grain_s, self._sweep)

    def forget(self, connection: Due) -> None:
        """The connection is gone."""
        self._watched.discard(connection)

    def _sweep(self) -> None:
        now = self._loop.time()
        try:
            for connection in [each for each in self._watched if each.due_at <= now]:
                connection.overdue()
        finally:  # one that raises must not leave the others without deadlines
            self._timer = self._loop.call_later(self._grain_s, self._sweep) if self._watched else None
