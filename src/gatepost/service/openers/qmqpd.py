"""Open the sessions of a `qmqpd` row."""

from gatepost.service.destinations import open_destinations
from gatepost.service.doors.qmqpd import QmqpDoor
from gatepost.service.openers.opener import Opener
from gatepost.service.qmqp_session import QmqpDoorContext, QmqpSession
from gatepost.service.resources import Resources
from gatepost.wire.qmqp.dialogue import QmqpDialogue
from gatepost.wire.qmqp.events import Pause
from gatepost.world.net.connection import Connection


def qmqpd_opener(door: QmqpDoor, resources: Resources) -> Opener:
    """Make ready to open sessions; they share one context."""
    view, settings = door.view, door.policy.settings
    log = resources.log.named(f"{view.text('syslog_name')}/qmqpd")
    context = QmqpDoorContext(
        door.policy,
        door.speech,
        resources.sources,
        open_destinations(view, settings, door.default_hop, door.hop, resources.pool, log),
        log,
        resources.idents,
        resources.trust_guard,
        view.text("data_directory"),
    )

    def open_session(connection: Connection) -> tuple[QmqpDialogue, QmqpSession]:
        session = QmqpSession(connection, context)
        return session.dialogue, session

    return Opener(open_session, Pause, log)
