"""Count what the guide's HELO and address-syntax checks refuse of real spam and of real ham, with no DNS assumed.

    python -m bench.corpora [SESSIONS.jsonl.gz]     print the table
    python -m bench.corpora --write                 put it between the markers of docs/corpora.md

Each session of the data set is spoken to the real dialogue (wire/smtp) of examples/guide, as published: EHLO (HELO
where the corpus says plain SMTP), MAIL, RCPT, the addresses between `<` and `>` as they stand. The policy decides in
a world where every name exists and no block list knows anybody: only syntax and the guide's tables can refuse there.
A recipient that the guide would not relay to is given again with its domain replaced by ours. Senders that the corpus
does not know, or that its editors wrote over, are sent as the null sender; such recipients become postmaster of ours.

Gives: one row per corpus and label: sessions, how many were refused, by which check; the first refusal counts.
Cost: about 0.2 ms for a session; memory does not grow with their number.
"""

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.written import replace_table
from gatepost.model.address import parse_ip
from gatepost.model.answer import NOT_FOUND, Answer, Found
from gatepost.model.reply import Reply
from gatepost.model.session import Client, ClientNames, NameStatus, Session
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.questions import ClientName, DomainExists, Question, TableLookup
from gatepost.service.gate import Gate, SmtpDoor, load_gate
from gatepost.wire.smtp import events
from gatepost.wire.smtp.dialogue import SmtpDialogue

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "examples" / "guide"
PAGES = (ROOT / "docs" / "corpora.md", ROOT / "README.md")
SESSIONS = ROOT.parent / "shared" / "data" / "sessions.jsonl.gz"

MODULE = "bench.corpora"

OUR_DOMAIN = "example.com"
"""The domain that examples/guide takes mail for (relay_domains)."""

EDITED = frozenset({"phish@pot", "phishing@pot", "yyyy"})
"""Addresses that the editors of phishing_pot and of the SpamAssassin corpus put in the place of real ones."""

RELAY_DENIED = "Relay access denied"
MOST_REASONS = 5
"""Reasons named in a row; the rest are added up."""

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """A session that ended in a refusal: the check that refused, and its reply."""

    check: str
    reply: str


class Trial:
    """One session of a corpus spoken to the guide's door."""

    __slots__ = ("_client", "_decided_by", "_dialogue", "_door", "_sender", "_tables")

    def __init__(self, gate: Gate, facts: Facts) -> None:
        self._door: SmtpDoor = gate.smtp_doors[0]
        self._tables = gate.tables
        name = facts.get("client_name") or "client.invalid"
        names = ClientNames(name, NameStatus.VERIFIED, name, NameStatus.VERIFIED)
        self._client = Client(parse_ip(facts["client_ip"]), names=names)
        self._dialogue = SmtpDialogue(self._door.speech)
        self._sender: str | None = None
        self._decided_by = ""
        self._pump()
        self._dialogue.outgoing()

    def run(self, facts: Facts) -> Refused | None:
        """Speak HELO, MAIL and RCPT; None when everything was accepted."""
        sender, recipient = _known(facts.get("mail_from")), _known(facts.get("rcpt"))
        if "@" not in recipient:
            recipient = f"postmaster@{OUR_DOMAIN}"
        hello = "HELO" if facts["proto"] == "SMTP" else "EHLO"
        option = " SMTPUTF8" if facts["proto"].startswith("UTF8") else ""
        refused = (
            self._say(hello, f"{hello} {facts['helo']}")
            or self._say("MAIL", f"MAIL FROM:<{sender}>{option}")
            or self._say("RCPT", f"RCPT TO:<{recipient}>")
        )
        if refused and refused.reply.endswith(RELAY_DENIED):
            refused = self._say("RCPT", f"RCPT TO:<{recipient.rpartition('@')[0]}@{OUR_DOMAIN}>")
        return refused

    def _say(self, verb: str, line: str) -> Refused | None:
        self._decided_by = ""
        self._dialogue.receive(line.encode() + b"\r\n")
        self._pump()
        reply = self._dialogue.outgoing().decode().rstrip().rpartition("\n")[2]
        return Refused(self._decided_by or f"{verb} syntax", reply) if reply[0] in "45" else None

    def _pump(self) -> None:
        dialogue = self._dialogue
        while not isinstance(event := dialogue.next_event(), events.Pause):
            if isinstance(event, events.SenderGiven):
                self._sender = event.sender.address
            if isinstance(event, events.RecipientGiven):
                dialogue.decide(self._judge(event.recipient.address))
            elif isinstance(event, events.Connected | events.HelloGiven | events.SenderGiven):
                dialogue.decide(None)  # smtpd_delay_reject: all lists run at RCPT

    def _judge(self, recipient: str) -> Reply | None:
        dialogue = self._dialogue
        session = Session(
            self._client,
            self._door.policy.settings,
            "RCPT",
            protocol_name=dialogue.protocol_name,
            helo_name=dialogue.helo_name,
            sender=self._sender,
            recipient=recipient,
            recipient_count=dialogue.recipient_count,
        )
        outcome = Evaluation(self._door.policy.rcpt, session, self._answer).advance()
        assert outcome is not None, "this world answers everything at once"
        self._decided_by = outcome.decided_by
        return outcome.refusal

    def _answer(self, question: Question) -> Answer[Any]:
        """The tables as they are; every domain exists; nobody is listed."""
        if isinstance(question, TableLookup):
            hit = self._tables.find(question)
            assert hit is not None, "the guide's tables are all in memory"
            return hit
        if isinstance(question, DomainExists):
            return Found("MX")
        return Found(self._client.names) if isinstance(question, ClientName) else NOT_FOUND


