"""What all doors of one worker share: who answers questions, connections to next hops, ids for sessions.

open_resources() is called in the worker, after the fork: from there on sockets and threads are its own. `names` is
given, for a test may answer DNS from memory.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gatepost.policy.questions import AddressProbe, GreylistAttempt, PolicyRequest
from gatepost.policy.strangers import own_organisations
from gatepost.service.address_verification import open_verification
from gatepost.service.client_limits import Counts
from gatepost.service.counting import open_counts
from gatepost.service.door_context import Idents
from gatepost.service.gate import Gate
from gatepost.service.gateway_evidence import GatewayEvidence
from gatepost.service.trust_guard import TrustGuard
from gatepost.world.answering import Sources
from gatepost.world.greylists.asking import Greylists
from gatepost.world.limits.shared_counts import SharedCounts
from gatepost.world.logins.login_server import LoginServer
from gatepost.world.names.names import Names
from gatepost.world.net.next_hop import NextHopPool
from gatepost.world.net.policy_service import PolicyServices
from gatepost.world.net.tls_handshakes import Handshakes
from gatepost.world.watching.log import Log


@dataclass(frozen=True, slots=True)
class Resources:
    """`log` is the worker's. `closers` end what is open towards the outside, where the process lives on."""

    log: Log
    sources: Sources
    pool: NextHopPool
    idents: Idents
    trust_guard: TrustGuard
    counts: Counts
    closers: tuple[Callable[[], None], ...] = ()
    handshakes: Handshakes = field(default_factory=Handshakes)
    login_servers: list[LoginServer] = field(default_factory=list)

    def close(self) -> None:
        """Close connections to name servers, policy servers, next hops, stores, tables' and login servers."""
        for close in (*self.closers, *(server.close for server in self.login_servers)):
            close()


def open_resources(
    gate: Gate,
    log: Log,
    names: Names,
    idents: Idents,
    evidence: GatewayEvidence | None = None,
    shared_counts: SharedCounts | None = None,
    *,
    clock: Callable[[], float] = time.time,
) -> Resources:
    """Make ready to serve. Nothing is connected before it is needed.

    `evidence` and `shared_counts` are what all workers share; alone, one has its own. `clock` is what greylisting
    goes by: a story has a clock of its own.
    """
    configuration = gate.configuration
    smtpd_log = log.named(f"{configuration.text('syslog_name')}/smtpd")
    policy_services = PolicyServices(smtpd_log, configuration.text("queue_directory"))
    pool = NextHopPool(tls=gate.hop_tls)
    greylists = Greylists(smtpd_log, deadline_s=configuration.seconds("greylist_deadline"), clock=clock)
    verification = open_verification(configuration, pool, names, smtpd_log)
    sources = Sources(
        gate.tables,
        names,
        {PolicyRequest: policy_services, GreylistAttempt: greylists, AddressProbe: verification},
    )
    counts = open_counts(configuration, shared_counts or SharedCounts(), smtpd_log)
    closers = (
        names.close,
        counts.close,
        policy_services.close,
        greylists.close,
        verification.close,
        pool.close,
        gate.tables.close,
    )
    own = frozenset[str]().union(*(own_organisations(door.policy.settings) for door in gate.doors))
    trust_guard = TrustGuard(configuration, own, evidence or GatewayEvidence(), smtpd_log)
    return Resources(log, sources, pool, idents, trust_guard, counts, closers)
