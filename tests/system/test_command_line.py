"""The commands as a user types them, in processes of their own: exit codes, one line per finding, cures that cure."""

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from gatepost.testing.free_ports import free_port
from tests.system.running_gate import GATEPOST, GUIDE

CONTROL = "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n"
GOOD = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination =
relay_domains = example.com
mynetworks = 127.0.0.1/32
"""
OPEN = GOOD.replace("3.6", "0") + (
    "smtpd_recipient_restrictions = permit_mynetworks, check_sender_access hash:$config_directory/senders,"
    " reject_unauth_destination\n"
)


def gatepost(*arguments: object, timeout: float = 20.0) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, as from a shell without a terminal."""
    words = [GATEPOST, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=timeout, env=os.environ | {"COLUMNS": "100"})


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "master.cf").write_text(f"127.0.0.1:{free_port()} inet n - n - - smtpd\n")
    (tmp_path / "senders").write_text("internal.example OK\n")
    write(tmp_path, GOOD + CONTROL)
    return tmp_path


def write(directory: Path, main_cf: str) -> None:
    (directory / "main.cf").write_text(f"{main_cf}maildir_directory = {directory}/maildirs\n")


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def test_a_good_configuration(directory: Path) -> None:
    done = gatepost("check", "-c", directory)
    assert (done.returncode, done.stderr) == (0, "")
    assert "mynetworks: 127.0.0.1/32" in done.stdout and f"Maildirs under {directory}/maildirs" in done.stdout
    assert gatepost("check", "--strict", "-c", directory).returncode == 0


