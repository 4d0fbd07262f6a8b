"""The last snapshot of a table, shared by the workers of a supervisor, those of the past and of the future too.

A worker that is started while the server of a table is away (a reload, a worker that was killed) begins with what the
others knew. The entries lie in a file of the kernel's memory that all workers inherit, and never on a disk.
"""

import json
import os
import weakref
from collections.abc import Mapping
from functools import lru_cache

WRITTEN_EVERY_S = 5.0
"""Entries that have not changed are written again after this long, so that their age is known."""


class SharedEntries:
    """The entries, and when they were asked for (time.monotonic, which all processes of a machine share)."""

    def __init__(self) -> None:
        self._file = os.memfd_create("gatepost-table")
        self._written = (0.0, b"")
        weakref.finalize(self, os.close, self._file)

    def write(self, since: float, values: Mapping[str, str]) -> None:
        """Leave the entries for others. Called in a thread."""
        octets = json.dumps(values).encode()
        before, written = self._written
        if written == octets and since - before < WRITTEN_EVERY_S:
            return
        self._written = since, octets
        record = f"{since!r}\n".encode() + octets
        os.lockf(self._file, os.F_LOCK, 0)
        try:
            os.pwrite(self._file, record, 0)
            os.ftruncate(self._file, len(record))
        finally:
            os.lockf(self._file, os.F_ULOCK, 0)

    def read(self) -> tuple[float, dict[str, str]] | None:
        """What was left; None: nothing yet."""
        os.lockf(self._file, os.F_LOCK, 0)
        try:
            record = os.pread(self._file, os.fstat(self._file).st_size, 0)
        finally:
            os.lockf(self._file, os.F_ULOCK, 0)
        since, _, octets = record.partition(b"\n")
        try:
            return (float(since), json.loads(octets)) if octets else None
        except ValueError:  # a worker was killed while it wrote
            return None


@lru_cache(maxsize=256)
def shared_entries_of(_identity: str) -> SharedEntries:
    """The ones of this table and query: the same before and after a reload."""
    return SharedEntries()
