"""Every greylist store keeps its promises (gatepost.testing.check_greylist), and says clearly when it cannot."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from gatepost.policy.greylisting import Attempt, GreylistTerms, Standing
from gatepost.testing.check_greylist import check_greylist
from gatepost.world.greylists.memory import MemoryGreylist
from gatepost.world.greylists.opening import BadStoreNameError, open_greylist
from gatepost.world.greylists.store import StoreAwayError
from tests.world.greylists.redis_server import running_redis

ATTEMPT = Attempt("192.0.2.0/24", "ann@sender.example", "bob@example.com", GreylistTerms())


def test_memory():
    asyncio.run(check_greylist(MemoryGreylist, is_shared=False))


def test_sqlite(tmp_path):
    asyncio.run(check_greylist(lambda: open_greylist(f"sqlite:{tmp_path}/new/greylist.db")))


@pytest.mark.peer("redis-server")
def test_redis(tmp_path):
    with running_redis(tmp_path) as port:
        asyncio.run(check_greylist(lambda: open_greylist(f"redis://127.0.0.1:{port}/3")))


@pytest.mark.peer("redis-server", "redis-cli")
def test_redis_cluster(tmp_path):
    import subprocess

    options = ("--cluster-enabled", "yes", "--cluster-require-full-coverage", "no")
    with running_redis(tmp_path, *options) as port:
        subprocess.run(
            ["redis-cli", "-p", str(port), "cluster", "addslotsrange", "0", "16383"], check=True, capture_output=True
        )
        asyncio.run(_settle(port))
        asyncio.run(check_greylist(lambda: open_greylist(f"redis+cluster://127.0.0.1:{port}")))


async def _settle(port: int) -> None:
    """Wait until the cluster has agreed with itself."""
    for _ in range(100):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"CLUSTER INFO\r\n")
        text = await reader.read(4096)
        writer.close()
        if b"cluster_state:ok" in text:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the cluster does not come up")


async def _decide(name: str) -> Standing:
    store = open_greylist(name, 0.5)
    try:
        return (await store.decide([ATTEMPT], 1000))[0].standing
    finally:
        await store.close()


def test_what_is_written_outlives_the_process_that_wrote_it(tmp_path):
    name = f"sqlite:{tmp_path}/greylist.db"
    assert asyncio.run(_decide(name)) is Standing.NEW
    assert asyncio.run(_decide(name)) is Standing.EARLY


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"not a database, but long enough to be looked at" * 100, "not a database"), (b"", "")],
)
def test_a_damaged_file_is_away_and_an_empty_one_is_new(tmp_path: Path, content: bytes, why: str):
    file = tmp_path / "greylist.db"
    file.write_bytes(content)
    if why:
        with pytest.raises(StoreAwayError, match=why):
            asyncio.run(_decide(f"sqlite:{file}"))
        assert file.read_bytes() == content
    else:
        assert asyncio.run(_decide(f"sqlite:{file}")) is Standing.NEW


def test_the_format_of_another_version_is_left_alone(tmp_path):
    file = tmp_path / "greylist.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(StoreAwayError, match="another version"):
        asyncio.run(_decide(f"sqlite:{file}"))


def test_a_value_that_somebody_has_edited_counts_as_none(tmp_path):
    file = tmp_path / "greylist.db"
    asyncio.run(_decide(f"sqlite:{file}"))
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE greylist SET value = 'what?'")
    assert asyncio.run(_decide(f"sqlite:{file}")) is Standing.NEW


@pytest.mark.parametrize("name", ["redis://user:secret@127.0.0.1:1/0", "redis+cluster://:secret@127.0.0.1:1"])
def test_a_redis_that_is_away_is_named_without_its_password(name):
    with pytest.raises(StoreAwayError) as away:
        asyncio.run(_decide(name))
    assert "secret" not in str(away.value) + open_greylist(name).name


@pytest.mark.parametrize(
    "name", ["", "memory", "memory:x", "sqlite:relative.db", "mysql://x", "redis:x", "redis://h:port/0"]
)
def test_names_of_no_store(name):
    with pytest.raises(BadStoreNameError) as bad:
        open_greylist(name)
    assert bad.value.cure
