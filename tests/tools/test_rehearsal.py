"""What a rehearsed session says is what the server says: every session of every story, reply by reply."""

from pathlib import Path

import pytest

from gatepost.config.loading import load_configuration
from gatepost.config.reading import read_fields
from gatepost.model.address import parse_ip
from gatepost.model.session import Client
from gatepost.policy.questions import PolicyRequest
from gatepost.service.policy_loading import load_policy
from gatepost.testing.name_server import NameServer
from gatepost.testing.still_loop import StillLoop
from gatepost.testing.story import ANYTHING, Closes, Hears, Says, Vanishes
from gatepost.testing.story_drivers.memory import ZoneResolver
from gatepost.testing.story_running import read_story
from gatepost.testing.story_site import build_site, zone_text
from gatepost.testing.story_telling import matches
from gatepost.tools.explain import choose_view
from gatepost.tools.rehearsal import IDENT, Rehearsal, TimedAnswers
from gatepost.tools.trace import Permission
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.world.answering import Sources
from gatepost.world.names.names import Names
from gatepost.world.tables import Tables

STORIES = Path(__file__).parents[1] / "stories"

NOT_REHEARSED = {
    "limits/timeout": "a rehearsal has no clock",
    "protocol/bare-newline-exclusions": "a rehearsal sends no octets of its own: line ends are no question there",
    "protocol/xclient": "a rehearsal is told its client beforehand: nobody may speak for another",
    "protocol/xclient-by-name": "the same",
    "protocol/xclient-broken-list": "the same",
}


def stories():
    """Every story but those in which others have a part: a next hop, a policy server, a clock."""
    for path in sorted(STORIES.rglob("*.story")):
        name = str(path.relative_to(STORIES).with_suffix(""))
        story = read_story(path)
        is_alone = story.hop is None and "check_policy_service" not in story.main_cf
        if is_alone and name not in NOT_REHEARSED:
            yield pytest.param(path, id=name)


class NoServices:
    """Nobody to ask: stories with a policy server of their own are told by the server alone."""

    def ask(self, request, done):
        raise AssertionError(f"asked {request}")


@pytest.mark.parametrize("path", list(stories()))
def test_a_rehearsed_story_is_the_story(path, tmp_path):
    story = read_story(path)
    site = build_site(story, tmp_path, port=2525, nameservers="127.0.0.1:53", hop="")
    configuration = load_configuration(site.directory, site.overrides)
    loop = StillLoop()
    try:
        loop.run_until_complete(tell(story, load_policy(choose_view(configuration, "")), zone_text(story)))
    finally:
        loop.close()


async def tell(story, loaded, zone):
    names = Names("127.0.0.1:53")
    names.resolver = ZoneResolver(names, NameServer(zone))
    tables = Tables(base=loaded.view.directory, smtputf8=loaded.view.yes("smtputf8_enable"))
    for session in story.sessions:
        answers = TimedAnswers(Sources(tables, names, {PolicyRequest: NoServices()}))
        client = Client(parse_ip(session.address))
        speech = read_fields(loaded.view, SmtpSettings)
        rehearsal = Rehearsal(loaded.policy, speech, client, answers, Permission())
        await play(session, rehearsal, story.path)


async def play(session, rehearsal, path):
    waiting, heard = b"", None
    for step in session.steps:
        where = f"{path}:{step.line}"
        if isinstance(step, Says):
            waiting += step.octets
            continue
        if isinstance(step, Vanishes):
            return
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
            else:
                assert IDENT in line or matches(step.text, line), f"{where}: expected {step.text!r}, heard {line!r}"


def lines(octets):
    return octets.decode("utf-8", "surrogateescape").split("\r\n")[:-1]
