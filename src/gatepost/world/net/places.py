"""So many at once, over all the processes that share a door (maxproc in master.cf).

    places = SharedPlaces()                     by the supervisor, before it forks
    own = places.join(most)                     in a worker
    if own.take(): … own.give_back()

Shared memory holds one row for each process: how many places it has taken. A process writes its own row alone; the
sum counts. It looks and takes under a lock, so that no two take the last place. Row and lock are held by locks of the
kernel (fcntl), which go with the process however it ends: after a kill -9 nobody waits, and its row is found without
an owner and emptied as soon as places run out. The supervisor takes no part and knows nothing of it.

Rows outlive a reload: sessions that former workers still have count, under whatever limit is new.

Cost: two fcntl(2) for each take, none for give_back: 5 us for both, measured alone; 0.5 us without a limit.
Limits: MOST_ROWS processes at a time share one door.
"""

import mmap
import os
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, lockf

MOST_ROWS = 16384
"""worker_processes goes up to 1024, and a supervisor keeps at most ten generations of workers."""

_ROW_BYTES = 4
_ALIVE = 1  # after the byte whose lock is the lock of all, one byte whose lock says that a row has an owner


class SharedPlaces:
    """The memory of one door. Row 0 of it is not a row but the number of rows that were ever used."""

    __slots__ = ("_descriptor", "_memory", "_rows")

    def __init__(self) -> None:
        self._descriptor = os.memfd_create("gatepost-places")
        os.ftruncate(self._descriptor, (MOST_ROWS + 1) * _ROW_BYTES)
        self._memory = mmap.mmap(self._descriptor, 0)
        self._rows = memoryview(self._memory).cast("I")

    def join(self, most: int) -> "Places":
        """Take part, in this process, with at most so many places taken by all together; 0: any number.

        Raises: OSError when there are more processes than rows.
        """
        self.lock()
        try:
            for row in range(1, MOST_ROWS + 1):
                if self._own(row):
                    self._rows[row] = 0
                    self._rows[0] = max(self._rows[0], row)
                    return Places(self, row, most)
        finally:
            self.unlock()
        raise OSError("more processes share a door than there are rows for them")

    def lock(self) -> None:
        """Take the lock of all, for some microseconds."""
        lockf(self._descriptor, LOCK_EX, 1, 0)

    def unlock(self) -> None:
        """Let go of it."""
        lockf(self._descriptor, LOCK_UN, 1, 0)

    def total(self) -> int:
        """How many places are taken, by the living and by those who died since the last bury()."""
        return sum(self._rows[1 : self._rows[0] + 1])

    def add(self, row: int, number: int) -> None:
        """Change a row that this process owns."""
        self._rows[row] += number

    def bury(self, own: int) -> None:
        """Empty the rows whose owners are gone. Only under the lock, or somebody could be joining."""
        for row in range(1, self._rows[0] + 1):
            if row != own and self._rows[row] and self._own(row):
                self._rows[row] = 0
                lockf(self._descriptor, LOCK_UN, 1, _ALIVE + row)

    def close(self) -> None:
        """Let go of the memory, in this process."""
        self._rows.release()
        self._memory.close()
        os.close(self._descriptor)

    def _own(self, row: int) -> bool:
        """Make a row ours, if it has no owner. A process's own locks never stand in its way: it joins a door once."""
        try:
            lockf(self._descriptor, LOCK_EX | LOCK_NB, 1, _ALIVE + row)
        except OSError:
            return False
        return True


class Places:
    """What one process has of a door's places."""

    __slots__ = ("_row", "_shared", "most")

    def __init__(self, shared: SharedPlaces, row: int, most: int) -> None:
        self._shared = shared
        self._row = row
        self.most = most

    def take(self) -> bool:
        """Take a place; False when all are taken."""
        shared = self._shared
        if not self.most:
            shared.add(self._row, 1)
            return True
        shared.lock()
        try:
            if shared.total() >= self.most:
                shared.bury(self._row)
                if shared.total() >= self.most:
                    return False
            shared.add(self._row, 1)
        finally:
            shared.unlock()
        return True

    @property
    def are_scarce(self) -> bool:
        """Fewer than a quarter are free; never where there is no limit."""
        return self.most > 0 and (self.most - self._shared.total()) * 4 < self.most

    def give_back(self) -> None:
        """Give back a place that was taken."""
        self._shared.add(self._row, -1)
