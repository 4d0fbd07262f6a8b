"""A worker's side of the gate: its doors opened in the event loop, its sessions counted, its end arranged.

Loaded by the supervisor (see supervisor.py) and run in each worker after the fork: only here sockets towards name
servers and next hops are opened, so that no two processes share one.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.service.door_context import Idents
from gatepost.service.doors.door import Door
from gatepost.service.event_loop import run_worker
from gatepost.service.gate import Gate, load_gate
from gatepost.service.gateway_evidence import GatewayEvidence
from gatepost.service.openers import OPENERS
from gatepost.service.openers.opener import Opener
from gatepost.service.resources import open_resources
from gatepost.service.site_findings import make_data_directory
from gatepost.service.tables_in_use import membership_tables
from gatepost.service.workers import WorkerContext
from gatepost.world.limits.shared_counts import SharedCounts
from gatepost.world.names.names import Names
from gatepost.world.net.accepting import Accepting
from gatepost.world.net.connection import Connection, Dialogue
from gatepost.world.net.deadlines import Deadlines
from gatepost.world.net.listen import DoorSpec
from gatepost.world.net.listener import Listener
from gatepost.world.net.proxied import ProxiedConnection
from gatepost.world.net.tls_handshakes import TICKET_KEYS_S


@dataclass(frozen=True, slots=True)
class ServedGate:
    """A loaded gate in the shape that the supervisor serves (workers.Loaded)."""

    gate: Gate
    evidence: GatewayEvidence = field(default_factory=GatewayEvidence)
    counts: SharedCounts = field(default_factory=SharedCounts)

    @property
    def doors(self) -> tuple[DoorSpec, ...]:
        """The addresses to listen on."""
        return self.gate.addresses

    @property
    def watched_files(self) -> tuple[Path, ...]:
        """The files whose change is a reload."""
        return self.gate.watched_files

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """Warnings and notices to say at each load."""
        return self.gate.complaints

    @property
    def worker_count(self) -> int:
        """worker_processes; 0 means one for each core."""
        return self.gate.configuration.number("worker_processes") or os.cpu_count() or 1

    @property
    def user(self) -> str:
        """mail_owner."""
        return self.gate.configuration.text("mail_owner")

    @property
    def shutdown_grace_s(self) -> float:
        """shutdown_grace_time."""
        return self.gate.configuration.seconds("shutdown_grace_time")

    @property
    def reload_grace_s(self) -> float:
        """reload_grace_time."""
        return self.gate.configuration.seconds("reload_grace_time")

    @property
    def renew_after_s(self) -> float:
        """The keys of session tickets are made at load."""
        return TICKET_KEYS_S if any(door.tls is not None for door in self.gate.smtp_doors) else float("inf")

    def serve(self, worker: WorkerContext) -> None:
        """Serve in the worker process."""
        run_worker(worker, partial(ServingDoors, self.gate, worker, evidence=self.evidence, counts=self.counts))


class GateLoader:
    """What the supervisor loads: at the start what Postfix would start with, afterwards no change that breaks mail.

    A misspelt restriction, a table that is not there, an open relay: what is new of that kind is refused. The policy
    in use stays, and the log says file, line and why.
    """

    def __init__(self, directory: Path, overrides: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._overrides = overrides
        self._lived_with: frozenset[str] | None = None
        self._evidence = GatewayEvidence()
        self._counts = SharedCounts()

    def __call__(self) -> ServedGate:
        """Load. Raises ConfigurationError."""
        gate = load_gate(self._directory, self._overrides)
        serious = [complaint for complaint in gate.complaints if complaint.is_serious]
        if self._lived_with is not None:
            news = [complaint for complaint in serious if complaint.text not in self._lived_with]
            if news:
                raise ConfigurationError(*news)
        self._lived_with = frozenset(complaint.text for complaint in serious)
        unmade = make_data_directory(gate.configuration)
        gate = replace(gate, complaints=(*gate.complaints, *unmade))
        return ServedGate(gate, self._evidence, self._counts)


class ServingDoors:
    """All doors of one worker (event_loop.Work)."""

    def __init__(
        self,
        gate: Gate,
        worker: WorkerContext,
        loop: asyncio.AbstractEventLoop,
        *,
        evidence: GatewayEvidence | None = None,
        counts: SharedCounts | None = None,
    ) -> None:
        self._gate = gate
        self._worker = worker
        self._loop = loop
        self._deadlines = Deadlines(loop)
        self._connections: dict[Connection, Opener] = {}
        names = Names(
            gate.configuration.text("dns_nameservers"),
            deadline_s=gate.configuration.seconds("dns_deadline"),
            max_cached=gate.configuration.number("dns_cache_limit"),
            on_complaint=worker.log.warning,
        )
        idents = Idents(f"{os.getpid() & 0xFFF:03X}{int(loop.time() * 1000) & 0xFFFFF:05X}")
        self._resources = open_resources(gate, worker.log, names, idents, evidence, counts)
        tell = self._resources.log.named(f"{gate.configuration.text('syslog_name')}/smtpd").warning
        loop.call_soon(gate.tables.start, tell, membership_tables(policy.settings for policy in gate.policies))
        self._accepting = [self._open(door) for door in gate.doors if door.doors]

    def _open(self, door: Door) -> Accepting:
        opener = under_stress = OPENERS[type(door)](door, self._resources)
        if door.row in self._gate.under_stress:
            under_stress = OPENERS[type(door)](self._gate.under_stress[door.row], self._resources)
        name, doorways = door.doors[0].name, self._worker.doorways
        accepting: Accepting

        def open_session(connection: Connection) -> tuple[Dialogue, Listener]:
            chosen = under_stress if accepting.stress.is_on() else opener
            opened = chosen.open_session(connection)
            self._connections[connection] = chosen
            return opened

        def ended(connection: Connection) -> None:
            self._connections.pop(connection, None)
            accepting.session_ended()

        def protocol() -> Connection | ProxiedConnection:
            connection = Connection(open_session, opener.pause_class, self._deadlines, ended)
            if opener.proxies is None:
                return connection
            return ProxiedConnection(connection, opener.proxies, self._deadlines, ended, opener.log)

        accepting = Accepting(
            self._loop, doorways.listeners[name], protocol, doorways.places[name].join(door.most_sessions), opener.log
        )
        accepting.start()
        return accepting

    def finish(self, on_idle: Callable[[], None]) -> None:
        """Accept no more; `on_idle` when the last session of the last door is over."""
        waiting = len(self._accepting)
        if not waiting:
            self._loop.call_soon(on_idle)

        def one_is_idle() -> None:
            nonlocal waiting
            waiting -= 1
            if waiting == 0:
                on_idle()

        for accepting in self._accepting:
            accepting.finish(one_is_idle)
        for connection, opener in tuple(self._connections.items()):
            if opener.ends_when_idle:
                connection.shut_down()

    def hang_up(self) -> None:
        """The time of the sessions that still run is over: 421 where a dialogue can say it."""
        for connection in tuple(self._connections):
            connection.shut_down()

    def close(self) -> None:
        """Close what is open towards name servers, policy servers and next hops, where the process lives on."""
        self._resources.close()
