"""What `gatepost check` says of proxies, limits and the greeting's wait."""

from pathlib import Path

import pytest

from tests.cli.test_check import run, site

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
smtpd_proxy_filter = 127.0.0.1:2
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
"""
FINDINGS = [
    ("smtpd_upstream_proxy_protocol = nginx", 78, "'nginx' is no protocol for proxies -- write haproxy, or nothing"),
    (
        "smtpd_upstream_proxy_protocol = haproxy",
        1,
        "smtpd_upstream_proxy_hosts is empty: every connection is refused",
    ),
    (
        "smtpd_upstream_proxy_protocol = haproxy\nsmtpd_upstream_proxy_hosts = static:all",
        0,
        "smtpd_upstream_proxy_hosts holds everybody: whoever reaches this port may say to be any client",
    ),
    ("smtpd_client_event_limit_exceptions = 0.0.0.0/0", 0, "no limit holds for anybody"),
    ("anvil_store = memcache:x", 0, "anvil_store is no Redis server: each machine counts alone"),
    (
        "anvil_store = redis://127.0.0.1:1\nsmtpd_client_connection_count_limit = 0",
        0,
        "anvil_store has nothing to count: no limit is set",
    ),
    ("postscreen_access_list = permit_mynetwork", 0, "'permit_mynetwork' is neither permit_mynetworks nor a table"),
]


@pytest.mark.parametrize(("lines", "status", "text"), FINDINGS)
def test_findings(tmp_path: Path, lines: str, status: int, text: str) -> None:
    done = run("-c", str(site(tmp_path / "etc", f"{MAIN_CF}{lines}\n")))
    assert text in done.output
    assert done.exit_code == status


def test_users_would_wait(tmp_path: Path) -> None:
    where = site(tmp_path / "etc", f"{MAIN_CF}postscreen_greet_wait = 6s\n", "587 inet n - n - - smtpd\n")
    assert (
        "587: users' mail programs wait 6 s for the greeting here -- put -o postscreen_greet_wait=0"
        in run("-c", str(where)).output
    )
    quiet = site(
        tmp_path / "quiet",
        f"{MAIN_CF}postscreen_greet_wait = 6s\n",
        "587 inet n - n - - smtpd -o postscreen_greet_wait=0\n25 inet n - n - - smtpd\n",
    )
    assert "wait" not in run("-c", str(quiet)).output
