"""What the policy door costs: requests a second and processor time for each, and the memory of held connections.

    python -m bench.policyd [--requests 20000] [--runs 5] [--connections 1000]

One worker serves; 20 connections ask in lockstep, as twenty smtpd processes of a Postfix would. Every request is
about another client, sender and message. The policies: none; the guide's lists with every DNS answer still to come
(a name server that answers after 1 ms), and with few different mails, so that answers come from the cache.
The client's own processor time is not counted; the supervisor's, which does nothing then, is.

Gives: the median over the runs, lowest and highest in brackets. bench/RESULTS-policyd.md has the figures and the
machine they are from.
"""

import argparse
import asyncio
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from itertools import count

import uvloop
from tests.conftest import ROOT
from tests.system.running_gate import GUIDE, RunningGate, running_gate

from bench.process_tree import cpu_s, memory_kb
from gatepost.testing.free_ports import free_port

CONNECTIONS = 20
KNOWN = 500
"""Mails that are asked about again and again, where answers shall come from the cache."""
GUIDE_LIST = """\
policyd_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination,
    reject_invalid_hostname, check_helo_access regexp:$config_directory/helo.regexp,
    check_client_access hash:$config_directory/helo_client_exceptions,
    check_sender_access hash:$config_directory/sender_checks, reject_unknown_reverse_client_hostname,
    reject_non_fqdn_hostname, reject_non_fqdn_sender, reject_non_fqdn_recipient, reject_unknown_sender_domain,
    reject_unknown_recipient_domain, check_client_access hash:$config_directory/rbl_client_exceptions,
    reject_rbl_client zen.test=127.0.0.[2..11], reject_rbl_client bl.test, reject_rbl_client b.test,
    reject_rbl_client psbl.test, reject_rhsbl_sender dbl.test=127.0.1.[2..99],
    reject_rhsbl_client dbl.test=127.0.1.[2..99], reject_rhsbl_helo dbl.test=127.0.1.[2..99]
"""
TABLES = ("helo.regexp", "helo_client_exceptions", "sender_checks", "rbl_client_exceptions")


def request(number: int) -> bytes:
    """A request as Postfix 3.7 sends it, about the client, sender and message of this number."""
    high, low = 1 + number // 250 % 250, 1 + number % 250
    address, name = f"10.{number // 62500 % 250}.{high}.{low}", f"m{number}.sender.example"
    return (
        f"request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address={address}\n"
        f"client_name={name}\nclient_port=40000\nreverse_client_name={name}\nserver_address=192.0.2.1\nserver_port=25\n"
        f"helo_name={name}\nsender=ann@d{number}.sender.example\nrecipient=bob@example.com\nrecipient_count=0\nqueue_id=\n"
        f"instance=1.{number:x}.0.0\nsize=4000\netrn_domain=\nstress=\nsasl_method=\nsasl_username=\nsasl_sender=\n"
        "ccert_subject=\nccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\nencryption_protocol=\n"
        "encryption_cipher=\nencryption_keysize=0\npolicy_context=\n\n"
    ).encode()


class Asker(asyncio.Protocol):
    """Asks in lockstep until the numbers are used up."""

    def __init__(self, numbers: Iterator[int], most: int, spread: int) -> None:
        self._numbers = numbers
        self._most = most
        self._spread = spread
        self.answers: set[bytes] = set()
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream's it is
        self._next()

    def data_received(self, data: bytes) -> None:
        """Ask the next; an answer comes in one piece."""
        self.answers.add(data)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Too early, if there was more to ask."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed by the door"))

    def _next(self) -> None:
        number = next(self._numbers)
        if number >= self._most:
            self.done.set_result(None)
            self._transport.close()
        else:
            self._transport.write(request(number % self._spread))


async def ask(port: int, first: int, requests: int, spread: int) -> float:
    """Ask over CONNECTIONS connections about `spread` different mails in turn; the seconds it took."""
    loop = asyncio.get_running_loop()
    numbers = count(first)
    began = time.perf_counter()
    askers = []
    for _ in range(CONNECTIONS):
        _, asker = await loop.create_connection(lambda: Asker(numbers, first + requests, spread), "127.0.0.1", port)
        askers.append(asker)
    await asyncio.gather(*(asker.done for asker in askers))
    took = time.perf_counter() - began
    answers = set().union(*(asker.answers for asker in askers))
    assert answers == {b"action=DUNNO\n\n"}, sorted(answers)[:3]
    return took


@contextmanager
def name_server(port: int) -> Iterator[None]:
    """A name server that answers after 1 ms."""
    command = [sys.executable, "-m", "bench.front.names", str(port), "1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as running:
        try:
            yield
        finally:
            running.terminate()


@contextmanager
def door(policy: str) -> Iterator[tuple[RunningGate, int]]:
    """A gate with one worker and a policy door."""
    names, port = free_port(), free_port()
    files = {name: (GUIDE / name).read_text() for name in TABLES}
    settings = f"dns_nameservers = 127.0.0.1:{names}\ndns_cache_limit = 1000000\n{policy}"
    row = f"127.0.0.1:{port} inet n - n - 0 policyd\n"
    with name_server(names), running_gate(settings, files=files, master_cf=row, workers=1) as gate:
        yield gate, port


def measure(policy: str, requests: int, runs: int, *, is_cached: bool) -> tuple[list[float], list[float]]:
    """Requests a second and processor time in ms for each, of every run."""
    rates, costs = [], []
    with door(policy) as (gate, port):
        spread = KNOWN if is_cached else 1 << 40
        uvloop.run(ask(port, 0, KNOWN, spread))
        for run in range(1, runs + 1):
            before = cpu_s(gate.pid)
            took = uvloop.run(ask(port, run * requests, requests, spread))
            rates.append(requests / took)
            costs.append((cpu_s(gate.pid) - before) / requests * 1000)
    return rates, costs


async def hold(port: int, connections: int, gate: RunningGate) -> tuple[int, int]:
    """Memory in KiB before, and with so many connections that have asked once."""
    before = sum(memory_kb(gate.pid).values())
    held = []
    for number in range(connections):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(number))
        assert await reader.readuntil(b"\n\n") == b"action=DUNNO\n\n"
        held.append(writer)
    after = sum(memory_kb(gate.pid).values())
    for writer in held:
        writer.close()
    return before, after


def told(values: list[float], form: str) -> str:
    """The median, lowest and highest."""
    return f"{statistics.median(values):{form}} [{min(values):{form}}–{max(values):{form}}]"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.policyd", description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=20000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--connections", type=int, default=1000)
    options = parser.parse_args()
    python = f"Python {platform.python_version()}, uvloop {version('uvloop')}"
    print(f"{os.cpu_count()} cores, {platform.platform()}, {python}")
    cases = (
        ("empty policy", "", False),
        ("guide's lists, DNS to ask", GUIDE_LIST, False),
        ("guide's lists, DNS cached", GUIDE_LIST, True),
    )
    for name, policy, is_cached in cases:
        requests = options.requests if not policy else options.requests // 4
        rates, costs = measure(policy, requests, options.runs, is_cached=is_cached)
        print(f"{name}: {told(rates, '.0f')} requests/s, {told(costs, '.3f')} ms CPU each", flush=True)
    with door(GUIDE_LIST) as (gate, port):
        before, after = uvloop.run(hold(port, options.connections, gate))
        each = (after - before) / options.connections
        text = f"{options.connections} connections: {after / 1024:.1f} MiB in all (supervisor and worker)"
        print(f"{text}, {before / 1024:.1f} before, {each:.1f} KiB a connection")


if __name__ == "__main__":
    main()
