"""`gatepost check`: findings lead to the line to mend, and say no more than there is to say."""

from pathlib import Path

from click.testing import CliRunner

from gatepost.cli.main import main

MAIN = """\
compatibility_level = 3.6
myhostname = gate.example.com
smtpd_proxy_filter = 127.0.0.1:2
mynetworks = 127.0.0.0/8
    192.0.2.1/24
    $branches
branches = 198.51.100.0/24
    203.0.113.1/24
smtpd_restriction_classes = trusted
trusted = permit_mynetworks,
    permit_sasl_authenticated
    reject_helo_of_nobody
smtpd_recipient_restrictions =
    permit_mynetworks,
    # a comment between
    permit_sasl_authenticated, trusted
    reject_unauth_destination,
    reject_unknwon_sender_domain,
    check_policy_service inet:127.0.0.1:nosuchport
"""


def run(*words: str):
    return CliRunner().invoke(main, ["check", *words], catch_exceptions=False)


def site(where: Path, main_cf: str = MAIN, master_cf: str = "2525 inet n - n - - smtpd\n") -> Path:
    where.mkdir(exist_ok=True)
    (where / "main.cf").write_text(main_cf)
    (where / "master.cf").write_text(master_cf)
    return where


def findings(stderr: str, where: Path) -> set[tuple[str, str]]:
    """File:line and the first words of each finding."""
    parts = [line.removeprefix(f"{where}/").split(": ", 2) for line in stderr.splitlines()]
    return {(place, text) for place, _, text in parts}


def test_a_finding_names_the_line_of_its_word(tmp_path):
    done = run("-c", str(site(tmp_path)))
    places = {text.partition(":")[2].strip()[:34]: place for place, text in findings(done.stderr, tmp_path)}
    assert places["bad network '192.0.2.1/24': 192.0."] == "main.cf:5"
    assert places["bad network '203.0.113.1/24': 203."] == "main.cf:8"
    assert places["unknown restriction reject_helo_of"] == "main.cf:12"
    assert places["unknown restriction reject_unknwon"] == "main.cf:18"
    assert places["check_policy_service inet:127.0.0."] == "main.cf:19"


def test_so_does_an_error_and_a_danger(tmp_path):
    opened = """\
smtpd_relay_restrictions =
smtpd_recipient_restrictions = reject_non_fqdn_recipient
    check_sender_access inline:{example.com=OK}
    reject_unauth_destination
"""
    done = run("-c", str(site(tmp_path, MAIN.partition("smtpd_recipient")[0] + opened)))
    assert ("main.cf:15", "smtpd_recipient_restrictions: open relay") in {
        (place, text[:40]) for place, text in findings(done.stderr, tmp_path)
    }
    maps = MAIN + "virtual_alias_maps = inline:{a=b}\n  inline:{c=d}, /etc/virtual\n"
    done = run("-c", str(site(tmp_path, maps)))
    assert done.exit_code == 78
    assert done.stderr.startswith(f"{tmp_path}/main.cf:21: error: virtual_alias_maps")


def test_it_does_so_in_a_row_of_master_cf(tmp_path):
    row = "2525 inet n - n - - smtpd\n  -o smtpd_sender_restrictions=\n  -o { smtpd_helo_restrictions = permit_mynetworks,\n    reject_nobody }\n"
    done = run("-c", str(site(tmp_path, MAIN.partition("smtpd_recipient")[0], row)))
    assert ("master.cf:4", "smtpd_helo_restrictions") in {
        (place, text.partition(":")[0]) for place, text in findings(done.stderr, tmp_path)
    }


def test_the_rows_of_others_are_one_notice(tmp_path):
    rows = "2525 inet n - n - - smtpd\n" + "".join(f"q{n} unix n - n - - qmgr\n" for n in range(9))
    done = run("-c", str(site(tmp_path, master_cf=rows + "bounce unix - - n - 0 bounce\n")))
    told = [line for line in done.stderr.splitlines() if "passed over" in line]
    assert told == [
        f"{tmp_path}/master.cf: notice: 10 rows passed over: Gatepost does not serve bounce, qmgr",
    ]


def test_a_directory_is_shown_as_short_as_it_can_be(tmp_path, monkeypatch):
    site(tmp_path / "site")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    done = run("-c", "../site")
    assert f"{tmp_path}/site/main.cf:18" in done.stderr
    assert ".." not in done.stderr


def test_users_who_log_in_are_told_of_where_they_can(tmp_path):
    where = site(tmp_path)
    assert "logged in" not in run("-c", str(where)).stdout
    assert "logged in" in run("-c", str(where), "-o", "smtpd_sasl_auth_enable=yes").stdout
