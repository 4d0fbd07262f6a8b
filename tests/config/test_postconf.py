"""`gatepost postconf` beside Postfix's own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gatepost.cli.postconf import postconf
from gatepost.config.loading import read_configuration
from gatepost.config.postconf_lines import Listing, lines
from gatepost.model.errors import ConfigurationError

SHARED = Path(__file__).parents[3] / "shared" / "data" / "configs" / "main_cf"

REFUSED_BY_POSTFIX_ONLY = {"i-MSCP+imscp__configs__debian__postfix__main.cf"}
"""postconf itself dies of a bad inet_protocols; ours prints what stands there, and `check` refuses it."""


@pytest.mark.shared
@pytest.mark.peer("postconf")
@pytest.mark.parametrize("path", sorted(SHARED.glob("*")), ids=lambda path: path.name)
def test_set_parameters_are_printed_as_postfix_prints_them(tmp_path, path):
    shutil.copy(path, tmp_path / "main.cf")
    (tmp_path / "master.cf").write_text("smtp inet n - n - - smtpd\n")
    os.utime(tmp_path / "main.cf", (0, 0))  # postconf waits 2 s for a main.cf that has just been written
    theirs = subprocess.run(["postconf", "-n", "-c", str(tmp_path)], capture_output=True, timeout=20)
    if theirs.returncode and path.name not in REFUSED_BY_POSTFIX_ONLY:
        with pytest.raises(ConfigurationError):
            read_configuration(tmp_path)
    elif path.name not in REFUSED_BY_POSTFIX_ONLY:
        listing = Listing(read_configuration(tmp_path))
        ours = list(lines(listing, listing.set_names(), "value", only_values=False))
        assert ours == theirs.stdout.decode("utf-8", "surrogateescape").splitlines()


def run(directory: Path, *arguments: str) -> Result:
    return CliRunner().invoke(postconf, ["-c", str(directory), *arguments])


@pytest.fixture
def site(tmp_path):
    (tmp_path / "main.cf").write_text(
        "compatibility_level = 3.6\nmyhostname = mx.example.com\nmy_nets = 10.0.0.0/8,\n   192.168.0.0/16\n"
        "mynetworks = 127.0.0.0/8   $my_nets\nunused = 1\n"
    )
    (tmp_path / "master.cf").write_text("2525 inet n - n - - smtpd\n")
    return tmp_path


def test_set_parameters_only(site):
    result = run(site, "-n")
    assert result.stdout.splitlines() == [
        "compatibility_level = 3.6",
        f"config_directory = {site}",
        "my_nets = 10.0.0.0/8, 192.168.0.0/16",
        "myhostname = mx.example.com",
        "mynetworks = 127.0.0.0/8 $my_nets",
    ]
    assert "main.cf:6: warning: unknown parameter unused" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["mynetworks"], "mynetworks = 127.0.0.0/8 $my_nets\n"),
        (["-x", "mynetworks"], "mynetworks = 127.0.0.0/8 10.0.0.0/8, 192.168.0.0/16\n"),
        (["-h", "myhostname", "my_nets"], "mx.example.com\n10.0.0.0/8, 192.168.0.0/16\n"),
        (["-d", "smtpd_timeout"], "smtpd_timeout = ${stress?{10}:{300}}s\n"),
        (["-x", "-h", "-o", "stress=yes", "smtpd_timeout"], "10s\n"),
        (["-d", "rbl_answer_guard", "relayhost"], "rbl_answer_guard = yes\nrelayhost =\n"),
        (["-n", "smtpd_timeout", "myhostname"], "myhostname = mx.example.com\n"),
        (["no_such_thing"], ""),
    ],
)
def test_names(site, arguments, output):
    result = run(site, *arguments)
    assert (result.exit_code, result.stdout) == (0, output)


def test_an_unknown_name_is_told(site):
    assert "no_such_thing: unknown parameter" in run(site, "no_such_thing").stderr


def test_everything(site):
    names = [line.split(" =")[0] for line in run(site).stdout.splitlines()]
    assert names == sorted(names)
    assert {"my_nets", "smtpd_banner", "mynetworks", "dns_nameservers"} <= set(names)
    assert "unused" not in names


def test_a_directory_without_main_cf_is_status_78(tmp_path):
    result = run(tmp_path)
    assert result.exit_code == 78
    assert "main.cf: error: cannot read" in result.stderr


def test_the_directory_may_come_from_the_group(site):
    result = CliRunner().invoke(postconf, ["myhostname"], obj=site)
    assert result.stdout == "myhostname = mx.example.com\n"
