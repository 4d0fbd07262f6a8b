"""Tell a story over real loopback sockets, all in this process: gate, name server, next hop, clients."""

import asyncio
import socket
from pathlib import Path

from gatepost.service.gate import load_gate
from gatepost.service.serving import ServingDoors
from gatepost.service.workers import Doorways, WorkerContext
from gatepost.testing.free_ports import free_port
from gatepost.testing.name_server import NameServer
from gatepost.testing.story import Story
from gatepost.testing.story_drivers.surroundings import CapturedLog, connect, hop_of
from gatepost.testing.story_site import build_site, zone_text
from gatepost.testing.story_telling import Stage, tell
from gatepost.world.net.listen import close_listeners, open_listeners
from gatepost.world.net.places import SharedPlaces
from gatepost.world.watching.log import Log

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
        listeners = {spec.name: open_listeners(spec) for spec in gate.addresses}
        places = {name: SharedPlaces() for name in listeners}
        near, far = socket.socketpair()
        worker = WorkerContext(
            Doorways(listeners, places), Log(captured, "gate", "postfix/gatepost"), near, 1, GRACE_S
        )
        doors = ServingDoors(gate, worker, loop)
        try:
            await tell(story, Stage(lambda address: connect(site.port, address), captured.lines, site.maildirs, hop))
        finally:
            await _end(doors)
            near.close()
            far.close()
            for each in listeners.values():
                close_listeners(each)
            for shared in places.values():
                shared.close()
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
