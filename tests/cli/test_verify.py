"""`gatepost verify`: list, flush and probe, for people and for programs; and what explain says of a probe."""

import asyncio
import json
import threading

import pytest
from click.testing import CliRunner

from gatepost.cli.main import main
from gatepost.testing.scripted_hop import ScriptedHop

SAID = "host 127.0.0.1[127.0.0.1] said: 550 5.1.1 No such user (in reply to RCPT TO command)"


@pytest.fixture
def hop():
    """A hop that refuses the first recipient, in a thread of its own."""
    loop, hop = asyncio.new_event_loop(), ScriptedHop({"RCPT": b"550 5.1.1 No such user\r\n"})
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(hop.__aenter__(), loop).result(10)
    yield hop
    asyncio.run_coroutine_threadsafe(hop.__aexit__(None, None, None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def gatepost(tmp_path, hop):
    """gatepost("verify", "list", …) -> (exit status, output)"""
    (tmp_path / "main.cf").write_text(
        f"compatibility_level = 3.6\nmyhostname = gate.test\nmydestination = example.com\nmynetworks = 10.0.0.0/8\n"
        f"dns_nameservers = 127.0.0.1:1\nsmtpd_proxy_filter = 127.0.0.1:{hop.port}\nlocal_recipient_maps =\n"
        f"data_directory = {tmp_path}/data\nunverified_recipient_reject_code = 550\n"
        "smtpd_recipient_restrictions = reject_unauth_destination, reject_unverified_recipient\n"
    )
    (tmp_path / "master.cf").write_text("127.0.0.1:2525 inet n - n - - smtpd\n")

    def run(command, *words):
        done = CliRunner().invoke(main, ["-c", str(tmp_path), command, *words], catch_exceptions=False)
        return done.exit_code, done.stdout

    return run


def test_probe_list_flush(gatepost, hop, tmp_path):
    name = f"127.0.0.1:{hop.port}"
    assert gatepost("verify", "list") == (0, "")
    assert gatepost("verify", "list", "bob@example.com") == (1, "")
    assert not (tmp_path / "data").exists(), "who only looks leaves no file"
    assert gatepost("verify", "probe", "eve@Example.COM") == (
        1,
        f"undeliverable\teve@example.com\t{name}\t0 s\t{SAID}\n",
    )
    assert gatepost("verify", "probe", "bob@example.com") == (0, f"deliverable\tbob@example.com\t{name}\t0 s\n")
    assert hop.lines[1] == "MAIL FROM:<double-bounce@gate.test>"
    status, output = gatepost("verify", "list", "--json")
    known = [json.loads(line) for line in output.splitlines()]
    assert status == 0
    assert [(each["status"], each["address"], each["asked"], each["text"]) for each in known] == [
        ("deliverable", "bob@example.com", name, ""), ("undeliverable", "eve@example.com", name, SAID)
    ]  # fmt: skip
    assert gatepost("verify", "list", "bob@EXAMPLE.com")[1].count("\n") == 1
    assert gatepost("verify", "flush", "bob@example.com") == (0, "1 forgotten\n")
    assert gatepost("verify", "flush", "bob@example.com") == (1, "0 forgotten\n")
    assert gatepost("verify", "flush", "--all", "--json") == (0, '{"forgotten": 1}\n')


def test_a_sender_without_a_dns_that_answers(gatepost, hop):
    status, output = gatepost("verify", "probe", "--sender", "ann@a.example")
    assert (status, output.split("\t")[:3]) == (3, ["deferred", "ann@a.example", "MX"])
    assert "type=MX: Host not found, try again" in output
    assert hop.sessions == []


@pytest.mark.parametrize("words", [("flush",), ("flush", "--all", "a@b.example"), ("probe",)])
def test_wrong_usage(gatepost, words):
    assert gatepost("verify", *words)[0] == 2


def test_a_cache_that_cannot_be_used(gatepost, tmp_path):
    assert gatepost("verify", "list", "-o", f"address_verify_map=sqlite:{tmp_path}/main.cf/x")[0] == 1


MAIL = ("--client", "192.0.2.1", "--client-name", "mx.a.example", "--helo", "mx.a.example", "--from", "ann@a.example")


def test_explain_says_whom_it_would_ask_and_asks_nobody(gatepost, hop):
    status, output = gatepost("explain", *MAIL, "--to", "eve@example.com")
    assert status == 0
    assert f"<eve@example.com> at 127.0.0.1:{hop.port}: not asked (--ask-services asks)" in output
    assert hop.sessions == []


def test_explain_asks_where_it_is_told_to(gatepost, hop):
    status, output = gatepost("explain", *MAIL, "--to", "eve@example.com", "--ask-services")
    assert status == 1
    assert f"550 5.1.1 <eve@example.com>: Recipient address rejected: undeliverable address: {SAID}" in output
    status, output = gatepost("explain", *MAIL, "--to", "eve@example.com", "--ask-services", "--json")
    asked = [
        each for stage in json.loads(output)["stages"] for each in stage["lists"] for each in each["restrictions"]
    ]
    probe = next(each["asked"][0] for each in asked if each["restriction"] == "reject_unverified_recipient")
    assert (probe["kind"], probe["values"]) == ("probe", ["undeliverable", SAID])
    assert probe["source"] == "address_verify_map"
    assert hop.verbs.count("RCPT") == 1
