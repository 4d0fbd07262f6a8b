"""`gatepost users`: who may log in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from gatepost.cli.main import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "main.cf").write_text("smtpd_sasl_local_domain = example.com\n")

    def run(*words: str, password: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(main, ["-c", str(tmp_path), "users", *words], input=password)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


def test_a_user_from_first_to_last(run: Run, tmp_path: Path) -> None:
    assert run("list") == (1, "gatepost users: there are none\n")
    assert run("add", "ann@example.com", password="secret\n") == (0, "ann@example.com may log in\n")
    assert run("add", "bob", "--scheme", "scrypt", password="p\u00f6\n")[0] == 0
    assert run("list") == (0, "enabled argon2 ann@example.com\nenabled scrypt bob\n")
    assert run("check", "Ann", password="secret\n") == (0, "yes\n")
    assert run("check", "bob", password="p\u00f6\n") == (0, "yes\n")
    assert run("check", "ann", password="Secret\n") == (1, "no\n")
    assert run("check", "zed", password="secret\n") == (1, "no\n")
    assert run("disable", "ann@example.com") == (0, "ann@example.com cannot log in\n")
    assert run("check", "ann", password="secret\n") == (1, "no\n")
    assert run("enable", "ann@example.com")[0] == 0
    assert run("passwd", "ann@example.com", password="other\r\n")[0] == 0
    assert run("check", "ann", password="other\n") == (0, "yes\n")
    assert run("remove", "bob") == (0, "bob is removed\n")
    assert run("list", "--json") == (
        0,
        json.dumps({"name": "ann@example.com", "enabled": True, "scheme": "argon2"}) + "\n",
    )
    text = (tmp_path / "users").read_text()
    assert "secret" not in text
    assert (tmp_path / "users").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "ann"), "ann is there already"),
        (("add", "a:b"), "a name has no colon"),
        (("passwd", "zed"), "there is no user zed"),
        (("disable", "zed"), "there is no user zed"),
        (("remove", "zed"), "there is no user zed"),
    ],
)
def test_what_cannot_be_done(run: Run, words: tuple[str, ...], said: str) -> None:
    assert run("add", "ann", password="secret\n")[0] == 0
    status, text = run(*words, password="secret\n")
    assert status == 1
    assert said in text


def test_an_empty_password_is_none(run: Run) -> None:
    assert run("add", "ann", password="\n") == (1, "gatepost users: an empty password\n")
    assert run("list") == (1, "gatepost users: there are none\n")


def test_a_broken_file_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "users").write_text("ann:plain text\n")
    status, text = run("add", "bob", password="secret\n")
    assert status == 1
    assert "line 1" in text
    assert "plain" not in text
    assert (tmp_path / "users").read_text() == "ann:plain text\n"
