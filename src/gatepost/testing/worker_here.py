"""The doors of a worker, served in this process and event loop: what stories and tests do without a supervisor."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from gatepost.service.gate import Gate
from gatepost.service.serving import ServingDoors
from gatepost.service.workers import Doorways, WorkerContext
from gatepost.testing.story_drivers.surroundings import CapturedLog
from gatepost.world.net.listen import close_listeners, open_listeners
from gatepost.world.net.places import SharedPlaces
from gatepost.world.watching.log import Log


@contextmanager
def worker_here(gate: Gate, captured: CapturedLog, grace_s: float) -> Iterator[ServingDoors]:
    """Open the listeners of a gate and serve them; at the end they are closed, the sessions are the caller's care."""
    listeners = {spec.name: open_listeners(spec) for spec in gate.addresses}
    places = {name: SharedPlaces() for name in listeners}
    near, far = socket.socketpair()
    log = Log(captured, "gate", "postfix/gatepost")
    worker = WorkerContext(Doorways(listeners, places), log, near, 1, grace_s)
    try:
        yield ServingDoors(gate, worker, asyncio.get_running_loop())
    finally:
        near.close()
        far.close()
        for each in listeners.values():
            close_listeners(each)
        for shared in places.values():
            shared.close()
