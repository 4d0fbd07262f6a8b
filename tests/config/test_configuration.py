"""Values by kind, defaults, overrides, and what no main.cf can do."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatepost.config import interfaces, machine_defaults
from gatepost.config.loading import load_configuration
from gatepost.config.parameters import declared_parameters
from gatepost.config.policy_settings import build_settings
from gatepost.model.errors import ConfigurationError


def test_text_words_and_place(configure):
    configuration = configure("mail_name = x ${stress?{hard}:{fine}}\nsmtpd_noop_commands = a,b { c, d }\n")
    assert configuration.text("mail_name") == "x fine"
    assert configuration.words("smtpd_noop_commands") == ("a", "b", "{ c, d }")
    assert configuration.place("mail_name").line == 2
    assert configuration.place("smtpd_banner").line == 0
    assert configuration.text("no_such_parameter") == ""


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("7", 7), ("7s", 7), ("2m", 120), ("1h", 3600), ("1d", 86400), ("1w", 604800)]
)
def test_seconds(configure, text, seconds):
    assert configure(f"smtpd_error_sleep_time = {text}\n").seconds("smtpd_error_sleep_time") == seconds


@pytest.mark.parametrize("text", ["", "1.5", "5M", "s", "-1", "1 s", "١", "99999999999", "9999999w"])
def test_no_time(configure, text):
    with pytest.raises(ConfigurationError, match=r"main\.cf:2: error: smtpd_error_sleep_time: "):
        configure(f"smtpd_error_sleep_time = {text}\n")


@pytest.mark.parametrize("text", ["", "x", "1k", "0x10", "1 2", "٣", "9" * 30])
def test_no_number(configure, text):
    with pytest.raises(ConfigurationError, match=r"main\.cf:2: error: smtpd_recipient_limit: "):
        configure(f"smtpd_recipient_limit = {text}\n")


@pytest.mark.parametrize(("text", "is_yes"), [("yes", True), ("YES", True), ("no", False), ("No", False)])
def test_yes_and_no(configure, text, is_yes):
    assert configure(f"smtpd_helo_required = {text}\n").yes("smtpd_helo_required") is is_yes


def test_stress_flips_defaults(configure):
    configuration = configure()
    stressed = configuration.with_overrides({"stress": "yes"})
    names = ("smtpd_hard_error_limit", "smtpd_junk_command_limit")
    assert [configuration.number(name) for name in names] == [20, 100]
    assert [stressed.number(name) for name in names] == [1, 1]
    assert (configuration.seconds("smtpd_timeout"), stressed.seconds("smtpd_timeout")) == (300, 10)


LEVELS = {
    "0": ("", "subnet", False, "ours.example", True),
    "1": (
        "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination",
        "subnet",
        False,
        "ours.example",
        False,
    ),
    "2": ("permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination", "host", False, "", False),
    "3.6": ("permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination", "host", True, "", False),
}


@pytest.mark.parametrize(("level", "defaults"), LEVELS.items())
def test_compatibility_level_moves_defaults(configure, level, defaults):
    configuration = configure(f"compatibility_level = {level}\nmydestination = ours.example\n")
    assert (
        configuration.text("smtpd_relay_restrictions"),
        configuration.text("mynetworks_style"),
        configuration.yes("smtpd_relay_before_recipient_restrictions"),
        configuration.text("relay_domains"),
        configuration.yes("append_dot_mydomain"),
    ) == defaults


def test_without_a_level_the_level_is_0(tmp_path):
    (tmp_path / "main.cf").write_text("")
    assert load_configuration(tmp_path).text("smtpd_relay_restrictions") == ""


@pytest.mark.parametrize(
    ("main", "hostname", "domain"),
    [
        ("", "vm.localdomain", "localdomain"),
        ("mydomain = example.com\n", "vm.example.com", "example.com"),
        ("myhostname = mx.example.com\n", "mx.example.com", "example.com"),
        ("myhostname = mx\n", "mx", "localdomain"),
        ("myhostname = mail.$mydomain\n", "mail.", ""),
        ("myhostname = $mydomain\n", "localdomain", "localdomain"),
        ("mydomain = $myhostname\n", "vm.", "vm."),
        ("mydomain = example.com\nmyhostname = mx.$mydomain\n", "mx.example.com", "example.com"),
    ],
)
def test_host_name_and_domain(configure, monkeypatch, main, hostname, domain):
    monkeypatch.setattr("socket.gethostname", lambda: "vm")
    configuration = configure(main)
    assert (configuration.text("myhostname"), configuration.text("mydomain")) == (hostname, domain)


def test_myorigin_may_be_a_file_as_on_debian(configure, tmp_path):
    (tmp_path / "mailname").write_text("example.com\nrest\n")
    configuration = configure(f"myorigin = {tmp_path}/mailname\n")
    assert configuration.text("myorigin") == "example.com"
    assert tmp_path / "mailname" in configuration.files
    assert build_settings(configuration).address_verify_sender == "double-bounce@example.com"


def test_raw_parameters_are_not_expanded(configure):
    configuration = configure("smtpd_reject_footer = \\c call $myhostname\n")
    assert configuration.text("smtpd_reject_footer") == "\\c call $myhostname"
    assert configuration.text("default_rbl_reply").startswith("$rbl_code ")


@pytest.mark.parametrize(
    "line",
    [
        "my_nets = 10.0.0.0/8\nmynetworks = $my_nets",
        "smtpd_restriction_classes = gentle\ngentle = permit",
        "virtual_alias_maps = mysql:pfx\npfx_hosts = localhost\npfx_user = u",
        "policy-spf_time_limit = 3600s",
        "dovecot_destination_recipient_limit = 1",
        "2bounce_notice_recipient = x",
    ],
)
def test_names_that_a_configuration_may_make_for_itself(configure, line):
    assert not configure(line + "\n").complaints


def test_a_misspelt_name_is_told_with_the_right_one(configure):
    (complaint,) = configure("smtpd_helo_requird = yes\n").complaints
    assert (complaint.severity, complaint.place.line, complaint.cure) == (
        "warning",
        2,
        "did you mean smtpd_helo_required?",
    )


def test_overrides_of_a_command_are_placed_there(tmp_path):
    (tmp_path / "main.cf").write_text("compatibility_level = 3.6\n")
    with pytest.raises(ConfigurationError, match="command line: error: smtpd_timeout"):
        load_configuration(tmp_path, {"smtpd_timeout": "soon"})


SNIPPETS = st.sampled_from(
    [
        " ",
        ",",
        "\n",
        "\n ",
        "=",
        "$",
        "${",
        "}",
        "{",
        "/",
        ":",
        "!",
        "#",
        "yes",
        "10",
        "5s",
        "::1",
        "1.2.3.4/8",
        "x:y",
    ]
)
NAMES = st.sampled_from(sorted(declared_parameters()))
LINES = st.tuples(NAMES, st.lists(SNIPPETS | st.text(max_size=3), max_size=6).map("".join)).map(" = ".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(main=st.lists(LINES, max_size=5).map("\n".join), octets=st.binary(max_size=20))
def test_no_main_cf_raises_anything_else(tmp_path: Path, monkeypatch, main, octets):
    def no_resolver(*_arguments: object, **_options: object) -> None:
        raise OSError("not in a test")

    monkeypatch.setattr("socket.getaddrinfo", no_resolver)
    monkeypatch.setattr(machine_defaults, "interface_addresses", lambda: interfaces.LOOPBACK)
    (tmp_path / "main.cf").write_bytes(main.encode("utf-8", "surrogatepass") + b"\nmail_name = " + octets)
    (tmp_path / "master.cf").write_text("2525 inet n - n - - smtpd\n")
    with suppress(ConfigurationError):
        build_settings(load_configuration(tmp_path))
