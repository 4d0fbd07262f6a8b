"""One connection of the policy door: introduces the dialogue to the policy, and tells the log.

Each request becomes a Session and is judged by policyd_restrictions; the outcome becomes an action. Requests about
one message (the same `instance`) share what was asked for it, as the recipients of one SMTP session do.

On a mistake of ours the connection is closed without an answer, as Postfix asks: it tries again, and then does what
its default_action says. The same for a request that makes no sense. Both are told, with the address that asked.

Log lines, as Postfix's for a milter: `NOQUEUE: policy-reject: RCPT from name[address]: ACTION; from=<…> to=<…> …`
for each answer that refuses, defer_if_permit included; `policy-warn`, `policy-reject_warning` … for what a list only
remarks. `policy-reject` and not `reject`: the Postfix that asked writes its own line, and a refusal counts once.
"""

import asyncio
from dataclasses import dataclass, field, replace

from gatepost.model.session import UNKNOWN, Session
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.habits import Habits
from gatepost.policy.language.compile import Policy
from gatepost.policy.language.plan import Plan
from gatepost.policy.outcome import Outcome
from gatepost.policy.policy_request import Attributes, session_of
from gatepost.policy.policyd_action import answer_to
from gatepost.policy.questions import Question
from gatepost.policy.subjects import client_label
from gatepost.service.deliberation import Deliberation
from gatepost.service.door_context import Idents
from gatepost.service.session_log import Envelope, mistake
from gatepost.service.trust_guard import TrustGuard
from gatepost.wire.policy_protocol.dialogue import PolicyDialogue
from gatepost.wire.policy_protocol.events import Event, RequestGiven
from gatepost.world.answering import SessionAnswers, Sources
from gatepost.world.net.connection import Connection
from gatepost.world.net.deadlines import Deadlines
from gatepost.world.watching.log import Log, Severity

SHARE_OF_DEADLINE = 0.9
"""How much of policyd_deadline may be used up: the answer has to travel, and Postfix gives up when it is over."""

GRAIN_OF_DEADLINE = 0.05
"""How exactly it is kept, as a part of it."""


@dataclass(slots=True)
class PolicyCounts:
    """What a door has done since its worker began."""

    requests: int = 0
    refused: int = 0
    degraded: int = 0
    malformed: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class PolicyDoorContext:
    """What every session of one `policyd` row shares."""

    policy: Policy
    sources: Sources
    log: Log
    idents: Idents
    deadline_s: float
    idle_s: float
    trust_guard: TrustGuard
    loop: asyncio.AbstractEventLoop
    deadlines: Deadlines
    counts: PolicyCounts = field(default_factory=PolicyCounts)
    habits: Habits = field(default_factory=Habits)

    def plan_at(self, state: str) -> Plan:
        """What is run for this protocol_state."""
        plan: Plan = getattr(self.policy, _STAGES[state])
        return plan


_STAGES = {
    "CONNECT": "connect",
    "XCLIENT": "connect",
    "HELO": "helo",
    "EHLO": "helo",
    "MAIL": "mail",
    "RCPT": "rcpt",
    "VRFY": "rcpt",
    "DATA": "data",
    "END-OF-MESSAGE": "end_of_data",
    "ETRN": "etrn",
}


class PolicySession:
    """The listener of one connection's dialogue."""

    __slots__ = (
        "_answers",
        "_connection",
        "_deliberation",
        "_door",
        "_instance",
        "_queue_id",
        "_session",
        "dialogue",
    )

    def __init__(self, connection: Connection, door: PolicyDoorContext) -> None:
        self._connection = connection
        self._door = door
        self._answers = SessionAnswers(door.sources, self._connection.break_off)
        self._instance = ""
        self._deliberation = Deliberation(self._decided, connection.guard, door.deadlines)
        self.dialogue = PolicyDialogue(door.idle_s)

    # -- the connection's side

    def heard(self, event: Event) -> None:
        """One event of the dialogue."""
        if isinstance(event, RequestGiven):
            self._judge(event.attributes)
            return
        if event.complaint:
            self._complain(event.complaint)
        self._deliberation.close()
        self._connection.close(at_once=not event.complaint)

    def lost(self) -> None:
        """The client has vanished: nobody waits for an answer any more."""
        self._deliberation.close()

    def failed(self, error: Exception) -> None:
        """A mistake in Gatepost: no answer."""
        self._door.counts.failed += 1
        text = f"internal error, connection closed without an answer: {mistake(error)}"
        self._door.log.once(text, text, severity=Severity.ERROR)
        self._deliberation.close()
        self.dialogue.fail()

    # -- one request

    def _judge(self, attributes: Attributes) -> None:
        door = self._door
        door.counts.requests += 1
        try:
            session = session_of(attributes, door.policy.settings)
        except ValueError as error:
            self._complain(str(error))
            self.dialogue.decide(None)
            return
        door.trust_guard.greeted(session.client.address, session.helo_name or "")
        if door.trust_guard.withdraws(session.client.address):
            session = replace(session, is_trust_withdrawn=True)
        if not session.instance or session.instance != self._instance:
            self._instance = session.instance
            self._answers = SessionAnswers(door.sources, self._connection.break_off)
        answers = self._answers
        answers.renew()
        self._session = session
        self._queue_id = attributes.get("queue_id") or "NOQUEUE"
        evaluation = Evaluation(door.plan_at(session.protocol_state), session, answers.instant, habits=door.habits)
        self._deliberation.start(evaluation, answers, door.loop.time() + door.deadline_s * SHARE_OF_DEADLINE)

    def _decided(self, outcome: Outcome, unanswered: tuple[Question, ...]) -> None:
        if unanswered:
            self._say_degraded(unanswered)
        self.dialogue.decide(self._tell(outcome, self._session, self._queue_id))
        self._connection.pump()

    # -- telling the log

    def _tell(self, outcome: Outcome, session: Session, queue_id: str) -> str:
        """Say what is worth a line; give the action."""
        door = self._door
        for complaint in outcome.complaints:
            door.log.once(complaint, complaint)
        answer = answer_to(outcome, session)
        if answer.lost:
            lost = ", ".join(action.partition(" ")[0] for action in answer.lost)
            door.log.once(f"lost {lost}", f"an answer has room for one action: {answer.action}; left out: {lost}")
        if answer.is_refusal or outcome.notes:
            names = session.client.names
            label = client_label(session.client, names.name if names else UNKNOWN, with_port=False)
            where = f"{session.protocol_state} from {label}"
            envelope = Envelope(session.sender, session.recipient, session.protocol_name, session.helo_name)
            end = f"{envelope} id={door.idents.next()}"
            for note in outcome.notes:
                door.log.info(f"{queue_id}: policy-{note.kind}: {where}: {note.text};{end}")
            if answer.is_refusal:
                door.counts.refused += 1
                door.log.info(f"{queue_id}: policy-reject: {where}: {answer.action};{end}")
        return answer.action

    def _say_degraded(self, unanswered: tuple[Question, ...]) -> None:
        door = self._door
        door.counts.degraded += 1
        kinds = ", ".join(sorted({type(question).__name__ for question in unanswered}))
        text = f"degraded: {door.counts.degraded} of {door.counts.requests} requests answered without {kinds}: "
        door.log.once("degraded", f"{text}no answer within {door.deadline_s * SHARE_OF_DEADLINE:g} s")

    def _complain(self, complaint: str) -> None:
        self._door.counts.malformed += 1
        host, port = self._connection.peer
        client = f"{host}:{port}" if host else "a Unix socket"
        self._door.log.warning(f"connection from {client} closed: {complaint}")
