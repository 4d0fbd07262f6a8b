"""`sqlite:/file` a greylist in an SQLite file, shared by all processes of one machine.

One thread of each process works on the file, so that the event loop never waits for a disk. Attempts that come
together are one transaction: written and synced (WAL, synchronous=FULL) before the first of them is answered. What
was answered outlives the process and the machine's power.

Processes take turns by a lock on the file's neighbour `FILE.turn`, which the kernel hands on without polling and
takes from who dies; SQLite's own locks hold off other programs (sqlite3 FILE works beside). Put the file on a local
disk: neither lock is to be trusted over NFS.

An old file is kept up to its format by FORMAT; another format is refused, not touched. The file's directory is made
where it is missing.

Unavailable: no such directory, no right to write, a full disk, a damaged file: remove it, and greylisting begins
anew. The file is opened again at the next attempt.
"""

import asyncio
import fcntl
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from gatepost.policy.greylist_batch import Change, decide_all, keys_of
from gatepost.policy.greylisting import Attempt, Decision
from gatepost.world.greylists.store import StoreAwayError

FORMAT = 1
CACHE_KIB = 32 * 1024
"""The inner pages of ten million records, and then some."""

MAPPED_OCTETS = 1 << 30
"""Leaf pages are read in place rather than copied; address space, not memory."""

CHECKPOINT_PAGES = 4000
"""16 MiB of log before pages go to their places: one that many attempts changed goes once."""

AT_ONCE = 1000

_SETUP = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA cache_size=-{CACHE_KIB}",
    f"PRAGMA mmap_size={MAPPED_OCTETS}",
    f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}",
)
_TABLE = "CREATE TABLE IF NOT EXISTS greylist (key TEXT PRIMARY KEY, value TEXT, ends INTEGER) WITHOUT ROWID"
_READ = "SELECT g.key, g.value FROM json_each(?) j CROSS JOIN greylist g ON g.key = j.value"
_WRITE = "REPLACE INTO greylist (key, value, ends) VALUES (?, ?, ?)"
_SCAN = "SELECT key, value FROM greylist WHERE key > ? AND key < ? ORDER BY key LIMIT ?"
_SLICE_END = "SELECT key FROM greylist WHERE key > ? ORDER BY key LIMIT 1 OFFSET ?"
_SWEEP = "DELETE FROM greylist WHERE key > ? AND key <= ? AND ends <= ?"
_LAST_KEY = "\U0010ffff"

T = TypeVar("T")


class SqliteGreylist:
    """Lines in one table of one file."""

    def __init__(self, path: Path, timeout_s: float = 5.0) -> None:
        self.name = f"sqlite:{path}"
        self._path = path
        self._timeout_s = timeout_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="greylist")
        self._file: sqlite3.Connection | None = None
        self._turn = -1
        self._swept = ""

    async def decide(self, attempts: Sequence[Attempt], now: int) -> list[Decision]:
        """Decide on attempts in one transaction."""

        def work(file: sqlite3.Connection) -> list[Decision]:
            batch = decide_all(attempts, _read(file, keys_of(attempts)), now)
            if batch.changes:
                file.executemany(_WRITE, [(key, change.text, change.ends) for key, change in batch.changes.items()])
            return batch.decisions

        return await self._do(work)

    async def read(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of these keys."""
        wanted = list(keys)
        if not self._path.exists():  # who only looks leaves no file behind
            return {}
        return await self._do(lambda file: _read(file, wanted))

    async def swap(self, key: str, old: str | None, new: Change | None, now: int) -> bool:
        """Change one value, if it is the one that the caller knows."""

        del now

        def work(file: sqlite3.Connection) -> bool:
            if _read(file, [key]).get(key) != old:
                return False
            if new is None:
                file.execute("DELETE FROM greylist WHERE key = ?", (key,))
            else:
                file.execute(_WRITE, (key, new.text, new.ends))
            return True

        return await self._do(work)

    async def scan(self, prefix: str) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """All keys that begin so, in their order."""
        last = prefix
        while self._path.exists():

            def work(file: sqlite3.Connection, after: str = last) -> list[tuple[str, str]]:
                return file.execute(_SCAN, (after, prefix + _LAST_KEY, AT_ONCE)).fetchall()

            rows = await self._do(work)
            if not rows:
                return
            yield rows
            last = rows[-1][0]

    async def sweep(self, now: int, most: int) -> int:
        """Remove what is over among the next keys."""

        def work(file: sqlite3.Connection) -> int:
            row = file.execute(_SLICE_END, (self._swept, most - 1)).fetchone()
            end = row[0] if row else _LAST_KEY
            removed = file.execute(_SWEEP, (self._swept, end, now)).rowcount
            self._swept = end if row else ""
            return removed

        return await self._do(work)

    async def close(self) -> None:
        """Close the file, once what is under way is done."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work in the thread, in one transaction."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)
        except RuntimeError as error:  # the thread has been told to end
            raise StoreAwayError(str(error)) from None

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            file = self._file or self._open()
            fcntl.flock(self._turn, fcntl.LOCK_EX)
            try:
                file.execute("BEGIN IMMEDIATE")
                result = work(file)
                file.execute("COMMIT")
            finally:
                fcntl.flock(self._turn, fcntl.LOCK_UN)
        except (sqlite3.Error, OSError) as error:
            self._close()
            raise StoreAwayError(_told(error)) from None
        except BaseException:
            self._close()
            raise
        return result

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._turn = self._own(Path(f"{self._path}.turn"))
        os.close(self._own(self._path))
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        try:
            self._file = file = sqlite3.connect(
                self._path, timeout=self._timeout_s, isolation_level=None, check_same_thread=False
            )
            for line in _SETUP:
                file.execute(line)
            known = file.execute("PRAGMA user_version").fetchone()[0]
            if known not in (0, FORMAT):
                raise sqlite3.DatabaseError(f"format {known}, written by another version of Gatepost")
            file.execute(_TABLE)
            if not known:
                file.execute(f"PRAGMA user_version={FORMAT}")
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)
        return file

    def _own(self, path: Path) -> int:
        """Open or make a file; what root makes, by a command, belongs to whom the directory belongs to."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        if os.geteuid() == 0 and os.fstat(descriptor).st_uid == 0:
            home = self._path.parent.stat()
            os.fchown(descriptor, home.st_uid, home.st_gid)
        return descriptor

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()
        turn, self._turn = self._turn, -1
        if turn >= 0:
            os.close(turn)


def _read(file: sqlite3.Connection, keys: Sequence[str]) -> dict[str, str]:
    return dict(file.execute(_READ, (json.dumps(keys, ensure_ascii=False),)))


def _told(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
