"""What is said at load about the policy servers that a policy asks, and what `gatepost check` shows of them."""

import pytest

from gatepost.service.gate import load_gate
from gatepost.tools.overview import overview

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination = example.com
local_recipient_maps =
maildir_directory = maildirs
smtpd_restriction_classes = later
later = defer
"""
SERVER = "inet:127.0.0.1:10023"


@pytest.fixture
def load(tmp_path):
    def load(text):
        (tmp_path / "main.cf").write_text(MAIN_CF + text)
        (tmp_path / "master.cf").write_text("127.0.0.1:2525 inet n - n - - smtpd\n")
        return load_gate(tmp_path)

    return load


def about_services(gate):
    return [each for each in gate.complaints if "polic" in each.text or "default_action" in each.text]


def test_a_server_without_a_default_action_of_its_own(load):
    gate = load(f"smtpd_recipient_restrictions = check_policy_service {SERVER}\n")
    (notice,) = about_services(gate)
    assert (notice.severity, notice.place.line) == ("notice", 8)
    assert "451" in notice.text
    assert f"check_policy_service {{ {SERVER}, timeout=10s, default_action=DUNNO }}" in notice.cure
    cured = load(f"smtpd_recipient_restrictions = {notice.cure.partition(': ')[2]}\n")
    assert about_services(cured) == []


@pytest.mark.parametrize("action", ["DUNNO", "later", "permit_mynetworks"])
def test_a_default_action_that_is_one(load, action):
    braces = f"check_policy_service {{ {SERVER}, default_action={action} }}"
    assert about_services(load(f"smtpd_recipient_restrictions = {braces}\n")) == []
    by_parameter = f"smtpd_policy_service_default_action = {action}\n"
    assert about_services(load(f"{by_parameter}smtpd_sender_restrictions = check_policy_service {SERVER}\n")) == []


@pytest.mark.parametrize(("action", "why"), [("DUNO", "unknown restriction DUNO"), ("hash:/x", "another table")])
def test_a_default_action_that_is_none(load, action, why):
    gate = load(f"smtpd_data_restrictions = check_policy_service {{ {SERVER}, default_action={action} }}\n")
    (warning,) = about_services(gate)
    assert warning.severity == "warning"
    assert why in warning.text


def test_a_port_that_no_service_has(load):
    gate = load("smtpd_data_restrictions = check_policy_service { inet:127.0.0.1:nobody, default_action=OK }\n")
    (warning,) = about_services(gate)
    assert "'nobody'" in warning.text
    assert (
        load("smtpd_data_restrictions = check_policy_service { inet:h:smtp, default_action=OK }\n").complaints == ()
    )


def test_mistakes_of_the_argument(load):
    gate = load("smtpd_data_restrictions = check_policy_service { inet:127.0.0.1:1, tiemout=1 }\n")
    (warning,) = about_services(gate)
    assert "did you mean timeout?" in warning.text
    assert "451 4.3.5" in warning.text


def test_the_overview_names_them(load):
    gate = load(
        f"smtpd_data_restrictions = check_policy_service {{ {SERVER}, default_action=DUNNO }}\n"
        "smtpd_sender_restrictions = check_policy_service unix:private/x, check_policy_service unix:private/x\n"
    )
    assert overview(gate.smtp_doors[0]).policy_services == (
        "unix:private/x in smtpd_sender_restrictions, else 451 4.3.5 Server configuration problem",
        f"{SERVER} in smtpd_data_restrictions, else DUNNO",
    )


def test_every_parameter_is_read(load):
    settings = {
        "default_action": "OK", "timeout": "7s", "max_idle": "1m", "max_ttl": "9", "request_limit": "3",
        "try_limit": "4", "retry_delay": "2s", "policy_context": "x",
    }  # fmt: skip
    text = "".join(f"smtpd_policy_service_{name} = {value}\n" for name, value in settings.items())
    gate = load(text)
    assert not [each for each in gate.complaints if "not carried out" in each.text]
    read = gate.smtp_doors[0].policy.settings
    numbers = {name: getattr(read, f"smtpd_policy_service_{name}") for name in settings}
    assert numbers == {
        "default_action": "OK", "timeout": 7, "max_idle": 60, "max_ttl": 9, "request_limit": 3, "try_limit": 4,
        "retry_delay": 2, "policy_context": "x",
    }  # fmt: skip
