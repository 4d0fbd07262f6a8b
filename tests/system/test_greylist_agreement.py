"""Whole servers that share a greylist decide as one would: two on one Redis, four workers on one SQLite file.

Many connections to all of them throw the same triplets, each in a random order of its own; in the middle one worker is
killed with -9, and who was cut off connects and asks again. What each answer must be is said by a law, for the order in
which the store saw the attempts is not known; seconds are whole, as the server counts them.

For each triplet there is one second `first`, such that

- it lies between the first asking about this triplet and the first answer: one attempt was the first, in whichever
  server, and every later one knows of it, also when the worker that answered is dead;
- an answer that puts off "for N seconds" was decided at first + delay - N, between its asking and its answer;
- an answer that lets pass was not given before first + delay;
- what was asked after an answer that let pass is let pass.

When every triplet has been asked about again behind its delay, all pass, the store knows each triplet once, with that
`first`, and each client has one good retry for each of its triplets: one attempt alone was the good retry.

`make greylist-agreement` is the same with 10,000 triplets (two minutes).
"""

import asyncio
import os
import random
import re
import signal
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from gatepost.policy.greylist_records import CLIENTS, PAIRS, read_client, read_pair
from gatepost.testing.free_ports import free_ports
from gatepost.world.greylists.opening import open_greylist
from tests.system.asking import read_action, request
from tests.system.running_gate import RunningGate, new_directory, new_room, running_gate
from tests.world.greylists.redis_server import running_redis

TRIPLETS = int(os.environ.get("GREYLIST_TRIPLETS", "300"))
DELAY_S = 2 + TRIPLETS // 1000
CLIENT_COUNT = 97
ASKERS = 8
ASKED_BY = 4
"""So many of the askers ask about one triplet, in each round."""

PUT_OFF = re.compile(r"DEFER_IF_PERMIT 4\.2\.0 Greylisted, try again in ([0-9]+) seconds")

