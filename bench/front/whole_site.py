"""The mission's own figure: what a site with SpamAssassin costs with and without Gatepost in front.

    python -m bench.front.whole_site [SESSIONS.jsonl.gz] [--messages 2000] [--write]

Envelopes are real: client HELO, sender and recipient of the data set, half of them spam, the others ham and list
mail, each corpus by its share. Bodies are generated, for the data set has none. Both ways end in smtp-sink:

    client → spampd (SpamAssassin inside, local tests only) → smtp-sink
    client → Gatepost (the guide's rules without DNS) → spampd → smtp-sink

A tenth of the messages goes one way, then the same tenth the other, and so on.

Counted: processor time of every process of the site but the sink, messages that SpamAssassin saw, ham refused. What
block lists would add is no measurement but an assumption, and is shown apart: with a share of the spam clients
listed, the site costs what Gatepost takes for all sessions, and the filter for the rest.
"""

import argparse
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.parity.run import INSIDE, in_private_namespace

from bench.corpora import EDITED, OUR_DOMAIN, SESSIONS, read_sessions
from bench.front.load import address
from bench.front.peers import HOST, SINK_PORT, Peer, gatepost, name_server, running_program, smtp_sink
from bench.process_tree import cpu_s
from bench.written import replace_table

PAGE = Path(__file__).resolve().parents[1] / "RESULTS-site.md"
README = PAGE.parents[1] / "README.md"
FILTER_PORT = 2598
ASSUMED_LISTED = (0.0, 0.5, 0.9)
AT_ONCE = 4
SHARES = 10
SETTLING_S = 0.5
COMMON_WORDS = (
    "the of and a to in is you that it he was for on are as with his they at be this have from or one had by "
    "word but not what all were we when your can said there use an each which she do how their if will up "
    "other about out many then them these so some her would make like him into time has look two more write "
    "go see number no way could people my than first water been call who oil its now find long down day did "
    "get come made may part"
)

Facts = dict[str, Any]


@dataclass(slots=True)
class Way:
    """What one way through the site came to."""

    cpu_s: float = 0.0
    gate_cpu_s: float = 0.0
    filtered: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)


