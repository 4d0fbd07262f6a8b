"""`gatepost explain`: what it prints, what it gives to programs, how it exits; on the guide's policy and others."""

import asyncio
import json
import threading

import pytest
from click.testing import CliRunner

from gatepost.cli.main import main
from gatepost.testing.name_server import NameServer
from tests.conftest import ROOT, SHARED

GUIDE = ROOT / "examples" / "guide"
HONEST = {
    "--client": "127.0.0.2",
    "--helo": "good.sender.example",
    "--from": "ann@sender.example",
    "--to": "bob@example.com",
}


@pytest.fixture(scope="module")
def nameservers():
    """The demo's name server, in a thread of its own."""
    loop, server = asyncio.new_event_loop(), NameServer((GUIDE / "demo.zone").read_text())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    yield server.nameservers
    asyncio.run_coroutine_threadsafe(server.__aexit__(None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def run(directory, *more, **facts):
    given = HONEST | {f"--{name.rstrip('_').replace('_', '-')}": value for name, value in facts.items()}
    words = [word for name, value in given.items() if value is not None for word in (name, value)]
    return CliRunner().invoke(main, ["explain", "-c", str(directory), *words, *more], catch_exceptions=False)


@pytest.fixture
def guide(nameservers):
    return lambda *more, **facts: run(GUIDE, "-o", f"dns_nameservers={nameservers}", *more, **facts)


@pytest.fixture
def site(tmp_path):
    """site("main.cf text", file=…) -> run()"""

    def make(text, *more, files=None, master="", **facts):
        (tmp_path / "main.cf").write_text(
            f"compatibility_level = 3.6\nmyhostname = gate.test\nrelay_domains = example.com\n"
            f"mydestination =\nmynetworks = 10.0.0.0/8\ndns_nameservers = 127.0.0.1:1\n{text}"
        )
        for name, content in (files or {}).items():
            (tmp_path / name).write_text(content)
        if master:
            (tmp_path / "master.cf").write_text(master)
        return run(tmp_path, *more, **facts)

    return make


@pytest.mark.parametrize(
    ("facts", "status", "told"),
    [
        ({}, 0, ["ACCEPTED", "250 2.1.5 Ok"]),
        ({"client": "127.0.0.3", "helo": "spam.source.example"}, 1, [
            "  REJECT  reject_rbl_client zen.spamhaus.org=127.0.0.[2..11]  3.0.0.127.zen.spamhaus.org A → 127.0.0.2  ttl 60, ",
            "(3 block lists, 3 domain block lists), smtpd_reject_unlisted_recipient",
            "REJECTED at RCPT by reject_rbl_client zen.spamhaus.org=127.0.0.[2..11] (smtpd_recipient_restrictions, main.cf:",
            "  554 5.7.1 Service unavailable; Client host [127.0.0.3] blocked using zen.spamhaus.org; Demo entry",
        ]),
        ({"from": "boss@internal.example"}, 0, [
            "internal.example → OK  sender_checks:",
            "skips the rest of smtpd_recipient_restrictions: 7 name checks, check_client_access "
            "hash:rbl_client_exceptions, 4 block lists, 3 domain block lists; not smtpd_helo_restrictions, ",
        ]),
        ({"from": "boss@internal.example", "to": "x@elsewhere.example"}, 1, ["<x@elsewhere.example>: Relay access denied"]),
        ({"from": "ann@broken.example"}, 3, [
            "broken.example MX: no answer: ",
            "raises defer_if_permit: 450 4.1.8 <ann@broken.example>: Sender address rejected: Domain not found",
            "DEFERRED at RCPT by defer_if_permit, raised by reject_unknown_sender_domain",
        ]),
        ({"client": "127.0.0.4"}, 1, ["4.0.0.127.in-addr.arpa PTR: no such name", "cannot find your reverse hostname"]),
        ({"client": "127.0.0.5"}, 0, ["! block list zen.spamhaus.org answers 127.255.255.254: not a listing"]),
        ({"helo": "12345"}, 1, ["REJECTED at RCPT by reject_invalid_hostname (smtpd_helo_restrictions, main.cf:"]),
        ({"helo": None}, 1, ["REJECTED at MAIL by the SMTP server itself", "503 5.5.1 Error: send HELO/EHLO first"]),
        ({"from": "<>"}, 0, ["skip    reject_unknown_sender_domain ", "needs a sender that is not null"]),
        ({"to": "postmaster"}, 0, ["this recipient is accepted without running any list"]),
        ({"client": "127.0.0.1"}, 0, ["OK      permit_mynetworks", "mynetworks: 127.0.0.1/32"]),
        ({"client_name": "unknown"}, 1, ["cannot find your reverse hostname"]),
        ({"from": "no@angle@brackets"}, 1, ["REJECTED at RCPT by"]),
    ],
)  # fmt: skip
def test_the_guide(guide, facts, status, told):
    outcome = guide(**facts)
    for line in told:
        assert line in outcome.output
    assert outcome.exit_code == status


def test_the_reply_of_a_refusal_at_the_door(site):
    outcome = site("smtpd_delay_reject = no\nsmtpd_client_restrictions = reject", "--no-dns")
    assert "REJECTED at CONNECT by reject (smtpd_client_restrictions, main.cf:8)" in outcome.output
    assert outcome.exit_code == 1


def test_stages_in_order_without_delay(site):
    outcome = site("smtpd_delay_reject = no\nsmtpd_helo_restrictions = defer_if_permit\n"
                   "smtpd_sender_restrictions = permit\nsmtpd_data_restrictions = permit", "--no-dns")  # fmt: skip
    assert [line for line in outcome.output.splitlines() if line.startswith("at ")] == [
        "at EHLO",
        "at MAIL",
        "at RCPT",
    ]
    assert "DEFERRED at RCPT by defer_if_permit, raised by defer_if_permit (smtpd_helo_restrictions" in outcome.output
    assert outcome.exit_code == 3


def test_a_refusal_at_data(site):
    outcome = site("smtpd_data_restrictions = check_sender_access inline:{sender.example=REJECT}", "--no-dns")
    assert "REJECTED at DATA by check_sender_access" in outcome.output


@pytest.mark.parametrize(
    ("action", "status", "told"),
    [
        ("DISCARD", 0, "DISCARDED by every list"),
        ("HANGUP", 1, "(the connection is closed without a reply)"),
        ("PREPEND X-Seen: yes", 0, "PREPEND X-Seen: yes"),
        ("REDIRECT a@b.example", 0, "REDIRECT a@b.example"),
        ("HOLD", 3, "DEFERRED at RCPT by HOLD, which cannot be done, from check_sender_access"),
        ("421 go", 3, "DEFERRED at RCPT by check_sender_access"),
        ("reject_non_fqdn_sender, permit", 0, "    dunno   reject_non_fqdn_sender"),
        ("DEFER_IF_REJECT wait", 0, "raises defer_if_reject: 450 4.7.1"),
    ],
)
def test_actions_of_a_table(site, action, status, told):
    policy = "smtpd_sender_restrictions = check_sender_access texthash:$config_directory/t"
    outcome = site(policy, "--no-dns", files={"t": f"sender.example {action}\n"})
    assert told in outcome.output
    assert outcome.exit_code == status


def test_a_refusal_softened_by_defer_if_reject(site):
    outcome = site("smtpd_sender_restrictions = defer_if_reject, reject", "--no-dns")
    assert "DEFERRED at RCPT by reject, for now by defer_if_reject of defer_if_reject" in outcome.output


def test_both_flags_leave_out_the_rest(site):
    outcome = site("smtpd_sender_restrictions = defer_if_reject, defer_if_permit, reject_rbl_client a.b", "--no-dns")
    assert "defer_if_permit and defer_if_reject are both raised: skips the rest of" in outcome.output


def test_a_warning(site):
    outcome = site("smtpd_sender_restrictions = warn_if_reject reject", "--no-dns")
    assert "  warn    warn_if_reject reject" in outcome.output
    assert "would refuse: 554 5.7.1 <ann@sender.example>: Sender address rejected: Access denied" in outcome.output


def test_services_are_not_asked_unasked(site):
    policy = "smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:1"
    outcome = site(policy, "--no-dns")
    assert (
        "?       check_policy_service inet:127.0.0.1:1  inet:127.0.0.1:1: not asked (--ask-services asks)"
        in outcome.output
    )
    assert outcome.exit_code == 0
    asked = site(policy, "--no-dns", "--ask-services", "-o", "smtpd_policy_service_try_limit=1")
    assert "no answer" in asked.output
    assert asked.exit_code == 3


def test_a_table_that_cannot_be_read(site):
    outcome = site("smtpd_sender_restrictions = check_sender_access texthash:/nowhere/t", "--no-dns")
    assert "DEFER   check_sender_access texthash:/nowhere/t  no answer: " in outcome.output
    assert outcome.exit_code == 3


def test_it_works_where_no_server_would_start(site):
    outcome = site("smtpd_relay_restrictions =", "--no-dns", to="x@elsewhere.example")
    assert outcome.exit_code == 0
    assert "no server starts with this policy: open relay" in outcome.stderr


def test_the_row_of_master_cf_counts(site):
    master = "smtp inet n - n - - smtpd\nsubmission inet n - n - - smtpd\n  -o smtpd_client_restrictions=reject\n"
    assert site("", "--no-dns", master=master).exit_code == 0
    assert site("", "--no-dns", "--service", "submission", master=master).exit_code == 1
    unknown = site("", "--no-dns", "--service", "x", master=master)
    assert unknown.exit_code == 78
    assert "no smtpd or policyd row named x" in unknown.stderr


def test_a_configuration_that_cannot_be_used(tmp_path):
    assert run(tmp_path).exit_code == 78
    (tmp_path / "main.cf").write_text("dns_nameservers = nonsense\n")
    assert run(tmp_path).exit_code == 78


@pytest.mark.parametrize("facts", [{"client": "nobody"}, {"helo": "a\r\nQUIT"}])
def test_wrong_usage(facts):
    assert run(GUIDE, **facts).exit_code == 2


def test_a_login_and_tls(site):
    policy = "smtpd_relay_restrictions = permit_sasl_authenticated, reject\nsmtpd_client_restrictions = reject_plaintext_session"
    assert site(policy, "--no-dns").exit_code == 3
    assert site(policy, "--no-dns", "--tls").exit_code == 1
    login = {"sasl_user": "ann"}
    assert "smtpd_sasl_auth_enable is no" in site(policy, "--no-dns", "--tls", **login).output
    assert site(policy, "--no-dns", "--tls", "-o", "smtpd_sasl_auth_enable=yes", **login).exit_code == 0


def test_json_as_documented(guide):
    """Every name in docs/explain.md is there, and every name that is there is documented."""
    outcome = guide("--json", client="127.0.0.3", helo="spam.source.example")
    told = json.loads(outcome.stdout)
    assert (told["version"], told["decision"], told["command"]) == (1, "reject", "RCPT")
    assert told["reply"]["code"] == 554
    assert told["decided_by"]["restriction"] == "reject_rbl_client zen.spamhaus.org=127.0.0.[2..11]"
    steps = [step for stage in told["stages"] for each in stage["lists"] for step in each["restrictions"]]
    hit = next(step for step in steps if step["verdict"] and step["verdict"]["name"] == "refuse")
    assert [(a["record"], a["result"]) for a in hit["asked"]] == [("A", "found"), ("TXT", "found")]
    page = (ROOT / "docs/explain.md").read_text()
    for name in names_in(told):
        assert f"`{name}`" in page, name


def names_in(value):
    if isinstance(value, dict):
        return set(value).union(*(names_in(inner) for inner in value.values()))
    return set().union(*(names_in(inner) for inner in value)) if isinstance(value, list) else set()


@pytest.mark.shared
def test_every_configuration_of_the_wild_that_loads(tmp_path):
    """Neither their tables nor their DNS are there; what cannot be loaded says so and is no crash."""
    files = sorted((SHARED / "data/configs/main_cf").iterdir())
    statuses = []
    for path in files:
        (tmp_path / "main.cf").write_bytes(path.read_bytes())
        here = ("--no-dns", "-o", "myorigin=example.org")  # Debian's myorigin = /etc/mailname is not on every machine
        outcome = run(tmp_path, *here, "--json")
        statuses.append(outcome.exit_code)
        assert outcome.exit_code in (0, 1, 3, 78), path
        if outcome.exit_code != 78:
            assert json.loads(outcome.stdout)["stages"] is not None
            assert run(tmp_path, *here).exit_code == outcome.exit_code
    assert sum(status != 78 for status in statuses) > len(files) * 3 // 4
