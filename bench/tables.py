"""Look-ups a second in large tables, beside Postfix's own `postmap -q -` on the same tables and keys, in one run.

    python -m bench.tables            print the table
    python -m bench.tables --write    put it between the markers of docs/tables.md

Tables: texthash of 1,000,000 keys; cidr of 100,000 networks; regexp and pcre of 1,000 rules, of the kind that public
tables hold (dynamic names, senders, subjects), where most keys match none; and once more regexp and pcre of 1,000
rules that say nothing about any text (`^[0-9]{3}.[0-9]$`), where nothing can be passed over. Half of the keys of the
first two are known.

Theirs is the processor time of `postmap -q -` over all keys less that over one key: reading the table is not counted,
nor is starting; reading keys and writing answers is. Ours is that of LocalTable.find() in a fresh process, as the
server calls it, with the folding and the gates of every look-up. The answers of both are compared. Rounds alternate,
the median counts. Memory is what the process holds at most once the table is read (VmHWM), less what it holds without
a table.

Gives: look-ups per second of processor time of both, their ratio, seconds to load, MB.
"""

import argparse
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bench.written import replace_table
from gatepost.model.answer import Found
from gatepost.world.tables import LocalTable, load_table

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "tables.md"
ROUNDS = 5
LETTERS = "abcdefghijklmnopqrstuvwxyz"

