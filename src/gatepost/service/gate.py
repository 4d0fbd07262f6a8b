"""A whole configuration, loaded and judged: what `gatepost run` serves and `gatepost check` talks about.

load_gate() reads main.cf, master.cf and every table, compiles the policy of each `smtpd` row, and collects every
finding as a Complaint with file, line and cure. It raises ConfigurationError for what Postfix would not start with.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatepost.config.configuration import Configuration
from gatepost.config.doors import doors_of, process_limit
from gatepost.config.loading import load_configuration
from gatepost.config.master_cf import MasterRow
from gatepost.config.reading import read_fields
from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.policy.language.compile import Policy
from gatepost.service.destinations import MAILDIR
from gatepost.service.impossible_actions import impossible_actions
from gatepost.service.policy_loading import load_policy
from gatepost.service.tables_in_use import tables_in_use
from gatepost.service.unused_parameters import unused_parameters
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.world.net.listen import DoorSpec
from gatepost.world.net.next_hop import NextHopSettings, parse_hop_address
from gatepost.world.tables import Tables


@dataclass(frozen=True, slots=True)
class SmtpDoor:
    """One `smtpd` row: where it listens, how it speaks, what it decides. `default_hop` is "" without any."""

    row: MasterRow
    view: Configuration
    doors: tuple[DoorSpec, ...]
    most_sessions: int
    policy: Policy
    speech: SmtpSettings
    hop: NextHopSettings
    default_hop: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything loaded. `complaints` are warnings and notices, in the order found."""

    configuration: Configuration
    smtp_doors: tuple[SmtpDoor, ...]
    tables: Tables
    complaints: tuple[Complaint, ...]
    watched_files: tuple[Path, ...]

    @property
    def doors(self) -> tuple[DoorSpec, ...]:
        """Every address to listen on."""
        return tuple(spec for door in self.smtp_doors for spec in door.doors)


def load_gate(directory: Path, overrides: Mapping[str, str] | None = None) -> Gate:
    """Load a configuration directory. Raises ConfigurationError with every fault found."""
    configuration = load_configuration(directory, overrides)
    tables = Tables(base=directory, smtputf8=configuration.yes("smtputf8_enable"))
    faults: list[Complaint] = []
    findings: list[Complaint] = []
    rows = [row for row in configuration.rows if row.command == "smtpd"]
    smtp_doors = [_smtp_door(configuration, row, faults, findings) for row in rows]
    findings.extend(unused_parameters(configuration))
    for door in smtp_doors:
        for name in tables_in_use(door.policy):
            tables.load(name)
        findings.extend(impossible_actions(door.policy, tables))
    if faults:
        raise ConfigurationError(*dict.fromkeys(faults))
    complaints = (*configuration.complaints, *findings, *tables.complaints)
    files = dict.fromkeys((*configuration.files, *tables.files))
    return Gate(configuration, tuple(smtp_doors), tables, tuple(dict.fromkeys(complaints)), tuple(files))


def _smtp_door(
    configuration: Configuration, row: MasterRow, faults: list[Complaint], findings: list[Complaint]
) -> SmtpDoor:
    view = configuration.for_row(row)
    loaded = load_policy(view)
    faults.extend(loaded.relay_faults)
    findings.extend(loaded.findings)
    faults.extend(_hop_faults(view, row))
    return SmtpDoor(
        row,
        view,
        doors_of(view, row),
        process_limit(view, row),
        loaded.policy,
        read_fields(view, SmtpSettings),
        read_fields(view, NextHopSettings),
        view.text("smtpd_proxy_filter") or (MAILDIR if view.text("maildir_directory") else ""),
    )


def _hop_faults(view: Configuration, row: MasterRow) -> Iterator[Complaint]:
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
