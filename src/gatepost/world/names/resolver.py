"""A stub resolver: it asks name servers that resolve for us, and tells every asker one outcome.

Questions are (name, type) keys; all who ask the same while it is open share one flight. A flight's query goes to the
preferred server, is sent again after 0.4 s, 1.2 s and 2.8 s (each time to the next server, if there are several) and
ends 5 s after it was first sent. A server that refuses or fails (SERVFAIL, REFUSED, FORMERR, garbage, ICMP) passes
the flight to the next server at once; FORMERR is first answered by asking without EDNS0. When all have failed, so
has the flight; when nothing listens anywhere, after one more try. Truncated answers are fetched over TCP. An alias
that leaves the answer is asked for in turn, 8 times at most, within the same deadline.

At most 4096 flights are open (twice what 2000 questions a second need at one second each); 32768 wait, as many as
4000 sessions ask that look eight lists ahead; beyond that a question fails at once. One sweeper serves all deadlines:
every wait of one kind has the same length, so each kind is a queue in order of time.

Gives: an Outcome through a callback, never from within ask().
Postfix: no equivalent (libc's resolver, one question at a time).
RFC: 1035 section 7; 5452 section 9 (answers checked against the question); 6891 section 7 (servers without EDNS).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from gatepost.world.names.choosing import choose
from gatepost.world.names.flight import Flight, Waiter, stage_delays_s
from gatepost.world.names.message import (
    FORMERR,
    Garbage,
    answers_question,
    encode_question,
    is_truncated,
    query_with,
    read_message,
)
from gatepost.world.names.nameservers import Nameserver
from gatepost.world.names.outcome import Failed, Key, NoRecords, Outcome, Redirect, outcome_of, within
from gatepost.world.names.over_tcp import TcpQuestion
from gatepost.world.names.ports import Port, Server, outages_of_server
from gatepost.world.names.usual_reply import usual_outcome

DEADLINE_S = 5.0
MAX_OPEN = 4096
MAX_WAITING = 32768
MAX_TCP = 64
MAX_REDIRECTS = 8
_SWEEP_S = 0.05
_CHANCE_OCTETS = 3  # an id and a choice of port
_CHANCES_AT_ONCE = 256
_GONE: list[Any] = []  # the lists of every flight that is over: one for all, never added to


class Resolver:
    """Asks name servers. Everything happens on the running loop; the first ask() finds it.

    `news` gives the name servers when they have changed, else None. `on_outcome` hears every outcome before the
    waiters do. `on_complaint` hears one line when a server stops answering and one when it is back, for all workers
    together (watching/outages.py). The counters are plain numbers: `questions` (flights), `packets`, `timeouts`,
    `failures`, `ignored` (stray or forged packets), `tcp_questions`.
    """

    def __init__(
        self,
        news: Callable[[], Iterable[Nameserver] | None],
        *,
        on_outcome: Callable[[Key, Outcome], None],
        on_complaint: Callable[[str], None],
        clock: Callable[[], float],
        random_bytes: Callable[[int], bytes],
        deadline_s: float = DEADLINE_S,
        max_open: int = MAX_OPEN,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self.questions = self.packets = self.timeouts = self.failures = self.ignored = self.tcp_questions = 0
        self._news = news
        self._on_outcome = on_outcome
        self._on_complaint = on_complaint
        self._clock = clock
        self._random_bytes = random_bytes
        self._deadline_s = deadline_s
        self._max_open = max_open
        self._max_waiting = max_waiting
        self._loop: asyncio.AbstractEventLoop | None = None
        self._servers: tuple[Server, ...] = ()
        self._only: Server | None = None
        self._flights: dict[Key, Flight] = {}
        self._waiting: deque[Flight] = deque()
        self._open = 0
        self._open_tcp = 0
        self._delays = stage_delays_s(deadline_s)
        self._stages: tuple[deque[Flight], ...] = tuple(deque() for _ in self._delays)
        self._sweeper: asyncio.TimerHandle | None = None
        self._chances: list[bytes] = []
        self._outbox: list[tuple[Port, bytes, Flight]] = []

    def ask(self, key: Key, waiter: Waiter) -> None:
        """Ask; `waiter` is called once, later, with the outcome."""
        flight = self._flights.get(key)
        if flight is not None:
            flight.waiters.append(waiter)
            return
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        question = encode_question(key[0], key[1])
        if question is None:
            self._loop.call_soon(waiter, NoRecords(is_name_known=False, ttl_s=None))
            return
        flight = self._flights[key] = Flight(key, question, waiter)
        if self._open < self._max_open:
            self._launch(flight)
        elif len(self._waiting) < self._max_waiting:
            self._waiting.append(flight)
        else:
            self._open += 1
            self._loop.call_soon(self._end, flight, Failed("too many DNS questions are open", is_ours=True))

    def close(self) -> None:
        """Give up everything: no waiter is called any more."""
        for flight in self._flights.values():
            flight.is_over = True
            if flight.tcp is not None:
                flight.tcp.abandon()
        self._flights.clear()
        self._waiting.clear()
        self._outbox.clear()
        for server in self._servers:
            server.close(at_once=True)
        self._servers, self._only = (), None
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._sweeper = None

    def _launch(self, flight: Flight) -> None:
        servers = self._news()
        if servers is not None:
            self._use(servers)
        self._open += 1
        self.questions += 1
        self._send(flight)
        flight.due_at = self._clock() + self._delays[0]
        self._stages[0].append(flight)
        if self._sweeper is None:
            self._sweeper = self._running_loop().call_later(_SWEEP_S, self._sweep)

    def _use(self, nameservers: Iterable[Nameserver]) -> None:
        """Take over a new list of servers, keeping the sockets of those that stay."""
        known = {server.nameserver: server for server in self._servers}
        servers = [
            known.pop(nameserver, None) or self._open_server(nameserver) for nameserver in dict.fromkeys(nameservers)
        ]
        self._servers = tuple(server for server in servers if server is not None)
        self._only = self._servers[0] if len(self._servers) == 1 else None
        for server in known.values():
            server.close(at_once=False)

    def _open_server(self, nameserver: Nameserver) -> Server | None:
        try:
            return Server(nameserver, self._on_complaint, self._clock)
        except OSError as error:
            if outages_of_server(nameserver, self._clock).begins():
                self._on_complaint(f"DNS: name server {nameserver} cannot be used: {error.strerror or error}")
            return None

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None, "ask() comes first"
        return self._loop

    # Sending

    def _send(self, flight: Flight) -> bool:
        """Send the query to the next server that may know; False when there is none."""
        only = self._only
        is_plain = only is not None and not (only.is_silent or flight.failed or flight.refused)
        server = only if is_plain else choose(self._servers, flight, self._clock)
        if server is None:
            return False
        flight.tries += 1
        chance = self._chances.pop() if self._chances else self._draw()
        try:
            port = server.port(chance[2], self._running_loop, self)
        except OSError as error:
            self._running_loop().call_soon(self._refused, server, [flight], error.strerror or "socket error")
            return True
        ident = chance[:2]
        while ident in port.flights:
            ident = self._draw()[:2]
        port.flights[ident] = flight
        flight.trail.append((port, ident))
        self.packets += 1
        if not self._outbox:
            self._running_loop().call_soon(self._post)
        self._outbox.append((port, ident, flight))
        return True

    def _post(self) -> None:
        """Send what all sessions of this turn of the loop ask, in one go: the name server is woken up once."""
        outbox, self._outbox = self._outbox, []
        for port, ident, flight in outbox:
            if port.flights.get(ident) is flight:
                try:
                    port.send(ident + flight.query)
                except BlockingIOError:
                    continue  # the send buffer is full: as good as a packet lost on the way
                except OSError as error:
                    self._running_loop().call_soon(self.on_refused, port, error.strerror or "socket error")

    def _draw(self) -> bytes:
        """Give three random octets: an id and a choice of port."""
        if not self._chances:
            octets = self._random_bytes(_CHANCE_OCTETS * _CHANCES_AT_ONCE)
            self._chances = [octets[at : at + _CHANCE_OCTETS] for at in range(0, len(octets), _CHANCE_OCTETS)]
        return self._chances.pop()

    # Answers

    def on_datagram(self, port: Port, packet: bytes) -> None:
        """Take a packet from a server; whatever does not answer an open question is ignored."""
        flight: Flight | None = port.flights.get(packet[:2])
        outcome = None if flight is None else usual_outcome(packet, flight.folded, flight.asked, flight.key[1])
        if flight is None or (outcome is None and not answers_question(packet, flight.folded)):
            self.ignored += 1
            return
        server = port.server
        server.note_answer(flight.due_at - self._delays[flight.stage])
        if flight.tcp is not None:
            return
        if outcome is not None:
            self._end(flight, within(outcome, flight.ttl_s) if flight.redirects else outcome)
        elif is_truncated(packet):
            self._ask_over_tcp(flight, server)
        else:
            self._take(flight, server, packet)

    def _take(self, flight: Flight, server: Server, packet: bytes) -> None:
        """Read a reply that answers this flight's question."""
        message = read_message(packet, flight.asked, len(flight.folded))
        if isinstance(message, Garbage):
            self._pass_on(flight, server, f"{server.nameserver} sent a broken answer: {message.why}")
            return
        if message.rcode == FORMERR and self._retry_without_edns(flight):
            return
        outcome = outcome_of(message, flight.asked, flight.key[1])
        if isinstance(outcome, Failed):
            self._pass_on(flight, server, f"{server.nameserver} answered {outcome.why}")
        elif isinstance(outcome, Redirect):
            self._redirect(flight, outcome)
        else:
            self._end(flight, within(outcome, flight.ttl_s))

    def _retry_without_edns(self, flight: Flight) -> bool:
        query = query_with(encode_question(flight.asked, flight.key[1]) or b"", edns=False)
        if query == flight.query:
            return False
        self._forget_trail(flight)
        flight.query = query
        flight.tries -= 1
        return self._send(flight)

    def _redirect(self, flight: Flight, redirect: Redirect) -> None:
        """Ask for the target of an alias, by the same flight."""
        question = encode_question(redirect.name, flight.key[1])
        flight.redirects += 1
        if question is None or flight.redirects > MAX_REDIRECTS:
            self._end(flight, Failed("chain of aliases too long" if question else "alias of a name that cannot be"))
            return
        self._forget_trail(flight)
        flight.query, flight.folded, flight.asked = query_with(question), question.lower(), redirect.name
        flight.ttl_s = min(flight.ttl_s, redirect.ttl_s)
        flight.failed = flight.refused = ()
        flight.tries = 0
        self._send(flight)

    def _ask_over_tcp(self, flight: Flight, server: Server) -> None:
        if self._open_tcp >= MAX_TCP:
            self._pass_on(flight, server, "too many DNS answers need TCP")
            return

        def done(packet: bytes | None, why: str) -> None:
            assert flight.tcp is not None
            ident, flight.tcp = flight.tcp.ident, None
            self._open_tcp -= 1
            if packet is not None and packet[:2] == ident and answers_question(packet, flight.folded):
                self._take(flight, server, packet)
            else:
                self._pass_on(flight, server, why or f"TCP to {server.nameserver}: answer to another question")

        self._open_tcp += 1
        self.tcp_questions += 1
        flight.tcp = TcpQuestion(server.nameserver, flight.query, self._draw()[:2], done)
        flight.tcp.start(self._running_loop())

    # Failures

    def on_refused(self, port: Port, why: str) -> None:
        """Nothing listens there: all that was asked by this port goes elsewhere."""
        flights = list(dict.fromkeys(port.flights.values()))
        port.flights.clear()
        port.retire()
        self._refused(port.server, flights, why)

    def _refused(self, server: Server, flights: list[Flight], why: str) -> None:
        server.note_refusal(self._clock(), why)
        for flight in flights:
            if flight.is_over or flight.tcp is not None:
                continue
            flight.refused = (*flight.refused, server)
            flight.why = f"{server.nameserver}: {why}"
            # The first time round, wait: a name server that restarts is back within the next retransmission.
            if not self._send(flight) and (flight.stage > 0 or len(self._delays) == 1):
                self._end(flight, Failed(flight.why))

    def _pass_on(self, flight: Flight, server: Server, why: str) -> None:
        """A server could not tell: ask the next, or fail when there is none."""
        if flight.is_over:
            return
        flight.failed = (*flight.failed, server)
        flight.why = why
        if not self._send(flight):
            self._end(flight, Failed(why))

    def _sweep(self) -> None:
        """See to all waits that are over; runs every 50 ms while anything is open."""
        now = self._clock()
        for stage, line in enumerate(self._stages):
            while line and line[0].due_at <= now:
                flight = line.popleft()
                if not flight.is_over:
                    self._due(flight, stage, now)
        is_needed = any(self._stages)
        self._sweeper = self._running_loop().call_later(_SWEEP_S, self._sweep) if is_needed else None

    def _due(self, flight: Flight, stage: int, now: float) -> None:
        """One wait of a flight is over: send again, or give up."""
        if stage == 0 and flight.trail:
            flight.trail[0][0].server.note_miss(now)
        if stage + 1 == len(self._delays):
            self.timeouts += 1
            self._end(flight, Failed(flight.why or f"no DNS answer within {self._deadline_s:g} s"))
            return
        flight.stage = stage + 1
        flight.refused = ()
        if flight.tcp is None and not self._send(flight):
            self._end(flight, Failed(flight.why or "no usable name server"))
            return
        flight.due_at = now + self._delays[stage + 1]
        self._stages[stage + 1].append(flight)

    # The end

    def _forget_trail(self, flight: Flight) -> None:
        for port, ident in flight.trail:
            port.flights.pop(ident, None)
            if port.is_retired:
                port.close_if_done()
        flight.trail.clear()

    def _end(self, flight: Flight, outcome: Outcome) -> None:
        if flight.is_over:
            return
        flight.is_over = True
        self._forget_trail(flight)
        if flight.tcp is not None:
            flight.tcp.abandon()
            flight.tcp = None
            self._open_tcp -= 1
        self._open -= 1
        del self._flights[flight.key]
        if isinstance(outcome, Failed):
            self.failures += 1
        self._on_outcome(flight.key, outcome)
        for waiter in flight.waiters:
            try:
                waiter(outcome)
            except Exception as error:  # noqa: BLE001 -- one asker's mistake must not cost the others their answer
                self._running_loop().call_exception_handler({"message": "DNS waiter failed", "exception": error})
        # The sweeper holds the flight for a little longer; what waited for it need not live that long.
        flight.waiters = flight.trail = _GONE
        while self._waiting and self._open < self._max_open:
            self._launch(self._waiting.popleft())
