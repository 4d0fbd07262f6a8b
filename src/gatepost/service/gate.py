"""A whole configuration, loaded and judged: what `gatepost run` serves and `gatepost check` talks about.

load_gate() reads main.cf, master.cf and every table, loads the served rows (service/doors), and collects every
finding as a Complaint with file, line and cure. It raises ConfigurationError for what Postfix would not start with.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatepost.config.configuration import Configuration
from gatepost.config.loading import load_configuration
from gatepost.config.master_cf import MasterRow
from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.policy.language.compile import Policy
from gatepost.service.address_verification import verification_findings
from gatepost.service.doors import LOADERS
from gatepost.service.doors.door import Door, Findings
from gatepost.service.doors.smtpd import SmtpDoor
from gatepost.service.greylist_findings import greylist_findings
from gatepost.service.impossible_actions import impossible_actions
from gatepost.service.logins import login_files, login_tables
from gatepost.service.misspelt_actions import misspelt_actions
from gatepost.service.next_hop_tls import load_next_hop_tls
from gatepost.service.site_findings import site_findings
from gatepost.service.tables_in_use import tables_in_use
from gatepost.service.trust_guard import trust_guard_findings
from gatepost.service.unused_parameters import unused_parameters
from gatepost.world.net.hop_tls import HopTls
from gatepost.world.net.listen import DoorSpec
from gatepost.world.tables import Tables


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything loaded. `complaints` are warnings and notices, in the order found.

    `under_stress` has each row once more, as it is served under stress; not the rows whose `stress` is given.
    """

    configuration: Configuration
    doors: tuple[Door, ...]
    under_stress: Mapping[MasterRow, Door]
    tables: Tables
    complaints: tuple[Complaint, ...]
    watched_files: tuple[Path, ...]
    hop_tls: HopTls | None = None

    @property
    def smtp_doors(self) -> tuple[SmtpDoor, ...]:
        """The `smtpd` rows."""
        return tuple(door for door in self.doors if isinstance(door, SmtpDoor))

    @property
    def policies(self) -> Iterator[Policy]:
        """What the doors decide, under stress too."""
        for door in (*self.doors, *self.under_stress.values()):
            yield door.policy

    @property
    def addresses(self) -> tuple[DoorSpec, ...]:
        """Every address to listen on."""
        return tuple(spec for door in self.doors for spec in door.doors)


def load_gate(directory: Path, overrides: Mapping[str, str] | None = None) -> Gate:
    """Load a configuration directory. Raises ConfigurationError with every fault found."""
    configuration = load_configuration(directory, overrides)
    tables = Tables(base=directory, smtputf8=configuration.yes("smtputf8_enable"), parameter=configuration.given)
    findings = Findings()
    rows = tuple(row for row in configuration.rows if row.is_served)
    doors = tuple(LOADERS[row.command](configuration, row, findings) for row in rows)
    stressed = configuration.with_overrides({"stress": "yes"})
    under_stress = {
        row: LOADERS[row.command](stressed, row, findings)
        for row in rows
        if not configuration.for_row(row).is_set("stress")
    }
    hop_tls = load_next_hop_tls(configuration, findings.others)
    findings.others.extend(unused_parameters(configuration))
    findings.others.extend(site_findings(configuration))
    findings.others.extend(verification_findings(configuration, [door.policy for door in doors]))
    for door in (*doors, *under_stress.values()):
        for name in (*tables_in_use(door.policy), *login_tables(door)):
            tables.load(name)
        findings.others.extend(greylist_findings(door.view, door.policy, tables))
        findings.others.extend(impossible_actions(door.policy, tables))
        findings.others.extend(misspelt_actions(door.policy, tables))
        findings.others.extend(trust_guard_findings(door.view, door.policy.settings))
    if findings.faults:
        causes = (each for each in findings.others if each.breaks_mail)
        raise ConfigurationError(*dict.fromkeys((*findings.faults, *causes)))
    complaints = (*configuration.complaints, *findings.others, *tables.complaints)
    files = dict.fromkeys(
        (*configuration.files, *tables.files, *(file for door in doors for file in login_files(door)))
    )
    return Gate(configuration, doors, under_stress, tables, tuple(dict.fromkeys(complaints)), tuple(files), hop_tls)
