"""An SQLite file of ours that all processes of one machine share, worked on by one thread of each.

    file = SqliteFile("/var/lib/gatepost/greylist.db", CREATE_TABLE, PRAGMAS, StoreAwayError)
    await file.read(lambda connection: …)        what stands there; no lock is taken
    await file.write(lambda connection: …)       one transaction, alone: committed when it is answered
    file.close()

So the event loop never waits for a disk. Processes take turns to write by a lock on the file's neighbour `FILE.turn`,
which the kernel hands on without polling and takes from who dies; SQLite's own locks hold off other programs (sqlite3
FILE works beside). Put the file on a local disk: neither lock is to be trusted over NFS.

The file is made where it is missing, its directory too; what root makes, by a command, belongs to whom the directory
belongs to. A file of another FORMAT is refused, not touched. `:memory:` is in this process only.

Raises: `away`, with the reason, for whatever SQLite or the disk says: no such directory, no right to write, a full
disk, a damaged file. The file is opened again at the next call.
"""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from gatepost.world.one_thread import OneThread, ThreadClosedError

FORMAT = 1
MEMORY = ":memory:"

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class SqliteFile:
    """One file. `busy_s` bounds the wait for programs that are not ours. To be used within one event loop."""

    __slots__ = ("_away", "_busy_s", "_connection", "_path", "_pragmas", "_table", "_thread", "_turn")

    def __init__(
        self, path: str, table: str, pragmas: tuple[str, ...], away: type[Exception], busy_s: float = 5.0
    ) -> None:
        self._path = path
        self._table = table
        self._pragmas = pragmas
        self._away = away
        self._busy_s = busy_s
        self._thread = OneThread("sqlite")
        self._connection: sqlite3.Connection | None = None
        self._turn = -1

    @property
    def is_missing(self) -> bool:
        """There is nothing to read: who only looks leaves no file behind. What cannot be looked at is not missing."""
        if self._path == MEMORY:
            return False
        try:
            Path(self._path).stat()
        except OSError as error:
            return isinstance(error, FileNotFoundError)
        return False

    async def read(self, work: Work[T]) -> T:
        """Look at what is written."""
        return await self._do(work)

    async def write(self, work: Work[T]) -> T:
        """Do work in one transaction."""
        return await self._do(lambda connection: self._transact(connection, work))

    def close(self) -> None:
        """Close the file, once what is under way is done; nobody waits for that."""
        self._thread.close(self._close)

    # In the thread.

    async def _do(self, work: Work[T]) -> T:
        try:
            return await self._thread.do(self._run, work)
        except ThreadClosedError as error:
            raise self._away(str(error)) from None

    def _run(self, work: Work[T]) -> T:
        try:
            return work(self._connection or self._open())
        except (sqlite3.Error, OSError) as error:
            self._close()
            raise self._away(getattr(error, "strerror", None) or str(error)) from None
        except BaseException:
            self._close()
            raise

    def _transact(self, connection: sqlite3.Connection, work: Work[T]) -> T:
        with self._taking_turns():
            connection.execute("BEGIN IMMEDIATE")
            result = work(connection)
            connection.execute("COMMIT")
        return result

    @contextlib.contextmanager
    def _taking_turns(self) -> Iterator[None]:
        if self._turn < 0:
            yield
            return
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)

    def _open(self) -> sqlite3.Connection:
        if self._path != MEMORY:
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
            self._turn = _own(Path(f"{self._path}.turn"))
            os.close(_own(Path(self._path)))
        with self._taking_turns():
            self._connection = connection = sqlite3.connect(
                self._path, timeout=self._busy_s, isolation_level=None, check_same_thread=False
            )
            for line in self._pragmas:
                connection.execute(line)
            known = connection.execute("PRAGMA user_version").fetchone()[0]
            if known not in (0, FORMAT):
                raise sqlite3.DatabaseError(f"format {known}, written by another version of Gatepost")
            connection.execute(self._table)
            if not known:
                connection.execute(f"PRAGMA user_version={FORMAT}")
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        turn, self._turn = self._turn, -1
        if turn >= 0:
            os.close(turn)


def _own(path: Path) -> int:
    """Open or make a file.

    Root gives away only what it has made, and follows no link: who owns the directory could have put one there that
    leads to a file of root's.
    """
    is_root = os.geteuid() == 0
    flags = os.O_RDWR | os.O_CLOEXEC | (os.O_NOFOLLOW if is_root else 0)
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o640)
    except FileExistsError:
        return os.open(path, flags)
    if is_root:
        home = path.parent.stat()
        os.fchown(descriptor, home.st_uid, home.st_gid)
    return descriptor
