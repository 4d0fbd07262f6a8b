"""Tables that must be waited for serve in every place where tables do: one gate, all of whose tables are in a database.

`cache_ttl = 0`, so that nothing is known beforehand and every question waits.
"""

import asyncio
import json
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.system.running_gate import GATEPOST, running_gate, wait_until
from tests.system.talking import talking

ENTRIES = {
    "domains": {"example.com": "x", "refused.example": "x"},
    "recipients": {"bob@example.com": "x", "eve@refused.example": "x"},
    "routes": {"example.com": "maildir:", "refused.example": "error:5.7.1 go away"},
    "footers": {"554 5.7.1 <mallory@sender.example>: Sender address rejected: not you": "call us, $decision_id"},
    "scanners": {"127.0.0.7": "x"},
    "senders": {"ann@sender.example": "PREPEND X-Seen: by sql", "mallory@sender.example": "REJECT not you"},
    "networks": {"127.0.0.9": "x"},
}
MAIN_CF = """\
relay_domains = sqlite:./domains.cf
relay_recipient_maps = unionmap:{sqlite:./recipients.cf, inline:{carol@example.com=x}}
transport_maps = sqlite:./routes.cf
mynetworks = sqlite:./networks.cf
smtpd_reject_footer_maps = sqlite:./footers.cf
smtpd_forbid_bare_newline_exclusions = sqlite:./scanners.cf
smtpd_recipient_restrictions = check_sender_access sqlite:./senders.cf, reject_unauth_destination
"""


def lookup_file(database, kind):
    query = f"SELECT v FROM entries WHERE kind = '{kind}' AND k = '%s'"
    return f"dbpath = {database}\nquery = {query}\ncache_ttl = 0\npassword = geheim-3\n"


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    room = tmp_path_factory.mktemp("tables")
    for parent in (room, *room.parents):
        if parent == Path(tempfile.gettempdir()):
            break
        parent.chmod(0o755)  # the workers are nobody
    database = room / "entries.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE entries (kind text, k text COLLATE NOCASE, v text)")
        rows = [(kind, k, v) for kind, values in ENTRIES.items() for k, v in values.items()]
        connection.executemany("INSERT INTO entries VALUES (?, ?, ?)", rows)
    connection.close()
    database.chmod(0o644)
    files = {f"{kind}.cf": lookup_file(database, kind) for kind in ENTRIES}
    with running_gate(MAIN_CF, files=files, workers=1) as running:
        yield running


def ask(gate, *commands, source="127.0.0.2"):
    async def main():
        async with talking(gate.port, source) as talk:
            await talk.open()
            return await talk.ask(*commands)

    return asyncio.run(main())


MAIL = "MAIL FROM:<ann@sender.example>"


@pytest.mark.parametrize(
    ("commands", "source", "code", "text"),
    [
        ((MAIL, "RCPT TO:<bob@example.com>"), "127.0.0.2", 250, "Ok"),
        ((MAIL, "RCPT TO:<carol@example.com>"), "127.0.0.2", 250, "Ok"),
        ((MAIL, "RCPT TO:<nobody@example.com>"), "127.0.0.2", 550, "User unknown in relay recipient table"),
        ((MAIL, "RCPT TO:<x@elsewhere.example>"), "127.0.0.2", 554, "Relay access denied"),
        ((MAIL, "RCPT TO:<eve@refused.example>"), "127.0.0.2", 550, "go away"),
        (
            ("MAIL FROM:<mallory@sender.example>", "RCPT TO:<bob@example.com>"),
            "127.0.0.2",
            554,
            "\n554 5.7.1 call us, ",
        ),
    ],
)
def test_every_list_and_map_is_asked(gate, commands, source, code, text):
    reply = ask(gate, *commands, source=source)
    assert reply.code == code and text in reply.text, reply


def test_a_machine_named_in_the_database_may_end_its_lines_with_lf(gate):
    async def main(source):
        async with talking(gate.port, source) as talk:
            await talk.open()
            await talk.ask(MAIL, "RCPT TO:<bob@example.com>", "DATA")
            talk.say(b"Subject: " + source.encode() + b"\n\nfrom a scanner\n.\n")
            await asyncio.sleep(0.3)
            talk.say(b"\r\n.\r\n")
            return await talk.reply()

    assert asyncio.run(main("127.0.0.7")).code == 250
    assert asyncio.run(main("127.0.0.8")).code == 250
    wait_until(lambda: len(gate.delivered()) >= 2, "two messages")
    texts = {octets.partition(b"Subject: ")[2][:9]: octets for octets in gate.delivered()}
    assert b"X-Seen: by sql" in texts[b"127.0.0.7"]
    assert texts[b"127.0.0.7"].endswith(b"from a scanner\n"), "the dot between bare newlines ends it"
    assert texts[b"127.0.0.8"].endswith(b"from a scanner\n\n"), "the dot between bare newlines is text"


def test_explain_and_check_and_postmap_ask_too_and_show_no_password(gate):
    def run(*arguments):
        done = subprocess.run([GATEPOST, *arguments], cwd=gate.etc, capture_output=True, text=True, timeout=60)
        assert "geheim" not in done.stdout + done.stderr
        return done

    facts = ["--client", "127.0.0.9", "--helo", "x.example", "--from", "mallory@sender.example"]
    told = run("explain", "-c", ".", *facts, "--to", "bob@example.com", "--no-dns", "--json")
    assert "not you" in json.dumps(json.loads(told.stdout)), told
    check = run("check", "-c", ".")
    assert check.stderr.count("everybody on this machine can read the password") == len(ENTRIES), check.stderr
    assert run("postmap", "-q", "example.com", "sqlite:./domains.cf").stdout == "x\n"
    assert run("postmap", "-q", "elsewhere.example", "sqlite:./domains.cf").returncode == 1
    assert "geheim" not in gate.log()
    assert gate.log().count("everybody on this machine can read") == len(ENTRIES)
