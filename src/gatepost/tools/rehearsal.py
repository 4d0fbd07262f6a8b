"""A session without a packet: the real dialogue and the real policy, and nobody at either end.

What the client would say goes in as octets, the replies that it would hear come out; every evaluation leaves a
trace. It ends where the outside begins: nothing is offered to the next hop, nothing is delivered, nothing is logged.
A client that asks for patience (sleep, tarpits) is not kept waiting.

Asks: tables, and the DNS and services as far as permitted.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from gatepost.model.answer import Answer, Found
from gatepost.model.envelope import Sender
from gatepost.model.reply import Reply
from gatepost.model.session import Client, SaslFacts, Session, TlsFacts
from gatepost.policy.deferrals import Deferrals
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.language.compile import Policy
from gatepost.policy.language.plan import Plan
from gatepost.policy.outcome import PERMITTED, Outcome
from gatepost.policy.questions import Delay, Question
from gatepost.policy.recipient_routes import has_routes, route_of
from gatepost.policy.reject_footer import footer_values
from gatepost.policy.routing import Route
from gatepost.policy.subjects import client_label, client_names
from gatepost.service.effects import IMPOSSIBLE, MESSAGE_STAGES, why_impossible
from gatepost.service.inquiry import evaluate, inquire
from gatepost.service.reject_footers import RejectFooters
from gatepost.tools.trace import Permission, StageTrace
from gatepost.wire.smtp import events
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.world.answering import Hear, SessionAnswers, Sources

IDENT = "REHEARSAL"
"""Stands where a served message has its id."""

NOT_QUEUED = Reply(458, "", "Unable to queue messages")


class TimedAnswers(SessionAnswers):
    """Answers that take down how long each question took; `milliseconds` has those that had to be sent."""

    __slots__ = ("milliseconds",)

    def __init__(self, sources: Sources) -> None:
        super().__init__(sources)
        self.milliseconds: dict[Question, float] = {}

    def instant(self, question: Question) -> Answer[Any] | None:
        """The answer, where it needs no waiting."""
        return Found(None) if isinstance(question, Delay) else super().instant(question)

    def ask(self, question: Question, hear: Hear) -> None:
        """Send a question."""
        began = time.monotonic()

        def answered(question: Question, answer: Answer[Any]) -> None:
            self.milliseconds[question] = (time.monotonic() - began) * 1000
            hear(question, answer)

        super().ask(question, answered)


class Rehearsal:
    """One session. `traces` has one entry for each evaluation so far."""

    def __init__(
        self,
        policy: Policy,
        speech: SmtpSettings,
        client: Client,
        answers: SessionAnswers,
        permission: Permission,
        *,
        tls: TlsFacts | None = None,
        sasl: SaslFacts | None = None,
    ) -> None:
        self.dialogue = SmtpDialogue(speech)
        self.traces: list[StageTrace] = []
        self._policy = policy
        self._client = client
        self._answers = answers
        self._permission = permission
        self._tls = tls
        self._sasl = sasl
        self._deferrals = Deferrals()
        self._sender: Sender | None = None
        self._recipients: list[str] = []
        self._discards = False
        self.dialogue.add_footer = RejectFooters(policy.settings, answers, self._footer_values, lambda _: None)

    async def hear(self, octets: bytes = b"") -> bytes:
        """Say something, hear what comes back. The first call brings the greeting too."""
        self.dialogue.receive(octets)
        while not isinstance(event := self.dialogue.next_event(), events.Pause):
            handler = _HANDLERS.get(type(event))
            if handler is not None:
                await handler(self, event)
        return self.dialogue.outgoing()

    async def _judge(self, plan: Plan, where: str, **facts: Any) -> Outcome | None:  # noqa: ANN401 - any field
        """Run a plan and decide what it refuses; None where that is done."""
        if not plan.steps:
            return PERMITTED
        sender = self._sender
        values: dict[str, Any] = {
            "protocol_name": self.dialogue.protocol_name,
            "helo_name": self.dialogue.helo_name,
            "sender": sender.address if sender else None,
            "size_bytes": sender.size_bytes if sender else 0,
            "is_smtputf8": sender is not None and sender.is_smtputf8,
            "recipient_count": self.dialogue.recipient_count,
            "is_pipelining_unauthorised": self.dialogue.is_pipelining_unauthorised,
            "instance": IDENT,
            "tls": self._tls,
            "sasl": self._sasl,
        } | facts
        session = Session(self._client, self._policy.settings, where, **values)
        trace = StageTrace(where, session, self._permission)
        is_discarded = self._discards and (where in MESSAGE_STAGES or where == "VRFY")
        if not is_discarded:
            self.traces.append(trace)
        trace.outcome = outcome = await self._evaluate(plan, session, trace, is_discarded=is_discarded)
        return await self._take_effect(outcome, where)

    async def _evaluate(self, plan: Plan, session: Session, trace: StageTrace, *, is_discarded: bool) -> Outcome:
        evaluation = Evaluation(
            plan,
            session,
            self._answers.instant,
            deferrals=self._deferrals,
            is_discarded=is_discarded,
            witness=trace,
        )
        decided: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        evaluate(evaluation, self._answers, decided.set_result)
        return await decided

    async def _take_effect(self, outcome: Outcome, where: str) -> Outcome | None:
        has_message = self._sender is not None
        if outcome.hangs_up:
            self.dialogue.hang_up()
        elif outcome.refusal is not None:
            self.dialogue.decide(outcome.refusal)
        elif has_message and any(why_impossible(effect, where) for effect in outcome.effects):
            self.dialogue.decide(IMPOSSIBLE)
        else:
            self._discards = self._discards or (has_message and outcome.discards and where in MESSAGE_STAGES)
            return outcome
        return None

    async def _connected(self, _: events.Connected) -> None:
        await self._decide(self._policy.connect, "CONNECT")
        if self.traces:  # the name stands in the replies to a client that is turned away at the door
            named: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            asking = client_names(self.traces[0].session)
            if self._permission.dns:
                inquire(asking, self._answers, named.set_result)
                self.dialogue.client = client_label(self._client, (await named).name, with_port=False)

    async def _decide(self, plan: Plan, where: str, reply: Reply | None = None, **facts: Any) -> None:  # noqa: ANN401
        if await self._judge(plan, where, **facts) is not None:
            self.dialogue.decide(reply)

    async def _hello_given(self, event: events.HelloGiven) -> None:
        where = "EHLO" if event.is_extended else "HELO"
        await self._decide(self._policy.helo, where, helo_name=event.given_name)

    async def _sender_given(self, event: events.SenderGiven) -> None:
        self._sender = event.sender
        await self._decide(self._policy.mail, "MAIL")

    async def _recipient_given(self, event: events.RecipientGiven) -> None:
        address = event.recipient.address
        if await self._judge(self._policy.rcpt, "RCPT", recipient=address) is not None:
            refusal = await self._refused_by_route(address)
            if refusal is None:
                self._recipients.append(address)
            self.dialogue.decide(refusal)

    async def _refused_by_route(self, address: str) -> Reply | None:
        """The reply of a route that refuses (transport_maps, `error:`); the unlisted check may not have run."""
        settings = self._policy.settings
        if self._discards or not has_routes(settings):
            return None
        found: asyncio.Future[Route | Reply | None] = asyncio.get_running_loop().create_future()
        inquire(route_of(address, settings), self._answers, found.set_result)
        chosen = await found
        return chosen if isinstance(chosen, Reply) else None

    async def _data_requested(self, event: events.DataRequested) -> None:
        await self._decide(self._policy.data, event.command, recipient=self._only_recipient())

    async def _message_ended(self, event: events.MessageEnded) -> None:
        if event.refusal is None:
            plan, facts = self._policy.end_of_data, {"size_bytes": event.size_bytes}
            reply = Reply(250, "2.0.0", f"Ok: queued as {IDENT}")
            await self._decide(plan, "END-OF-MESSAGE", reply, recipient=self._only_recipient(), **facts)
        self._forget()

    def _only_recipient(self) -> str | None:
        return self._recipients[0] if len(self._recipients) == 1 else None

    async def _verify_asked(self, event: events.VerifyAsked) -> None:
        facts: dict[str, Any] = {"recipient": event.address, **({"is_smtputf8": True} if event.is_smtputf8 else {})}
        await self._decide(self._policy.rcpt, "VRFY", **facts)

    async def _etrn_asked(self, event: events.EtrnAsked) -> None:
        await self._decide(self._policy.etrn, "ETRN", NOT_QUEUED, etrn_domain=event.domain)

    async def _reset(self, _: events.TransactionReset) -> None:
        self._forget()

    def _footer_values(self) -> dict[str, str]:
        return footer_values(
            self._client,
            self._policy.settings,
            helo_name=self.dialogue.helo_name or "",
            sender=self._sender.address if self._sender else None,
            recipient=self._recipients[0] if self._recipients else None,
            ident=IDENT,
        )

    def _forget(self) -> None:
        self._sender = None
        self._recipients.clear()
        self._discards = False


_HANDLERS: dict[type, Callable[..., Any]] = {
    events.Connected: Rehearsal._connected,
    events.HelloGiven: Rehearsal._hello_given,
    events.SenderGiven: Rehearsal._sender_given,
    events.RecipientGiven: Rehearsal._recipient_given,
    events.DataRequested: Rehearsal._data_requested,
    events.MessageEnded: Rehearsal._message_ended,
    events.VerifyAsked: Rehearsal._verify_asked,
    events.EtrnAsked: Rehearsal._etrn_asked,
    events.TransactionReset: Rehearsal._reset,
}
