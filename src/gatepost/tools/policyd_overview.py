"""What a policy door comes to, in words: what it asks, and how a Postfix asks it. For `gatepost check`."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from gatepost.policy.language.parse import POLICYD
from gatepost.service.doors.policyd import PolicyDoor, safe_lines
from gatepost.service.tables_in_use import tables_in_use
from gatepost.tools.overview import block_lists, policy_services


@dataclass(frozen=True, slots=True)
class PolicydOverview:
    """One door at a glance; every field is a list of short lines."""

    name: str
    addresses: tuple[str, ...]
    main_cf: tuple[str, ...]
    restrictions: tuple[str, ...]
    block_lists: tuple[str, ...]
    policy_services: tuple[str, ...]
    tables: tuple[str, ...]

    def sections(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Label and lines of each part, in order of interest."""
        yield "for Postfix's main.cf", self.main_cf
        yield "restrictions", self.restrictions
        yield "block lists asked", self.block_lists
        yield "policy services", self.policy_services
        yield "tables", self.tables

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def policyd_overview(door: PolicyDoor) -> PolicydOverview:
    """Look at one door."""
    return PolicydOverview(
        name=f"{door.row.service} {door.row.command}",
        addresses=tuple(spec.address for spec in door.doors),
        main_cf=safe_lines(door),
        restrictions=tuple(step.word for step in door.policy.lists[POLICYD]),
        block_lists=tuple(dict.fromkeys(block_lists(door.policy))),
        policy_services=tuple(dict.fromkeys(policy_services(door.policy))),
        tables=tables_in_use(door.policy),
    )
