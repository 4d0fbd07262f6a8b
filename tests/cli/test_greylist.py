"""`gatepost greylist` on a store that a server has written to."""

import asyncio
import contextlib
import json
import os
import pwd
import time

import pytest
from click.testing import CliRunner

from gatepost.cli.main import main
from gatepost.policy.greylisting import Attempt, GreylistTerms, Standing
from gatepost.world.greylists.sqlite import SqliteGreylist
from tests.world.greylists.redis_server import running_redis

TERMS = GreylistTerms()
ANN = Attempt("sender.example", "ann@sender.example", "bob@example.com", TERMS)
BOUNCE = Attempt("192.0.2.0/24", "<>", "eve@example.com", TERMS)


def decide(tmp_path, *attempts, ago=0):
    async def work():
        store = SqliteGreylist(tmp_path / "greylist.db")
        decisions = await store.decide(attempts, int(time.time()) - ago)
        await store.close()
        return [decision.standing for decision in decisions]

    return asyncio.run(work())


@pytest.fixture
def run(tmp_path):
    (tmp_path / "main.cf").write_text(f"data_directory = {tmp_path}\nrecipient_delimiter = +\n")

    def run(*words):
        result = CliRunner().invoke(main, ["-c", str(tmp_path), "greylist", *words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


@pytest.fixture
def written(tmp_path):
    decide(tmp_path, ANN, BOUNCE, ago=400)
    assert decide(tmp_path, ANN) == [Standing.RETRIED]


def test_list(run, written):
    status, text = run("list")
    assert status == 0
    known, waiting = sorted(text.splitlines())
    assert known.startswith("known   client=sender.example from=<ann@sender.example> to=<bob@example.com> first=")
    assert waiting.startswith("waiting client=192.0.2.0/24 from=<> to=<eve@example.com> first=")
    assert waiting.endswith("left=0s")


@pytest.mark.parametrize(
    ("words", "recipients"),
    [
        (["--client", "mx7.sender.example"], ["bob@example.com"]),
        (["--client", "192.0.2.77"], ["eve@example.com"]),
        (["--from", "<>"], ["eve@example.com"]),
        (["--from", "Ann@Sender.Example"], ["bob@example.com"]),
        (["--to", "Bob+x@Example.com"], ["bob@example.com"]),
        (["--state", "known"], ["bob@example.com"]),
        (["--most", "1"], ["bob@example.com"]),
        (["--to", "nobody@example.com"], []),
    ],
)
def test_list_some(run, written, words, recipients):
    status, text = run("list", "--json", *words)
    told = [json.loads(line)["recipient"] for line in text.splitlines() if line.startswith("{")]
    assert told == recipients
    assert status == (0 if recipients else 1)


def test_expect_lets_the_next_mail_in(run, tmp_path):
    status, text = run("expect", "Bob+login@example.com", "--for", "10m")
    assert (status, text[:32]) == (0, "expects to=<bob@example.com> unt")
    assert run("show", "bob@example.com")[1] == text
    assert decide(tmp_path, ANN) == [Standing.EXPECTED]
    window = json.loads(run("expect", "eve@example.com", "--for", "1h", "--json")[1])
    assert 3590 < window["until"] - time.time() <= 3600


def test_allow_show_and_forget_a_client(run, tmp_path, written):
    assert (
        run("show", "sender.example")[1]
        .splitlines()[0]
        .startswith("client  client=sender.example good_retries=1 last=")
    )
    status, text = run("allow", "mx9.sender.example")
    assert (status, text.split()[0], text.split()[-1]) == (0, "allowed", "until=never-ends")
    other = Attempt("sender.example", "new@sender.example", "eve@example.com", TERMS)
    assert decide(tmp_path, other) == [Standing.ALLOWED]
    assert run("forget", "sender.example") == (0, "forgotten: 2\n")
    assert decide(tmp_path, other, ANN) == [Standing.NEW, Standing.NEW]
    told = json.loads(run("allow", "192.0.2.9", "--for", "30d", "--json")[1])
    assert (told["client"], told["is_allowed"]) == ("192.0.2.0/24", True)


def test_forget_a_mailbox(run, tmp_path, written):
    assert run("forget", "ann@sender.example") == (0, "forgotten: 1\n")
    assert run("forget", "ann@sender.example") == (1, "forgotten: 0\n")
    assert decide(tmp_path, ANN) == [Standing.NEW]


def test_stats(run, written):
    told = json.loads(run("stats", "--json")[1])
    assert told == {"pairs": 2, "waiting": 1, "known": 1, "clients": 1, "allowed_clients": 0, "windows": 0}
    assert "waiting                    1" in run("stats")[1]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives away what it makes")
def test_what_root_makes_before_the_server_runs_is_the_workers(run, tmp_path):
    """Else they could not write there, and all mail would pass."""
    (tmp_path / "main.cf").write_text(f"data_directory = {tmp_path}/data\nmail_owner = nobody\n")
    assert run("expect", "bob@example.com")[0] == 0
    owners = set()
    for path in (tmp_path / "data", *(tmp_path / "data").iterdir()):
        with contextlib.suppress(FileNotFoundError):  # SQLite's own files go when its thread closes the store
            owners.add(path.stat().st_uid)
    assert owners == {pwd.getpwnam("nobody").pw_uid}


def test_looking_makes_no_file(run, tmp_path):
    assert run("list") == (0, "greylist: nothing is remembered yet\n")
    assert run("list", "--from", "ann@sender.example") == (1, "greylist: no such triplet\n")
    assert run("show", "192.0.2.7")[0] == run("show", "bob@example.com")[0] == 1
    assert json.loads(run("stats", "--json")[1])["pairs"] == 0
    assert not list(tmp_path.glob("greylist*"))


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["show", "192.0.2.0/26"], 2, "clients are told apart by /24"),
        (["allow", "com"], 2, "no address, network or name of a client"),
        (["expect", "bob@example.com", "--for", "soon"], 2, "write a number and s, m, h, d or w"),
        (["list", "-o", "greylist_store=memory:"], 78, "cannot be seen from here"),
        (["list", "-o", "greylist_store=oracle:x"], 78, "write sqlite:/file"),
        (["list", "-o", "greylist_delay=x"], 78, "not a time"),
        (["stats", "-o", "greylist_store=redis://:secret@127.0.0.1:1"], 1, "redis://127.0.0.1:1: "),
    ],
)
def test_what_cannot_be_done_is_said(run, words, status, text):
    code, output = run(*words)
    assert code == status
    assert text in output
    assert "secret" not in output


@pytest.mark.peer("redis-server")
def test_on_redis(run, tmp_path):
    with running_redis(tmp_path) as port:
        store = ["-o", f"greylist_store=redis://127.0.0.1:{port}/0"]
        assert run("expect", "bob@example.com", *store)[0] == 0
        assert run("allow", "sender.example", *store)[0] == 0
        assert json.loads(run("stats", "--json", *store)[1]) == {
            "pairs": 0, "waiting": 0, "known": 0, "clients": 1, "allowed_clients": 1, "windows": 1,
        }  # fmt: skip
        assert run("forget", "bob@example.com", *store) == (0, "forgotten: 1\n")


def test_the_help_teaches(run):
    text = run("--help")[1]
    assert "gatepost greylist expect bob@example.com --for 10m" in text
    for word in ("list", "show", "allow", "expect", "forget", "stats"):
        assert "--json" in run(word, "--help")[1]
