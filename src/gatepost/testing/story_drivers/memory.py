"""Tell a story without a socket and without waiting: the real session code in a StillLoop.

Dialogue, policy, connection, next hop and Maildirs are those of the server; imagined are the network, the clock, and
the name server's wire, over which the resolver's own reader reads the answers of gatepost.testing.name_server.
"""

import asyncio
from pathlib import Path

from gatepost.service.door_context import Idents
from gatepost.service.gate import load_gate
from gatepost.service.openers.opener import Opener
from gatepost.service.openers.smtpd import smtpd_opener
from gatepost.service.resources import open_resources
from gatepost.testing.name_server import NameServer
from gatepost.testing.still_loop import StillLoop
from gatepost.testing.story import Story
from gatepost.testing.story_drivers.surroundings import CapturedLog, connect, hop_of
from gatepost.testing.story_site import Site, build_site, zone_text
from gatepost.testing.story_telling import Stage, tell
from gatepost.world.names.flight import Waiter
from gatepost.world.names.message import Garbage, encode_query, is_truncated, read_message
from gatepost.world.names.names import Names
from gatepost.world.names.outcome import Failed, Key, NoRecords, Outcome, Redirect, outcome_of
from gatepost.world.names.resolver import DEADLINE_S, Resolver
from gatepost.world.net.connection import Connection
from gatepost.world.net.deadlines import Deadlines
from gatepost.world.watching.log import Log
from gatepost.world.watching.outages import forget_outages

DOOR_PORT = 2525
STORY_BEGINS = 1_700_000_000.0  # any time after 1970: what greylisting writes down is never 0
_ID = b"\x00\x01"


def run(story: Story, directory: Path) -> None:
    """Tell a story."""
    loop = StillLoop()
    try:
        loop.run_until_complete(_run(story, directory))
    finally:
        loop.close()
    assert not loop.faults, loop.faults


async def _run(story: Story, directory: Path) -> None:
    async with hop_of(story) as (hop, filter_text):
        site = build_site(story, directory, port=DOOR_PORT, nameservers="127.0.0.1:53", hop=filter_text)
        captured = CapturedLog()
        opener = _opener(story, site, Log(captured, "gate", "postfix/gatepost"))
        deadlines = Deadlines(asyncio.get_running_loop())
        for host in ("127.0.0.1", "::1"):
            await asyncio.get_running_loop().create_server(
                lambda: Connection(opener.open_session, opener.pause_class, deadlines, lambda _: None),
                host,
                site.port,
            )
        await tell(story, Stage(lambda address: connect(site.port, address), captured.lines, site.maildirs, hop))


def _opener(story: Story, site: Site, log: Log) -> Opener:
    forget_outages()  # of the story before, whose clock was another
    gate = load_gate(site.directory, site.overrides)
    names = Names(site.overrides["dns_nameservers"])
    names.resolver = ZoneResolver(names, NameServer(zone_text(story)))
    return smtpd_opener(gate.smtp_doors[0], open_resources(gate, log, names, Idents("STORY"), clock=_still_clock))


def _still_clock() -> float:
    """The time of day of the imagined clock."""
    return STORY_BEGINS + asyncio.get_running_loop().time()


class ZoneResolver(Resolver):
    """A resolver that has its name server in memory. One that is silent is given up after the usual deadline."""

    def __init__(self, names: Names, server: NameServer) -> None:
        super().__init__(
            lambda: None,
            on_outcome=names.cache.put,
            on_complaint=lambda _: None,
            clock=lambda: 0.0,
            random_bytes=bytes,
        )
        self._server = server
        self._keep = names.cache.put

    def ask(self, key: Key, waiter: Waiter) -> None:
        """Answer in a later turn, as a server would."""
        delay_s, outcome = self._outcome(key)

        def answer() -> None:
            self._keep(key, outcome)
            waiter(outcome)

        asyncio.get_running_loop().call_later(delay_s, answer)

    def _outcome(self, key: Key) -> tuple[float, Outcome]:
        query = encode_query(*key)
        if query is None:
            return 0.0, NoRecords(is_name_known=False, ttl_s=None)
        for is_udp in (True, False):
            delay_s, packets = self._server.answers(_ID + query, is_udp=is_udp)
            if not packets:
                return DEADLINE_S, Failed("timed out")
            if not is_truncated(packets[-1]):
                break
        message = read_message(packets[-1])
        if isinstance(message, Garbage):
            return delay_s, Failed(message.why)
        outcome = outcome_of(message, *key)
        if isinstance(outcome, Redirect):
            return self._outcome((outcome.name, key[1]))
        return delay_s, outcome
