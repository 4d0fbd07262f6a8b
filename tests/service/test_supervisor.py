"""The supervisor with real processes: starting, dying, reloading, stopping."""

import os
import pwd
import signal
import socket
import threading
import time
from pathlib import Path

import pytest


class Load:
    """Clients in threads that connect, ask, quit, again and again; `failures` are sessions that were not whole."""

    def __init__(self, service, threads: int = 4) -> None:
        self.service = service
        self.sessions = 0
        self.failures: list[str] = []
        self.greetings: set[str] = set()
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _run(self):
        while not self.is_over.is_set():
            try:
                client = self.service.connect()
                self.greetings.add(client.greeting)
                assert client.ask("hello") == "hello"
                assert client.ask("quit") == "bye"
                client.close()
            except (OSError, ValueError, AssertionError) as failure:
                self.failures.append(repr(failure))
            self.sessions += 1

    def await_sessions(self, more: int) -> None:
        goal = self.sessions + more
        self.service.wait_until(lambda: self.sessions >= goal, f"{more} more sessions")


def test_it_serves_with_the_number_of_workers_asked_for(service):
    service.configure(workers=3)
    service.start()
    assert len(service.workers()) == 3
    client = service.connect()
    assert client.greeting == "first"
    assert client.pid in service.workers()
    assert client.ask("anything") == "anything"


def test_a_first_load_that_fails_ends_with_file_and_line(service):
    service.replace("greeting = x\nnonsense\n")
    service.start(is_awaited=False)
    assert service.end() == 78
    assert f"{service.config}:2: error: no = in: nonsense" in service.log()


def test_an_address_in_use_is_refused_by_its_row(service):
    with socket.create_server(("127.0.0.1", service.port)):
        service.start(is_awaited=False)
        assert service.end() == 78
    assert (
        f"{service.config}:2: error: port: cannot listen on 127.0.0.1:{service.port}: Address already"
        in service.log()
    )


def test_a_killed_worker_costs_only_its_own_sessions(service):
    service.start()
    held = service.connect()
    with Load(service) as load:
        load.await_sessions(50)
        victim = next(pid for pid in service.workers() if pid != held.pid)
        os.kill(victim, signal.SIGKILL)
        service.await_log(f"warning: worker pid {victim} killed by signal 9")
        load.await_sessions(50)
        service.wait_until(lambda: len(service.workers()) == 2, "the replacement")
    assert len(load.failures) <= len(load.threads)
    assert held.ask("still there") == "still there"


def test_a_reload_under_load_loses_no_session(service):
    service.start()
    with Load(service) as load:
        for number in range(4):
            load.await_sessions(30)
            service.configure(f"policy{number}")
            service.signal(signal.SIGHUP)
            service.wait_until(lambda number=number: f"policy{number}" in load.greetings, "the new policy")
        load.await_sessions(30)
    assert load.failures == []
    service.wait_until(lambda: len(service.workers()) == 2, "the end of former workers")
    assert "killed" not in service.log()
    assert "exit status" not in service.log()


def test_a_running_session_ends_under_the_policy_it_began_with(service):
    service.start()
    before = service.connect()
    service.configure("second")
    service.await_log("reloaded")
    service.await_greeting("second")
    assert before.greeting == "first"
    assert before.ask("unhurried") == "unhurried"
    assert before.pid in service.workers()
    assert before.ask("quit") == "bye"
    service.wait_until(lambda: before.pid not in service.workers(), "the end of the former worker")
    assert len(service.workers()) == 2


def test_a_broken_reload_keeps_the_old_policy_and_is_repaired_by_the_next_change(service):
    service.start()
    workers = service.workers()
    service.replace(f"greeting = second\nport = {service.port}\nbroken\n")
    service.await_log("reload refused: the former configuration stays in use")
    assert f"error: {service.config}:3: no = in: broken -- write name = value" in service.log()
    assert service.workers() == workers
    assert service.connect().greeting == "first"
    service.configure("third")
    service.await_log("reloaded")
    service.await_greeting("third")


def test_a_broken_file_is_complained_of_once(service):
    service.start()
    service.replace("broken\n")
    service.await_log("reload refused")
    time.sleep(1.2)  # two looks and more
    assert service.log().count("reload refused") == 1


def test_workers_that_cannot_start_do_not_replace_those_that_can(service):
    service.start()
    workers = service.workers()
    service.configure("second", fail="no such thing", pause=0.8)  # longer than one turn of the supervisor
    service.await_log("reload refused")
    assert "fatal: worker ends: RuntimeError: no such thing" in service.log()
    service.wait_until(lambda: service.workers() == workers, "the end of the failed workers")
    assert service.connect().greeting == "first"


def test_what_has_an_age_is_loaded_anew(service):
    service.configure(renew=1)
    service.start()
    service.await_log("reloaded --")
    assert "changed:" not in service.log()
    assert service.connect().greeting == "first"


def test_warnings_of_a_reload_are_said(service):
    service.start()
    service.configure("second\ngreeting = third")
    service.await_log("reloaded")
    assert f"warning: {service.config}:2: overriding earlier entry: greeting" in service.log()


def test_doors_come_and_go_with_a_reload(service):
    service.start()
    second, path = service.free_port(), str(service.directory / "door")
    service.configure("second", also=second, path=path)
    service.await_log("reloaded")
    service.await_greeting("second", second)
    assert service.client(path=path).greeting == "second"
    assert Path(path).stat().st_mode & 0o777 == 0o600
    service.configure("third")
    service.await_log("reloaded", times=2)
    service.wait_until(lambda: _is_refused(service, second), "the closing of the second door")
    assert not Path(path).exists()
    service.await_greeting("third")


