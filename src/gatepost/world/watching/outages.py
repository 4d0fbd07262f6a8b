"""One line when an outage begins and one when it ends, however many workers notice, over reloads and kill -9.

    outages = outages_of("policy service inet:127.0.0.1:10023")
    if outages.begins(): log.warning(…)           at every failure; True for the first, of all processes
    if ended := outages.ends(asked_at): log.info(…)       at every success; what the outage was, for the first

Shared memory, made by the supervisor when it loads this file, holds a record for each name. It is changed under a
lock of the kernel, which goes with a process however that ends. Nobody owns an outage: whoever has an answer ends it,
so one that was begun by a worker that is gone is ended too. An answer to what was asked before it began ends nothing.

Who is told to say something says it at once: a worker has `when_told` write its log then, for what waited in it would
be lost with a worker that is killed, and nobody would say it again.

What comes and goes is told at most every QUIET_S: an outage that begins sooner is told when it has lasted until then,
and its end only if its beginning was.

Cost: 0.05 us for a success while nothing is away anywhere; else, and for a failure, some microseconds.
Limits: MOST_NAMES; beyond it a name whose outage is over gives way, or else the name is not told of.
"""

import mmap
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_UN, lockf
from hashlib import blake2b

QUIET_S = 60.0
MOST_NAMES = 256

_RECORD = struct.Struct("=16sdd?I")  # name, since when (0: all is well), told again from, is told, failures
_FIRST_AT = 8  # behind one octet: whether anything is away
_SIZE = _FIRST_AT + MOST_NAMES * _RECORD.size
_NOBODY = bytes(16)


@dataclass(frozen=True, slots=True)
class Ended:
    """An outage that is over: how long it was, and how many failures there were, in all processes."""

    lasted_s: float
    failures: int


class _Board:
    """The memory."""

    def __init__(self) -> None:
        self._file = os.memfd_create("gatepost-outages")
        os.ftruncate(self._file, _SIZE)
        self.memory = mmap.mmap(self._file, _SIZE)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone, for some microseconds."""
        lockf(self._file, LOCK_EX)
        try:
            yield
            records = _RECORD.iter_unpack(self.memory[_FIRST_AT:])
            self.memory[0] = any(since for _, since, _, _, _ in records)
        finally:
            lockf(self._file, LOCK_UN)

    def place_of(self, key: bytes) -> int:
        """Where the record of this name is, or may be made; 0: nowhere."""
        free = 0
        for at in range(_FIRST_AT, _SIZE, _RECORD.size):
            known, since, _, _, _ = _RECORD.unpack_from(self.memory, at)
            if known == key:
                return at
            if known == _NOBODY:
                return free or at
            if not since:
                free = free or at
        return free


_board = _Board()
SOMETHING_AWAY = _board.memory
"""Its first octet, for those whom even the call of ends() would cost too much: 0 while nothing is away anywhere."""

_on_told: list[Callable[[], object]] = []


def when_told(do: Callable[[], object] | None) -> None:
    """Call this whenever a line is to be said in this process (None: nothing); it is called before the line is."""
    _on_told[:] = [] if do is None else [do]


def _tell() -> None:
    for do in _on_told:
        do()


class Outages:
    """The outages of one thing. Times are time.monotonic(), which all processes of a machine have in common."""

    __slots__ = ("_clock", "_key")

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = blake2b(name.encode("utf-8", "surrogateescape"), digest_size=16).digest()
        self._clock = clock

    def begins(self, failures: int = 1) -> bool:
        """It fails, or still does; True: say so."""
        now = self._clock()
        with _board.locked():
            at = _board.place_of(self._key)
            if not at:
                return False
            known, since, told_from, is_told, count = _RECORD.unpack_from(_board.memory, at)
            if known != self._key:
                since, told_from, is_told, count = 0.0, 0.0, False, 0
            tells = not is_told and now >= told_from
            if tells:
                told_from = now + QUIET_S
            since = since or max(now, 1e-9)
            count = min(count + failures, 2**32 - 1)
            _RECORD.pack_into(_board.memory, at, self._key, since, told_from, is_told or tells, count)
        if tells:
            _tell()
        return tells

    @property
    def are_told(self) -> bool:
        """The log knows that it is away now."""
        at = _board.memory[:].find(self._key)
        _, since, _, is_told, _ = _RECORD.unpack_from(_board.memory, max(at, 0))
        return at > 0 and since > 0 and is_told

    @property
    def _is_away(self) -> bool:
        """As far as can be seen without the lock."""
        at = _board.memory[:].find(self._key)
        return at > 0 and _RECORD.unpack_from(_board.memory, at)[1] > 0

    def ends(self, asked_at: float | None = None) -> Ended | None:
        """It has answered what was asked at a time (None: just now). What is to be said to be over, if anything."""
        if not _board.memory[0] or not self._is_away:
            return None
        now = self._clock()
        with _board.locked():
            at = _board.place_of(self._key)
            known, since, told_from, is_told, count = _RECORD.unpack_from(_board.memory, at)
            is_too_old = asked_at is not None and asked_at < since
            if not at or known != self._key or not since or is_too_old:
                return None
            _RECORD.pack_into(_board.memory, at, self._key, 0.0, told_from, 0, 0)
        if not is_told:
            return None
        _tell()
        return Ended(now - since, count)


def outages_of(name: str, clock: Callable[[], float] = time.monotonic) -> Outages:
    """Those of the thing of this name, which must be the same in every process, before and after a reload."""
    return Outages(name, clock)


def forget_outages() -> None:
    """Begin anew: a story, or a test, that shares its process with others."""
    with _board.locked():
        _board.memory[_FIRST_AT:] = bytes(_SIZE - _FIRST_AT)
