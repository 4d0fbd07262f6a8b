"""Compiled tables: what postmap makes of a text, beside it: `FILE.lmdb`, `FILE.cdb`, `FILE.db` …

Gatepost reads the text where there is one, whatever the type, and follows it. Without a text it reads an lmdb or cdb
file; a Berkeley DB file (hash, btree) or a dbm file it cannot read, and says how to get the text back. Where the
compiled file is older than its text the two may differ: Gatepost answers by the text, Postfix and postmap by the
compiled file, and the finding says so.

compile_text() writes lmdb and cdb files that Postfix's own postmap reads.

Postfix: DATABASE_README, postmap(1)
"""

import base64
import os
from pathlib import Path

from gatepost.model.answer import Found
from gatepost.model.errors import Complaint, Place
from gatepost.world.tables.cdb_file import CompiledFileError, read_cdb, write_cdb
from gatepost.world.tables.file_values import read_files
from gatepost.world.tables.lmdb_file import read_lmdb, write_lmdb
from gatepost.world.tables.source import Source, read_file, read_octets
from gatepost.world.tables.table import LoadedTable, TableRequest, fault
from gatepost.world.tables.text_table import Entries, as_table, keep_first, read_entries

SUFFIXES = {"hash": ".db", "btree": ".db", "dbm": ".pag", "sdbm": ".pag", "lmdb": ".lmdb", "cdb": ".cdb"}
READABLE = ("lmdb", "cdb")


def compiled_path(kind: str, path: Path) -> Path:
    """Where the compiled form of a text stands."""
    return Path(f"{path}{SUFFIXES[kind]}")


def staleness(kind: str, path: Path) -> Complaint | None:
    """The finding that the compiled file is older than its text, if it is."""
    compiled = compiled_path(kind, path)
    try:
        if compiled.stat().st_mtime >= path.stat().st_mtime:
            return None
    except OSError:
        return None
    text = f"is older than {path.name}: Postfix answers by what it was compiled from, Gatepost by the text"
    return Complaint("warning", Place(str(compiled)), text, f"compile it anew: postmap {kind}:{path} (or postalias)")


def load_compiled(kind: str, request: TableRequest) -> LoadedTable | None:
    """Read the compiled file that stands without its text; None where there is none. Raises TableError."""
    path = request.path
    compiled = compiled_path(kind, path)
    if os.path.exists(path) or not os.path.exists(compiled):  # noqa: PTH110 -- Path.exists() raises for some names
        return None
    if kind not in READABLE:
        cure = f"make the text again: postmap -s {kind}:{path} > {path}; or compile it as lmdb or cdb"
        raise fault(str(compiled), "cannot be read without its text, which is gone", cure, path, compiled)
    try:
        records = read_lmdb(compiled) if kind == "lmdb" else list(read_cdb(read_octets(compiled, request.shown_name)))
    except CompiledFileError as error:
        cure = f"compile it anew, or bring back its text {path}"
        raise fault(str(compiled), str(error), cure, path, compiled) from None
    values = Entries()
    for key, value in records:
        values.add(_text(key), _text(value), 0)
    return as_table(Source(str(compiled), b"", (path, compiled)), values)


def compile_text(
    kind: str, argument: str, base: Path | None = None, *, smtputf8: bool = True, of_files: bool = False
) -> tuple[Complaint, ...]:
    """Compile a text as postmap does, and give the findings about it. Raises TableError.

    `of_files`: values name files, and what these hold is stored in base64.
    """
    name = f"{kind}:{argument}"
    if kind not in READABLE:
        cure = f"compile it as {' or '.join(READABLE)}" if kind in SUFFIXES else "it is read as it stands"
        raise fault(name, f"a table of type {kind!r} is not compiled by Gatepost", cure)
    source = read_file(TableRequest(name, argument, base, smtputf8))
    table = keep_first(source, read_entries(source, smtputf8=smtputf8), smtputf8=smtputf8)
    records: list[tuple[bytes, bytes]] = []
    for key, value, line in table:
        octets = _octets(value)
        if of_files:
            held = read_files(Found(value, f"{source.label}:{line}"), base)
            if not isinstance(held, Found):
                source.warn(line, str(held.why), "correct the names of the files")
                continue
            octets = base64.b64encode(_octets(held.value))
        records.append((_octets(key), octets))
    _write(kind, source.files[0], records)
    return source.complaints


def _write(kind: str, path: Path, records: list[tuple[bytes, bytes]]) -> None:
    """Write the compiled form beside the text, complete or not at all, with the text's mode. Raises TableError."""
    compiled = compiled_path(kind, path)
    fresh = compiled.with_name(f".{compiled.name}.{os.getpid()}")
    try:
        if kind == "lmdb":
            write_lmdb(fresh, records)
        else:
            fresh.touch(mode=0o600)
            fresh.write_bytes(write_cdb(records))
        fresh.chmod(path.stat().st_mode & 0o666)
        fresh.replace(compiled)
    except CompiledFileError as error:
        raise fault(str(compiled), str(error), "mend that and compile again") from None
    except OSError as error:
        raise fault(str(compiled), f"cannot be written: {error.strerror}", "mend that and compile again") from None
    finally:
        fresh.unlink(missing_ok=True)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
