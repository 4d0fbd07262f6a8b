"""What a rehearsed session says is what the server says: every session of every story, reply by reply.

Policy servers, greylists and probes are asked as the server asks them, in the world of the memory driver. The next hop
is not offered the mail: where a story lets it refuse what the policy permits, the rest of that session is the hop's.
"""

import asyncio
from pathlib import Path

import pytest

from gatepost.model.address import parse_ip
from gatepost.model.session import Client
from gatepost.service.door_context import Idents
from gatepost.service.gate import load_gate
from gatepost.service.resources import open_resources
from gatepost.testing.name_server import NameServer
from gatepost.testing.still_loop import StillLoop
from gatepost.testing.story import ANYTHING, Closes, Hears, Passes, Says, Vanishes
from gatepost.testing.story_drivers.memory import STORY_BEGINS, ZoneResolver
from gatepost.testing.story_drivers.surroundings import CapturedLog, hop_of
from gatepost.testing.story_running import read_story
from gatepost.testing.story_site import build_site, zone_text
from gatepost.testing.story_telling import matches
from gatepost.tools.rehearsal import IDENT, Rehearsal, TimedAnswers
from gatepost.tools.trace import Permission
from gatepost.world.names.names import Names
from gatepost.world.watching.log import Log

STORIES = Path(__file__).parents[1] / "stories"

NOT_REHEARSED = {
    "logins/a-wrong-password": "a rehearsal is told who has logged in; it checks no password",
    "logins/own-users-first": "the same",
    "logins/who-may-use-an-address": "the same",
    "limits/timeout": "a rehearsal has no clock",
    "limits/too-many-connections-in-a-minute": "a rehearsal is one session: nothing is counted",
    "limits/too-many-recipients-in-a-minute": "the same",
    "limits/too-much-mail-in-a-minute": "the same",
    "protocol/early-talkers-are-told-of": "the client of a rehearsal waits for its greeting",
    "protocol/waits-for-the-greeting": "the same",
    "protocol/bare-newline-exclusions": "a rehearsal sends no octets of its own: line ends are no question there",
    "relay/trust-guard": "a rehearsal does not know what a gateway's other clients have shown",
    "protocol/xclient": "a rehearsal is told its client beforehand: nobody may speak for another",
    "protocol/xclient-before-the-name": "the same",
    "protocol/xclient-by-name": "the same",
    "protocol/xclient-broken-list": "the same",
    "protocol/xforward": "the same",
    "attacks/xclient-xtext": "the same",
}


def stories():
    """Every story but those about what a rehearsal has not."""
    for path in sorted(STORIES.rglob("*.story")):
        name = str(path.relative_to(STORIES).with_suffix(""))
        if name not in NOT_REHEARSED:
            yield pytest.param(path, id=name)


@pytest.mark.parametrize("path", list(stories()))
def test_a_rehearsed_story_is_the_story(path, tmp_path):
    loop = StillLoop()
    try:
        loop.run_until_complete(tell(read_story(path), tmp_path))
    finally:
        loop.close()


async def tell(story, directory):
    loop = asyncio.get_running_loop()
    async with hop_of(story) as (hop, filter_text):
        site = build_site(story, directory, port=2525, nameservers="127.0.0.1:53", hop=filter_text)
        gate = load_gate(site.directory, site.overrides)
        names = Names("127.0.0.1:53")
        names.resolver = ZoneResolver(names, NameServer(zone_text(story)))
        log = Log(CapturedLog(), "gate", "postfix/gatepost")
        resources = open_resources(gate, log, names, Idents("STORY"), clock=lambda: STORY_BEGINS + loop.time())
        door = gate.smtp_doors[0]
        for session in story.sessions:
            answers = TimedAnswers(resources.sources)
            client = Client(parse_ip(session.address))
            permission = Permission(services=True)
            rehearsal = Rehearsal(door.policy, door.speech, client, answers, permission)
            await play(session, rehearsal, story.path, has_hop=hop is not None)


async def play(session, rehearsal, path, *, has_hop):
    waiting, heard = b"", None
    for step in session.steps:
        where = f"{path}:{step.line}"
        if isinstance(step, Says):
            waiting += step.octets
            continue
        if isinstance(step, Vanishes):
            return
        if isinstance(step, Passes):
            await asyncio.sleep(step.seconds)
            continue
        if heard is None:  # what a client says before it is greeted comes too early
            heard = lines(await rehearsal.hear(waiting))
        elif waiting:
            heard += lines(await rehearsal.hear(waiting))
        waiting = b""
        if isinstance(step, Closes):
            assert rehearsal.dialogue.has_ended, where
        elif isinstance(step, Hears):
            assert heard, f"{where}: expected {step.text!r}, heard nothing"
            line = heard.pop(0)
            if step.text == ANYTHING:
                while line[3:4] == "-":
                    line = heard.pop(0)
            elif has_hop and line[:1] in "23" and not matches(step.text, line):
                return  # what the policy permits, the hop may refuse
            else:
                assert IDENT in line or matches(step.text, line), f"{where}: expected {step.text!r}, heard {line!r}"


def lines(octets):
    return octets.decode("utf-8", "surrogateescape").split("\r\n")[:-1]
