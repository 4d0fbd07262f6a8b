"""The owner of a connection: pauses, holds, deadlines and last words, with a dialogue of a few lines."""

import asyncio
import socket
import time

import pytest

from gatepost.world.net import connection as connection_module
from gatepost.world.net.connection import Connection
from gatepost.world.net.deadlines import Deadlines


class Nothing:
    """The class of events that pause."""


class Echo:
    """A dialogue: each line is an event; `say` is what the listener lets it answer."""

    def __init__(self, deadline_s=30.0):
        self.deadline_s = deadline_s
        self.earned_s = None
        self.pause_s = 0.0
        self.wants_input = True
        self.buffer = b""
        self.out = []
        self.timed_out = self.has_eof = False

    def receive(self, data):
        self.buffer += data

    def receive_eof(self):
        self.has_eof = True

    def next_event(self):
        line, newline, rest = self.buffer.partition(b"\n")
        if newline:
            self.buffer = rest
            return line
        if self.timed_out or self.has_eof:
            self.timed_out = self.has_eof = False
            return b"over"
        return Nothing()

    def outgoing(self):
        octets, self.out, self.pause_s = b"".join(self.out), [], 0.0
        return octets

    def time_out(self):
        self.timed_out = True

    def shut_down(self):
        self.timed_out = True


class Session:
    """A listener that echoes, floods, holds or ends as the line says."""

    def __init__(self, connection, dialogue):
        self.connection, self.dialogue = connection, dialogue
        self.heard_lines = []
        self.was_lost = False

    def heard(self, line):
        self.heard_lines.append(line)
        if line == b"flood":
            self.dialogue.out.append(b"x" * 1_000_000)
        elif line == b"hold":
            self.connection.hold()
        elif line == b"pause":
            self.dialogue.pause_s = 0.2
            self.dialogue.out.append(b"late\n")
        elif line in (b"bye", b"over"):
            self.dialogue.out.append(b"last words\n")
            self.connection.close(at_once=line == b"over")
        else:
            self.dialogue.out.append(line + b"\n")

    def lost(self):
        self.was_lost = True


@pytest.fixture
def serve():
    """serve(play, deadline_s) runs `play(client_socket, sessions)` in a thread beside the loop."""

    def serve(play, deadline_s=30.0):
        async def run():
            loop = asyncio.get_running_loop()
            deadlines, sessions, closed = Deadlines(loop), [], []

            def open_session(connection):
                session = Session(connection, Echo(deadline_s))
                sessions.append(session)
                return session.dialogue, session

            server = await loop.create_server(
                lambda: Connection(open_session, Nothing, deadlines, closed.append), "127.0.0.1", 0
            )
            port = server.sockets[0].getsockname()[1]
            result = await asyncio.to_thread(play, port, sessions)
            for _ in range(100):
                if len(closed) == len(sessions):
                    break
                await asyncio.sleep(0.05)
            server.close()
            assert len(closed) == len(sessions), "a connection was never closed"
            return result, sessions

        return asyncio.run(run())

    return serve


def client(port):
    peer = socket.create_connection(("127.0.0.1", port), timeout=10)
    peer.settimeout(10)
    return peer


def read_all(peer):
    octets = b""
    while piece := peer.recv(65536):
        octets += piece
    return octets


def test_lines_are_answered_in_order_and_eof_ends_the_session(serve):
    def play(port, _):
        with client(port) as peer:
            peer.sendall(b"a\nb\nc\n")
            peer.shutdown(socket.SHUT_WR)
            return read_all(peer)

    said, sessions = serve(play)
    assert said == b"a\nb\nc\nlast words\n"
    assert not sessions[0].was_lost


def test_last_words_survive_input_that_nobody_reads(serve):
    """A close with unread input in the kernel would reset the connection and take the reply with it."""

    def play(port, _):
        with client(port) as peer:
            peer.sendall(b"bye\n" + b"y" * 300_000 + b"\n")
            return read_all(peer)

    said, _ = serve(play)
    assert said == b"last words\n"


