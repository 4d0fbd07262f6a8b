"""Open the sessions of a `smtpd` row."""

from dataclasses import replace

from gatepost.config.match_lists import read_match_list
from gatepost.service.destinations import Destinations
from gatepost.service.door_context import DoorContext
from gatepost.service.doors.smtpd import SmtpDoor
from gatepost.service.openers.opener import Opener
from gatepost.service.resources import Resources
from gatepost.service.smtp_session import SmtpSession
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.wire.smtp.events import Pause
from gatepost.world.net.connection import Connection
from gatepost.world.net.maildir import MaildirStore


def smtpd_opener(door: SmtpDoor, resources: Resources) -> Opener:
    """Make ready to open sessions; they share one context."""
    context = _context(door, resources)

    def open_session(connection: Connection) -> tuple[SmtpDialogue, SmtpSession]:
        session = SmtpSession(connection, context)
        return session.dialogue, session

    return Opener(open_session, Pause, context.log)


def _context(door: SmtpDoor, resources: Resources) -> DoorContext:
    view = door.view
    log = resources.log.named(f"{view.text('syslog_name')}/smtpd")
    maildir = view.text("maildir_directory")
    tell = {"info": log.info, "warning": log.warning}
    destinations = Destinations(
        settings=door.policy.settings,
        default_hop=door.default_hop,
        hop_settings=door.hop,
        pool=resources.pool,
        maildirs=MaildirStore(maildir, view.text("myhostname")) if maildir else None,
        queue_directory=view.text("queue_directory"),
        log=lambda severity, text: tell.get(severity, log.warning)(text),
    )
    return DoorContext(
        policy=door.policy,
        speech=door.speech,
        lenient_speech=replace(door.speech, smtpd_forbid_bare_newline="no"),
        newline_exclusions=read_match_list(view, "smtpd_forbid_bare_newline_exclusions"),
        sources=resources.sources,
        destinations=destinations,
        log=log,
        idents=resources.idents,
        looks_names_up=view.yes("smtpd_peername_lookup"),
    )
