"""One SMTP session: introduces the dialogue to the policy and to the next hop, and tells the log.

The dialogue says what happened; this class asks the policy, offers recipients to the destination, and decides. What
must wait (a question, the hop) continues by callback and then pumps the connection again. Nothing is accepted here
that the destination has not accepted: the 250 after the message is the destination's own.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from gatepost.model.address import parse_ip
from gatepost.model.envelope import Origin, Recipient
from gatepost.model.reply import Reply
from gatepost.model.session import NAMELESS, UNKNOWN, Client, ClientNames, NameStatus, Session
from gatepost.model.verdict import Effect
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.language.plan import Plan
from gatepost.policy.outcome import PERMITTED, Outcome
from gatepost.policy.questions import ClientName
from gatepost.policy.subjects import UNREACHABLE_NAMES, client_label
from gatepost.service.deferrals import Deferrals
from gatepost.service.delivering import Delivering
from gatepost.service.destinations import NO_DESTINATION
from gatepost.service.door_context import DoorContext
from gatepost.service.effects import CARRIED_OUT, NEEDS_A_QUEUE
from gatepost.service.inquiry import evaluate, inquire
from gatepost.service.session_log import Envelope, SessionLog
from gatepost.service.transaction import Transaction
from gatepost.wire.smtp import events
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.world.answering import Cancellable, SessionAnswers
from gatepost.world.net.connection import Connection
from gatepost.world.net.destination import Mail

NOT_QUEUED = Reply(458, "", "Unable to queue messages")


class SmtpSession:
    """The listener of one connection's dialogue."""

    __slots__ = (
        "_answers",
        "_client",
        "_connection",
        "_decisions",
        "_deferrals",
        "_delivering",
        "_door",
        "_evaluation",
        "_ident",
        "_log",
        "_naming",
        "_transaction",
        "dialogue",
    )

    def __init__(self, connection: Connection, door: DoorContext) -> None:
        host, port = connection.peer
        self._connection = connection
        self._door = door
        self._ident = door.idents.next()
        self._decisions = 0
        self._client = Client(parse_ip(host), port)
        self._answers = SessionAnswers(door.tables, door.names, door.policy_services)
        self._log = SessionLog(door.log)
        self._naming: Cancellable | None = None
        self._evaluation: Evaluation | None = None
        self._deferrals = Deferrals()
        self._transaction: Transaction | None = None
        self._delivering = Delivering(door.destinations, connection.release)
        self.dialogue = SmtpDialogue(door.speech)
        self._learn_name()

    # -- the client's name, for the log and for whoever needs it later

    def _learn_name(self) -> None:
        if not self._door.looks_names_up:
            self._named(NAMELESS)
            return
        question = ClientName(self._client.address)
        known = self._door.names.instant(question)
        if known is not None:
            self._named(getattr(known, "value", UNREACHABLE_NAMES))
        else:
            names = self._door.names
            self._naming = names.ask(question, lambda a: self._named(getattr(a, "value", UNREACHABLE_NAMES)))

    def _named(self, names: ClientNames) -> None:
        self._naming = None
        self._client = Client(self._client.address, self._client.port, names)
        with_port = self._door.policy.settings.smtpd_client_port_logging
        label = client_label(self._client, names.name, with_port=with_port)
        self.dialogue.client = label
        if names.name_status is NameStatus.FORGED:
            text = f"hostname {names.reverse_name} does not resolve to address {self._client.address.text}"
            self._door.log.warning(text)
        self._log.name_client(label)

    # -- the connection's side

    def heard(self, event: events.Event) -> None:
        """One event of the dialogue."""
        self._HANDLERS[type(event)](self, event)

    def lost(self) -> None:
        """The client has vanished: nobody waits for an answer any more."""
        if self._evaluation is not None:
            self._evaluation.close()
        self._answers.forget()
        self._end(events.SessionEnded("lost connection", self.dialogue.last_command))

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
        self._delivering.close()
        if event.is_logged:
            self._log.say(f"{event.reason} after {event.after} from %s")
        self._log.say(f"disconnect from %s {self.dialogue.counts}")

    # -- asking the policy

    def _judge(self, plan: Plan, where: str, then: Callable[[Outcome], None], **facts: Any) -> None:  # noqa: ANN401
        """Run the plan of a stage; `facts` are fields of Session that differ from the dialogue's."""
        dialogue, transaction = self.dialogue, self._transaction
        if not plan.steps or (transaction is not None and transaction.discards):
            then(PERMITTED)
            return
        values: dict[str, Any] = {
            "protocol_name": dialogue.protocol_name,
            "helo_name": dialogue.helo_name,
            "sender": transaction.sender.address if transaction else None,
            "size_bytes": transaction.sender.size_bytes if transaction else 0,
            "is_smtputf8": transaction is not None and transaction.sender.is_smtputf8,
            "recipient_count": dialogue.recipient_count,
            "is_pipelining_unauthorised": dialogue.is_pipelining_unauthorised,
            "server_address": self._connection.local[0],
            "server_port": self._connection.local[1],
            "instance": transaction.ident if transaction and where != "MAIL" else "",
        } | facts
        session = Session(self._client, self._door.policy.settings, where, **values)
        evaluation = Evaluation(plan, session, self._answers.instant, carried=self._deferrals.before(where))
        self._evaluation = evaluation

        def decided(outcome: Outcome) -> None:
            self._evaluation = None
            self._deferrals.keep(where, outcome.deferral)
            self._tell(outcome, where, session)
            if outcome.discards and self._transaction is not None:
                self._transaction.discards = True
            if outcome.hangs_up:
                self.dialogue.hang_up()
            elif outcome.refusal is not None:
                if where == "MAIL":
                    self._transaction = None
                self.dialogue.decide(outcome.refusal)
            elif not self._take_effect(outcome, where):
                self.dialogue.decide(NEEDS_A_QUEUE)
            else:
                then(outcome)
            self._connection.pump()

        evaluate(evaluation, self._answers, decided)

    def _take_effect(self, outcome: Outcome, where: str) -> bool:
        """Carry out what access tables ask for; False where a gate without a queue cannot."""
        transaction = self._transaction
        for effect in outcome.effects:
            if transaction is None:
                self._log.say(f"{effect.action} ignored at {where}: no message yet, from %s", is_warning=True)
            elif effect.action in CARRIED_OUT:
                transaction.headers.append(effect.value)
            else:
                self._refuse_effect(effect, where)
                return False
        return True

    def _refuse_effect(self, effect: Effect, where: str) -> None:
        text = f"{effect.action} {effect.value}".rstrip()
        cure = "needs a queue, which Gatepost does not keep: change the access table"
        self._log.say(f"{where} from %s: access table action {text} {cure}", is_warning=True)

    # -- telling the log

    def _next_ident(self) -> str:
        self._decisions += 1
        return f"{self._ident}.{self._decisions}"

    def _tell(self, outcome: Outcome, where: str, session: Session) -> None:
        for complaint in outcome.complaints:
            self._door.log.once(complaint, complaint)
        if not outcome.notes and not outcome.hangs_up and outcome.refusal is None:
            return
        envelope = Envelope(session.sender, session.recipient, session.protocol_name, session.helo_name)
        ident = self._next_ident()
        for note in outcome.notes:
            self._log.decided(note.kind, where, note.text, envelope, ident)
        if outcome.hangs_up:
            self._log.decided("hangup", where, "", envelope, ident)
        elif outcome.refusal is not None:
            self._log.decided("reject", where, outcome.refusal, envelope, ident)

    def _tell_hop(self, kind: str, where: str, reply: Reply, recipient: str) -> None:
        ident = self._transaction.ident if self._transaction else self._ident
        tell = self._log.decided if where == "RCPT" else self._log.concluded
        tell(kind, where, reply, self._envelope(recipient), ident)

    def _envelope(self, recipient: str) -> Envelope:
        sender = self._transaction.sender.address if self._transaction else None
        return Envelope(sender, recipient, self.dialogue.protocol_name, self.dialogue.helo_name)

    # -- events that wait for a verdict

    def _accept(self, _: Outcome) -> None:
        self.dialogue.decide(None)

    def _connected(self, _: events.Connected) -> None:
        self._log.say("connect from %s")
        self._judge(self._door.policy.connect, "CONNECT", self._accept)

    def _hello_given(self, event: events.HelloGiven) -> None:
        where = "EHLO" if event.is_extended else "HELO"
        plan, recipient = self._door.policy.helo, self._delivering.only_recipient
        self._judge(plan, where, self._accept, helo_name=event.given_name, recipient=recipient)

    def _sender_given(self, event: events.SenderGiven) -> None:
        self._transaction = Transaction(event.sender, self._next_ident())
        self._judge(self._door.policy.mail, "MAIL", self._accept)

    def _recipient_given(self, event: events.RecipientGiven) -> None:
        transaction = self._transaction
        assert transaction is not None  # the dialogue takes no RCPT without MAIL
        if transaction.discards:
            self.dialogue.decide(None)
            return

        def permitted(outcome: Outcome) -> None:
            destinations = self._door.destinations
            if outcome.discards:
                self.dialogue.decide(None)
            elif destinations.has_one_hop:
                self._offer(transaction, event.recipient, destinations.default_hop or NO_DESTINATION)
            else:
                asking = destinations.hop_for(event.recipient.address)
                inquire(asking, self._answers, lambda hop: self._offer(transaction, event.recipient, hop))

        self._judge(self._door.policy.rcpt, "RCPT", permitted, recipient=event.recipient.address)

    def _offer(self, transaction: Transaction, recipient: Recipient, hop: str | Reply) -> None:
        """Offer a recipient that the policy permits to its hop."""
        if isinstance(hop, Reply):
            self._recipient_answered(hop, recipient.address)
            return
        mail = Mail(transaction.sender, self._origin(transaction))
        answered = partial(self._recipient_answered, recipient=recipient.address)
        self._delivering.offer(hop, mail, recipient, answered)

    def _recipient_answered(self, reply: Reply, recipient: str) -> None:
        transaction = self._transaction
        if not reply.is_positive or transaction is None:
            self._tell_hop("reject", "RCPT", reply, recipient)
            self.dialogue.decide(reply)
        else:
            if self._delivering.only_recipient is not None:
                self._log.say(f"NOQUEUE: client=%s, id={transaction.ident}")
            self.dialogue.decide(None)
        self._connection.pump()

    def _data_requested(self, event: events.DataRequested) -> None:
        transaction = self._transaction
        assert transaction is not None  # the dialogue takes no DATA without MAIL

        def permitted(_: Outcome) -> None:
            if transaction.discards:
                self.dialogue.decide(None)
            else:
                self._delivering.begin_data(partial(self._header, transaction), self._data_answered)

        recipient = self._delivering.only_recipient
        self._judge(self._door.policy.data, event.command, permitted, recipient=recipient)

    def _header(self, transaction: Transaction) -> bytes:
        settings, recipient = self._door.policy.settings, self._delivering.only_recipient
        return transaction.header(self._origin(transaction), settings, recipient)

    def _data_answered(self, reply: Reply) -> None:
        if not reply.is_positive:
            self._tell_hop("proxy-reject", "DATA", reply, self._delivering.first_recipient)
        self.dialogue.decide(None if reply.is_positive else reply)
        self._connection.pump()

    def _origin(self, transaction: Transaction) -> Origin:
        return Origin(
            name=self._client.names.name if self._client.names else UNKNOWN,
            address=self._client.address.text,
            port=self._client.port,
            protocol=self.dialogue.protocol_name,
            helo_name=self.dialogue.helo_name or "",
            ident=transaction.ident,
            is_local=self._client.address.text in self._door.policy.settings.own_addresses,
        )

    def _message_chunk(self, event: events.MessageChunk) -> None:
        transaction = self._transaction
        if transaction is not None and not transaction.discards and not self._delivering.write(event.octets):
            self._connection.hold()

    def _message_ended(self, event: events.MessageEnded) -> None:
        transaction = self._transaction
        assert transaction is not None  # the dialogue ends no message that has not begun
        if event.refusal is not None:
            envelope = self._envelope(self._delivering.first_recipient)
            self._log.decided("reject", "END-OF-MESSAGE", event.refusal, envelope, transaction.ident)
            self._reset()
            return

        def permitted(_: Outcome) -> None:
            if transaction.discards:
                self._reset()
                self.dialogue.decide(Reply(250, "2.0.0", f"Ok: queued as {transaction.ident}"))
            else:
                self._delivering.finish(self._message_answered)

        recipient, plan = self._delivering.only_recipient, self._door.policy.end_of_data
        self._judge(plan, "END-OF-MESSAGE", permitted, recipient=recipient, size_bytes=event.size_bytes)

    def _message_answered(self, reply: Reply) -> None:
        kind = "proxy-accept" if reply.is_positive else "proxy-reject"
        self._tell_hop(kind, "END-OF-MESSAGE", reply, self._delivering.first_recipient)
        self._transaction = None
        self.dialogue.decide(reply)
        self._connection.pump()

    def _verify_asked(self, event: events.VerifyAsked) -> None:
        self._judge(self._door.policy.rcpt, "VRFY", self._accept, recipient=event.address)

    def _etrn_asked(self, event: events.EtrnAsked) -> None:
        def permitted(_: Outcome) -> None:
            self.dialogue.decide(NOT_QUEUED)

        self._judge(self._door.policy.etrn, "ETRN", permitted, etrn_domain=event.domain)

    _HANDLERS: ClassVar[dict[type, Callable[["SmtpSession", Any], None]]] = {
        events.Connected: _connected,
        events.HelloGiven: _hello_given,
        events.SenderGiven: _sender_given,
        events.RecipientGiven: _recipient_given,
        events.DataRequested: _data_requested,
        events.MessageChunk: _message_chunk,
        events.MessageEnded: _message_ended,
        events.VerifyAsked: _verify_asked,
        events.EtrnAsked: _etrn_asked,
        events.TransactionReset: _reset,
        events.Remarked: _remarked,
        events.SessionEnded: _session_ended,
    }