def test_a_client_that_vanishes_is_told_to_the_listener(serve):
    def play(port, _):
        peer = client(port)
        peer.sendall(b"a\n")
        peer.recv(2)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.close()

    _, sessions = serve(play)
    assert sessions[0].was_lost


def test_a_silent_client_hears_of_its_deadline(serve):
    def play(port, _):
        with client(port) as peer:
            return read_all(peer)

    said, _ = serve(play, deadline_s=0.1)
    assert said == b"last words\n"


class Clock:
    """A loop that has nothing but a time."""

    def __init__(self):
        self.now = 100.0

    def time(self):
        return self.now


class Transport:
    def get_extra_info(self, _):
        return None

    def write(self, _):
        pass

    def pause_reading(self):
        pass

    resume_reading = pause_reading


def test_a_request_has_one_deadline_to_which_only_what_was_earned_adds(monkeypatch):
    clock, dialogue = Clock(), Echo(deadline_s=10.0)
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: clock)
    connection = Connection(lambda it: (dialogue, Session(it, dialogue)), Nothing, Watch(), print)
    connection.connection_made(Transport())
    assert connection.due_at == 110

    def step(seconds, octets, earned_s):
        clock.now += seconds
        dialogue.earned_s = earned_s
        connection.data_received(octets)
        return connection.due_at - clock.now

    assert step(4, b"half a li", 0.0) == 6
    assert step(4, b"ne and", 1.0) == 3
    assert step(1, b" more", 100.0) == 10
    assert step(2, b" then\n", None) == 10
    step(3, b"hold\n", 0.0)
    assert connection.due_at == float("inf")
    clock.now += 1000
    dialogue.earned_s = 2.0
    connection.release()
    assert connection.due_at - clock.now == 9


class Watch:
    """Deadlines that nobody enforces."""

    def watch(self, _):
        pass


def test_a_client_that_never_reads_is_dropped(serve, monkeypatch):
    monkeypatch.setattr(connection_module, "STALLED_S", 0.2)

    def play(port, sessions):
        peer = client(port)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.sendall(b"flood\n" * 8)
        time.sleep(0.1)
        peer.sendall(b"flood\n")
        for _ in range(100):
            if sessions and sessions[0].was_lost:
                break
            time.sleep(0.05)
        peer.close()
        return sessions[0].was_lost, len(sessions[0].heard_lines)

    (was_lost, heard), _ = serve(play)
    assert was_lost
    assert heard == 8  # it took no more commands while its replies lay unread


def test_a_pause_delays_the_reply_and_what_follows(serve):
    def play(port, _):
        with client(port) as peer:
            peer.sendall(b"pause\nafter\n")
            peer.shutdown(socket.SHUT_WR)
            return read_all(peer)

    said, _ = serve(play)
    assert said == b"late\nafter\nlast words\n"


def test_hundreds_of_lines_take_several_turns(serve):
    count = 3 * connection_module.MOST_EVENTS_A_TURN + 1

    def play(port, _):
        with client(port) as peer:
            peer.sendall(b"a\n" * count)
            peer.shutdown(socket.SHUT_WR)
            return read_all(peer)

    said, _ = serve(play)
    assert said == b"a\n" * count + b"last words\n"


def test_who_leaves_its_last_replies_unread_is_dropped_after_a_while(serve, monkeypatch):
    """After QUIT the transport waits for the peer to read: not for ever, or it would keep its place at the door."""
    monkeypatch.setattr(connection_module, "GOODBYE_S", 0.2)

    def play(port, _):
        peer = client(port)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.sendall(b"flood\n" * 8 + b"over\n")
        time.sleep(1.5)
        return peer  # open, and nothing read: serve() asserts that the server closed its side all the same

    peer, _ = serve(play)
    peer.close()
