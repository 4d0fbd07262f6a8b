"""Open the sessions of a `policyd` row."""

from gatepost.service.doors.policyd import PolicyDoor
from gatepost.service.openers.opener import Opener
from gatepost.service.policy_session import PolicyDoorContext, PolicySession
from gatepost.service.resources import Resources
from gatepost.wire.policy_protocol.dialogue import PolicyDialogue
from gatepost.wire.policy_protocol.events import Pause
from gatepost.world.net.connection import Connection


def policyd_opener(door: PolicyDoor, resources: Resources) -> Opener:
    """Make ready to open sessions; they share one context."""
    context = PolicyDoorContext(
        door.policy,
        resources.sources,
        resources.log.named(f"{door.view.text('syslog_name')}/policyd"),
        resources.idents,
        door.deadline_s,
        door.idle_s,
        resources.trust_guard,
    )

    def open_session(connection: Connection) -> tuple[PolicyDialogue, PolicySession]:
        session = PolicySession(connection, context)
        return session.dialogue, session

    return Opener(open_session, Pause, context.log, ends_when_idle=True)
