"""What every session of one SMTP door shares: the policy and those who answer, deliver and log for it."""

from dataclasses import dataclass

from gatepost.model.address import IPAddress
from gatepost.policy.habits import Habits
from gatepost.policy.language.compile import Policy
from gatepost.service.admission import Admission
from gatepost.service.destinations import Destinations
from gatepost.service.login_desk import LoginDesk
from gatepost.service.server_tls import ServerTls
from gatepost.service.trust_guard import TrustGuard
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.world.answering import Sources
from gatepost.world.net.tls_handshakes import Handshakes
from gatepost.world.watching.log import Log


@dataclass(frozen=True, slots=True)
class DoorContext:
    """One `smtpd` row of master.cf, ready to serve. `looks_names_up`: smtpd_peername_lookup.

    Clients on smtpd_forbid_bare_newline_exclusions are spoken to by `lenient_speech`.
    """

    policy: Policy
    speech: SmtpSettings
    lenient_speech: SmtpSettings
    sources: Sources
    destinations: Destinations
    log: Log
    idents: "Idents"
    trust_guard: TrustGuard
    admission: Admission
    login_desk: LoginDesk | None
    tls: ServerTls | None
    handshakes: Handshakes
    habits: Habits
    looks_names_up: bool = True

    def speech_with(self, client: IPAddress) -> SmtpSettings | None:
        """How a client of this address is spoken to; None where a name or a table must be asked first."""
        is_excluded = self.policy.settings.smtpd_forbid_bare_newline_exclusions.holds(client)
        if is_excluded is None:
            return None
        return self.lenient_speech if is_excluded else self.speech


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
