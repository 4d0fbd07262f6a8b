"""The cache of address verification: one SQLite file for all workers, which outlives them.

`begin` reads a record and, where a probe is due, writes down that it is under way in one transaction: of all workers
one sends it. What is expired is removed once a CLEANING_S by whoever writes then.

A result that is lost is found again by a probe, so a commit need not reach the disk before the client hears of it
(WAL, synchronous=NORMAL). How processes share the file: world/sqlite_file.py.

Unavailable: CacheAwayError: no right to write, a full disk, a damaged file. It is opened again at the next call.
Postfix: address_verify_map, address_verify_cache_cleanup_interval (12h).
"""

import sqlite3
from dataclasses import dataclass

from gatepost.policy.address_verification import (
    IN_PROGRESS,
    AddressStatus,
    ProbeResult,
    Record,
    Standing,
    VerifyTerms,
    kept,
    standing,
)
from gatepost.world.sqlite_file import MEMORY, SqliteFile

CLEANING_S = 43_200
"""12 hours: Postfix's default of address_verify_cache_cleanup_interval."""

LONGEST_TEXT = 1000
"""Characters of what a server said: more than a reply of ours can hold."""

_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL")
_TABLE = (
    "CREATE TABLE IF NOT EXISTS verified (address TEXT, hop TEXT, status TEXT, text TEXT, probed INTEGER,"
    " updated INTEGER, PRIMARY KEY (address, hop)) WITHOUT ROWID"
)
_READ = "SELECT status, text, probed, updated FROM verified WHERE address = ? AND hop = ?"
_WRITE = "REPLACE INTO verified (address, hop, status, text, probed, updated) VALUES (?, ?, ?, ?, ?, ?)"
_REMOVE = "DELETE FROM verified WHERE address = ? AND hop = ?"
_EXPIRED = "DELETE FROM verified WHERE (status = ? AND updated <= ?) OR (status != ? AND updated <= ?)"


class CacheAwayError(Exception):
    """The cache cannot be used now; its text says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the cache, for people. `hop` is "" where the mail exchangers were asked."""

    address: str
    hop: str
    record: Record


def cache_file(name: str) -> str:
    """The file that address_verify_map stands for."""
    kind, colon, path = name.strip().rpartition(":")
    if not path:
        return MEMORY
    return path if kind == "sqlite" or not colon else f"{path}.sqlite"


class VerifyCache:
    """To be used within one event loop."""

    def __init__(self, path: str, terms: VerifyTerms) -> None:
        self._file = SqliteFile(path, _TABLE, _PRAGMAS, CacheAwayError)
        self._terms = terms
        self._cleaned_at = 0

    async def begin(self, address: str, hop: str, now: int) -> Standing:
        """What is known; where `is_due`, the caller is the one who probes."""

        def work(file: sqlite3.Connection) -> Standing:
            record = _read(file, address, hop)
            found = standing(record, self._terms, now)
            if found.is_due:
                former = record if record is not None and found.result is not None else Record(IN_PROGRESS, 0, now)
                _write(file, address, hop, Record(former.result, now, former.updated_at))
            return found

        found = await self.look(address, hop, now)
        return found if found.result is not None and not found.is_due else await self._file.write(work)

    async def look(self, address: str, hop: str, now: int) -> Standing:
        """What is known, without a promise to probe."""
        return await self._file.read(lambda file: standing(_read(file, address, hop), self._terms, now))

    async def write(self, address: str, hop: str, result: ProbeResult, now: int) -> None:
        """Write down what a probe came to."""

        def work(file: sqlite3.Connection) -> None:
            record = kept(_read(file, address, hop), result, self._terms, now)
            if record is None:
                file.execute(_REMOVE, (address, hop))
            else:
                _write(file, address, hop, record)
            self._clean(file, now)

        await self._file.write(work)

    async def entries(self, address: str = "") -> list[Entry]:
        """Every entry, or those of one address."""

        def work(file: sqlite3.Connection) -> list[Entry]:
            where, values = ("WHERE address = ?", (address,)) if address else ("", ())
            query = f"SELECT address, hop, status, text, probed, updated FROM verified {where} ORDER BY address, hop"  # noqa: S608 - the condition is one of two of ours
            return [Entry(row[0], row[1], _record(row[2:])) for row in file.execute(query, values)]

        return [] if self._file.is_missing else await self._file.read(work)

    async def flush(self, address: str = "") -> int:
        """Forget everything, or one address; gives how many entries."""

        def work(file: sqlite3.Connection) -> int:
            if address:
                return file.execute("DELETE FROM verified WHERE address = ?", (address,)).rowcount
            return file.execute("DELETE FROM verified").rowcount

        return 0 if self._file.is_missing else await self._file.write(work)

    def close(self) -> None:
        """Close the file once what is under way is done."""
        self._file.close()

    def _clean(self, file: sqlite3.Connection, now: int) -> None:
        if now - self._cleaned_at < CLEANING_S:
            return
        self._cleaned_at = now
        good = AddressStatus.DELIVERABLE.value
        oldest_good = now - self._terms.address_verify_positive_expire_time
        oldest_bad = now - self._terms.address_verify_negative_expire_time
        file.execute(_EXPIRED, (good, oldest_good, good, oldest_bad))


def _read(file: sqlite3.Connection, address: str, hop: str) -> Record | None:
    row = file.execute(_READ, (_stored(address), hop)).fetchone()
    return None if row is None else _record(row)


def _record(row: tuple[str, str, int, int]) -> Record:
    return Record(ProbeResult(AddressStatus(row[0]), row[1]), row[2], row[3])


def _write(file: sqlite3.Connection, address: str, hop: str, record: Record) -> None:
    result = record.result
    text = _stored(result.text[:LONGEST_TEXT])
    file.execute(_WRITE, (_stored(address), hop, result.status.value, text, record.probed_at, record.updated_at))


def _stored(text: str) -> str:
    """SQLite takes UTF-8 only: octets that are none become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