def _is_refused(service, port: int) -> bool:
    try:
        service.client(port).close()
    except ConnectionRefusedError:
        return True
    except (OSError, ValueError):
        return False
    return False


def test_a_door_that_cannot_be_opened_refuses_the_reload(service):
    service.start()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        service.configure("second", also=taken.getsockname()[1])
        service.await_log("reload refused")
    assert f"{service.config}:3: also: cannot listen on" in service.log()
    assert service.connect().greeting == "first"


def test_a_worker_that_dies_at_once_is_not_started_without_a_pause(service):
    service.configure(fail="at once", workers=1)
    service.start(is_awaited=False)
    service.await_log("it dies at once, repeatedly: the next one starts in 0.25 s")
    service.await_log("the next one starts in 0.5 s")
    service.configure("repaired")
    service.wait_until(lambda: "reloaded" in service.log(), "the repair")
    service.await_greeting("repaired")


def test_sigterm_lets_running_sessions_finish(service):
    service.start()
    client = service.connect()
    service.signal(signal.SIGTERM)
    service.await_log("stopping -- SIGTERM")
    service.wait_until(lambda: _is_refused(service, service.port), "closed doors")
    assert client.ask("one more") == "one more"
    assert client.ask("quit") == "bye"
    assert service.end() == 0
    assert service.members() == set()
    assert "daemon stopped" in service.log()


def test_sigterm_is_bounded_and_the_client_is_told(service):
    service.configure(grace=0.5)
    service.start()
    client = service.connect()
    service.signal(signal.SIGTERM)
    assert client.file.readline() == b"time is over\n"
    assert service.end() == 0
    assert "killed" not in service.log()


def test_a_worker_that_hangs_is_killed_at_the_bound(service):
    service.configure(grace=0.2)
    service.start()
    client = service.connect()
    os.kill(client.pid, signal.SIGSTOP)
    service.signal(signal.SIGTERM)
    assert service.end() == 0
    assert f"worker pid {client.pid} does not finish: killed" in service.log()
    assert service.members() == set()


def test_a_second_interrupt_ends_it_at_once(service):
    service.start()
    _held = service.connect()
    service.signal(signal.SIGINT)
    service.await_log("stopping -- SIGINT")
    service.signal(signal.SIGINT)
    assert service.end() == 0
    assert service.members() == set()


def test_workers_end_when_the_supervisor_is_killed(service):
    service.start()
    client = service.connect()
    service.signal(signal.SIGKILL)
    service.end()
    service.wait_until(lambda: service.members() == {client.pid}, "the end of the idle worker")
    assert client.ask("still there") == "still there"
    assert client.ask("quit") == "bye"
    service.wait_until(lambda: not service.members(), "the end of the last worker")


def test_sigterm_to_one_worker_finishes_and_replaces_it(service):
    service.configure(workers=1)
    service.start()
    client = service.connect()
    os.kill(client.pid, signal.SIGTERM)
    assert client.ask("quit") == "bye"
    service.wait_until(lambda: service.workers() and client.pid not in service.workers(), "the replacement")
    assert service.connect().pid != client.pid


def test_log_rotation_reaches_supervisor_and_workers(service):
    path, rotated = service.directory / "maillog", service.directory / "maillog.1"
    service.output = path
    service.configure(log=path)
    service.start()
    client = service.connect()
    path.rename(rotated)
    service.signal(signal.SIGUSR1)
    service.wait_until(path.exists, "the new file")

    def says_into_the_new_file() -> bool:
        client.file.write(b"say\n")
        return f"testhost postfix/echo[{client.pid}]: said" in path.read_text()

    service.wait_until(says_into_the_new_file, "a line of the worker in the new file")
    said_before = rotated.read_text().count("said")
    service.signal(signal.SIGTERM)
    client.ask("quit")
    service.end()
    assert "daemon stopped" in path.read_text()
    assert rotated.read_text().count("said") == said_before


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: to give it up")
def test_workers_of_root_become_the_user(service):
    service.configure(user="nobody")
    service.start()
    client = service.connect()
    status = Path(f"/proc/{client.pid}/status").read_text()
    nobody = pwd.getpwnam("nobody")
    assert f"Uid:\t{nobody.pw_uid}\t{nobody.pw_uid}\t{nobody.pw_uid}\t" in status
    assert f"Gid:\t{nobody.pw_gid}\t{nobody.pw_gid}\t{nobody.pw_gid}\t" in status
    assert "CapEff:\t0000000000000000" in status
    assert "warning" not in service.log()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: to be warned of it")
def test_workers_that_stay_root_are_told_of_once(service):
    service.configure(user="no-such-user")
    service.start()
    service.configure("second", user="no-such-user")
    service.await_log("reloaded")
    assert service.log().count("warning: workers run as root: mail_owner no-such-user is not a user") == 1


def test_systemd_is_told(service):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(service.directory / "notify"))
        systemd.settimeout(20)
        service.start({"NOTIFY_SOCKET": str(service.directory / "notify")})
        assert systemd.recv(1000).startswith(b"READY=1")
        service.signal(signal.SIGHUP)
        assert systemd.recv(1000).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
        assert systemd.recv(1000).startswith(b"READY=1")
        service.signal(signal.SIGTERM)
        assert systemd.recv(1000).startswith(b"STOPPING=1")
