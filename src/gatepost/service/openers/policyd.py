"""Open the sessions of a `policyd` row."""

import asyncio
from functools import cache

from gatepost.service.doors.policyd import PolicyDoor
from gatepost.service.openers.opener import Opener
from gatepost.service.policy_session import GRAIN_OF_DEADLINE, PolicyDoorContext, PolicySession
from gatepost.service.resources import Resources
from gatepost.wire.policy_protocol.dialogue import PolicyDialogue
from gatepost.wire.policy_protocol.events import Pause
from gatepost.world.net.connection import Connection
from gatepost.world.net.deadlines import GRAIN_S, Deadlines


def policyd_opener(door: PolicyDoor, resources: Resources) -> Opener:
    """Make ready to open sessions; they share one context, made when the loop runs and the first one comes."""
    log = resources.log.named(f"{door.view.text('syslog_name')}/policyd")

    @cache
    def context() -> PolicyDoorContext:
        loop = asyncio.get_running_loop()
        return PolicyDoorContext(
            door.policy,
            resources.sources,
            log,
            resources.idents,
            door.deadline_s,
            door.idle_s,
            resources.trust_guard,
            loop,
            Deadlines(loop, min(GRAIN_S, door.deadline_s * GRAIN_OF_DEADLINE)),
        )

    def open_session(connection: Connection) -> tuple[PolicyDialogue, PolicySession]:
        session = PolicySession(connection, context())
        return session.dialogue, session

    return Opener(open_session, Pause, log, ends_when_idle=True)