def test_the_guide_is_good() -> None:
    done = gatepost("check", "--strict", "-c", GUIDE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "reject_rbl_client zen.spamhaus.org=127.0.0.[2..11]" in done.stdout


def test_the_directory_may_stand_before_and_behind_the_subcommand(directory: Path) -> None:
    before, behind = gatepost("-c", directory, "check"), gatepost("check", "-c", directory)
    assert (before.returncode, before.stdout) == (behind.returncode, behind.stdout) == (0, behind.stdout)
    other = gatepost("-c", "/nowhere", "check", "-c", directory)
    assert other.returncode == 0, "the nearer one wins"


@pytest.mark.parametrize(
    ("addition", "line", "told"),
    [
        ("smtpd_helo_required = maybe\n", 7, "neither yes nor no"),
        ("no assignment\n", 7, "missing '='"),
        ("smtpd_timeout = 5 apples\n", 7, "smtpd_timeout"),
    ],
)
def test_a_configuration_that_cannot_be_used(directory: Path, addition: str, line: int, told: str) -> None:
    write(directory, GOOD + CONTROL + addition)
    for command in ("check", "run"):
        done = gatepost(command, "-c", directory)
        assert done.returncode == 78
        first = lines(done.stderr)[0]
        assert first.startswith(f"{directory}/main.cf:{line}: error: ") and told in first and " -- " in first
        assert "Traceback" not in done.stderr


def test_a_directory_that_is_not_there() -> None:
    done = gatepost("check", "-c", "/nowhere")
    assert done.returncode == 78
    assert lines(done.stderr) == [
        "/nowhere/main.cf: error: cannot read: No such file or directory"
        " -- name the right directory with -c, or create the file"
    ]


def test_overrides_are_checked_too(directory: Path) -> None:
    assert gatepost("check", "-c", directory, "-o", "smtpd_timeout=5s").returncode == 0
    for wrong in ("smtpd_timeout=soon", "nonsense"):
        done = gatepost("check", "-c", directory, "-o", wrong)
        assert done.returncode == 78 and done.stderr.startswith("command line: error: ")


def test_warnings_are_fine_but_for_the_strict(directory: Path) -> None:
    write(directory, GOOD + CONTROL + "smtpd_helo_requierd = yes\n")
    done = gatepost("check", "-c", directory)
    assert done.returncode == 0
    assert [line.partition(": warning: ")[0] for line in lines(done.stderr)] == [f"{directory}/main.cf:7"]
    assert gatepost("check", "-c", directory, "--strict").returncode == 1


def test_a_missing_table_is_no_less_than_a_warning(directory: Path) -> None:
    write(directory, GOOD + CONTROL + "smtpd_sender_restrictions = check_sender_access hash:$config_directory/none\n")
    done = gatepost("check", "-c", directory, "--strict")
    assert done.returncode == 1
    assert f"{directory}/none" in done.stderr and len(lines(done.stderr)) == 1


def test_json_for_programs(directory: Path) -> None:
    write(directory, OPEN)
    done = gatepost("check", "-c", directory, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1 and told["usable"] is True
    assert told["doors"][0]["may_relay"][0] == "mynetworks: 127.0.0.1/32"
    [complaint] = [each for each in told["complaints"] if "open relay" in each["text"]]
    assert (complaint["file"], complaint["line"]) == (f"{directory}/main.cf", 6)
    write(directory, GOOD + CONTROL + "smtpd_timeout = soon\n")
    done = gatepost("check", "-c", directory, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 78 and told["usable"] is False and told["complaints"][0]["line"] == 7


def cure(line: str) -> str:
    """The main.cf line that a cure proposes: what stands after `-- set `."""
    return line.partition(" -- set ")[2] + "\n"


def test_without_relay_control_it_does_not_start_and_its_cure_cures(directory: Path) -> None:
    faulty = GOOD + "smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_mynetworks\n"
    write(directory, faulty)
    for command in ("check", "run"):
        done = gatepost(command, "-c", directory)
        assert done.returncode == 78
        [first, *others] = lines(done.stderr)
        assert "open relay" in first and len(others) == (command == "run")
    write(directory, faulty + cure(first))
    assert gatepost("check", "-c", directory).returncode == 0


def test_a_misspelt_relay_control_is_told_beside_the_open_relay(directory: Path) -> None:
    main_cf = directory / "main.cf"
    main_cf.write_text(main_cf.read_text() + "smtpd_relay_restrictions = reject_unauth_destinaton\n")
    done = gatepost("check", "-c", directory, "-o", "smtpd_recipient_restrictions=permit")
    assert done.returncode == 78
    assert "open relay" in done.stderr and "did you mean reject_unauth_destination?" in done.stderr


def test_a_forged_sender_that_a_table_answers_ok_is_told_with_its_cure(directory: Path) -> None:
    write(directory, OPEN)
    done = gatepost("check", "-c", directory)
    assert done.returncode == 1
    [warning] = [line for line in lines(done.stderr) if "open relay" in line]
    assert warning.startswith(f"{directory}/main.cf:6: warning: ") and "forges a sender" in warning
    write(directory, OPEN + cure(warning))
    assert "open relay" not in gatepost("check", "-c", directory).stderr


def test_a_port_in_use_is_told(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (directory / "master.cf").write_text(f"127.0.0.1:{port} inet n - n - - smtpd\n")
        done = gatepost("run", "-c", directory)
    assert done.returncode == 78
    first = lines(done.stderr)[0]
    assert first.startswith(f"{directory}/master.cf:1: error: ")
    assert f"127.0.0.1:{port}" in first and "Address already in use" in first and " -- " in first


@pytest.mark.parametrize("command", ["", "run", "check", "postconf", "postmap"])
def test_every_command_teaches(command: str) -> None:
    done = gatepost(*([command] if command else []), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: gatepost {command}".rstrip()) and "-c DIRECTORY" in done.stdout
    undescribed = [line for line in lines(done.stdout) if line.startswith("  -") and len(line.split("  ")) < 3]
    assert undescribed == []


@pytest.mark.parametrize("wrong", [["nonsense"], ["check", "--nonsense"], ["run", "stray"]])
def test_wrong_usage_is_told(wrong: list[str]) -> None:
    done = gatepost(*wrong)
    assert done.returncode == 2 and "Usage: gatepost" in done.stderr and "Traceback" not in done.stderr