pytestmark = pytest.mark.timeout(120 + TRIPLETS // 25)


@dataclass
class Heard:
    """One asking: when it was sent, when it was answered, with what ("": the connection broke)."""

    triplet: int
    asked: int
    answered: int
    action: str

    @property
    def seconds_left(self) -> int | None:
        """None: let pass."""
        put_off = PUT_OFF.fullmatch(self.action)
        assert put_off or self.action == "DUNNO", self
        return int(put_off[1]) if put_off else None


def about(triplet: int) -> bytes:
    return request(
        client_address=f"10.0.{triplet % CLIENT_COUNT}.{1 + triplet % 250}",
        sender=f"ann@d{triplet}.example",
        recipient=f"bob{triplet % 50}@ours.example",
    )


def ask_all(port: int, triplets: list[int], heard: list[Heard]) -> None:
    """Ask about them in this order; a connection that breaks is made anew, and its question asked again."""
    connection = None
    for triplet in triplets:
        while True:
            asked, action = int(time.time()), ""
            try:
                if connection is None:
                    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
                connection.sendall(about(triplet))
                action = read_action(connection)
            except (ConnectionError, BrokenPipeError):
                time.sleep(0.05)
            heard.append(Heard(triplet, asked, int(time.time()), action))
            if action:
                break
            if connection is not None:
                connection.close()
            connection = None
    if connection is not None:
        connection.close()


def throw(ports: list[int], seed: int, in_the_middle: Callable[[], None]) -> list[Heard]:
    """One round: every triplet by ASKED_BY askers, each in a random order."""
    chance = random.Random(seed)
    share = ASKERS // ASKED_BY
    threads, heards = [], []
    for asker in range(ASKERS):
        triplets = [each for each in range(TRIPLETS) if (each + asker // len(ports)) % share == 0]
        chance.shuffle(triplets)
        heard: list[Heard] = []
        heards.append(heard)
        threads.append(Thread(target=ask_all, args=(ports[asker % len(ports)], triplets, heard), daemon=True))
    for thread in threads:
        thread.start()
    while sum(map(len, heards)) < TRIPLETS and any(thread.is_alive() for thread in threads):
        time.sleep(0.001)
    in_the_middle()
    for thread in threads:
        thread.join()
    heard = [each for some in heards for each in some]
    assert Counter(each.triplet for each in heard if each.action) == dict.fromkeys(range(TRIPLETS), ASKED_BY)
    return heard


def firsts(heard: list[Heard]) -> dict[int, range]:
    """The law: of each triplet the seconds that `first` can be."""
    by_triplet = defaultdict(list)
    for each in heard:
        by_triplet[each.triplet].append(each)
    found = {}
    for triplet, some in by_triplet.items():
        answers = [each for each in some if each.action]
        least, most = min(each.asked for each in some), min(each.answered for each in answers)
        passed_at = min((each.answered for each in answers if each.seconds_left is None), default=1 << 60)
        for each in answers:
            left = each.seconds_left
            if left is None:
                most = min(most, each.answered - DELAY_S)
                continue
            assert each.asked <= passed_at, f"put off behind a pass: {some}"
            least = max(least, each.asked + left - DELAY_S)
            most = min(most, each.answered + left - DELAY_S)
        assert least <= most, f"there is no first second that explains these: {some}"
        found[triplet] = range(least, most + 1)
    return found


async def written(store_name: str) -> tuple[dict[int, tuple[int, bool]], dict[str, int]]:
    """What the store knows: of each triplet the first second and that it is known; of each client its good retries."""
    store = open_greylist(store_name, 5)
    triplets, clients = {}, {}
    async for rows in store.scan(PAIRS):
        for key, text in rows:
            (record,) = read_pair(text).triplets
            number = int(key.rpartition("@d")[2].removesuffix(".example"))
            triplets[number] = (record.first, record.known_since > 0)
    async for rows in store.scan(CLIENTS):
        clients |= {key.removeprefix(CLIENTS): read_client(text).good_retries for key, text in rows}
    await store.close()
    return triplets, clients


def agree(ports: list[int], store_name: str, in_the_middle: Callable[[], None] = lambda: None) -> None:
    heard = throw(ports, 1, in_the_middle)
    time.sleep(DELAY_S + 1)
    last = throw(ports, 2, lambda: None)
    assert {each.action for each in last} == {"DUNNO"}
    possible = firsts(heard + last)
    triplets, clients = asyncio.run(written(store_name))
    wrong = {n: (told, possible[n]) for n, told in triplets.items() if told[0] not in possible[n] or not told[1]}
    assert not wrong
    assert len(triplets) == TRIPLETS
    assert clients == Counter(f"10.0.{triplet % CLIENT_COUNT}.0/24" for triplet in range(TRIPLETS))
    put_off = sum(each.seconds_left is not None for each in heard if each.action)
    print(f"{len(heard) + len(last)} askings, {put_off} put off, {sum(not each.action for each in heard)} cut off")


def settings(store: str) -> str:
    return (
        f"policyd_restrictions = check_greylist\ngreylist_store = {store}\ngreylist_delay = {DELAY_S}s\n"
        "greylist_delay_ceiling = 0\ngreylist_auto_allow_clients = 1000000\ngreylist_deadline = 15s\n"
        "policyd_deadline = 20s\n"
    )


@pytest.mark.peer("redis-server")
def test_two_servers_on_one_redis(tmp_path):
    with ExitStack() as stack:
        store = f"redis://127.0.0.1:{stack.enter_context(running_redis(tmp_path))}/0"
        ports = free_ports(2)
        for port in ports:
            row = f"127.0.0.1:{port} inet n - n - 0 policyd\n"
            stack.enter_context(running_gate(settings(store), master_cf=row, workers=1))
        agree(list(ports), store)


def test_four_workers_on_one_sqlite_file_one_of_them_killed():
    with new_directory() as directory:
        room = new_room(directory, "greylist")
        (port,) = free_ports(1)
        store = f"sqlite:{room}/greylist.db"
        row = f"127.0.0.1:{port} inet n - n - 0 policyd\n"
        with running_gate(settings(store), master_cf=row, workers=4) as gate:
            assert len(gate.workers()) == 4

            def kill_one() -> None:
                os.kill(busiest(gate), signal.SIGKILL)

            agree([port], store, kill_one)
            gate.await_log("signal 9")


def busiest(gate: RunningGate) -> int:
    """The worker that has used most processor time: it has connections."""

    def used(pid: int) -> int:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        return int(words[11]) + int(words[12])

    return max(gate.workers(), key=used)
