"""Tell a story over real loopback sockets, all in this process: gate, name server, next hop, clients."""

import asyncio
from pathlib import Path

from gatepost.service.gate import load_gate
from gatepost.service.serving import ServingDoors
from gatepost.testing.free_ports import free_port
from gatepost.testing.name_server import NameServer
from gatepost.testing.story import Story
from gatepost.testing.story_drivers.surroundings import CapturedLog, connect, hop_of
from gatepost.testing.story_site import build_site, zone_text
from gatepost.testing.story_telling import Stage, tell
from gatepost.testing.worker_here import worker_here

GRACE_S = 1.0
"""For sessions that a story leaves open: nobody will end them."""


def run(story: Story, directory: Path) -> None:
    """Tell a story."""
    asyncio.run(_run(story, directory))


async def _run(story: Story, directory: Path) -> None:
    faults: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(str(context.get("exception") or context["message"])))
    async with NameServer(zone_text(story)) as names, hop_of(story) as (hop, filter_text):
        site = build_site(story, directory, port=free_port(), nameservers=names.nameservers, hop=filter_text)
        gate = load_gate(site.directory, site.overrides)
        captured = CapturedLog()
        stage = Stage(lambda address: connect(site.port, address), captured.lines, site.maildirs, hop)
        with worker_here(gate, captured, GRACE_S) as doors:
            try:
                await tell(story, stage)
            finally:
                await _end(doors)
    assert not faults, faults


async def _end(doors: ServingDoors) -> None:
    """Wait for the sessions to end; hang up on those that do not."""
    idle = asyncio.Event()
    doors.finish(idle.set)
    try:
        await asyncio.wait_for(idle.wait(), GRACE_S)
    except TimeoutError:
        doors.hang_up()
    doors.close()
