"""Relay permission by client address from a database (guide row 16), in a running gate, and what an outage costs: nothing.

The database is killed under load for OUTAGE_S seconds; `make outage` makes that the minute of the promise.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from contextlib import contextmanager

import pytest

from tests.database_servers import Mariadb, mariadb
from tests.system.running_gate import RunningGate, running_gate, wait_until
from tests.system.talking import Reply, talking

pytestmark = pytest.mark.peer("mariadbd", "setpriv")

OUTAGE_S = float(os.environ.get("OUTAGE_S", "3"))
AT_ONCE = 12
PASSWORD = "geheim-2"
TABLE = """\
CREATE TABLE allowed_hosts (
    active enum('yes', 'no') NOT NULL default 'yes',
    IP varchar(15) NOT NULL,
    Client varchar(50) NOT NULL,
    Comments text NOT NULL,
    PRIMARY KEY (IP)
);
INSERT INTO allowed_hosts VALUES ('yes', '127.0.3.1', 'Exchange of a customer', ''), ('no', '127.0.3.2', 'left', '');
"""
LOOKUP_FILE = f"""\
user = postfix
password = {PASSWORD}
dbname = mail
table = allowed_hosts
select_field = IP
where_field = IP
additional_conditions = and active='yes'
"""
CUSTOMER, FORMER, STRANGER = "127.0.3.1", "127.0.3.2", "127.0.3.9"


@contextmanager
def gate_before(database: Mariadb, name: str = "mysql_mynetworks.cf", more: str = ""):
    """A running gate whose mynetworks asks the database, by the guide's lookup file."""
    main_cf = f"mynetworks = 127.0.0.1/32, proxy:mysql:./{name}\n"
    files = {name: f"{LOOKUP_FILE}hosts = 127.0.0.1:{database.port}\n{more}"}
    with running_gate(main_cf, files=files, workers=2) as gate:
        yield gate


@pytest.fixture(scope="module")
def database():
    with mariadb() as server:
        server.run(TABLE)
        yield server


async def relay(port: int, address: str, recipient: str = "friend@elsewhere.example") -> Reply:
    """Try to relay from an address."""
    async with talking(port, address) as talk:
        await talk.open()
        return await talk.ask("MAIL FROM:<boss@customer.example>", f"RCPT TO:<{recipient}>")


def code(gate: RunningGate, address: str, recipient: str = "friend@elsewhere.example") -> int:
    return asyncio.run(relay(gate.port, address, recipient)).code


def test_a_change_in_the_table_counts_within_two_seconds(database: Mariadb) -> None:
    with gate_before(database) as gate:
        assert code(gate, "127.0.0.1") == code(gate, CUSTOMER) == 250
        assert code(gate, FORMER) == code(gate, STRANGER) == 554
        database.run(f"UPDATE allowed_hosts SET active = 'no' WHERE IP = '{CUSTOMER}'")
        time.sleep(2.0)
        assert [code(gate, CUSTOMER) for _ in range(8)] == [554] * 8
        database.run(f"UPDATE allowed_hosts SET active = 'yes' WHERE IP = '{CUSTOMER}'")
        wait_until(lambda: code(gate, CUSTOMER) == 250, "the customer to be let in again", within_s=5)
        assert PASSWORD not in gate.log()


def test_a_silent_database_is_waited_for_once(database: Mariadb) -> None:
    with gate_before(database, "silent.cf", more="deadline = 1s\n") as gate:
        assert [code(gate, CUSTOMER) for _ in range(8)] == [250] * 8
        os.kill(database.process.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            assert [code(gate, f"127.0.5.{n}") for n in range(1, 30)] == [554] * 29
            assert [code(gate, CUSTOMER) for _ in range(30)] == [250] * 30
            assert time.monotonic() - began < 25, "a second for each worker, not for each session"
            gate.await_log("its server is away")
        finally:
            os.kill(database.process.pid, signal.SIGCONT)
        gate.await_log("its server is back")
        wait_until(lambda: [code(gate, CUSTOMER) for _ in range(8)] == [250] * 8, "the customer")
        assert gate.log().count("its server is away") == gate.log().count("its server is back") == 1


async def keep_on(port: int, until: float, heard: Counter) -> None:
    """Customers and strangers, one session after another."""
    number = 0
    while time.monotonic() < until:
        number += 1
        kind, address = (("customer", CUSTOMER), ("stranger", f"127.0.4.{number % 250}"))[number % 2]
        recipient = "friend@elsewhere.example" if kind == "customer" else "bob@example.com"
        heard[kind, (await relay(port, address, recipient)).code] += 1
        heard["open relay", (await relay(port, STRANGER)).code] += 1


async def load(port: int, seconds: float, heard: Counter) -> None:
    until = time.monotonic() + seconds
    await asyncio.gather(*(keep_on(port, until, heard) for _ in range(AT_ONCE)))


@pytest.mark.timeout(OUTAGE_S + 100)
def test_a_killed_database_costs_no_session(database: Mariadb) -> None:
    heard: Counter = Counter()

    async def trouble(gate: RunningGate) -> None:
        await asyncio.sleep(2.0)
        database.kill()
        await asyncio.sleep(OUTAGE_S / 2)
        gate.signal(signal.SIGHUP)  # workers that begin now have never seen the database
        await asyncio.sleep(OUTAGE_S / 2)
        database.launch()

    async def run(gate: RunningGate) -> None:
        await asyncio.gather(load(gate.port, OUTAGE_S + 5.0, heard), trouble(gate))

    with gate_before(database, "outage.cf") as gate:
        asyncio.run(run(gate))
        gate.await_log("reloaded")
        gate.await_log("its server is back")
        database.run("INSERT INTO allowed_hosts VALUES ('yes', '127.0.3.7', 'new', '')")
        wait_until(lambda: code(gate, "127.0.3.7") == 250, "a new customer, after the outage")
        log = gate.log()
    print(dict(heard))
    assert {kind for kind, _ in heard} == {"customer", "stranger", "open relay"}
    assert set(heard) == {("customer", 250), ("stranger", 250), ("open relay", 554)}, heard
    assert min(heard.values()) > 20 * OUTAGE_S
    assert log.count("its server is away") == log.count("its server is back") == 1, log[-3000:]
    assert PASSWORD not in log and " 451 " not in log
