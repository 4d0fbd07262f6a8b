"""How many connections and events each client has, over all workers of this machine.

    shared = SharedCounts()                     by the supervisor, before it forks
    counts = shared.join()                      in a worker
    counts.connect(client, 50, late)            its connections at once, this one included
    counts.disconnect(client)
    counts.add(client, Event.MESSAGE, now, 60)  its messages within the time, this one included

A client is a number of 64 bits that client_key() makes from a service and an address; the key of that hash is drawn
at the start, so nobody can choose addresses that meet.

Connections: each process writes a table of its own, and a client's number is the sum over the tables: no lock, and
no look at another client. A process that is killed leaves its table behind; its owner is known to be gone by a lock
of the kernel (fcntl), which goes with it. Such tables are emptied as soon as a client seems to have too many, or when
another process takes the row over.

Events: one table for all, where a client's time begins with its first event after the last has run out (as anvil(8)
counts). A lock of the kernel (fcntl) for the client's part of it makes the counts exact, and a killed process leaves
no lock behind. Times are whole seconds of time.monotonic(), which all processes of a machine have in common.

Limits: MOST_ROWS processes; CLIENTS_HELD clients in a time, beyond which the one whose time began first is forgotten;
eight clients with connections whose keys meet in one of ROW_BUCKETS places, beyond which this process alone counts a
client's. Memory is taken as it is used, 128 kB for a process at most, 1 MB for all.
Cost: see bench/client_limits.py.
Postfix: anvil(8).
"""

import mmap
import os
import secrets
import struct
from collections.abc import Callable
from enum import IntEnum
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, lockf
from hashlib import blake2b

MOST_ROWS = 1024
"""Processes at a time: worker_processes of some hundred, and generations that finish."""

ROW_BUCKETS = 2048
BUCKET = 8
_ROW = ROW_BUCKETS * BUCKET  # entries of eight octets: the key without its last 16 bits, and there the count
_COUNT = 0xFFFF

EVENT_BUCKETS = 8192
_EVENT_BUCKET = 4
CLIENTS_HELD = EVENT_BUCKETS * _EVENT_BUCKET
_EVENTS = struct.Struct("=QI5I")  # client, when its time began, the count of each Event
_ROWS_AT = CLIENTS_HELD * _EVENTS.size

_ALIVE = EVENT_BUCKETS  # after the bytes whose locks guard events, one for each row, whose lock says it has an owner


class Event(IntEnum):
    """What is counted over a time."""

    CONNECTION = 0
    MESSAGE = 1
    RECIPIENT = 2
    AUTH = 3
    NEW_TLS_SESSION = 4


