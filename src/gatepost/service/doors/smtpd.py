"""A `smtpd` row of master.cf, loaded: how it speaks, what it decides, where its mail goes."""

from collections.abc import Iterator
from dataclasses import dataclass

from gatepost.config.configuration import Configuration
from gatepost.config.doors import doors_of, process_limit
from gatepost.config.master_cf import MasterRow
from gatepost.config.reading import read_fields
from gatepost.model.errors import Complaint
from gatepost.policy.language.compile import Policy
from gatepost.policy.routing import MAILDIR
from gatepost.service.arrival_findings import arrival_findings
from gatepost.service.doors.door import Findings
from gatepost.service.logins import LoadedLogins, load_logins
from gatepost.service.policy_loading import load_policy
from gatepost.service.server_tls import ServerTls, load_server_tls
from gatepost.service.speech import speech_of
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.world.net.listen import DoorSpec
from gatepost.world.net.next_hop import NextHopSettings, parse_hop_address


@dataclass(frozen=True, slots=True)
class SmtpDoor:
    """One `smtpd` row. `default_hop` is "" without any, `tls` and `logins` None where none are served."""

    row: MasterRow
    view: Configuration
    doors: tuple[DoorSpec, ...]
    most_sessions: int
    policy: Policy
    speech: SmtpSettings
    hop: NextHopSettings
    default_hop: str
    tls: ServerTls | None = None
    logins: LoadedLogins | None = None


def load_smtpd(configuration: Configuration, row: MasterRow, findings: Findings) -> SmtpDoor:
    """Load one row. Raises ConfigurationError for what cannot be read at all."""
    view = configuration.for_row(row)
    loaded = load_policy(view)
    findings.faults.extend(loaded.relay_faults)
    findings.others.extend(loaded.findings)
    findings.faults.extend(hop_faults(view, row))
    found = [*arrival_findings(view, loaded.policy.settings, row.service)]
    logins = load_logins(view, found)
    for finding in found:
        (findings.faults if finding.severity == "error" else findings.others).append(finding)
    return SmtpDoor(
        row,
        view,
        doors_of(view, row),
        process_limit(view, row),
        loaded.policy,
        speech_of(view),
        read_fields(view, NextHopSettings),
        default_hop(view),
        load_server_tls(view, row, findings.others),
        logins,
    )


def default_hop(view: Configuration) -> str:
    """Where mail goes that no transport table sends elsewhere: the next hop, MAILDIR, or "" for nowhere."""
    return view.text("smtpd_proxy_filter") or (MAILDIR if view.text("maildir_directory") else "")


def hop_faults(view: Configuration, row: MasterRow) -> Iterator[Complaint]:
    """Mail must have somewhere to go: there is no queue to put it in."""
    hop = view.text("smtpd_proxy_filter")
    if hop:
        try:
            parse_hop_address(hop, view.text("queue_directory"))
        except ValueError as error:
            yield Complaint("error", view.place("smtpd_proxy_filter"), f"smtpd_proxy_filter: {error}")
    elif not view.text("maildir_directory") and not view.tables("transport_maps"):
        text = f"{row.service}: accepted mail has nowhere to go: Gatepost keeps no queue"
        cure = "set smtpd_proxy_filter = host:port (the next hop), or maildir_directory"
        yield Complaint("error", row.place, text, cure)
