"""Accepting in a uvloop: limits, exhausted descriptors, an end that loses nobody."""

import asyncio
import contextlib
import os
import resource
import socket

import pytest
import uvloop

from gatepost.world.net.accepting import Accepting
from gatepost.world.net.listen import DoorSpec, close_listeners, open_listeners
from gatepost.world.net.places import SharedPlaces


class Complaints(list[str]):
    def info(self, text): ...

    def warning(self, text):
        self.append(text)

    def once(self, key, text, every_s=60.0, severity=None):
        self.append(text)


class Greeter(asyncio.Protocol):
    def __init__(self, door):
        self.door = door

    def connection_made(self, transport):
        transport.write(b"hello\n")

    def connection_lost(self, exc):
        self.door.accepting.session_ended()


class Door:
    def __init__(self, most_sessions):
        self.complaints = Complaints()
        self.loop = uvloop.new_event_loop()
        self.listeners = open_listeners(DoorSpec("test", "127.0.0.1", 0))
        self.address = self.listeners[0].getsockname()
        self.places = SharedPlaces()
        own = self.places.join(most_sessions)
        self.accepting = Accepting(self.loop, self.listeners, lambda: Greeter(self), own, self.complaints)
        self.accepting.start()
        self.clients = []

    def connect(self, count):
        fresh = [socket.create_connection(self.address, timeout=10) for _ in range(count)]
        self.clients += fresh
        return fresh

    def turn(self, seconds=0.05):
        self.loop.run_until_complete(asyncio.sleep(seconds))

    def until(self, condition):
        end = self.loop.time() + 10
        while not condition():
            assert self.loop.time() < end
            self.turn(0.005)

    def close(self):
        for client in self.clients:
            client.close()
        self.loop.run_until_complete(asyncio.sleep(0))
        close_listeners(self.listeners)
        self.places.close()
        self.loop.close()


@pytest.fixture
def door():
    made = []

    def make(most_sessions=1000):
        made.append(Door(most_sessions))
        return made[-1]

    yield make
    for one in made:
        one.close()


def is_greeted(client):
    client.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        return client.recv(100) == b"hello\n"
    return False


def test_at_the_limit_connections_wait_and_are_served_when_a_session_ends(door):
    door = door(most_sessions=3)
    clients = door.connect(5)
    door.until(lambda: door.accepting.open_sessions == 3)
    door.turn()
    assert [is_greeted(client) for client in clients] == [True, True, True, False, False]
    assert door.complaints == ["all 3 sessions that maxproc allows are open: clients wait"]
    clients[0].close()
    clients[1].close()
    door.until(lambda: door.accepting.open_sessions == 3 and is_greeted(clients[4]))
    assert is_greeted(clients[3])


def test_without_descriptors_nobody_is_turned_away_and_nothing_spins(door):
    door = door()
    clients = door.connect(3)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def starve():  # inside the loop, which needs descriptors to begin
        lowest_free = os.dup(0)
        os.close(lowest_free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
        try:
            await asyncio.sleep(0.5)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    before = sum(os.times()[:2])
    door.loop.run_until_complete(starve())
    assert sum(os.times()[:2]) - before < 0.3
    assert door.accepting.open_sessions == 0
    assert 1 <= len(door.complaints) <= 4
    assert "raise the limit of open files" in door.complaints[0]
    door.until(lambda: door.accepting.open_sessions == 3)
    door.turn()
    assert all(is_greeted(client) for client in clients)


def test_the_end_waits_for_the_last_session_and_leaves_the_queue_to_others(door):
    door = door()
    heirs = [listener.dup() for listener in door.listeners]  # as the supervisor and the next worker hold them
    (session,) = door.connect(1)
    door.until(lambda: door.accepting.open_sessions == 1)
    (late,) = door.connect(1)
    idle = []
    door.accepting.finish(lambda: idle.append("idle"))
    door.turn()
    assert is_greeted(session) and not is_greeted(late) and idle == []
    session.close()
    door.until(lambda: idle)
    door.turn()
    assert idle == ["idle"]
    accepted, _ = heirs[0].accept()
    accepted.sendall(b"hello\n")
    late.settimeout(10)
    assert late.recv(100) == b"hello\n"
    accepted.close()
    close_listeners(heirs)


def test_the_end_without_sessions_is_told_at_once(door):
    door = door()
    idle = []
    door.accepting.finish(lambda: idle.append("idle"))
    door.accepting.finish(lambda: idle.append("again"))
    door.until(lambda: idle)
    assert idle == ["idle"]


def test_a_protocol_that_cannot_be_made_costs_its_own_connection(door):
    door = door()

    def refuse():
        raise ValueError("no protocol")

    door.accepting._open_session = refuse
    (client,) = door.connect(1)
    door.until(lambda: door.complaints)
    assert client.recv(10) == b""
    assert door.accepting.open_sessions == 0
    assert door.complaints == ["connection dropped: ValueError: no protocol"]
