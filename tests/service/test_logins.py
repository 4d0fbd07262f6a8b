"""What `gatepost check` says of logins, before anybody tries one."""

from pathlib import Path

import pytest

from gatepost.model.errors import ConfigurationError
from gatepost.service.gate import load_gate
from tests.world.logins.test_hashes import ARGON2

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
relay_domains = example.com
maildir_directory = /nonexistent
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_auth_enable = yes
"""


def said(tmp_path: Path, main_cf: str, files: dict[str, str] | None = None) -> list[str]:
    """Every finding about logins."""
    (tmp_path / "main.cf").write_text(MAIN_CF + main_cf)
    (tmp_path / "master.cf").write_text("127.0.0.1:2525 inet n - n - - smtpd\n")
    for name, text in (files or {}).items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o640)
    try:
        complaints = load_gate(tmp_path).complaints
    except ConfigurationError as error:
        complaints = error.complaints
    return [str(complaint) for complaint in complaints]


OWN = "smtpd_sasl_type = gatepost\n"
CYRUS = "cyrus_sasl_config_path = $config_directory\n"


@pytest.mark.parametrize(
    ("main_cf", "files", "told"),
    [
        (OWN, {"users": f"ann:{ARGON2}\n"}, "AUTH is offered in the clear"),
        (OWN, {}, "users is not there: nobody can log in"),
        (OWN, {"users": f"ann:!{ARGON2}\n"}, "holds no user who may log in"),
        (OWN, {"users": "ann:secret\n"}, "users:1: error: neither an argon2 nor a scrypt hash"),
        ("smtpd_sasl_type = dovecot\nsmtpd_sasl_path = /nonexistent/auth\n", {}, "nobody listens on /nonexistent/auth"),
        (CYRUS, {"smtpd.conf": "pwcheck_method: auxprop\n"}, "pwcheck_method auxprop is not supported"),
        (CYRUS, {"smtpd.conf": "mech_list: PLAIN\n"}, "pwcheck_method auxprop is not supported"),
        (CYRUS, {"smtpd.conf": "pwcheck_method: saslauthd\nmech_list: plain digest-md5\n"}, "mechanism DIGEST-MD5"),
        (CYRUS, {"smtpd.conf": "pwcheck_method: saslauthd\nsaslauthd_path: /n/mux\n"}, "nobody listens on /n/mux"),
        ("smtpd_sasl_type = kerberos\n", {}, "smtpd_sasl_type"),
        (OWN + "smtpd_sasl_security_options = noplain\n", {}, "unknown option 'noplain'"),
    ],
)  # fmt: skip
def test_what_is_told(tmp_path: Path, main_cf: str, files: dict[str, str], told: str) -> None:
    assert any(told in line for line in said(tmp_path, main_cf, files)), said(tmp_path, main_cf, files)


@pytest.mark.parametrize("quiet", ["smtpd_tls_auth_only = yes\n", "smtpd_sasl_security_options = noplaintext\n"])
def test_what_is_not_in_the_clear(tmp_path: Path, quiet: str) -> None:
    lines = said(tmp_path, OWN + quiet, {"users": f"ann:{ARGON2}\n"})
    assert not any("in the clear" in line for line in lines)


def test_a_file_that_others_can_read(tmp_path: Path) -> None:
    said(tmp_path, OWN, {"users": f"ann:{ARGON2}\n"})
    (tmp_path / "users").chmod(0o644)
    assert any("others can read or write" in line for line in said(tmp_path, OWN))


def test_no_hash_is_told(tmp_path: Path) -> None:
    lines = said(tmp_path, OWN, {"users": f"ann:{ARGON2[:-9]}\nbob:hunter2\n"})
    assert not any(ARGON2[:30] in line or "hunter2" in line for line in lines)


def test_the_users_file_is_watched(tmp_path: Path) -> None:
    said(tmp_path, OWN, {"users": f"ann:{ARGON2}\n"})
    assert tmp_path / "users" in load_gate(tmp_path).watched_files


def test_nothing_is_told_where_nobody_logs_in(tmp_path: Path) -> None:
    assert not any("saslauthd" in line for line in said(tmp_path, "smtpd_sasl_auth_enable = no\n"))
