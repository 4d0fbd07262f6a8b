"""What a row of master.cf comes to once it is loaded: a door, whatever protocol it speaks."""

from dataclasses import dataclass, field
from typing import Protocol

from gatepost.config.configuration import Configuration
from gatepost.config.master_cf import MasterRow
from gatepost.model.errors import Complaint
from gatepost.policy.language.compile import Policy
from gatepost.world.net.listen import DoorSpec


class Door(Protocol):
    """One served row, loaded. Each kind adds what its sessions need."""

    @property
    def row(self) -> MasterRow:
        """Where it was read."""

    @property
    def view(self) -> Configuration:
        """The configuration with the `-o` overrides of the row."""

    @property
    def doors(self) -> tuple[DoorSpec, ...]:
        """The addresses to listen on."""

    @property
    def most_sessions(self) -> int:
        """maxproc: sessions at once; 0: any number."""

    @property
    def policy(self) -> Policy:
        """What it decides."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What loading finds: with a fault nothing may be served, the others are told."""

    faults: list[Complaint] = field(default_factory=list)
    others: list[Complaint] = field(default_factory=list)
