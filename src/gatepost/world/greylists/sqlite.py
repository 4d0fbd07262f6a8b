"""`sqlite:/file` a greylist in an SQLite file, shared by all processes of one machine (world/sqlite_file.py).

Attempts that come together are one transaction: written and synced (WAL, synchronous=FULL) before the first of them
is answered. What was answered outlives the process and the machine's power.

Unavailable: no such directory, no right to write, a full disk, a damaged file: remove it, and greylisting begins
anew. The file is opened again at the next attempt.
"""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

from gatepost.policy.greylist_batch import Change, decide_all, keys_of
from gatepost.policy.greylisting import Attempt, Decision
from gatepost.world.greylists.store import StoreAwayError
from gatepost.world.sqlite_file import SqliteFile

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


class SqliteGreylist:
    """Lines in one table of one file."""

    def __init__(self, path: Path, timeout_s: float = 5.0) -> None:
        self.name = f"sqlite:{path}"
        self._file = SqliteFile(str(path), _TABLE, _SETUP, StoreAwayError, timeout_s)
        self._swept = ""

    async def decide(self, attempts: Sequence[Attempt], now: int) -> list[Decision]:
        """Decide on attempts in one transaction."""

        def work(file: sqlite3.Connection) -> list[Decision]:
            batch = decide_all(attempts, _read(file, keys_of(attempts)), now)
            if batch.changes:
                file.executemany(_WRITE, [(key, change.text, change.ends) for key, change in batch.changes.items()])
            return batch.decisions

        return await self._file.write(work)

    async def read(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of these keys."""
        wanted = list(keys)
        if self._file.is_missing:
            return {}
        return await self._file.read(lambda file: _read(file, wanted))

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

        return await self._file.write(work)

    async def scan(self, prefix: str) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """All keys that begin so, in their order."""
        last = prefix
        while not self._file.is_missing:

            def work(file: sqlite3.Connection, after: str = last) -> list[tuple[str, str]]:
                return file.execute(_SCAN, (after, prefix + _LAST_KEY, AT_ONCE)).fetchall()

            rows = await self._file.read(work)
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

        return await self._file.write(work)

    async def close(self) -> None:
        """Close the file, once what is under way is done."""
        self._file.close()


def _read(file: sqlite3.Connection, keys: Sequence[str]) -> dict[str, str]:
    return dict(file.execute(_READ, (json.dumps(keys, ensure_ascii=False),)))
