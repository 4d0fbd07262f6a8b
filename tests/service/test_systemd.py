"""What systemd gives to a service and hears from it: sockets found by address, signs of life, stuck workers replaced."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gatepost.model.errors import ConfigurationError
from gatepost.service.watchdog import Watchdog
from gatepost.testing.free_ports import free_port
from gatepost.world.net.given_sockets import GivenSockets
from gatepost.world.net.listen import DoorSpec, open_listeners
from tests.service.conftest import SCRIPT, EchoService

BECOME = """\
import fcntl, os, sys
given = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 100) for number in sys.argv[1].split()]
for number, each in enumerate(given, 3):
    os.dup2(each, number)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(given)), "LISTEN_FDNAMES": "x"}
os.execv(sys.argv[2], sys.argv[2:])
"""


def start_with(service: EchoService, *given: socket.socket) -> None:
    """Start it as systemd does: the sockets from descriptor 3 on."""
    numbers = [str(each.fileno()) for each in given]
    with service.output.open("ab") as output:
        service.process = subprocess.Popen(
            [sys.executable, "-c", BECOME, " ".join(numbers), sys.executable, str(SCRIPT), str(service.config)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            pass_fds=[each.fileno() for each in given],
        )  # fmt: skip
    service.await_log("daemon started")


def listening(port: int = 0, path: str = "") -> socket.socket:
    given = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    given.bind(path or ("127.0.0.1", port))
    given.listen()
    os.set_inheritable(given.fileno(), True)
    return given


def test_given_sockets_are_served_and_outlive_the_service(service):
    path = str(service.directory / "door")
    with listening(service.port) as inet, listening(path=path) as unix:
        service.configure(path=path)
        waiting = socket.create_connection(("127.0.0.1", service.port))  # in the queue before anybody serves
        start_with(service, inet, unix)
        assert waiting.recv(100).startswith(b"first ")
        unix_client = service.client(path=path)
        assert unix_client.ask("hello") == "hello"
        service.configure("second")  # the path is no longer a door
        service.await_log("reloaded")
        service.configure("third", path=path)
        service.await_log("reloaded", 2)
        service.wait_until(lambda: service.client(path=path).greeting == "third", "the door that came again")
        service.signal(signal.SIGTERM)
        waiting.close()
        unix_client.close()
        assert service.end() == 0
        assert Path(path).is_socket(), "not ours to remove"
        socket.create_connection(("127.0.0.1", service.port)).close()  # the manager's socket still listens


def test_a_socket_that_no_row_opens_is_told(service):
    with listening(free_port()) as other:
        start_with(service, other)
        address = "{}:{}".format(*other.getsockname())
        assert f"gives a socket for {address}, and no row of master.cf opens it" in service.log()
        assert service.connect().greeting == "first"


def test_sockets_for_somebody_else_are_left_alone(service):
    service.start({"LISTEN_PID": "1", "LISTEN_FDS": "1"})
    assert service.connect().greeting == "first"


def test_a_socket_of_both_families_is_refused():
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as both:
        given = GivenSockets([both])
        with pytest.raises(ConfigurationError, match="BindIPv6Only=ipv6-only"):
            open_listeners(DoorSpec("x", host="::", port=both.getsockname()[1]), given)


def test_the_watchdog_hears_of_us_and_a_stuck_worker_is_replaced(service):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(service.directory / "notify"))
        systemd.settimeout(20)
        service.start({"NOTIFY_SOCKET": str(service.directory / "notify"), "WATCHDOG_USEC": "1500000"})
        heard = [systemd.recv(1000) for _ in range(4)]
        assert heard.count(b"WATCHDOG=1") >= 2
        stuck = min(service.workers())
        os.kill(stuck, signal.SIGSTOP)
        service.await_log(f"worker pid {stuck} has said nothing for 1.5 s: killed")
        service.wait_until(lambda: len(service.workers() - {stuck}) == 2, "another in its place")
        assert service.log().count("has said nothing") == 1
        assert service.connect().greeting == "first"


def test_the_watchdog_leaves_former_workers_their_time(service):
    service.start({"WATCHDOG_USEC": "1000000"})
    client = service.connect()
    service.configure("second")
    service.await_log("reloaded")
    time.sleep(2.5)  # more than twice its limit
    assert client.ask("still here") == "still here"
    assert "has said nothing" not in service.log()


@pytest.mark.parametrize(
    "environment", [{}, {"WATCHDOG_USEC": "1500000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "x"}]
)
def test_without_a_watchdog_nobody_is_killed(service, monkeypatch, environment):
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    watchdog = Watchdog()
    assert (watchdog.limit_s, watchdog.word_every_s) == (0.0, 0.0)
    assert list(watchdog.silent(1e9, [])) == []
