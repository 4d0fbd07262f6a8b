"""A database that is away for hours: each try to reach it leaves nothing behind, whatever its driver keeps."""

import gc

import pytest

from gatepost.testing.free_ports import free_port
from gatepost.world.tables import load_table
from gatepost.world.tables.remote import RemoteTable
from gatepost.world.tables.server import ServerAwayError

SQL = (
    "user = u\npassword = p\ndbname = d\nquery = SELECT v FROM t WHERE k='%s'\nhosts = 127.0.0.1:{0} 127.0.0.1:{0}\n"
)
FILES = {
    "mysql": SQL,
    "pgsql": SQL,
}
"""ldap3's own objects hold each other, some thirty small ones for a connection: those the collector does see."""

TRIES = 20


@pytest.mark.parametrize("kind", FILES)
def test_tries_in_vain_leave_nothing_to_the_garbage_collector(kind, tmp_path):
    """The collector counts objects, not octets: PyMySQL's TLS contexts came to 0.9 MB for each try."""
    (tmp_path / "f").write_text(FILES[kind].format(free_port()))
    (tmp_path / "f").chmod(0o600)
    table = load_table(f"{kind}:{tmp_path}/f")
    assert isinstance(table, RemoteTable)
    server = table._source.server()
    _try_in_vain(server)
    gc.collect()
    gc.disable()
    try:
        for _ in range(TRIES):
            _try_in_vain(server)
        assert gc.collect() < TRIES, "objects in cycles, of all tries together"
    finally:
        gc.enable()
    server.close()


def _try_in_vain(server):
    with pytest.raises(ServerAwayError, match="refused"):
        server.look_up("ann@example.com")