RULES = (
    r"/^(.*[.-])?(dsl|adsl|dyn|pool|cable)[0-9.-]*.*\.{a}\.(net|com)$/ REJECT dynamic $2",
    r"/\.{a}[0-9]*\.{b}\.example$/ REJECT no {a}",
    r"/^[0-9]+-[0-9]+-[0-9]+-[0-9]+\.{a}\.example$/ REJECT generic",
    r"/^{a}\.{b}\.(org|info)$/ OK",
    r"/^Subject:.*\b{a} {b}\b/ REJECT spam",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One table and the keys for it."""

    name: str
    kind: str
    lines: list[str]
    keys: list[str]


@dataclass(frozen=True, slots=True)
class Measured:
    """One side of one case."""

    lookups_per_s: float
    load_s: float
    megabytes: float
    found: int
    digest: str
    """Of the answers, `key<TAB>value` for each that was found."""


def texthash(dice: random.Random) -> Case:
    """A million addresses of half a million domains."""
    count = 1_000_000
    lines = [f"user{n}@d{n % 500_000}.example.com\tREJECT not wanted {n % 1000}" for n in range(count)]
    keys = [f"user{n}@d{n % 500_000}.example.com" for n in dice.sample(range(2 * count), count)]
    return Case("texthash, 1,000,000 keys", "texthash", lines, keys)


def cidr(dice: random.Random) -> Case:
    """Networks of all lengths, the wide ones rare."""
    networks: dict[str, None] = {}
    while len(networks) < 100_000:
        length = dice.choice((14, 16, 18, 19, 20, 20, 21, 22, 22, 23, 24, 24, 24, 24, 24, 24, 26, 28, 30, 32, 32))
        base = dice.getrandbits(31) >> (32 - length) << (32 - length)
        networks[f"{base >> 24}.{base >> 16 & 255}.{base >> 8 & 255}.{base & 255}/{length}"] = None
    lines = [f"{network}\tREJECT network {n}" for n, network in enumerate(networks)]
    keys = [".".join(map(str, dice.getrandbits(32).to_bytes(4, "big"))) for _ in range(5000)]
    return Case("cidr, 100,000 networks", "cidr", lines, list(dict.fromkeys(keys)))


def patterns(kind: str) -> Callable[[random.Random], Case]:
    """Rules about names, as public tables hold them."""

    def make(dice: random.Random) -> Case:
        words = ["".join(dice.choices(LETTERS, k=dice.randint(4, 9))) for _ in range(3000)]

        def fill(form: str) -> str:
            return form.replace("{a}", dice.choice(words)).replace("{b}", dice.choice(words))

        lines = [fill(dice.choice(RULES)) for _ in range(1000)]
        hosts = (
            "{a}-12.{b}.net",
            "mx1.{a}.{b}.com",
            "dyn-7-1.{a}.net",
            "1-2-3-4.{a}.example",
            "Subject: {a} {b} {a}",
        )
        keys = [fill(dice.choice(hosts)) for _ in range(5000)]
        return Case(f"{kind}, 1,000 rules", kind, lines, list(dict.fromkeys(keys)))

    return make


def textless(kind: str) -> Callable[[random.Random], Case]:
    """Rules about digits and lengths only."""

    def make(dice: random.Random) -> Case:
        lines = [f"/^[0-9]{{{dice.randint(1, 9)}}}.[a-f]+[0-9]{{{n % 40}}}$/ REJECT {n}" for n in range(1000)]
        keys = [f"mx{n}.{''.join(dice.choices(LETTERS, k=9))}.example.net" for n in range(2000)]
        return Case(f"{kind}, 1,000 rules without any text", kind, lines, keys)

    return make


CASES = (texthash, cidr, patterns("regexp"), patterns("pcre"), textless("regexp"), textless("pcre"))


def ours(name: str, keys: Path) -> Measured:
    """Measure in a fresh process."""
    command = [sys.executable, "-m", "bench.tables", "--measure", name, str(keys)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    return Measured(**told)


def measure(name: str, keys_file: Path) -> None:
    """In that process: load, ask, tell."""
    keys = keys_file.read_text().splitlines()
    before = _memory_kb("self")
    began = time.process_time()
    table = load_table(name)
    load_s = time.process_time() - began
    held = _memory_kb("self") - before
    assert isinstance(table, LocalTable)
    began = time.process_time()
    answers = [table.find(key) for key in keys]
    took_s = time.process_time() - began
    lines = [
        f"{key}\t{answer.value}\n" for key, answer in zip(keys, answers, strict=True) if isinstance(answer, Found)
    ]
    told = {"lookups_per_s": len(keys) / took_s, "load_s": load_s, "megabytes": held / 1024}
    json.dump({**told, "found": len(lines), "digest": sha256("".join(lines).encode()).hexdigest()}, sys.stdout)


def _memory_kb(process: int | str) -> int:
    """The most memory that a process has held."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split(None, 1)[0])


def theirs(name: str, keys: Path, configuration: Path) -> Measured:
    """Run postmap over one key and over all keys."""
    command = ["postmap", "-c", str(configuration), "-q", "-", name]
    load_s, _ = _run(command, b"x\n")
    octets = keys.read_bytes()
    took_s, output = _run(command, octets)
    held = _held_kb(command) - _held_kb([*command[:-1], "static:x"])
    rate = octets.count(b"\n") / max(took_s - load_s, 1e-6)
    return Measured(rate, load_s, held / 1024, output.count(b"\n"), sha256(output).hexdigest())


def _run(command: list[str], stdin: bytes) -> tuple[float, bytes]:
    """Give seconds of processor time and the output."""
    began = _children_s()
    done = subprocess.run(command, input=stdin, capture_output=True)  # noqa: PLW1510 -- postmap; 1: none found
    return _children_s() - began, done.stdout


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _held_kb(command: list[str]) -> int:
    """What postmap holds after its first key, waiting for the next."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as child:
        assert child.stdin is not None
        child.stdin.write(b"x\n")
        child.stdin.flush()
        former, now = -1, _memory_kb(child.pid)
        while former != now:
            time.sleep(0.5)
            former, now = now, _memory_kb(child.pid)
        child.stdin.close()
        return now


def row(case: Case, directory: Path) -> str:
    """Measure one case and write its line."""
    table, keys = directory / "table", directory / "keys"
    table.write_text("\n".join(case.lines) + "\n")
    keys.write_text("\n".join(case.keys) + "\n")
    os.utime(table, (1e9, 1e9))  # postmap waits until a table is some seconds old
    name = f"{case.kind}:{table}"
    rounds = [(ours(name, keys), theirs(name, keys, directory)) for _ in range(ROUNDS)]
    assert all(mine.digest == other.digest for mine, other in rounds), f"{case.name}: the answers differ"
    found = rounds[0][0].found * 100 // len(case.keys)

    def median(of: Callable[[tuple[Measured, Measured]], float]) -> float:
        return statistics.median(map(of, rounds))

    return (
        f"| {case.name} ({found} % found) | {median(lambda r: r[0].lookups_per_s):,.0f} "
        f"| {median(lambda r: r[1].lookups_per_s):,.0f} "
        f"| {median(lambda r: r[0].lookups_per_s / r[1].lookups_per_s):.1f} "
        f"| {median(lambda r: r[0].load_s):.2f} / {median(lambda r: r[1].load_s):.2f} "
        f"| {median(lambda r: r[0].megabytes):.0f} / {median(lambda r: r[1].megabytes):.0f} |"
    )


def report() -> str:
    """Measure all cases; the page's table."""
    version = subprocess.check_output(["postconf", "-dh", "mail_version"], text=True).strip()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}"
    lines = [
        f"Python {platform.python_version()}, Postfix {version}, {machine}; median of {ROUNDS} rounds.",
        "",
        "| Table | Gatepost, look-ups/CPU s | postmap, the same | ratio | load, s (ours / theirs) | MB (same) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory(prefix="gatepost-tables-") as name:
        directory = Path(name)
        (directory / "main.cf").write_text("compatibility_level = 3.6\n")
        for make in CASES:
            lines.append(row(make(random.Random(1)), directory))  # noqa: S311 -- a measurement that repeats
            print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="bench.tables")
    parser.add_argument("--write", action="store_true", help="put the table into docs/tables.md")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure[0], Path(arguments.measure[1]))
        return
    table = report()
    if not arguments.write:
        print(table)
        return
    PAGE.write_text(replace_table(PAGE.read_text(), "bench.tables", table))


if __name__ == "__main__":
    main()
