"""An SQLite file of ours: who owns what root makes, links that lead elsewhere, and a file that went bad."""

import asyncio
import contextlib
import os
import sqlite3

import pytest

from gatepost.world.sqlite_file import FORMAT, SqliteFile

TABLE = "CREATE TABLE IF NOT EXISTS t (k TEXT PRIMARY KEY)"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root could be led astray")


class AwayError(Exception):
    """What such a file raises."""


def write(path, key="k"):
    async def main():
        file = SqliteFile(str(path), TABLE, (), AwayError)
        try:
            await file.write(lambda connection: connection.execute("REPLACE INTO t VALUES (?)", (key,)))
            return await file.read(lambda connection: connection.execute("SELECT k FROM t").fetchall())
        finally:
            file.close()

    return asyncio.run(main())


@needs_root
def test_what_root_makes_is_its_directorys_owners(tmp_path):
    os.chown(tmp_path, 65534, 65534)
    assert write(tmp_path / "db") == [("k",)]
    assert {(tmp_path / name).stat().st_uid for name in ("db", "db.turn")} == {65534}


@needs_root
@pytest.mark.parametrize("name", ["db", "db.turn"])
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_root_gives_nothing_away_that_it_has_not_made(tmp_path, name, link):
    """The owner of the directory lays a link to a file of root's, and waits for root to call a command."""
    secret = tmp_path / "shadow"
    secret.write_text("root:…")
    os.chown(tmp_path, 65534, 65534)
    link(secret, tmp_path / name)
    with contextlib.suppress(AwayError):
        write(tmp_path / "db")
    assert secret.stat().st_uid == 0
    assert secret.read_text() == "root:…"


def test_a_file_of_another_format_is_refused_and_one_that_is_damaged_opened_again(tmp_path):
    with sqlite3.connect(tmp_path / "db") as other:
        other.execute(f"PRAGMA user_version={FORMAT + 1}")
    other.close()
    with pytest.raises(AwayError, match="another version"):
        write(tmp_path / "db")
    (tmp_path / "db").write_bytes(b"not a database" * 100)
    with pytest.raises(AwayError):
        write(tmp_path / "db")
    (tmp_path / "db").unlink()
    assert write(tmp_path / "db") == [("k",)]


def test_work_that_fails_is_undone(tmp_path):
    async def main():
        file = SqliteFile(str(tmp_path / "db"), TABLE, (), AwayError)

        def fail(connection):
            connection.execute("INSERT INTO t VALUES ('half')")
            raise KeyError

        with pytest.raises(KeyError):
            await file.write(fail)
        assert await file.read(lambda connection: connection.execute("SELECT k FROM t").fetchall()) == []
        file.close()

    asyncio.run(main())
