"""Open the sessions of a `smtpd` row."""

from dataclasses import replace

from gatepost.policy.habits import Habits
from gatepost.service.admission import admission
from gatepost.service.destinations import open_destinations
from gatepost.service.door_context import DoorContext
from gatepost.service.doors.smtpd import SmtpDoor
from gatepost.service.login_desk import LoginDesk
from gatepost.service.openers.opener import Opener
from gatepost.service.resources import Resources
from gatepost.service.smtp_session import SmtpSession
from gatepost.service.upstream_proxy import proxy_terms
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.wire.smtp.events import Pause
from gatepost.world.net.connection import Connection
from gatepost.world.watching.log import Log


def smtpd_opener(door: SmtpDoor, resources: Resources) -> Opener:
    """Make ready to open sessions; they share one context."""
    context = _context(door, resources)

    def open_session(connection: Connection) -> tuple[SmtpDialogue, SmtpSession]:
        session = SmtpSession(connection, context)
        return session.dialogue, session

    proxies = proxy_terms(door.view, door.policy.settings, resources.sources, context.log)
    return Opener(open_session, Pause, context.log, proxies=proxies)


def _context(door: SmtpDoor, resources: Resources) -> DoorContext:
    view = door.view
    log = resources.log.named(f"{view.text('syslog_name')}/smtpd")
    return DoorContext(
        policy=door.policy,
        speech=door.speech,
        lenient_speech=replace(door.speech, smtpd_forbid_bare_newline="no"),
        sources=resources.sources,
        destinations=open_destinations(view, door.policy.settings, door.default_hop, door.hop, resources.pool, log),
        log=log,
        idents=resources.idents,
        trust_guard=resources.trust_guard,
        admission=admission(view, resources.counts, resources.log),
        login_desk=_login_desk(door, resources, log),
        tls=door.tls,
        handshakes=resources.handshakes,
        habits=Habits(),
        looks_names_up=view.yes("smtpd_peername_lookup"),
    )


def _login_desk(door: SmtpDoor, resources: Resources, log: Log) -> LoginDesk | None:
    if door.logins is None:
        return None
    server = door.logins.open_server(log)
    resources.login_servers.append(server)
    return LoginDesk(door.logins, server, resources.sources, log)
