"""SMTP smuggling: whatever stands for CRLF . CRLF, one message in is at most one message out, without a bare CR or LF.

The hop trusts the gate and takes any line end (CVE-2023-51764; Postfix HISTORY of 2026-08-16: through a proxy filter it
still does). Each sequence goes in by DATA and by BDAT, from a stranger, from a client inside mynetworks, and from one
on smtpd_forbid_bare_newline_exclusions: what such a client means by LF . LF is its own affair (it is asked for), but the
hop must count as the gate does.
"""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.adversity.background import in_background
from tests.adversity.hops import Hop, Tap, aiosmtpd_hop, postfix_hop, tapped
from tests.adversity.sequences import false_ends
from tests.conftest import SHARED
from tests.system.running_gate import RunningGate, running_gate
from tests.system.talking import Talk, talking

pytestmark = pytest.mark.peer("postfix")

SETTINGS = """\
smtpd_forbid_unauth_pipelining = no
smtpd_forbidden_commands =
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 100000
smtpd_junk_command_limit = 100000
mynetworks = 127.0.0.1/32, 127.0.0.3/32
smtpd_forbid_bare_newline_exclusions = 127.0.0.3/32
"""
CLIENTS = {"a stranger": "127.0.0.2", "a client inside mynetworks": "127.0.0.1", "an excluded client": "127.0.0.3"}
EXCLUDED = CLIENTS["an excluded client"]
AT_ONCE = 8

INNER = b"MAIL FROM:<smuggled-%d@sender.example>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n\r\ninner\r\n"
HOPS: dict[str, Callable[[], contextlib.AbstractContextManager[Hop]]] = {
    "Postfix": postfix_hop,
    "aiosmtpd": aiosmtpd_hop,
}


async def by_data(talk: Talk, number: int, text: bytes) -> int:
    """Send one message by DATA; how many messages were taken."""
    reply = await talk.ask(f"MAIL FROM:<outer-{number}@sender.example>", "RCPT TO:<bob@example.com>", "DATA")
    assert reply.code == 354, reply
    talk.say(text + b"\r\n.\r\n")
    return await taken(talk)


async def by_chunks(talk: Talk, number: int, text: bytes) -> int:
    """Send one message in two chunks that part within the sequence; how many messages were taken."""
    cut = text.index(b"MAIL FROM") - 1
    reply = await talk.ask(f"MAIL FROM:<outer-{number}@sender.example>", "RCPT TO:<bob@example.com>")
    assert reply.code == 250, reply
    talk.say(b"BDAT %d\r\n%bBDAT %d LAST\r\n%b" % (cut, text[:cut], len(text) - cut, text[cut:]))
    return await taken(talk)


async def taken(talk: Talk) -> int:
    """Hear everything up to the reply to a last VRFY; how many messages were taken."""
    talk.say(b"VRFY end@example.com\r\n")
    count = 0
    while not (reply := await talk.reply()).text.startswith("252"):
        assert reply.code in (250, 354, 500, 501, 502, 503), reply
        count += reply.text.startswith("250 2.0.0 Ok") and "bytes" not in reply.text
    return count


async def attack(port: int, client: str, way: str, sequences: Sequence[bytes]) -> Counter[int]:
    """Send each sequence in one message, over some sessions; how often the gate took how many messages."""
    send = {"DATA": by_data, "BDAT": by_chunks}[way]

    async def some(part: Sequence[tuple[int, bytes]]) -> Counter[int]:
        counts: Counter[int] = Counter()
        async with talking(port, client) as talk:
            await talk.open()
            for number, sequence in part:
                text = b"Subject: outer\r\n\r\nouter" + sequence + INNER % number
                counts[await send(talk, number, text)] += 1
            await talk.ask("QUIT")
        return counts

    numbered = list(enumerate(sequences))
    parts = await asyncio.gather(*(some(numbered[n::AT_ONCE]) for n in range(AT_ONCE)))
    return sum(parts, Counter())


@dataclass(slots=True)
class Site:
    """A gate in front of a hop, and the tap between them."""

    gate: RunningGate
    hop: Hop
    tap: Tap

    def attack(self, client: str, way: str, sequences: Sequence[bytes]) -> tuple[Counter[int], Counter[str]]:
        """Attack; how often the gate took how many messages, and the senders of those that reached the hop."""
        before = self.hop.senders.copy()
        counts = asyncio.run(attack(self.gate.port, client, way, sequences))
        self.hop.settle(before.total() + sum(messages * often for messages, often in counts.items()))
        return counts, self.hop.senders - before


@pytest.fixture(scope="module", params=HOPS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with (
        HOPS[request.param]() as hop,
        in_background(tapped(hop.port)) as tap,
        running_gate(SETTINGS, hop=f"127.0.0.1:{tap.port}") as gate,
    ):
        yield Site(gate, hop, tap)
        assert "Traceback" not in gate.log() and "unexpected" not in gate.log()


def one_each(sequences: Sequence[bytes]) -> Counter[str]:
    return Counter(f"outer-{number}@sender.example" for number in range(len(sequences)))


@pytest.mark.parametrize("way", ["DATA", "BDAT"])
@pytest.mark.parametrize("client", ["a stranger", "a client inside mynetworks"])
def test_our_list(site: Site, client: str, way: str) -> None:
    sequences = false_ends()
    counts, senders = site.attack(CLIENTS[client], way, sequences)
    assert counts == {1: len(sequences)}
    assert senders == one_each(sequences)
    assert site.tap.bare() == []


@pytest.mark.shared
@pytest.mark.parametrize("way", ["DATA", "BDAT"])
@pytest.mark.parametrize("client", ["a stranger", "a client inside mynetworks"])
def test_the_scanners_list(site: Site, client: str, way: str) -> None:
    vectors = json.loads((SHARED / "data" / "vectors" / "end_of_data_sequences.json").read_text())["sequences"]
    sequences = [bytes.fromhex(vector["hex"]) for vector in vectors]
    counts, senders = site.attack(CLIENTS[client], way, sequences)
    assert counts == {1: len(sequences)}
    assert senders == one_each(sequences)
    assert site.tap.bare() == []


@pytest.mark.parametrize("way", ["DATA", "BDAT"])
def test_the_hop_counts_as_the_gate_does_for_an_excluded_client(site: Site, way: str) -> None:
    sequences = false_ends()
    counts, senders = site.attack(EXCLUDED, way, sequences)
    assert counts.keys() == ({1, 2} if way == "DATA" else {1})
    assert senders.total() == sum(messages * often for messages, often in counts.items())
    assert site.tap.bare() == []
