"""One SMTP session: introduces the dialogue to the policy and to the next hop, and tells the log.

The dialogue says what happened; this class asks the policy, offers recipients to the destination, and decides. What
must wait (a question, the hop) continues by callback and then pumps the connection again. Nothing is accepted here
that the destination has not accepted: the 250 after the message is the destination's own.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from gatepost.model.address import parse_ip
from gatepost.model.envelope import Origin, Recipient
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.policy.deferrals import Deferrals
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.language.plan import Plan
from gatepost.policy.outcome import PERMITTED, Outcome
from gatepost.service.authenticating import Authenticating, signed
from gatepost.service.caller import Caller
from gatepost.service.delivering import Delivering
from gatepost.service.door_context import DoorContext
from gatepost.service.effects import IMPOSSIBLE, MESSAGE_STAGES, SILENCED_STAGES
from gatepost.service.entrance import Entrance
from gatepost.service.inquiry import evaluate
from gatepost.service.offering import Offering
from gatepost.service.origins import forwarded, origin_of
from gatepost.service.reject_footers import RejectFooters, has_footers
from gatepost.service.securing import Securing
from gatepost.service.session_facts import session_facts
from gatepost.service.session_log import SessionLog
from gatepost.service.telling import Telling
from gatepost.service.transaction import Transaction
from gatepost.wire.smtp import events
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.world.answering import SessionAnswers
from gatepost.world.net.connection import Connection

NOT_QUEUED = Reply(458, "", "Unable to queue messages")


class SmtpSession:
    """The listener of one connection's dialogue."""

    __slots__ = (
        "_answers",
        "_asks_newlines",
        "_authenticating",
        "_caller",
        "_connection",
        "_deferrals",
        "_delivering",
        "_door",
        "_entrance",
        "_evaluation",
        "_footers",
        "_log",
        "_offering",
        "_securing",
        "_telling",
        "_transaction",
        "dialogue",
    )

    def __init__(self, connection: Connection, door: DoorContext) -> None:
        self._connection = connection
        self._door = door
        self._answers = SessionAnswers(door.sources, connection.break_off)
        self._log = SessionLog(door.log)
        self._evaluation: Evaluation | None = None
        self._deferrals = Deferrals()
        self._transaction: Transaction | None = None
        self._delivering = Delivering(door.destinations, connection)
        self._offering: Offering | None = None
        self._authenticating: Authenticating | None = None
        self._footers: RejectFooters | None = None
        client = parse_ip(connection.peer[0])
        speech = door.speech_with(client)
        self.dialogue = SmtpDialogue(speech or door.speech)
        self._asks_newlines = speech is None
        self._caller = Caller(client, connection, door, self._answers, self.dialogue, self._log)
        self._telling = Telling(door, self._caller, self.dialogue, self._log)
        self._entrance = Entrance(connection, door, self._answers, self._caller, self.dialogue, self._log)
        self._securing = Securing(connection, self.dialogue, self._log, door.tls, door.handshakes)
        if door.login_desk is not None:
            self._logins()
        if has_footers(door.policy.settings):
            self.dialogue.add_footer = self._footers = RejectFooters(
                door.policy.settings, self._answers, self._footer_values, lambda text: door.log.once(text, text)
            )

    # -- parts that few sessions need: most are refused long before

    def _offers(self) -> Offering:
        if self._offering is None:
            hops = self._door.destinations
            self._offering = Offering(hops, self._delivering, self._answers, self._log, self._forwarded)
        return self._offering

    def _logins(self) -> Authenticating:
        if self._authenticating is None:
            self._authenticating = Authenticating(
                self._connection, self._door.login_desk, self._caller, self.dialogue, self._log, self._answer
            )
        return self._authenticating

    # -- the connection's side

    def heard(self, event: events.Event) -> None:
        """One event of the dialogue."""
        _HANDLERS[type(event)](self, event)

    def lost(self) -> None:
        """The client has vanished: nobody waits for an answer any more."""
        if self._evaluation is not None:
            self._evaluation.close()
        self._answers.forget()
        self._end(events.SessionEnded("lost connection", self.dialogue.last_command))

    def failed(self, error: Exception) -> None:
        """A mistake in Gatepost: the client hears 421, and nothing of its message goes any further."""
        self._log.broken_by(error)
        self._transaction = None
        if self._authenticating is not None:
            self._authenticating.close()
        self._delivering.drop()
        if self._evaluation is not None:
            self._evaluation.close()
        self._answers.forget()
        self.dialogue.fail()

    # -- events without a verdict

    def _remarked(self, event: events.Remarked) -> None:
        self._log.say(event.text, is_warning=event.severity == "warning")

    def _reset(self, _: events.TransactionReset | None = None) -> None:
        self._transaction = None
        self._delivering.reset()

    def _session_ended(self, event: events.SessionEnded) -> None:
        self._end(event)
        self._connection.close(at_once=event.reason in ("quit", "lost connection"))

    def _end(self, event: events.SessionEnded) -> None:
        self._transaction = None
        if self._authenticating is not None:
            self._authenticating.close()
        self._delivering.close()
        self._offering = None  # it refers to this session: nobody else is to be needed to free the two
        self._entrance.leave()
        if self._connection.is_health_check:
            return
        if event.is_logged:
            self._log.say(f"{event.reason} after {event.after} from %s")
        self._log.say(f"disconnect from %s {self.dialogue.counts}")

    # -- asking the policy

    def _judge(self, plan: Plan, where: str, then: Callable[[Outcome], None], **facts: Any) -> None:  # noqa: ANN401
        """Run the plan of a stage; `facts` are fields of Session that differ from the dialogue's."""
        if not plan.steps:
            then(PERMITTED)
            return
        transaction = self._transaction
        is_discarded = transaction is not None and transaction.discards and where in SILENCED_STAGES
        session = session_facts(self.dialogue, self._caller, transaction, where, **facts)
        evaluation = Evaluation(
            plan,
            session,
            self._answers.instant,
            deferrals=self._deferrals,
            is_discarded=is_discarded,
            habits=self._door.habits,
        )
        self._evaluation = evaluation

        decided = partial(self._decided, session, then)
        evaluate(evaluation, self._answers, decided)

    def _decided(self, session: Session, then: Callable[[Outcome], None], outcome: Outcome) -> None:
        where = session.protocol_state
        self._evaluation = None
        self._telling.decided(outcome, where, session)
        if outcome.discards and where in MESSAGE_STAGES and self._transaction is not None:
            self._transaction.discards = True
        if outcome.hangs_up:
            self.dialogue.hang_up()
        elif outcome.refusal is None and self._takes_effect(outcome, where):
            then(outcome)
        else:
            if where == "MAIL":
                self._transaction = None
            refuse = partial(self._answer, outcome.refusal or IMPOSSIBLE)
            if where == "CONNECT":
                self._caller.when_named(refuse)  # the refusals that follow it name the client
            else:
                refuse()
        self._connection.pump()

    def _answer(self, reply: Reply) -> None:
        """Decide by a reply; a refusal waits until it is known which footer it has."""
        if self._footers is None or reply.is_positive:
            self._decide(reply)
        else:
            self._footers.learn(reply, partial(self._decide, reply))

    def _decide(self, reply: Reply) -> None:
        self.dialogue.decide(reply)
        self._connection.pump()

    def _takes_effect(self, outcome: Outcome, where: str) -> bool:
        """Note what access tables ask for; False where a gate without a queue cannot do it."""
        transaction = self._transaction
        return transaction is None or all(transaction.effects.take(e, where, self._log) for e in outcome.effects)

    @property
    def _only_recipient(self) -> str | None:
        return self._transaction.only_recipient if self._transaction else None

    # -- telling the log

    def _tell_hop(self, kind: str, where: str, reply: Reply, recipient: str | None = None) -> None:
        self._telling.hop_said(kind, where, reply, self._transaction, recipient)

    def _footer_values(self) -> dict[str, str]:
        return self._telling.footer_values(self._transaction)

    # -- events that wait for a verdict

    def _accept(self, _: Outcome) -> None:
        self.dialogue.decide(None)

    def _connected(self, _: events.Connected) -> None:
        if self.dialogue.tls is None:
            self._tell_connect()
        self._begin("CONNECT")

    def _tell_connect(self) -> None:
        if not self._connection.is_health_check:
            self._log.say("connect from %s")

    def _handshake_begun(self, event: events.HandshakeBegun) -> None:
        if event.is_first:
            self._tell_connect()
        self._securing.begin()

    def _begin(self, where: str) -> None:
        """Judge the client, before it is greeted."""
        judge = partial(self._judge, self._door.policy.connect, where, self._accept)
        if self._asks_newlines and self._door.speech.smtpd_forbid_bare_newline == "reject":
            judge = partial(self._caller.settle_newlines, where, judge)  # every command line is looked at
        self._entrance.enter(where, judge, self._answer)

    def _xclient_given(self, event: events.XclientGiven) -> None:
        self._caller.speak_for(event.attributes, partial(self._begin, "XCLIENT"))

    def _hello_given(self, event: events.HelloGiven) -> None:
        where = "EHLO" if event.is_extended else "HELO"
        plan, recipient = self._door.policy.helo, self._only_recipient
        self._door.trust_guard.greeted(self._caller.client.address, event.given_name)
        judge = partial(self._judge, plan, where, self._accept, helo_name=event.given_name, recipient=recipient)
        if self._authenticating is None:
            judge()
        else:
            self._authenticating.prepare(where, judge)

    def _sender_given(self, event: events.SenderGiven) -> None:
        self._answers.renew()
        self._transaction = Transaction(event.sender, self._telling.next_ident())
        self._judge(self._door.policy.mail, "MAIL", self._accept)

    def _recipient_given(self, event: events.RecipientGiven) -> None:
        permitted = partial(self._recipient_permitted, event.recipient)
        self._judge(self._door.policy.rcpt, "RCPT", permitted, recipient=event.recipient.address)

    def _recipient_permitted(self, recipient: Recipient, outcome: Outcome) -> None:
        assert self._transaction is not None  # the dialogue takes no RCPT without MAIL
        if outcome.discards:
            self.dialogue.decide(None)
        else:
            answered = partial(self._recipient_answered, recipient=recipient.address)
            self._offers().offer(self._transaction, recipient, answered)

    def _recipient_answered(self, reply: Reply, recipient: str) -> None:
        transaction = self._transaction
        if not reply.is_positive or transaction is None:
            self._tell_hop("reject", "RCPT", reply, recipient)
            self._answer(reply)
        else:
            transaction.recipients.append(recipient)
            if len(transaction.recipients) == 1:
                self._telling.client_accepted(transaction)
            self.dialogue.decide(None)
        self._connection.pump()

    def _data_requested(self, event: events.DataRequested) -> None:
        transaction = self._transaction
        assert transaction is not None  # the dialogue takes no DATA without MAIL

        def permitted(_: Outcome) -> None:
            if transaction.discards:
                self.dialogue.decide(None)
            else:
                self._offers().complete(transaction, complete)

        def complete(refusal: Reply | None) -> None:
            if refusal is not None:
                self._data_answered(refusal)
            else:
                self._delivering.begin_data(partial(self._header, transaction), self._data_answered)

        plan, recipient = self._door.policy.data, self._only_recipient
        judge = partial(self._judge, plan, event.command, permitted, recipient=recipient)
        if self._asks_newlines:
            self._caller.settle_newlines(event.command, judge)
        else:
            judge()

    def _header(self, transaction: Transaction) -> bytes:
        return transaction.header(self._origin(transaction), self._door.policy.settings)

    def _data_answered(self, reply: Reply) -> None:
        if reply.is_positive:
            self.dialogue.decide(None)
        else:
            self._tell_hop("proxy-reject", "DATA", reply)
            self._answer(reply)
        self._connection.pump()

    def _origin(self, transaction: Transaction) -> Origin:
        own, tls_lines = self._door.policy.settings.own_addresses, self._securing.received_lines
        origin = origin_of(self._caller, self.dialogue, transaction.ident, own, tls_lines)
        return signed(origin, self._caller.sasl, self._door.login_desk)

    def _forwarded(self, transaction: Transaction) -> Origin:
        return forwarded(self._origin(transaction), self.dialogue.forwarded)

    def _message_chunk(self, event: events.MessageChunk) -> None:
        transaction = self._transaction
        if transaction is not None and not transaction.discards and not self._delivering.write(event.octets):
            self._connection.hold()

    def _message_ended(self, event: events.MessageEnded) -> None:
        transaction = self._transaction
        assert transaction is not None  # the dialogue ends no message that has not begun
        if event.refusal is not None:
            self._telling.message_refused(event.refusal, transaction)
            self._reset()
            return

        def permitted(_: Outcome) -> None:
            if transaction.discards:
                self._reset()
                self.dialogue.decide(Reply(250, "2.0.0", f"Ok: queued as {transaction.ident}"))
            else:
                self._delivering.finish(self._message_answered)

        recipient, plan = self._only_recipient, self._door.policy.end_of_data
        self._judge(plan, "END-OF-MESSAGE", permitted, recipient=recipient, size_bytes=event.size_bytes)

    def _message_answered(self, reply: Reply) -> None:
        kind = "proxy-accept" if reply.is_positive else "proxy-reject"
        self._tell_hop(kind, "END-OF-MESSAGE", reply)
        self._transaction = None
        self._answer(reply)

    def _verify_asked(self, event: events.VerifyAsked) -> None:
        facts: dict[str, Any] = {"recipient": event.address, **({"is_smtputf8": True} if event.is_smtputf8 else {})}
        self._judge(self._door.policy.rcpt, "VRFY", self._accept, **facts)

    def _etrn_asked(self, event: events.EtrnAsked) -> None:
        def permitted(_: Outcome) -> None:
            self.dialogue.decide(NOT_QUEUED)

        self._judge(self._door.policy.etrn, "ETRN", permitted, etrn_domain=event.domain)


_HANDLERS: dict[type, Callable[["SmtpSession", Any], None]] = {
    events.Connected: SmtpSession._connected,
    events.HelloGiven: SmtpSession._hello_given,
    events.XclientGiven: SmtpSession._xclient_given,
    events.TlsAsked: lambda session, _: session._securing.asked(),
    events.HandshakeBegun: SmtpSession._handshake_begun,
    events.AuthAsked: lambda session, event: session._logins().asked(event),
    events.AuthAnswered: lambda session, event: session._logins().answered(event),
    events.AuthAborted: lambda session, event: session._logins().aborted(event),
    events.SenderGiven: SmtpSession._sender_given,
    events.RecipientGiven: SmtpSession._recipient_given,
    events.DataRequested: SmtpSession._data_requested,
    events.MessageChunk: SmtpSession._message_chunk,
    events.MessageEnded: SmtpSession._message_ended,
    events.VerifyAsked: SmtpSession._verify_asked,
    events.EtrnAsked: SmtpSession._etrn_asked,
    events.TransactionReset: SmtpSession._reset,
    events.Remarked: SmtpSession._remarked,
    events.SpokeEarly: lambda session, event: session._entrance.heard_early(event),
    events.SessionEnded: SmtpSession._session_ended,
}
