"""One line when an outage begins and one when it ends, however many workers notice.

A token lies in one of two pipes that all workers of a supervisor inherit: it is up, or it is down. Who moves it says
the line; whoever comes later finds the pipe empty. Nothing is locked, so a worker that is killed holds nobody up.
"""

import os
import weakref
from functools import lru_cache

_TOKEN = b"."


class Outages:
    """The state of one table's servers, shared by processes."""

    def __init__(self) -> None:
        self._up, self._down = os.pipe(), os.pipe()
        for end in (*self._up, *self._down):
            os.set_blocking(end, False)
        os.write(self._up[1], _TOKEN)
        weakref.finalize(self, _close, (*self._up, *self._down))

    def begins(self) -> bool:
        """An outage begins; True for the first who says so."""
        return _move(self._up, self._down)

    def ends(self) -> bool:
        """The outage is over; True for the first who says so."""
        return _move(self._down, self._up)


def _close(ends: tuple[int, ...]) -> None:
    for end in ends:
        os.close(end)


def _move(source: tuple[int, int], target: tuple[int, int]) -> bool:
    try:
        os.write(target[1], os.read(source[0], 1))
    except BlockingIOError:
        return False
    return True


@lru_cache(maxsize=256)
def outages_of(_name: str) -> Outages:
    """The one for this table: the same before and after a reload, so that an outage is told once across it."""
    return Outages()
