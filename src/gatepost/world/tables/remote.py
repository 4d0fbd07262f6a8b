"""A table that must be waited for: threads ask its server, answers are kept, and the server may go away.

While the server is there an answer is at most `cache_ttl` old (2 s), counted from before it was asked for. Equal
questions at the same time are asked once. All keys of one question travel together, and are asked in their order
until one is found. A query that the server refuses is answered by what is known, if anything is.

While the server is away nothing waits: what is known serves on, marked as stale, until it is `stale_ttl` old (4 h);
a key that is not known is Unavailable. A table that is a list of members (mynetworks) is kept whole beside that,
asked for anew about as often as `cache_ttl`: then strangers are known to be strangers. The server is tried once a
second. What was kept whole outlives a reload and a worker's death. A question that is not answered within `deadline`
(5 s) means that the server is away.

Limits: 20,000 answers kept (how large a snapshot may be is for its server to say); a snapshot that takes long is
taken the less often, so that it costs at most a twentieth of a thread.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatepost.model.answer import NOT_FOUND, Answer, Found, NotFound, Unavailable
from gatepost.model.errors import Complaint
from gatepost.policy.questions import TableHit
from gatepost.world.tables.awaited import AwaitedTable, Tell, Ticket, hit
from gatepost.world.tables.server import USUAL_LIMITS, RemoteLimits, Server, ServerAwayError
from gatepost.world.tables.server_threads import Result, ServerThreads
from gatepost.world.tables.shared_entries import shared_entries_of
from gatepost.world.tables.snapshot import Snapshot
from gatepost.world.tables.table import TableRequest, TableType, admit, is_utf8
from gatepost.world.watching.outages import outages_of

MOST_KEPT = 20_000
TRY_AGAIN_S = 1.0
TRY_WHOLE_AGAIN_S = 300.0
"""After a snapshot that was too large, or that the server refused."""
COSTS_AT_MOST = 20
"""A snapshot that took one second is not taken again for twenty."""


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """What a loader of such a type gives. `is_asked_for` tells keys that are in no case known without asking.

    `snapshot` is what all keys are asked for by, "" where the server cannot give them; `folds_snapshot`: it compares
    them without regard to case; `holds_networks`: some may be networks, which stand for their addresses.
    """

    server: Callable[[], Server]
    limits: RemoteLimits = USUAL_LIMITS
    is_asked_for: Callable[[str], bool] = lambda _key: True
    complaints: tuple[Complaint, ...] = ()
    files: tuple[Path, ...] = ()
    snapshot: str = ""
    folds_snapshot: bool = False
    holds_networks: bool = False

    def make_table(self, record: TableType, request: TableRequest) -> "RemoteTable":
        """Make the table."""
        return RemoteTable(record, request, self)

    def make_snapshot(self, since: float, values: Mapping[str, str]) -> Snapshot:
        """All entries as they were then."""
        return Snapshot(since, values, folds=self.folds_snapshot, holds_networks=self.holds_networks)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer and when it was asked for."""

    since: float
    answer: Answer[str]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a server said about the keys of one question, as far as it was asked."""

    since: float
    answers: Mapping[str, Answer[str]]


class RemoteTable(AwaitedTable):
    """One table behind a server."""

    def __init__(self, record: TableType, request: TableRequest, source: RemoteSource) -> None:
        super().__init__(request.name, record, source.complaints, source.files)
        self._label = request.shown_name
        self._request = request
        self._source = source
        self._limits = source.limits
        self._tell: Tell | None = None
        self._threads: ServerThreads | None = None
        self._kept: dict[str, _Kept] = {}
        self._flights: dict[tuple[str, ...], _Flight] = {}
        self._snapshot: Snapshot | None = None
        self._takes_snapshots = False
        self._why_away = ""
        self._back_since = 0.0
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._outages = outages_of(f"table {request.name}")
        self._snapshot_outages = outages_of(f"snapshot of table {request.name}")
        # Made here, before the fork: all workers share it, and the next.
        self._shared = shared_entries_of(f"{request.name}\0{source.snapshot}") if source.snapshot else None

    # -- what is asked of it

    def start(self, tell: Tell, *, is_membership: bool) -> None:
        """Say outages from now on; keep all of a list of members. Called in the worker, in its event loop."""
        self._tell = tell
        if is_membership and self._source.snapshot and not self._takes_snapshots:
            self._takes_snapshots = True
            left = self._shared.read() if self._shared is not None else None
            if left is not None:
                self._snapshot = self._source.make_snapshot(*left)
            self._take_snapshot()

    def close(self) -> None:
        """Ask no more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        if self._threads is not None:
            self._threads.close()
            self._threads = None

    def instant(self, keys: Iterable[str]) -> Answer[TableHit] | None:
        """The answer as far as it is known, fresh or because nobody can be asked; None: ask."""
        oldest = time.monotonic() - self._limits.cache_ttl_s
        for key in keys:
            admitted = self._admit(key)
            if admitted is None:
                continue
            kept = self._kept.get(admitted)
            if kept is not None and kept.since > oldest:
                answer = kept.answer
            elif self._why_away:
                answer = self._known(admitted)
            else:
                return None
            if not isinstance(answer, NotFound):
                return hit(key, self._checked(answer))
        return NOT_FOUND

    def ask(self, keys: tuple[str, ...], done: Callable[[Answer[TableHit]], None]) -> Ticket:
        """Ask the server; `done` is called once, never from within this call."""
        flight = self._flights.get(keys)
        if flight is None or flight.began <= time.monotonic() - self._limits.cache_ttl_s:
            flight = self._flights[keys] = _Flight(keys)
            self._send(flight)
        return flight.join(done)

    # -- asking

    def _admit(self, key: str) -> str | None:
        admitted = admit(key, folds=self.record.folds_keys, smtputf8=True)
        if not admitted or not self._source.is_asked_for(admitted):
            return None
        return admitted

    def _send(self, flight: "_Flight") -> None:
        wanted = tuple(dict.fromkeys(filter(None, map(self._admit, flight.keys))))
        loop = asyncio.get_running_loop()
        if self._why_away or not wanted:
            loop.call_soon(self._land, flight, {})
        elif not self._submit(
            lambda server: _ask_for(server, wanted, flight), lambda result: self._heard(flight, result)
        ):
            refusal = Unavailable(f"{self._label}: too many questions wait for its server")
            loop.call_soon(self._land, flight, dict.fromkeys(wanted, refusal))
        else:
            flight.deadline = loop.call_later(self._limits.deadline_s, self._late, flight)

    def _submit(self, work: Callable[[Server], Any], done: Callable[[Result], None]) -> bool:
        if self._threads is None:
            self._threads = ServerThreads(self._source.server, self._label)
        return self._threads.submit(work, done)

    def _heard(self, flight: "_Flight", result: Result) -> None:
        if isinstance(result, ServerAwayError):
            self._is_away(str(result), flight.began)
            self._land(flight, {})
            return
        self._answers(flight.began)
        for key, answer in result.answers.items():
            if not isinstance(answer, Unavailable):
                self._keep(key, _Kept(result.since, answer))
        self._land(flight, result.answers)

    def _late(self, flight: "_Flight") -> None:
        if not flight.is_over:
            self._is_away(f"no answer within {self._limits.deadline_s:g} s", flight.began)
            self._land(flight, {})

    def _land(self, flight: "_Flight", heard: Mapping[str, Answer[str]]) -> None:
        """Answer all who wait for this question, once."""
        if flight.is_over:
            return
        if self._flights.get(flight.keys) is flight:
            del self._flights[flight.keys]
        flight.land(self._decide(flight.keys, heard))

    def _decide(self, keys: tuple[str, ...], heard: Mapping[str, Answer[str]]) -> Answer[TableHit]:
        for key in keys:
            admitted = self._admit(key)
            if admitted is None:
                continue
            answer = heard.get(admitted)
            if answer is None:
                answer = self._known(admitted)
            elif isinstance(answer, Unavailable):
                answer = self._known(admitted, why=answer.why)
            if not isinstance(answer, NotFound):
                return hit(key, self._checked(answer))
        return NOT_FOUND

    def _checked(self, answer: Answer[str]) -> Answer[str]:
        if isinstance(answer, Found) and self._request.smtputf8 and not is_utf8(answer.value):
            return Unavailable(f"{self._label}: the value is not UTF-8")
        return answer

    # -- what is known

    def _keep(self, key: str, kept: _Kept) -> None:
        before = self._kept.pop(key, None)
        self._kept[key] = kept if before is None or before.since <= kept.since else before
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]

    def _known(self, key: str, why: str = "") -> Answer[str]:
        """What was the last answer, marked as stale; Unavailable where there is none or it is too old."""
        kept, snapshot = self._kept.get(key), self._snapshot
        if snapshot is not None and (kept is None or snapshot.since > kept.since):
            kept = _Kept(snapshot.since, snapshot.find(key, self._label))
        reason = why or f"{self._label}: {self._why_away or 'its server does not answer'}"
        if kept is None:
            return Unavailable(reason, self._is_told(why))
        age = time.monotonic() - kept.since
        if age > self._limits.stale_ttl_s:
            too_old = "; what was known is too old" if self._limits.stale_ttl_s else ""
            return Unavailable(f"{reason}{too_old}", self._is_told(why))
        if isinstance(kept.answer, Found):
            return Found(kept.answer.value, f"{kept.answer.source} (stale: {age:.0f} s old)")
        return kept.answer

    def _is_told(self, why: str) -> bool:
        """The log knows: this is an outage, and no query that is refused."""
        return not why and self._outages.are_told

    # -- being away and coming back

    def _is_away(self, why: str, asked_at: float) -> None:
        """What was asked before the server came back says nothing of now."""
        if self._why_away or asked_at < self._back_since:
            return
        self._why_away = why
        self._fails(why)
        self._after("probe", TRY_AGAIN_S, self._probe)

    def _probe(self) -> None:
        began = time.monotonic()

        def probed(result: Result) -> None:
            if isinstance(result, ServerAwayError):
                self._fails(str(result))
                self._after("probe", TRY_AGAIN_S, self._probe)
                return
            self._why_away = ""
            self._back_since = time.monotonic()
            self._answers(began)
            if self._takes_snapshots:
                self._take_snapshot()

        if not self._submit(lambda server: server.check(), probed):
            self._after("probe", TRY_AGAIN_S, self._probe)

    def _fails(self, why: str) -> None:
        """Tell the log that an outage has begun, unless it knows."""
        if self._tell is not None and self._outages.begins():
            known = "what is known serves on" if self._limits.stale_ttl_s else "nothing is known without it"
            self._tell(f"{self._label}: its server is away: {why}; {known}")

    def _answers(self, asked_at: float) -> None:
        """Tell the log that an outage is over, if there was one."""
        ended = self._outages.ends(asked_at)
        if self._tell is not None and ended is not None:
            self._tell(f"{self._label}: its server is back after {ended.lasted_s:.0f} s")

    def _after(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        former = self._timers.get(name)
        if former is not None:
            former.cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, action)

    # -- the snapshot

    def _take_snapshot(self) -> None:
        began = time.monotonic()

        def taken(result: Result) -> None:
            if isinstance(result, ServerAwayError):
                self._is_away(str(result), began)
                if not self._why_away:  # else another is taken when the server is back
                    self._after("snapshot", TRY_AGAIN_S, self._take_snapshot)
                return
            self._answers(began)
            if result is None:  # what was kept before serves on
                if self._tell is not None and self._snapshot_outages.begins():
                    self._tell(f"{self._label}: it cannot be kept whole: without its server strangers are not known")
                self._after("snapshot", TRY_WHOLE_AGAIN_S, self._take_snapshot)
                return
            if self._snapshot_outages.ends(began) and self._tell is not None:
                self._tell(f"{self._label}: it is kept whole again")
            self._snapshot = result
            again_s = max(self._limits.cache_ttl_s, TRY_AGAIN_S, (time.monotonic() - began) * COSTS_AT_MOST)
            self._after("snapshot", again_s, self._take_snapshot)

        if not self._submit(self._snapshot_of, taken):
            self._after("snapshot", TRY_AGAIN_S, self._take_snapshot)

    def _snapshot_of(self, server: Server) -> Snapshot | None:
        """In a thread."""
        since = time.monotonic()
        values = server.whole()
        if values is None:
            return None
        if self._shared is not None:
            self._shared.write(since, values)
        return self._source.make_snapshot(since, values)


class _Flight:
    """One question on its way, and those who wait for it."""

    __slots__ = ("_waiting", "began", "deadline", "is_over", "keys")

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.began = time.monotonic()
        self.is_over = False
        self.deadline: asyncio.TimerHandle | None = None
        self._waiting: list[Ticket] = []

    def join(self, done: Callable[[Answer[TableHit]], None]) -> Ticket:
        """Wait for the answer too."""
        ticket = Ticket(done)
        self._waiting.append(ticket)
        return ticket

    def land(self, answer: Answer[TableHit]) -> None:
        """Tell everybody."""
        self.is_over = True
        if self.deadline is not None:
            self.deadline.cancel()
        for ticket in self._waiting:
            ticket.tell(answer)


def _ask_for(server: Server, keys: tuple[str, ...], flight: _Flight) -> _Heard:
    """In a thread: ask for the keys in their order, until one is found, cannot be asked for, or nobody waits."""
    since = time.monotonic()
    answers: dict[str, Answer[str]] = {}
    for key in keys:
        if flight.is_over:
            break
        answer = answers[key] = server.look_up(key)
        if not isinstance(answer, NotFound):
            break
    return _Heard(since, answers)
