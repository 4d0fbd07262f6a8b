"""A world made of dictionaries: answers every question of policy without a packet, in any order of arrival.

    world = FakeWorld(tables={"hash:x": {"example.com": "REJECT"}}, addresses={"2.0.0.127.bl.test": ("127.0.0.2",)})
    outcome = decide(policy.rcpt, session, world)

What is in no dictionary is NotFound. Put an Unavailable in a dictionary to make that answer fail.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gatepost.model.answer import NOT_FOUND, Answer, Found, NotFound, Unavailable
from gatepost.model.session import NAMELESS, ClientNames, NameStatus, Session
from gatepost.policy.address_verification import AddressStatus, ProbeResult
from gatepost.policy.deferrals import Deferrals
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.habits import Habits
from gatepost.policy.language.plan import Plan
from gatepost.policy.outcome import Outcome
from gatepost.policy.questions import (
    NAME_QUESTIONS,
    NO_SUCH_HOST,
    AddressProbe,
    AddressRecords,
    ClientName,
    Delay,
    DomainExists,
    Exchanger,
    HostAddresses,
    LocalTime,
    MailExchangers,
    NameServers,
    PolicyRequest,
    Question,
    TableHit,
    TableLookup,
    TextRecords,
)
from gatepost.policy.witness import Witness

MOST_WAVES = 10_000
"""An evaluation that waits more often than this does not end."""


PolicyServer = str | Unavailable | Callable[[dict[str, str]], str | Unavailable]


def verified(name: str) -> ClientNames:
    """The names of a client whose name resolves both ways."""
    return ClientNames(name, NameStatus.VERIFIED, name, NameStatus.VERIFIED)


@dataclass(slots=True)
class FakeWorld:
    """Tables by `type:name`, A and TXT records by name, existing domains, client names by address; MX and
    NS records by domain, addresses by host.

    What a probe of an address comes to by address, deliverable unless said.

    Policy services by endpoint (`inet:127.0.0.1:10023`): an action, or a function of the attributes that gives one;
    one that is in no dictionary is Unavailable.

    `local_tables`: tables are answered at once, as tables in memory are. `asked` records what was sent.
    """

    tables: Mapping[str, Mapping[str, str] | Unavailable] = field(default_factory=dict)
    addresses: Mapping[str, tuple[str, ...] | Unavailable] = field(default_factory=dict)
    texts: Mapping[str, tuple[str, ...] | Unavailable] = field(default_factory=dict)
    domains: Mapping[str, Answer[str]] = field(default_factory=dict)
    names: Mapping[str, ClientNames] = field(default_factory=dict)
    exchangers: Mapping[str, tuple[tuple[int, str], ...] | NotFound | Unavailable] = field(default_factory=dict)
    name_servers: Mapping[str, tuple[str, ...] | NotFound | Unavailable] = field(default_factory=dict)
    hosts: Mapping[str, tuple[str, ...] | NotFound | Unavailable] = field(default_factory=dict)
    policy_services: Mapping[str, "PolicyServer"] = field(default_factory=dict)
    probes: Mapping[str, ProbeResult | Unavailable] = field(default_factory=dict)
    local_tables: bool = True
    asked: list[Question] = field(default_factory=list)

    def answer(self, question: Question) -> Answer[Any]:
        """The answer to one question."""
        if isinstance(question, TableLookup):
            return self._look_up(question)
        if isinstance(question, AddressRecords):
            return _wrap(self.addresses.get(question.name))
        if isinstance(question, TextRecords):
            return _wrap(self.texts.get(question.name))
        if isinstance(question, ClientName):
            return Found(self.names.get(question.address.text, NAMELESS))
        if isinstance(question, DomainExists):
            return self.domains.get(question.name, NOT_FOUND)
        if isinstance(question, MailExchangers):
            return self._exchangers_of(question.domain)
        if isinstance(question, NameServers):
            return _wrap(self.name_servers.get(question.domain))
        if isinstance(question, HostAddresses):
            missing = NotFound(NO_SUCH_HOST)
            return Found(tuple(_wrap(self.hosts.get(name, missing)) for name in question.names))
        if isinstance(question, LocalTime):
            return Found("Jan 01 00:00:00")
        if isinstance(question, PolicyRequest):
            return self._ask_service(question)
        if isinstance(question, AddressProbe):
            return self._probe(question)
        assert isinstance(question, Delay)
        return Found(None)

    def _exchangers_of(self, domain: str) -> Answer[tuple[Exchanger, ...]]:
        known = self.exchangers.get(domain, NOT_FOUND)
        if isinstance(known, tuple):
            return Found(tuple(Exchanger(preference, name) for preference, name in known))
        return known

    def _ask_service(self, question: PolicyRequest) -> Answer[str]:
        service = self.policy_services.get(str(question.endpoint), Unavailable("Connection refused"))
        action = service(dict(question.attributes)) if callable(service) else service
        return action if isinstance(action, Unavailable) else Found(action)

    def _probe(self, question: AddressProbe) -> Answer[ProbeResult]:
        result = self.probes.get(question.address, ProbeResult(AddressStatus.DELIVERABLE))
        return result if isinstance(result, Unavailable) else Found(result)

    def _look_up(self, question: TableLookup) -> Answer[TableHit]:
        table = self.tables.get(question.table)
        if isinstance(table, Unavailable):
            return table
        for key in question.keys if table else ():
            if table and key in table:
                return Found(TableHit(key, table[key]))
        return NOT_FOUND


def _wrap(value: tuple[str, ...] | NotFound | Unavailable | None) -> Answer[tuple[str, ...]]:
    if value is None:
        return NOT_FOUND
    return Found(value) if isinstance(value, tuple) else value


def decide(
    plan: Plan,
    session: Session,
    world: FakeWorld,
    *,
    deferrals: Deferrals | None = None,
    chance: random.Random | None = None,
    habits: Habits | None = None,
    witness: Witness | None = None,
) -> Outcome:
    """Run a plan to its end. With `chance` the answers arrive in random order, else in the order of asking."""
    memory: dict[Question, Answer[Any]] = {}

    def instant(question: Question) -> Answer[Any] | None:
        if isinstance(question, TableLookup) and world.local_tables:
            return world.answer(question)
        return memory.get(question)

    evaluation = Evaluation(plan, session, instant, deferrals=deferrals, habits=habits, witness=witness)
    pending: list[Question] = []
    for _ in range(MOST_WAVES):
        outcome = evaluation.advance()
        if outcome is not None:
            return outcome
        pending += evaluation.unsent
        world.asked += evaluation.unsent
        evaluation.unsent.clear()
        question = pending.pop(chance.randrange(len(pending)) if chance else 0)
        answer = world.answer(question)
        if isinstance(question, NAME_QUESTIONS):
            memory[question] = answer
        evaluation.receive(question, answer)
    raise AssertionError(f"no outcome after {MOST_WAVES} answers")
