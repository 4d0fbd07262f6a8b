"""`gatepost help`: what people and programs are told, and how it exits."""

import json
import os
import pty
import subprocess
import sys

import pytest
from click.testing import CliRunner

from gatepost.cli.main import SUBCOMMANDS, main
from gatepost.config.parameters import declared_parameters
from gatepost.policy.registry import RESTRICTIONS


def run(*words):
    return CliRunner().invoke(main, ["help", *words], catch_exceptions=False)


def test_without_a_name_it_tells_what_there_is():
    done = run()
    assert done.exit_code == 0
    words = done.stdout.split()
    assert {*SUBCOMMANDS, *RESTRICTIONS, "hash", "cdb", "DUNNO", "rbl_answer_guard"} <= set(words)


@pytest.mark.parametrize(
    ("kind", "count"), [("restrictions", 69), ("parameters", len(declared_parameters())), ("tables", 10)]
)
def test_a_kind_is_listed_a_line_each(kind, count):
    lines = [line for line in run(kind).stdout.splitlines() if line.startswith("  ")]
    assert len(lines) >= count
    assert all(len(line.split()) >= 3 for line in lines)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "reject_invalid_hostname",
            ["Older name  `reject_invalid_hostname`", "Needs       HELO; skipped without it"],
        ),
        ("smtpd_timeout", ["Default   `${stress?{10}:{300}}s`", "Range     1 s or more"]),
        ("rbl_answer_guard", ["Default  `yes`", "Postfix  Gatepost's own parameter, unknown there"]),
        (
            "smtpd_forbid_unauth_pipelining",
            ["Default  `yes`", "Postfix  its default is `no`. Another one here because:"],
        ),
        ("access_map_reject_code", ["Range     400 to 599", "Postfix   the same default"]),
        ("mynetworks", ["Default   computed at start"]),
        ("smtpd_command_filter", ["Known, not carried out by this version."]),
        ("maximal_queue_lifetime", ["Known, not carried out: a parameter of Postfix", "Default  `5d`"]),
        ("hash", ["Also         `btree:`", "Keys         the whole key, then parent domains"]),
        ("permit_mx_backup", ["Take care    this gate has no queue"]),
        ("postmap", ["gatepost postmap [OPTIONS] TYPE:NAME...", "-q KEY"]),
    ],
)
def test_one_is_told_about(name, lines):
    done = run(name)
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    for line in lines:
        assert line in done.stdout


def test_an_unknown_name_exits_with_one_and_offers_the_nearest():
    done = run("permit_mynetwork")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "did you mean permit_mynetworks" in done.stderr
    assert run("permit", "qqqq").exit_code == 1


def test_the_value_in_force_is_told_with_its_place(tmp_path):
    (tmp_path / "main.cf").write_text("smtpd_timeout = 77s\nmydomain = x.example\nmyhostname = gate.$mydomain\n")
    (tmp_path / "master.cf").write_text("")
    where = ("-c", str(tmp_path))
    assert f"In force  `77s` ({tmp_path}/main.cf:1)" in run(*where, "smtpd_timeout").stdout
    assert "In force  `gate.x.example`" in run(*where, "myhostname").stdout
    assert "In force  `yes` (by default)" in run(*where, "rbl_answer_guard").stdout
    assert "In force  `no` (command line)" in run(*where, "-o", "rbl_answer_guard=no", "rbl_answer_guard").stdout
    assert "In force" not in run(*where, "permit").stdout
    (tmp_path / "main.cf").unlink()
    done = run(*where, "smtpd_timeout")
    assert done.exit_code == 78
    assert "main.cf" in done.stderr


def test_json_is_for_programs():
    done = run("--json", "smtpd_soft_error_limit", "reject")
    parameter, restriction, action = json.loads(done.stdout)
    assert (parameter["kind"], parameter["least"], parameter["unit"]) == ("parameter", 1, "errors")
    assert parameter["default"] == parameter["postfix_default"]
    assert (restriction["name"], action["name"]) == ("reject", "REJECT")
    everything = json.loads(run("--json").stdout)
    assert len(everything) > 280
    assert json.loads(run("--json", "tables").stdout) == [each for each in everything if each["kind"] == "table type"]


def test_on_a_terminal_it_is_wrapped_and_bold():
    script = "import sys; from gatepost.cli.main import main; sys.argv[1:] = ['help', 'check_policy_service']; main()"
    mine, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "60", "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen([sys.executable, "-c", script], stdout=theirs, env=environment) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(mine, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
    os.close(mine)
    assert process.returncode == 0
    text = seen.decode()
    assert "\x1b[1mcheck_policy_service\x1b[0m" in text
    bare = text.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\r", "")
    assert max(map(len, bare.splitlines())) <= 60
    assert "`" not in bare


def test_the_help_of_the_program_loads_no_command():
    script = (
        "import sys; from click.testing import CliRunner; from gatepost.cli.main import main\n"
        "done = CliRunner().invoke(main, ['--help']); assert 'postmap' in done.output\n"
        "loaded = [name for name in sys.modules if name.startswith(('gatepost.service', 'gatepost.world', 'asyncio'))]\n"
        "assert not loaded, loaded"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
