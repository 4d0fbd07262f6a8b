"""The query that `init` writes finds what it should, in SQLite alone here; beside Postfix in tests/cli/test_hosts.py."""

import ipaddress
import random
import sqlite3

import pytest

from gatepost.world.relay_hosts.network_schema import DIALECTS, creation, lookup_queries
from gatepost.world.relay_hosts.relay_host import read_range

KEY = DIALECTS["sqlite"].key.replace("%%", "%").replace("'%s'", "?")


@pytest.fixture(scope="module")
def database():
    connection = sqlite3.connect(":memory:")
    for statement in creation("sqlite", "relay_hosts"):
        connection.execute(statement)
    yield connection
    connection.close()


def compared(database, key):
    """The text that a key is compared by."""
    rows = database.execute(KEY, (key,)).fetchall()
    assert len(rows) <= 1
    return rows[0][0] if rows else None


def test_every_address_becomes_its_octets(database):
    rng = random.Random(4)
    masks = (2**128 - 1, 0xFFFF << 112, 0xFFFF, 0xFFFF0000FFFF << 48, 0)
    for n in range(2000):
        bits = rng.getrandbits(128) & rng.choice(masks)
        address = ipaddress.IPv6Address(bits) if n % 2 else ipaddress.IPv4Address(rng.getrandbits(32))
        if getattr(address, "ipv4_mapped", None) is None:
            assert compared(database, str(address)) == address.packed.hex(), address


@pytest.mark.parametrize(
    "key",
    ["unknown", "mail.example.com", "com", "1.2.3", 'a:b"c', "", "1..2", "cafe", "01.2.3.4", "999.1.1.1", "1.2.3.4.5",
     ":", ":::", "12345::", "a:b:c:d:e:f:a:b:c:d:e", "x' OR '1'='1", "1.2.3.4'"],
)  # fmt: skip
def test_what_is_no_address_is_like_none(database, key):
    text = compared(database, key)
    assert text is None or len(text) != 8, key
    database.execute(KEY, (key,))


def test_the_query_is_one_of_a_lookup_file():
    for kind in DIALECTS:
        lines = lookup_queries(kind, "relay_hosts").splitlines()
        assert [line.split(" = ")[0] for line in lines if not line.startswith(" ")] == ["query", "snapshot_query"]


@pytest.mark.parametrize(
    ("text", "written", "first", "last"),
    [
        ("192.0.2.7", "192.0.2.7", "c0000207", "c0000207"),
        ("192.0.2.7/32", "192.0.2.7", "c0000207", "c0000207"),
        (" [2001:DB8::]/32 ", "2001:db8::/32", "20010db8" + "0" * 24, "20010db8" + "f" * 24),
        ("10.0.0.0/8", "10.0.0.0/8", "0a000000", "0affffff"),
    ],
)
def test_ranges(text, written, first, last):
    found = read_range(text)
    assert (found.text, found.first, found.last) == (written, first, last)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("192.0.2.7/24", "write 192.0.2.0/24"),
        ("mail.example.com", "neither an address nor a network"),
        ("::ffff:192.0.2.7", "write 192.0.2.7"),
        ("1.2.3", "neither"),
        ("", "neither"),
    ],
)
def test_what_is_no_range_is_told_with_its_cure(text, cure):
    with pytest.raises(ValueError, match=cure):
        read_range(text)