class SharedCounts:
    """The memory. `machine` tells it from that of other machines.

    Row 0 is no table: its first entry says how many rows were ever used.
    """

    __slots__ = ("_descriptor", "_key", "_memory", "_rows", "machine")

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self.machine = secrets.token_hex(8)
        self._descriptor = os.memfd_create("gatepost-limits")
        os.ftruncate(self._descriptor, _ROWS_AT + (MOST_ROWS + 1) * _ROW * 8)
        self._memory = mmap.mmap(self._descriptor, 0)
        self._rows = memoryview(self._memory)[_ROWS_AT:].cast("Q")

    def client_key(self, service: str, network: bytes) -> int:
        """The number of a client of a service."""
        digest = blake2b(
            b"%b\0%b" % (service.encode("utf-8", "surrogateescape"), network), digest_size=8, key=self._key
        )
        return int.from_bytes(digest.digest(), "little") or 1

    def join(self) -> "ClientCounts":
        """Take part, in this process. Raises: OSError when there are more processes than rows."""
        for row in range(1, MOST_ROWS + 1):
            if self._owns(row):
                self.empty(row)
                self._rows[0] = max(self._rows[0], row)
                return ClientCounts(self, row)
        raise OSError("more processes count clients than there are rows for them")

    def _owns(self, row: int) -> bool:
        """Make a row ours, if it has no owner. A process's own locks never stand in its way: it joins once."""
        try:
            lockf(self._descriptor, LOCK_EX | LOCK_NB, 1, _ALIVE + row)
        except OSError:
            return False
        return True

    def empty(self, row: int) -> None:
        """Forget what is in a row whose owner is gone."""
        self._rows[row * _ROW : (row + 1) * _ROW] = memoryview(bytes(_ROW * 8)).cast("Q")

    def bury(self, own: int) -> None:
        """Empty the rows whose owners are gone."""
        for row in range(1, self._rows[0] + 1):
            if row != own and self._owns(row):
                self.empty(row)
                lockf(self._descriptor, LOCK_UN, 1, _ALIVE + row)

    def elsewhere(self, own: int, client: int) -> int:
        """How many connections a client has in the other rows."""
        rows = self._rows
        number, wanted = 0, client >> 16
        at = (client & (ROW_BUCKETS - 1)) * BUCKET
        for row in range(1, rows[0] + 1):
            if row != own:
                first = row * _ROW + at
                for entry in rows[first : first + BUCKET].tolist():
                    if entry >> 16 == wanted:
                        number += entry & _COUNT
        return number

    def free_entry(self, row: int, client: int) -> int:
        """Where a client's connections can be written in a row; -1: nowhere."""
        first = row * _ROW + (client & (ROW_BUCKETS - 1)) * BUCKET
        for at in range(first, first + BUCKET):
            if not self._rows[at]:
                return at
        return -1

    def write(self, at: int, client: int, count: int) -> None:
        """Write how many connections a client has in a row; none frees the entry."""
        self._rows[at] = (client & ~_COUNT) | min(count, _COUNT) if count else 0

    def add(self, client: int, event: Event, now: int, within_s: int, more: int = 1) -> int:
        """Count an event, or so many more; gives how many there are within the time."""
        bucket = client % EVENT_BUCKETS
        lockf(self._descriptor, LOCK_EX, 1, bucket)
        try:
            return self._add(bucket * _EVENT_BUCKET * _EVENTS.size, client, event, now, within_s, more)
        finally:
            lockf(self._descriptor, LOCK_UN, 1, bucket)

    def _add(self, first: int, client: int, event: Event, now: int, within_s: int, more: int) -> int:
        memory = self._memory
        oldest, chosen = now + 1, first
        for at in range(first, first + _EVENT_BUCKET * _EVENTS.size, _EVENTS.size):
            held, began, *rest = _EVENTS.unpack_from(memory, at)
            if held == client:
                counts: list[int] = rest
                if began + within_s < now:
                    began, counts = now, [0] * len(Event)
                counts[event] = min(counts[event] + more, 0xFFFFFFFF)
                _EVENTS.pack_into(memory, at, client, began, *counts)
                return counts[event]
            if began < oldest:
                oldest, chosen = began, at
        if more:
            _EVENTS.pack_into(memory, chosen, client, now, *(more * (each == event) for each in Event))
        return more

    def close(self) -> None:
        """Let go of the memory, in this process."""
        self._rows.release()
        self._memory.close()
        os.close(self._descriptor)


class ClientCounts:
    """What one process counts."""

    __slots__ = ("_connections", "_entries", "_row", "_shared")

    def __init__(self, shared: SharedCounts, row: int) -> None:
        self._shared = shared
        self._row = row
        self._connections: dict[int, int] = {}
        self._entries: dict[int, int] = {}

    @property
    def connections(self) -> dict[int, int]:
        """How many connections each client has in this process."""
        return self._connections

    def client_key(self, service: str, network: bytes) -> int:
        """The number of a client of a service."""
        return self._shared.client_key(service, network)

    def connect(self, client: int, limit: int, late: Callable[[int], None]) -> int:
        """Count a connection; gives how many the client has. Only beyond the limit the dead are looked for.

        `late` is for those who learn later of more (store.py).
        """
        del late
        shared = self._shared
        own = self._connections.get(client, 0) + 1
        if own == 1:
            self._entries[client] = shared.free_entry(self._row, client)
        self._note(client, own)
        number = own + shared.elsewhere(self._row, client)
        if number > limit and number > own:
            shared.bury(self._row)
            number = own + shared.elsewhere(self._row, client)
        return number

    def disconnect(self, client: int) -> None:
        """Count a connection less."""
        self._note(client, self._connections[client] - 1)

    def _note(self, client: int, number: int) -> None:
        at = self._entries[client]
        if at >= 0:
            self._shared.write(at, client, number)
        if number:
            self._connections[client] = number
        else:
            del self._connections[client], self._entries[client]

    def add(self, client: int, event: Event, now: int, within_s: int, more: int = 1) -> int:
        """Count an event, or so many more; gives how many there are within the time."""
        return self._shared.add(client, event, now, within_s, more)

    def close(self) -> None:
        """Nothing is open."""
