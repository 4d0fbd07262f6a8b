"""Listening: addresses of master.cf rows, refusals with their place, socket files."""

import socket
import stat
from pathlib import Path

import pytest

from gatepost.model.errors import ConfigurationError, Place
from gatepost.world.net.listen import DoorSpec, close_listeners, open_listeners, split_service

PLACE = Place("/etc/gatepost/master.cf", 7)


@pytest.mark.parametrize(
    ("service", "host", "port"),
    [
        ("25", "", 25),
        ("smtp", "", 25),
        ("127.0.0.1:2525", "127.0.0.1", 2525),
        ("[127.0.0.1]:2525", "127.0.0.1", 2525),
        ("[::1]:smtp", "::1", 25),
        ("mx.example.com:628", "mx.example.com", 628),
    ],
)
def test_a_service_name_is_split(service, host, port):
    assert split_service(service, PLACE) == (host, port)


@pytest.mark.parametrize(
    "service", ["", "no-such-service", "host:", ":25", "::1:25", "[::1]", "[::1:25", "70000", "h:٣", "-1"]
)
def test_a_bad_service_name_is_refused_with_its_place(service):
    with pytest.raises(ConfigurationError) as refusal:
        split_service(service, PLACE)
    assert str(refusal.value).startswith("/etc/gatepost/master.cf:7: error: ")


def test_ipv4_and_ipv6_stand_beside_each_other_on_one_port():
    (four,) = open_listeners(DoorSpec("smtpd", "127.0.0.1", 0))
    port = four.getsockname()[1]
    (six,) = open_listeners(DoorSpec("smtpd", "::1", port))
    with four, six:
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family) as client:
                client.connect((host, port))
        assert not four.getblocking()


def test_ipv6_everywhere_leaves_ipv4_alone():
    for _ in range(20):  # another test may hold the port that is free for IPv6
        (six,) = open_listeners(DoorSpec("smtpd", "::", 0))
        try:
            (four,) = open_listeners(DoorSpec("smtpd", "0.0.0.0", six.getsockname()[1]))
        except ConfigurationError:
            close_listeners((six,))
            continue
        close_listeners((six, four))
        return
    raise AssertionError("IPv4 could never be opened beside IPv6")


@pytest.mark.parametrize(
    ("host", "text", "cure"),
    [
        ("192.0.2.1", "smtpd: cannot listen on 192.0.2.1:2525: Cannot assign requested address", "ip address"),
        ("no-such-host.invalid", "host not found: no-such-host.invalid", "name an address"),
    ],
)
def test_an_address_that_is_not_ours_is_refused_with_its_place(host, text, cure):
    with pytest.raises(ConfigurationError) as refusal:
        open_listeners(DoorSpec("smtpd", host, 2525, place=PLACE))
    (complaint,) = refusal.value.complaints
    assert complaint.place == PLACE
    assert text in complaint.text and cure in complaint.cure


def test_an_address_in_use_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            open_listeners(DoorSpec("smtpd", "127.0.0.1", port))


def test_a_socket_file_has_its_mode_and_a_stale_one_is_replaced(tmp_path):
    path = str(tmp_path / "policy")
    door = DoorSpec("policy", path=path, mode=0o660)
    close_listeners(open_listeners(door))  # the file stays, as after a crash
    (listener,) = open_listeners(door)
    with listener, socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o660
        with pytest.raises(ConfigurationError, match="already in use"):
            open_listeners(door)


def test_a_file_that_is_no_socket_is_never_removed(tmp_path):
    path = tmp_path / "policy"
    path.write_text("precious")
    with pytest.raises(ConfigurationError, match="already in use"):
        open_listeners(DoorSpec("policy", path=str(path)))
    assert path.read_text() == "precious"
