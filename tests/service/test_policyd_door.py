"""`policyd` rows at load: what is told of them, what is a fault, which limits count; check and explain."""

import json

import pytest
from click.testing import CliRunner

from gatepost.cli.main import main
from gatepost.model.errors import ConfigurationError
from gatepost.service.doors.policyd import PolicyDoor, safe_lines
from gatepost.service.gate import load_gate
from gatepost.world.net.listen import DoorSpec

ROW = "127.0.0.1:10040 inet n - n - - policyd\n"


@pytest.fixture
def load(tmp_path):
    """load("main.cf text") -> the gate."""

    def load(text, master=ROW):
        (tmp_path / "main.cf").write_text(f"compatibility_level = 3.6\n{text}")
        (tmp_path / "master.cf").write_text(master)
        return load_gate(tmp_path)

    return load


def texts(gate):
    return [complaint.text for complaint in gate.complaints]


def test_a_gate_may_have_nothing_but_a_policy_door(load):
    gate = load("policyd_restrictions = reject_unknown_sender_domain\n")
    (door,) = gate.doors
    assert isinstance(door, PolicyDoor)
    assert (door.most_sessions, door.deadline_s, door.idle_s) == (10000, 10, 600)
    line = "check_policy_service { inet:127.0.0.1:10040, timeout=10s, default_action=DUNNO }"
    assert texts(gate) == [f"127.0.0.1:10040 policyd: for main.cf of the Postfix: {line}"]


@pytest.mark.parametrize(("maxproc", "most"), [("-", 7), ("0", 0), ("20", 20)])
def test_the_limit_of_connections(load, maxproc, most):
    gate = load("policyd_connection_limit = 7\n", f"127.0.0.1:10040 inet n - n - {maxproc} policyd\n")
    assert gate.doors[0].most_sessions == most


def test_a_row_may_have_its_own_list(load):
    row = ROW + "  -o policyd_restrictions=reject -o policyd_deadline=5s -o policyd_timeout=1h\n"
    door = load("policyd_restrictions = permit\n", row).doors[0]
    assert [step.word for step in door.policy.lists["policyd_restrictions"]] == ["reject"]
    assert (door.deadline_s, door.idle_s) == (5, 3600)
    assert "timeout=5s" in safe_lines(door)[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "policyd_restrictions is empty: every request is answered DUNNO"),
        ("policyd_restrictions = reject_unkown_sender_domain\n", "unknown restriction reject_unkown_sender_domain"),
        ("policyd_restrictions = reject_unauth_pipelining\n", "reject_unauth_pipelining never refuses here"),
        ("policyd_restrictions = hash:/x\n", "a bare table has no meaning in policyd_restrictions"),
        ("policyd_restrictions = check_client_access hash:/nowhere/x\n", "no such file"),
        (
            "policyd_restrictions = check_policy_service inet:127.0.0.1:1\n",
            "while policy service inet:127.0.0.1:1 is down",
        ),
        ("policyd_timeout = 1s\npolicyd_retsrictions = reject\n", "policyd_retsrictions"),
    ],
)
def test_what_is_told(load, text, told):
    assert any(told in each for each in texts(load(text)))


def test_a_list_about_logins_heeds_what_the_postfix_tells(load):
    gate = load("policyd_restrictions = permit_sasl_authenticated, reject\n")
    assert gate.doors[0].policy.settings.smtpd_sasl_auth_enable
    assert not any("sasl" in text for text in texts(gate))


def test_actions_that_need_a_queue_are_the_postfixs_to_carry_out(load, tmp_path):
    (tmp_path / "access").write_text("a@b.example HOLD\nc@d.example FILTER smtp:[127.0.0.1]:25\n")
    gate = load(f"policyd_restrictions = check_sender_access texthash:{tmp_path}/access\n")
    assert not any("needs a queue" in text for text in texts(gate))


@pytest.mark.parametrize("endpoint", ["inet:127.0.0.1:10040", "inet:10040"])
def test_a_door_that_would_ask_itself(load, endpoint):
    with pytest.raises(ConfigurationError, match="ask itself"):
        load(f"policyd_restrictions = check_policy_service {{ {endpoint}, default_action=DUNNO }}\n")


@pytest.mark.parametrize(
    ("spec", "endpoint"),
    [
        (DoorSpec("x", host="0.0.0.0", port=10040), "inet:127.0.0.1:10040"),
        (DoorSpec("x", host="::", port=10040), "inet:[::1]:10040"),
        (DoorSpec("x", host="192.0.2.1", port=1), "inet:192.0.2.1:1"),
        (DoorSpec("x", path="/var/spool/postfix/private/gatepost"), "unix:/var/spool/postfix/private/gatepost"),
    ],
)
def test_the_line_for_main_cf(load, spec, endpoint):
    door = load("").doors[0]
    door = type(door)(door.row, door.view, (spec,), 0, door.policy, 10.0, 600.0)
    assert safe_lines(door) == (f"check_policy_service {{ {endpoint}, timeout=10s, default_action=DUNNO }}",)


def test_check_shows_the_door(load, tmp_path):
    load("policyd_restrictions = reject_rbl_client bl.test, permit\n")
    shown = CliRunner().invoke(main, ["check", "-c", str(tmp_path)])
    assert shown.exit_code == 0
    assert "127.0.0.1:10040 policyd on 127.0.0.1:10040" in shown.output
    assert "reject_rbl_client bl.test (any answer in 127.0.0.0/8 counts)" in shown.output
    told = json.loads(CliRunner().invoke(main, ["check", "--json", "-c", str(tmp_path)]).stdout)
    assert told["doors"][0]["main_cf"][0].startswith("check_policy_service { inet:127.0.0.1:10040, ")


@pytest.mark.parametrize("service", [[], ["--service", "10040"]])
def test_explain_knows_the_row(load, tmp_path, service):
    load("policyd_restrictions = defer_if_permit, check_sender_access inline:{a@b.example=DUNNO}\n")
    facts = ["--client", "192.0.2.1", "--client-name", "unknown", "--from", "a@b.example", "--to", "c@d.example"]
    shown = CliRunner().invoke(main, ["explain", "-c", str(tmp_path), *facts, *service])
    assert shown.exit_code == 3
    assert "defer_if_permit, raised by defer_if_permit (policyd_restrictions" in shown.output