def draw(path: Path, messages: int) -> list[Facts]:
    """Half spam, half not, every so many-th session of the data set."""
    spam: list[Facts] = []
    others: list[Facts] = []
    for facts in read_sessions(path):
        (spam if facts["label"] == "spam" else others).append(dict(facts))
    return [*_every(spam, messages // 2), *_every(others, messages - messages // 2)]


def _every(sessions: Sequence[Facts], wanted: int) -> Iterator[Facts]:
    for number in range(min(wanted, len(sessions))):
        yield sessions[number * len(sessions) // wanted]


def body(number: int) -> bytes:
    """A generated message, the same for the same number: 40 to 600 lines' worth of common words."""
    draws = random.Random(number)  # noqa: S311 -- a test text, not a secret
    words = draws.choices(COMMON_WORDS.split(), k=draws.randint(100, 1500))
    lines = [" ".join(words[at : at + 12]) for at in range(0, len(words), 12)]
    head = f"From: <u{number}@sender.example>\r\nTo: <u@{OUR_DOMAIN}>\r\nSubject: {words[0]} {words[1]}\r\n"
    head += f"Date: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <{number}@sender.example>\r\n\r\n"
    return (head + "\r\n".join(lines) + "\r\n.\r\n").encode()


def send(facts: Facts, number: int, target: str) -> bool:
    """Play one session; True when the message was taken, or kept for another try."""
    host, _, port = target.rpartition(":")
    sender = facts.get("mail_from") or ""
    local = (facts.get("rcpt") or "postmaster").rpartition("@")[0] or "postmaster"
    hello = "HELO" if facts["proto"] == "SMTP" else "EHLO"
    commands = (
        f"{hello} {facts['helo']}",
        f"MAIL FROM:<{'' if sender in EDITED else sender}>",
        f"RCPT TO:<{'postmaster' if facts.get('rcpt') in EDITED else local}@{OUR_DOMAIN}>",
        "DATA",
    )
    with socket.create_connection((host, int(port)), 120, source_address=(address(number), 0)) as client:
        replies = client.makefile("rb")

        def reply() -> bytes:
            while (line := replies.readline())[3:4] == b"-":
                pass
            if not line:
                raise RuntimeError(f"{target} closed the connection of message {number}")
            return line

        reply()
        for command in commands:
            client.sendall(command.encode("utf-8", "surrogateescape") + b"\r\n")
            if not reply().startswith((b"2", b"3")):
                client.sendall(b"QUIT\r\n")
                return False
        client.sendall(body(number))
        taken = reply().startswith(b"2")
        client.sendall(b"QUIT\r\n")
        return taken


@contextmanager
def spampd() -> Iterator[Peer]:
    """SpamAssassin behind its SMTP proxy, with local tests only."""
    with tempfile.TemporaryDirectory(prefix="gatepost-bench-") as name, ExitStack() as stack:
        directory = Path(name)
        directory.chmod(0o777)
        command = ["spampd", f"--host={HOST}:{FILTER_PORT}", f"--relayhost={HOST}:{SINK_PORT}", "--local-only"]
        (directory / "rules").write_text("bayes_auto_learn 0\n")  # it would learn from words that mean nothing
        command += ["--nodetach", "--children=2", "--maxrequests=100000", "--maxsize=1000", "--logsock=inet"]
        command += ["--user=spampd", "--group=spampd", f"--pid={name}/pid", f"--saconfig={name}/rules"]
        syslog = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        syslog.bind((HOST, 514))  # spampd will not run without; what nobody reads is dropped by the kernel
        with running_program(command, directory, FILTER_PORT) as pid:
            yield Peer("spampd", f"{HOST}:{FILTER_PORT}", pid)


def play(way: Way, sessions: Sequence[tuple[int, Facts]], target: str, parts: Sequence[int], gate: int = 0) -> None:
    """Send these one way; `parts` are the processes that count, `gate` the gate's or 0."""
    before, gate_before = sum(map(cpu_s, parts)), cpu_s(gate) if gate else 0.0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        taken = list(pool.map(lambda pair: send(pair[1], pair[0], target), sessions))
    time.sleep(SETTLING_S)
    way.cpu_s += sum(map(cpu_s, parts)) - before
    way.gate_cpu_s += cpu_s(gate) - gate_before if gate else 0.0
    for (_, facts), is_taken in zip(sessions, taken, strict=True):
        (way.filtered if is_taken else way.refused)[facts["label"], facts["corpus"]] += 1


def page(bare: Way, gated: Way) -> str:
    """The result, as Markdown."""
    rows = [
        "| label | corpus | messages | filtered without | with Gatepost | refused by Gatepost |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for key in sorted(bare.filtered | bare.refused, key=lambda key: (key[0] != "spam", key)):
        messages = bare.filtered[key] + bare.refused[key]
        counts = f"{messages} | {bare.filtered[key]} | {gated.filtered[key]} | {gated.refused[key]}"
        rows.append(f"| {key[0]} | {key[1]} | {counts} |")
    saved = 100 * (1 - gated.cpu_s / bare.cpu_s)
    costs = f"{bare.cpu_s:.1f} s without Gatepost, {gated.cpu_s:.1f} s with it ({gated.gate_cpu_s:.2f} s its own)"
    rows += ["", f"CPU of the whole site: {costs}: {saved:.1f} % less.", ""]
    filtering_s = (gated.cpu_s - gated.gate_cpu_s) / max(gated.filtered.total(), 1)
    passing_s = gated.gate_cpu_s / max(gated.filtered.total() + gated.refused.total(), 1)
    spam = sum(count for key, count in gated.filtered.items() if key[0] == "spam")
    rows += [
        "Assumption, not a measurement: so much of the spam that is left comes from listed clients.",
        "",
        "| share listed | messages filtered | CPU of the site | of that without Gatepost |",
        "|---:|---:|---:|---:|",
    ]
    for share in ASSUMED_LISTED:
        filtered = gated.filtered.total() - spam * share
        total_s = filtered * filtering_s + passing_s * (gated.filtered.total() + gated.refused.total())
        rows.append(f"| {share:.0%} | {filtered:.0f} | {total_s:.1f} s | {total_s / bare.cpu_s:.2f} |")
    return "\n".join(rows)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.front.whole_site", description=__doc__.partition("\n")[0])
    parser.add_argument("sessions", type=Path, nargs="?", default=SESSIONS)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} and the table of {README.name}")
    options = parser.parse_args()
    if INSIDE not in os.environ:
        return in_private_namespace("bench.front.whole_site", sys.argv[1:]).returncode
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    sessions = list(enumerate(draw(options.sessions, options.messages)))
    bare, gated = Way(), Way()
    with (
        name_server(0),
        smtp_sink(SINK_PORT),
        spampd() as filtering,
        gatepost("the guide without DNS", 2520) as gate,
    ):
        play(Way(), sessions[:20], filtering.target, [filtering.root_pid])  # the first messages load the rules
        for share in range(SHARES):  # in turns: what else the machine does meets both ways alike
            some = sessions[share::SHARES]
            play(bare, some, filtering.target, [filtering.root_pid])
            play(gated, some, gate.target, [filtering.root_pid, gate.root_pid], gate.root_pid)
            print(f"{share + 1}/{SHARES}", file=sys.stderr, flush=True)
    text = page(bare, gated)
    print(text)
    if options.write:
        PAGE.write_text(
            f"# A site with SpamAssassin, with and without Gatepost\n\n{__doc__.partition(chr(10))[2]}\n{text}\n"
        )
        README.write_text(replace_table(README.read_text(), "bench.front.whole_site", text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
