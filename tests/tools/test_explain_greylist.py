"""explain shows what greylisting knows, what would follow, and writes nothing down."""

import asyncio
import json
import time

from click.testing import CliRunner

from gatepost.cli.main import main
from gatepost.policy.greylisting import Attempt, GreylistTerms
from gatepost.world.greylists.sqlite import SqliteGreylist

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination = example.com
local_recipient_maps =
smtpd_recipient_restrictions = reject_unauth_destination, check_greylist
"""
ATTEMPT = Attempt("192.0.2.0/24", "ann@sender.example", "bob@example.com", GreylistTerms())


def explain(tmp_path, *words):
    (tmp_path / "main.cf").write_text(f"{MAIN_CF}data_directory = {tmp_path}\n")
    facts = ["--no-dns", "--client", "192.0.2.7", "--from", "ann@sender.example", "--to", "bob@example.com"]
    result = CliRunner().invoke(main, ["explain", "-c", str(tmp_path), *facts, *words])
    return result.exit_code, result.output


def attempt(tmp_path, ago):
    async def work():
        store = SqliteGreylist(tmp_path / "greylist.db")
        await store.decide([ATTEMPT], int(time.time()) - ago)
        await store.close()

    asyncio.run(work())


def test_a_stranger(tmp_path):
    for _ in range(2):
        status, text = explain(tmp_path)
        assert status == 3
        assert "greylist 192.0.2.0/24, ann@sender.example, bob@example.com → new: put off for 300 s" in text
        assert "Greylisted, try again in 300 seconds" in text
    assert not (tmp_path / "greylist.db").exists()


def test_one_who_has_tried(tmp_path):
    attempt(tmp_path, 100)
    status, text = explain(tmp_path)
    assert status == 3
    assert "early: first tried" in text
    attempt(tmp_path, 100)
    assert explain(tmp_path)[0] == 3


def test_one_who_would_pass_is_not_counted(tmp_path):
    attempt(tmp_path, 400)
    for _ in range(2):
        status, text = explain(tmp_path, "--json")
        assert status == 0
        asked = [
            a
            for s in json.loads(text)["stages"]
            for each in s["lists"]
            for r in each["restrictions"]
            for a in r["asked"]
        ]
        (told,) = [each for each in asked if each["kind"] == "greylist"]
        assert told["values"][0].startswith("retried: ")
        assert told["values"][0].endswith("1 of 5 good retries")


def test_a_store_that_cannot_be_asked(tmp_path):
    status, text = explain(tmp_path, "-o", "greylist_store=redis://:secret@127.0.0.1:1/0")
    assert status == 0
    assert "no answer: redis://127.0.0.1:1/0: " in text
    assert "secret" not in text
