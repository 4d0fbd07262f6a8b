"""What every session of one SMTP door shares: the policy and those who answer, deliver and log for it."""

from dataclasses import dataclass

from gatepost.policy.language.compile import Policy
from gatepost.service.destinations import Destinations
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.world.answering import NameSource, PolicySource
from gatepost.world.tables import Tables
from gatepost.world.watching.log import Log


@dataclass(frozen=True, slots=True)
class DoorContext:
    """One `smtpd` row of master.cf, ready to serve. `looks_names_up`: smtpd_peername_lookup."""

    policy: Policy
    speech: SmtpSettings
    tables: Tables
    names: NameSource
    policy_services: PolicySource
    destinations: Destinations
    log: Log
    idents: "Idents"
    looks_names_up: bool = True


class Idents:
    """Gives each session an id that no other session of this machine has had: a worker's tag and a count."""

    __slots__ = ("_count", "_tag")

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._count = 0

    def next(self) -> str:
        """A new id: upper-case hexadecimal digits, as Postfix queue ids look."""
        self._count += 1
        return f"{self._tag}{self._count:05X}"
