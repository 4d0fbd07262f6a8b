"""The log before those who read it: beside a real Postfix's lines, through real pflogsumm and real fail2ban.

One load of sessions (log_sessions.py) runs against a real gate; every test reads the same log. What pflogsumm and
fail2ban must find is written here from what the sessions did, never from the log.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.system.log_sessions import SESSIONS, Heard, lines_of, run
from tests.system.log_sessions import running_doors as running_log_doors

pytestmark = pytest.mark.peer("smtp-sink", "pflogsumm", "fail2ban-regex")

FILTER = Path("/etc/fail2ban/filter.d/postfix.conf")
BESIDE_POSTFIX = Path(__file__).with_name("beside_postfix.diff")


@dataclass(frozen=True, slots=True)
class Load:
    """What was done, as the clients saw it, and the log of it as a file."""

    heard: list[list[Heard]]
    log: Path

    @property
    def text(self) -> str:
        return self.log.read_text()


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    with running_log_doors() as (gate, ports):
        heard = run(SESSIONS, ports)
        gate.await_log("disconnect from", len(SESSIONS))
        path = tmp_path_factory.mktemp("log") / "mail.log"
        path.write_text(gate.log())
        yield Load(heard, path)


def test_the_lines_are_those_of_postfix_but_for_the_known_differences(load: Load) -> None:
    recorded = BESIDE_POSTFIX.read_text().splitlines()
    assert lines_of(load.text) == [line[2:] for line in recorded if line[:2] in ("  ", "+ ")]


def test_nothing_unexpected_and_every_id_is_unique(load: Load) -> None:
    assert "unexpected" not in load.text and "Traceback" not in load.text
    messages = re.findall(r"NOQUEUE: client=\S+, id=(\S+)", load.text)
    assert len(messages) == len(set(messages))
    for ident in re.findall(r"proxy-accept: .* id=(\S+)", load.text):
        assert ident in messages


REJECTS = {
    ("CONNECT", "bare <LF> received"): 1,
    ("DATA", "Sender address rejected: Not this one"): 1,
    ("MAIL", "5.3.4 Message size exceeds fixed limit"): 1,
    ("RCPT", "Client host rejected: Go away"): 1,
    ("RCPT", "Client host rejected: Not now"): 1,
    ("RCPT", "Helo command rejected: Invalid name"): 2,
    ("RCPT", "Helo command rejected: need fully-qualified hostname"): 1,
    ("RCPT", "Recipient address rejected: User unknown in relay recipient table"): 2,
    ("RCPT", "Relay access denied"): 1,
    ("RCPT", "Sender address rejected: Access denied"): 2,
    ("RCPT", "Sender address rejected: Domain not found"): 2,
    ("RCPT", "Sender address rejected: Later"): 1,
    ("RCPT", "Sender address rejected: need fully-qualified address"): 1,
    ("RCPT", "blocked using bl.test"): 1,
    ("RCPT", "blocked using dbl.test"): 1,
    ("RCPT", "cannot find your hostname"): 2,
    ("RCPT", "command failed"): 1,  # said by the next hop, as are the two below
    ("RCPT", "next hop unavailable"): 1,
    ("RCPT", "the next hop does not support SMTPUTF8"): 1,
}
END_OF_MESSAGE_REJECTS = 3
"""An end-of-data check, a message too big, a bare newline. (pflogsumm takes their reasons apart wrongly.)"""

REJECT_WARNINGS = {
    ("RCPT", "blocked using watch.test"): 1,
    ("RCPT", "cannot find your reverse hostname"): 2,
}
DISCARDS = {("RCPT", "Sender address triggers DISCARD action"): 1}


def summary(log: Path) -> str:
    command = ["pflogsumm", "--smtpd-stats", str(log)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def detail(report: str, title: str) -> dict[tuple[str, str], int]:
    """One section of pflogsumm: how often which reason at which stage."""
    section = report.partition(f"\n{title}\n")[2].partition("\n\n")[0]
    found: dict[tuple[str, str], int] = {}
    stage = ""
    for line in section.splitlines():
        if match := re.fullmatch(r"  (\S+)", line):
            stage = match[1]
        elif match := re.fullmatch(r"    (\S.*) \(total: (\d+)\)", line):
            found[stage, match[1]] = int(match[2])
    return found


def test_pflogsumm_counts_what_was_done(load: Load) -> None:
    report = summary(load.log)
    rejects = detail(report, "message reject detail")
    of_messages = [count for (stage, _), count in rejects.items() if stage == "END-OF-MESSAGE"]
    assert sum(of_messages) == END_OF_MESSAGE_REJECTS
    assert {key: count for key, count in rejects.items() if key[0] != "END-OF-MESSAGE"} == REJECTS
    assert detail(report, "message reject warning detail") == REJECT_WARNINGS
    assert detail(report, "message discard detail") == DISCARDS

    def total(what: str) -> int:
        match = re.search(rf"^ +(\d+) +{what}", report, re.MULTILINE)
        assert match is not None, what
        return int(match[1])

    assert total("rejected") == sum(REJECTS.values()) + END_OF_MESSAGE_REJECTS
    assert total("reject warnings") == sum(REJECT_WARNINGS.values())
    assert total("discarded") == sum(DISCARDS.values())
    assert total("connections") == len(SESSIONS)
    assert total("received") == opened_messages(load)
    assert "Fatal Errors: none" in report and "Panics: none" in report


def opened_messages(load: Load) -> int:
    """Transactions in which the hop took a recipient: MAIL, then at least one good RCPT, none of them discarded."""
    count = 0
    for session in load.heard:
        is_open = False
        for step, reply in session:
            command = str(step)
            if command.startswith("MAIL") and "partner.example" not in command:
                is_open = True
            elif command.startswith("RCPT") and is_open and reply.startswith(b"250"):
                count += 1
                is_open = False
    return count


def test_each_accepted_message_has_its_line(load: Load) -> None:
    accepted = sum(step == "" and reply.startswith(b"250 ") for session in load.heard for step, reply in session)
    told = load.text.count(": proxy-accept: END-OF-MESSAGE: 250 ")
    assert told == accepted - sum(DISCARDS.values()) > 0


NORMAL = Counter(
    {
        "127.0.0.3": 1,  # on a block list
        "127.0.0.4": 1,  # no name
        "127.0.0.5": 1,  # a forged name
        "127.0.0.7": 1,  # HELO without a domain
        "127.0.0.8": 1,  # relaying
        "127.0.0.9": 2,  # senders whose domain is not found
        "127.0.0.12": 1,  # too many errors
        "127.0.0.13": 2,  # impatient
        "127.0.0.16": 1,  # refused by table
        "127.0.0.18": 1,  # unknown recipients
        "127.0.0.19": 1,
        "127.0.0.38": 1,  # a listed sender domain
    }
)
LOST = Counter({"127.0.0.10": 4})


@pytest.mark.parametrize(
    ("mode", "hosts"),
    [
        ("normal", NORMAL),
        ("more", NORMAL),
        ("rbl", Counter({"127.0.0.3": 1})),
        ("ddos", LOST),
        ("errors", Counter({"127.0.0.12": 1})),
        ("aggressive", NORMAL + LOST),
    ],
)
def test_fail2ban_finds_exactly_the_hosts_that_earned_it(load: Load, mode: str, hosts: Counter[str]) -> None:
    command = ["fail2ban-regex", "-o", "ip", str(load.log), f"{FILTER}[mode={mode}]"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert Counter(found.stdout.split()) == hosts
