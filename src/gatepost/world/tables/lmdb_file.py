"""LMDB files: read one whole, and write one that Postfix's lmdb: tables take.

The file is a single one (MDB_NOSUBDIR) and is opened without locks: it is read at once and closed, and replaced as a
whole when it is written. Postfix ends keys and values with a NUL octet; both forms are read, with NUL is written.

Needs the package `lmdb` (pip install gatepost[lmdb]); this file alone imports it.

Limits: keys of at most 510 octets, by LMDB.
Raises: CompiledFileError.
Postfix: LMDB_README
"""

from collections.abc import Sequence
from pathlib import Path

try:
    import lmdb
except ImportError:
    lmdb = None  # type: ignore[assignment]  # a module or nothing

from gatepost.world.tables.cdb_file import CompiledFileError

MISSING = "" if lmdb is not None else "not installed: pip install gatepost[lmdb]"

_LEAST_MAP_OCTETS = 16 * 1024 * 1024
"""Postfix's lmdb_map_size: the least room that is reserved, not used."""


def read_lmdb(path: Path) -> list[tuple[bytes, bytes]]:
    """Give all records, in the order of their keys, without the NUL at their ends."""
    _require()
    try:
        with (
            lmdb.open(str(path), subdir=False, readonly=True, lock=False, create=False) as environment,
            environment.begin() as transaction,
        ):
            return [(key.removesuffix(b"\0"), value.removesuffix(b"\0")) for key, value in transaction.cursor()]
    except lmdb.Error as error:
        raise CompiledFileError(f"cannot be read: {error}") from None


def write_lmdb(path: Path, records: Sequence[tuple[bytes, bytes]]) -> None:
    """Write a new file that holds these records."""
    _require()
    # Twice the octets and a page for each four records is more than a tree of any shape takes.
    room = 2 * sum(len(key) + len(value) + 16 for key, value in records) + 1024 * len(records)
    try:
        with (
            lmdb.open(
                str(path), subdir=False, lock=False, map_size=max(room, _LEAST_MAP_OCTETS), mode=0o600
            ) as environment,
            environment.begin(write=True) as transaction,
        ):
            for key, value in records:
                transaction.put(key + b"\0", value + b"\0")
    except lmdb.Error as error:
        raise CompiledFileError(f"cannot be written: {error}") from None


def _require() -> None:
    if MISSING:
        raise CompiledFileError(MISSING)