class Tally:
    """The counts of one corpus and label."""

    __slots__ = ("reasons", "sessions")

    def __init__(self) -> None:
        self.sessions = 0
        self.reasons: Counter[str] = Counter()

    def row(self, corpus: str, label: str) -> str:
        """One row of the table."""
        refused = self.reasons.total()
        share = f"{100 * refused / self.sessions:.2f} %"
        common = sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))
        named = [f"{reason} {count}" for reason, count in common[:MOST_REASONS]]
        rest = sum(count for _, count in common[MOST_REASONS:])
        why = " · ".join([*named, *([f"others {rest}"] if rest else [])])
        return f"| {corpus} | {label} | {self.sessions} | {refused} | {share} | {why} |"


def _known(address: str | None) -> str:
    return "" if address is None or address in EDITED else address


def reason(refused: Refused) -> str:
    """Name the check as an administrator finds it: the restriction, or the table and the words of its rule."""
    word, _, table = refused.check.partition(" ")
    if not word.startswith("check_") or ":" not in table:
        return f"`{refused.check}`" if word.islower() else refused.check
    words = refused.reply.rpartition(" rejected: ")[2].partition(":")[0]
    return f"`{table.rpartition('/')[2]}` “{words}”"


def read_sessions(path: Path) -> Iterator[Facts]:
    """Read the data set, one session at a time."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def count(gate: Gate, sessions: Iterable[Facts]) -> dict[tuple[str, str], Tally]:
    """Run every session; tallies by corpus and label, in the order in which they come."""
    tallies: dict[tuple[str, str], Tally] = {}
    for facts in sessions:
        tally = tallies.setdefault((facts["corpus"], facts["label"]), Tally())
        tally.sessions += 1
        refused = Trial(gate, facts).run(facts)
        if refused is not None:
            tally.reasons[reason(refused)] += 1
    return tallies


def table(tallies: Mapping[tuple[str, str], Tally]) -> str:
    """Write the tallies as a Markdown table: spam first, then ham, then what is probably ham; sums at the end."""
    order = ("spam", "ham", "ham?")
    lines = ["| corpus | label | sessions | refused | share | by which check |", "|---|---|---:|---:|---:|---|"]
    sums = {label: Tally() for label in order}
    for corpus, label in sorted(tallies, key=lambda key: (order.index(key[1]), key[0])):
        tally = tallies[corpus, label]
        lines.append(tally.row(corpus, label))
        sums[label].sessions += tally.sessions
        sums[label].reasons.update(tally.reasons)
    lines += [total.row("**all**", label) for label, total in sums.items() if total.sessions]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line. Exit codes: 0 fine, 1 no data, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m bench.corpora", description=__doc__.partition("\n")[0])
    parser.add_argument("sessions", type=Path, nargs="?", default=SESSIONS, help="default: %(default)s")
    parser.add_argument("--write", action="store_true", help="write the table into docs/corpora.md and README.md")
    options = parser.parse_args(arguments)
    try:
        tallies = count(load_gate(GUIDE), read_sessions(options.sessions))
    except OSError as error:
        print(f"{options.sessions}: {error.strerror}", file=sys.stderr)
        return 1
    if options.write:
        for page in PAGES:
            text = replace_table(page.read_text(encoding="utf-8"), MODULE, table(tallies))
            page.write_text(text, encoding="utf-8")
    else:
        print(table(tallies))
    return 0


if __name__ == "__main__":
    sys.exit(main())
