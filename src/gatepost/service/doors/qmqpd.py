"""A `qmqpd` row of master.cf, loaded: who may use it, what it asks of recipients, where its mail goes.

Told at load, besides what is told of any list: a door that nobody may use; one that everybody may, who could then
send to anybody; and, as a fault, mail that has nowhere to go.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gatepost.config.configuration import Configuration
from gatepost.config.doors import doors_of, process_limit
from gatepost.config.master_cf import MasterRow
from gatepost.config.reading import read_fields
from gatepost.model.errors import Complaint
from gatepost.model.match_list import MatchList, Pattern
from gatepost.policy.language.compile import Policy
from gatepost.policy.language.parse import QMQPD
from gatepost.service.doors.door import Findings
from gatepost.service.doors.smtpd import default_hop, hop_faults
from gatepost.service.policy_loading import load_qmqpd_policy
from gatepost.wire.qmqp.settings import QmqpSettings
from gatepost.world.net.listen import DoorSpec
from gatepost.world.net.next_hop import NextHopSettings


@dataclass(frozen=True, slots=True)
class QmqpDoor:
    """One `qmqpd` row. `default_hop` is "" without any."""

    row: MasterRow
    view: Configuration
    doors: tuple[DoorSpec, ...]
    most_sessions: int
    policy: Policy
    speech: QmqpSettings
    hop: NextHopSettings
    default_hop: str


def load_qmqpd(configuration: Configuration, row: MasterRow, findings: Findings) -> QmqpDoor:
    """Load one row. Raises ConfigurationError for what cannot be read at all."""
    view = configuration.for_row(row)
    loaded = load_qmqpd_policy(view)
    findings.others.extend(loaded.findings)
    findings.others.extend(_remarks(view, row, loaded.policy))
    findings.faults.extend(hop_faults(view, row))
    return QmqpDoor(
        row,
        view,
        doors_of(view, row),
        process_limit(view, row),
        loaded.policy,
        read_fields(view, QmqpSettings),
        read_fields(view, NextHopSettings),
        default_hop(view),
    )


def _remarks(view: Configuration, row: MasterRow, policy: Policy) -> Iterator[Complaint]:
    clients = policy.settings.qmqpd_authorized_clients
    place = view.place(clients.parameter)
    if not clients.patterns:
        text = f"{row.service} qmqpd: {clients.parameter} is empty: every client is refused"
        yield Complaint("warning", place, text, f"set {clients.parameter} = $mynetworks")
    elif _is_open(clients) and not policy.lists[QMQPD.parameter]:
        text = (
            f"open relay: {row.service} qmqpd: everybody may send to anybody: {clients.parameter} holds all addresses"
        )
        cure = f"set {clients.parameter} = $mynetworks, or {QMQPD.parameter}"
        yield Complaint("warning", place, text, cure, breaks_mail=True)


def _is_open(clients: MatchList) -> bool:
    """Some pattern holds every address of a family; what stands before it excepts at most some."""
    return any(not pattern.is_negated and _holds_all(pattern) for pattern in clients.patterns)


def _holds_all(pattern: Pattern) -> bool:
    if pattern.network is not None:
        return pattern.network.mask == 0
    return pattern.table.startswith("static:")
