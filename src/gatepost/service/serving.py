"""A worker's side of the gate: its doors opened in the event loop, its sessions counted, its end arranged.

Loaded by the supervisor (see supervisor.py) and run in each worker after the fork: only here sockets towards name
servers and next hops are opened, so that no two processes share one.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from gatepost.config.match_lists import read_match_list
from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.service.destinations import Destinations
from gatepost.service.door_context import DoorContext, Idents
from gatepost.service.event_loop import run_worker
from gatepost.service.gate import Gate, SmtpDoor, load_gate
from gatepost.service.smtp_session import SmtpSession
from gatepost.service.workers import WorkerContext
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.wire.smtp.events import Pause
from gatepost.world.answering import NameSource, PolicySource
from gatepost.world.names.names import Names
from gatepost.world.net.accepting import Accepting
from gatepost.world.net.connection import Connection
from gatepost.world.net.deadlines import Deadlines
from gatepost.world.net.listen import DoorSpec
from gatepost.world.net.maildir import MaildirStore
from gatepost.world.net.next_hop import NextHopPool
from gatepost.world.net.policy_service import PolicyServices
from gatepost.world.watching.log import Log


@dataclass(frozen=True, slots=True)
class ServedGate:
    """A loaded gate in the shape that the supervisor serves (workers.Loaded)."""

    gate: Gate

    @property
    def doors(self) -> tuple[DoorSpec, ...]:
        """The addresses to listen on."""
        return self.gate.doors

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

    def serve(self, worker: WorkerContext) -> None:
        """Serve in the worker process."""
        run_worker(worker, partial(ServingDoors, self.gate, worker))


class GateLoader:
    """What the supervisor loads: at the start what Postfix would start with, afterwards no change that breaks mail.

    A misspelt restriction, a table that is not there, an open relay: what is new of that kind is refused. The policy
    in use stays, and the log says file, line and why.
    """

    def __init__(self, directory: Path, overrides: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._overrides = overrides
        self._lived_with: frozenset[str] | None = None

    def __call__(self) -> ServedGate:
        """Load. Raises ConfigurationError."""
        gate = load_gate(self._directory, self._overrides)
        serious = [complaint for complaint in gate.complaints if complaint.is_serious]
        if self._lived_with is not None:
            news = [complaint for complaint in serious if complaint.text not in self._lived_with]
            if news:
                raise ConfigurationError(*news)
        self._lived_with = frozenset(complaint.text for complaint in serious)
        return ServedGate(gate)


class ServingDoors:
    """All doors of one worker (event_loop.Work)."""

    def __init__(self, gate: Gate, worker: WorkerContext, loop: asyncio.AbstractEventLoop) -> None:
        self._worker = worker
        self._loop = loop
        self._deadlines = Deadlines(loop)
        self._connections: set[Connection] = set()
        self._pool = NextHopPool()
        log = worker.log
        self._names = Names(
            gate.configuration.text("dns_nameservers"),
            deadline_s=gate.configuration.seconds("dns_deadline"),
            max_cached=gate.configuration.number("dns_cache_limit"),
            on_complaint=log.warning,
        )
        self._policy_services = PolicyServices(
            log.named(f"{gate.configuration.text('syslog_name')}/smtpd"), gate.configuration.text("queue_directory")
        )
        self._idents = Idents(f"{os.getpid() & 0xFFF:03X}{int(loop.time() * 1000) & 0xFFFFF:05X}")
        self._accepting = [self._open(gate, door) for door in gate.smtp_doors]

    def _open(self, gate: Gate, door: SmtpDoor) -> Accepting:
        context = door_context(
            gate,
            door,
            log=self._worker.log,
            names=self._names,
            policy_services=self._policy_services,
            pool=self._pool,
            idents=self._idents,
        )
        listeners = self._worker.listeners[door.doors[0].name] if door.doors else ()
        most = door.most_sessions or UNLIMITED
        accepting: Accepting

        def open_session(connection: Connection) -> tuple[SmtpDialogue, SmtpSession]:
            session = SmtpSession(connection, context)
            self._connections.add(connection)
            return session.dialogue, session

        def ended(connection: Connection) -> None:
            self._connections.discard(connection)
            accepting.session_ended()

        def protocol() -> Connection:
            return Connection(open_session, Pause, self._deadlines, ended)

        accepting = Accepting(self._loop, listeners, protocol, most, context.log)
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

    def hang_up(self) -> None:
        """The time of the sessions that still run is over: 421 where a dialogue can say it."""
        for connection in tuple(self._connections):
            connection.shut_down()

    def close(self) -> None:
        """Close what is open towards name servers, policy servers and next hops, where the process lives on."""
        self._names.close()
        self._policy_services.close()
        self._pool.close()


def door_context(
    gate: Gate,
    door: SmtpDoor,
    *,
    log: Log,
    names: NameSource,
    policy_services: PolicySource,
    pool: NextHopPool,
    idents: Idents,
) -> DoorContext:
    """What the sessions of one door share; `log` is the worker's."""
    view = door.view
    log = log.named(f"{view.text('syslog_name')}/smtpd")
    maildir = view.text("maildir_directory")
    tell = {"info": log.info, "warning": log.warning}
    destinations = Destinations(
        settings=door.policy.settings,
        default_hop=door.default_hop,
        hop_settings=door.hop,
        pool=pool,
        maildirs=MaildirStore(maildir, view.text("myhostname")) if maildir else None,
        queue_directory=view.text("queue_directory"),
        log=lambda severity, text: tell.get(severity, log.warning)(text),
    )
    return DoorContext(
        policy=door.policy,
        speech=door.speech,
        lenient_speech=replace(door.speech, smtpd_forbid_bare_newline="no"),
        newline_exclusions=read_match_list(view, "smtpd_forbid_bare_newline_exclusions"),
        tables=gate.tables,
        names=names,
        policy_services=policy_services,
        destinations=destinations,
        log=log,
        idents=idents,
        looks_names_up=view.yes("smtpd_peername_lookup"),
    )


UNLIMITED = 1 << 30
"""maxproc 0 (master(5)): no limit but the machine's."""
