"""What `gatepost check` says of `qmqpd` rows."""

import pytest

from gatepost.model.errors import ConfigurationError
from gatepost.service.doors.qmqpd import QmqpDoor
from gatepost.service.gate import load_gate

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination =
inet_interfaces = 127.0.0.1
alias_maps =
"""
ROW = "628 inet n - n - 100 qmqpd\n"
HOP = "smtpd_proxy_filter = 127.0.0.1:10025\n"
CLIENTS = "qmqpd_authorized_clients = 198.51.100.0/24\n"


@pytest.fixture
def load(tmp_path):
    def load(main_cf: str, master_cf: str = ROW):
        (tmp_path / "main.cf").write_text(MAIN_CF + main_cf)
        (tmp_path / "master.cf").write_text(master_cf)
        return load_gate(tmp_path)

    return load


def texts(gate) -> list[str]:
    return [complaint.text for complaint in gate.complaints]


def test_the_guides_row(load):
    gate = load(
        HOP + "mynetworks = 198.51.100.0/24\nqmqpd_authorized_clients = $mynetworks\nqmqpd_error_delay = 5s\n"
    )
    (door,) = gate.doors
    assert isinstance(door, QmqpDoor)
    assert (door.most_sessions, door.speech.qmqpd_error_delay, door.speech.qmqpd_timeout) == (100, 5, 300)
    assert [(spec.host, spec.port) for spec in door.doors] == [("127.0.0.1", 628)]
    assert texts(gate) == []


def test_maxproc_dash_is_default_process_limit(load):
    row = "628 inet n - n - - qmqpd\n  -o qmqpd_timeout=7\n"
    (door,) = load(HOP + CLIENTS + "default_process_limit = 33\n", row).doors
    assert (door.most_sessions, door.speech.qmqpd_timeout) == (33, 7)


def test_nobody_may_use_it(load):
    assert texts(load(HOP)) == ["628 qmqpd: qmqpd_authorized_clients is empty: every client is refused"]


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "!198.51.100.1, [::]/0", "static:all"])
def test_everybody_may_use_it(load, everybody):
    (complaint,) = load(f"{HOP}qmqpd_authorized_clients = {everybody}\n").complaints
    assert complaint.text.startswith("open relay: 628 qmqpd: everybody may send to anybody")
    assert complaint.is_serious
    assert complaint.place.line == 7
    guarded = f"{HOP}qmqpd_authorized_clients = {everybody}\nqmqpd_restrictions = reject_unauth_destination\n"
    assert texts(load(guarded)) == []


def test_mail_must_have_somewhere_to_go(load):
    with pytest.raises(ConfigurationError, match="nowhere to go"):
        load(CLIENTS)


def test_mistakes_in_the_list_of_restrictions_are_told(load):
    (text,) = texts(load(HOP + CLIENTS + "qmqpd_restrictions = reject_unauth_destinatoin\n"))
    assert text.startswith("qmqpd_restrictions: unknown restriction reject_unauth_destinatoin")


def test_tables_of_the_door_are_loaded(load):
    gate = load(HOP + "qmqpd_authorized_clients = texthash:/nonexistent\nqmqpd_restrictions = texthash:/none2\n")
    places = {complaint.place.path for complaint in gate.complaints}
    assert {"/nonexistent", "/none2"} <= places
