"""What all doors of one worker share: who answers questions, connections to next hops, ids for sessions.

open_resources() is called in the worker, after the fork: from there on sockets and threads are its own. `names` is
given, for a test may answer DNS from memory.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gatepost.policy.questions import PolicyRequest
from gatepost.service.door_context import Idents
from gatepost.service.gate import Gate
from gatepost.world.answering import Sources
from gatepost.world.names.names import Names
from gatepost.world.net.next_hop import NextHopPool
from gatepost.world.net.policy_service import PolicyServices
from gatepost.world.watching.log import Log


@dataclass(frozen=True, slots=True)
class Resources:
    """`log` is the worker's. `closers` end what is open towards the outside, where the process lives on."""

    log: Log
    sources: Sources
    pool: NextHopPool
    idents: Idents
    closers: tuple[Callable[[], None], ...] = ()

    def close(self) -> None:
        """Close connections to name servers, policy servers, next hops and stores."""
        for close in self.closers:
            close()


def open_resources(gate: Gate, log: Log, names: Names, idents: Idents) -> Resources:
    """Make ready to serve. Nothing is connected before it is needed."""
    configuration = gate.configuration
    smtpd_log = log.named(f"{configuration.text('syslog_name')}/smtpd")
    policy_services = PolicyServices(smtpd_log, configuration.text("queue_directory"))
    pool = NextHopPool()
    sources = Sources(gate.tables, names, {PolicyRequest: policy_services})
    return Resources(log, sources, pool, idents, (names.close, policy_services.close, pool.close))
