"""One QMQP session: who may use the door, what the policy says of each recipient, and one reply for the message.

A client that is not on qmqpd_authorized_clients hears so, unheard. A message is kept (spool.py) until its envelope is
there. Then every recipient is judged by qmqpd_restrictions, so that greylisting sees all of them at once; then every
recipient is offered to its hop; then the message is delivered (parcels.py). At each step one 5xx refuses the message
for good (D) and ends it there, and one 4xx puts it off (Z); K is said when all hops, or the Maildirs, have it.

Log lines, as Postfix's qmqpd: `connect from`, `ID: client=`, `ID: name[address]: … while receiving …`, `disconnect
from`; for what Postfix leaves to others, as our SMTP door: `NOQUEUE: reject: RCPT from`, `proxy-accept:
END-OF-MESSAGE`.
"""

import asyncio
import email.utils
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from gatepost.model.address import parse_ip
from gatepost.model.answer import Unavailable
from gatepost.model.envelope import Origin, Recipient, Sender
from gatepost.model.reply import Reply
from gatepost.model.session import Client, Session
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.language.compile import Policy
from gatepost.policy.matching import is_trusted
from gatepost.policy.outcome import Outcome
from gatepost.policy.subjects import client_label
from gatepost.service.client_naming import ClientNaming
from gatepost.service.destinations import Destinations
from gatepost.service.door_context import Idents
from gatepost.service.effects import IMPOSSIBLE, Effects
from gatepost.service.inquiry import evaluate, inquire
from gatepost.service.parcels import Parcels
from gatepost.service.session_log import Envelope, SessionLog, mistake
from gatepost.service.trust_guard import TrustGuard
from gatepost.wire.qmqp import events
from gatepost.wire.qmqp.dialogue import QmqpDialogue
from gatepost.wire.qmqp.reply import QmqpReply, Status, from_smtp
from gatepost.wire.qmqp.settings import QmqpSettings
from gatepost.wire.qmqp.verp import Verp, read_verp
from gatepost.wire.smtp.delivery import BAD_RECIPIENT
from gatepost.wire.smtp.received import received_header
from gatepost.world.answering import SessionAnswers, Sources
from gatepost.world.net.connection import Connection
from gatepost.world.net.spool import Spool
from gatepost.world.watching.log import Log, Severity

PROTOCOL = "QMQP"
LOCALHOST = "127.0.0.1"  # who comes in by a socket file, as in Postfix
SPOOL_FAILED = QmqpReply(Status.DEFERRED, "Error: queue file write error")
LIST_FAILED = QmqpReply(Status.DEFERRED, "Error: server configuration error")


@dataclass(frozen=True, slots=True)
class QmqpDoorContext:
    """What every session of one `qmqpd` row shares."""

    policy: Policy
    speech: QmqpSettings
    sources: Sources
    destinations: Destinations
    log: Log
    idents: Idents
    trust_guard: TrustGuard
    spool_directory: str


class QmqpSession:
    """The listener of one connection's dialogue."""

    __slots__ = (
        "_answers",
        "_connection",
        "_deferral",
        "_door",
        "_effects",
        "_evaluation",
        "_ident",
        "_is_over",
        "_log",
        "_mail",
        "_naming",
        "_parcels",
        "_sender",
        "_spool",
        "_verp",
        "dialogue",
    )

    def __init__(self, connection: Connection, door: QmqpDoorContext) -> None:
        host, port = connection.peer
        self._connection = connection
        self._door = door
        self._ident = door.idents.next()
        self._log = SessionLog(door.log)
        self._answers = SessionAnswers(door.sources, connection.break_off)
        self._evaluation: Evaluation | None = None
        self._effects = Effects()
        self._deferral: Reply | None = None
        self._mail: events.MailReceived | None = None
        self._sender = Sender("")
        self._verp: Verp | None = None
        self._parcels: Parcels | None = None
        self._spool: Spool | None = None
        self._is_over = False
        self.dialogue = QmqpDialogue(door.speech)
        self._naming = ClientNaming(Client(parse_ip(host or LOCALHOST), port), self._named, door.log)
        self._naming.begin(self._answers)

    # -- the connection's side

    def heard(self, event: events.Event) -> None:
        """One event of the dialogue."""
        self._HANDLERS[type(event)](self, event)

    def lost(self) -> None:
        """The client has vanished: nobody waits for an answer any more."""
        self._end(events.SessionEnded("lost connection", "" if self._mail else self.dialogue.receiving))

    def failed(self, error: Exception) -> None:
        """A mistake in Gatepost: the client hears Z, and nothing of its message goes any further."""
        text = f"internal error, session ended with Z: {mistake(error)}"
        self._door.log.once(text, text, severity=Severity.ERROR)
        self._leave("internal error")
        self.dialogue.fail()

    def _named(self) -> None:
        self._log.name_client(self._label)

    @property
    def _label(self) -> str:
        with_port = self._door.policy.settings.qmqpd_client_port_logging
        return client_label(self._naming.client, self._naming.name, with_port=with_port)

    def _session_ended(self, event: events.SessionEnded) -> None:
        self._end(event)
        self._connection.close(at_once=event.reason == "lost connection", longest_s=self._door.speech.qmqpd_timeout)

    def _end(self, event: events.SessionEnded) -> None:
        self._leave(event.told)
        if event.reason:
            self._log.say(f"{self._ident}: %s: {event.told}", is_warning=event.is_about_mail)
        self._log.say("disconnect from %s")

    def _leave(self, why: str) -> None:
        self._is_over = True
        self._naming.forget()
        if self._evaluation is not None:
            self._evaluation.close()
            self._evaluation = None
        self._answers.forget()
        if self._parcels is not None:
            self._parcels.drop(why)
            self._parcels = None
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    # -- who it is

    def _connected(self, _: events.Connected) -> None:
        self._log.say("connect from %s")
        door, client = self._door, self._naming.client
        withdrawn = door.trust_guard.withdraws(client.address)
        session = Session(client, door.policy.settings, "CONNECT", PROTOCOL, is_trust_withdrawn=withdrawn)
        asking = is_trusted(door.policy.settings.qmqpd_authorized_clients, session)
        inquire(asking, self._answers, self._authorized)

    def _authorized(self, matched: bool | Unavailable) -> None:
        if isinstance(matched, Unavailable):
            complaint = matched.complaint("qmqpd_authorized_clients")
            if complaint:
                self._door.log.once(complaint, complaint)
            self._decide(LIST_FAILED)
        elif matched:
            self._log.say(f"{self._ident}: client=%s")
            self._decide(None)
        else:
            self._naming.when_named(self._turn_away)

    def _turn_away(self) -> None:
        reply = QmqpReply(Status.REFUSED, f"Error: {self._label} is not authorized to use this service")
        self._log.decided("reject", "CONNECT", str(reply), Envelope(None, None, PROTOCOL, None), self._ident)
        self._decide(reply)

    def _decide(self, reply: QmqpReply | None) -> None:
        self.dialogue.decide(reply)
        self._connection.pump()

    # -- the message

    def _message_chunk(self, event: events.MessageChunk) -> None:
        try:
            if self._spool is None:
                self._spool = Spool(self._door.spool_directory)
            self._spool.write(event.octets)
        except OSError as error:
            self._door.log.once("spool", f"{self._door.spool_directory}: {error.strerror}: messages hear Z")
            self.dialogue.break_off(SPOOL_FAILED)

    def _mail_received(self, event: events.MailReceived) -> None:
        self._mail = event
        self._verp = read_verp(event.sender)
        self._sender = Sender(
            event.sender,
            size_bytes=event.size_bytes,
            body="8BITMIME" if event.has_8bit else "",
            is_smtputf8=not (event.sender.isascii() and all(map(str.isascii, event.recipients))),
        )
        if self._door.policy.rcpt.steps:
            self._judge(0)
        else:
            self._naming.when_named(self._judged)

    def _judge(self, at: int) -> None:
        """Ask the policy about this recipient and those behind it."""
        mail = self._mail
        assert mail is not None
        if at == len(mail.recipients):
            self._naming.when_named(self._judged)
            return
        host, port = self._connection.local
        session = Session(
            self._naming.client,
            self._door.policy.settings,
            "RCPT",
            PROTOCOL,
            sender=self._policy_sender,
            recipient=mail.recipients[at],
            size_bytes=mail.size_bytes,
            recipient_count=at,
            is_smtputf8=not mail.recipients[at].isascii(),
            server_address=host,
            server_port=port,
            instance=self._ident,
            is_trust_withdrawn=self._door.trust_guard.withdraws(self._naming.client.address),
        )
        self._evaluation = Evaluation(self._door.policy.rcpt, session, self._answers.instant)

        def decided(outcome: Outcome) -> None:
            self._evaluation = None
            self._take(outcome, mail.recipients[at], at)

        evaluate(self._evaluation, self._answers, decided)

    def _take(self, outcome: Outcome, recipient: str, at: int) -> None:
        for complaint in outcome.complaints:
            self._door.log.once(complaint, complaint)
        for note in outcome.notes:
            self._log.decided(note.kind, "RCPT", note.text, self._envelope(recipient), self._ident)
        refusal = outcome.refusal
        if outcome.hangs_up:
            self._log.decided("hangup", "RCPT", "", self._envelope(recipient), self._ident)
            self.dialogue.hang_up()
            self._connection.pump()
        elif outcome.discards:
            self._decide(QmqpReply(Status.TAKEN, f"Ok: queued as {self._ident}"))
        else:
            if refusal is None and not all(self._effects.take(each, "RCPT", self._log) for each in outcome.effects):
                refusal = IMPOSSIBLE
            if self._goes_on(refusal, recipient):
                self._soon(partial(self._judge, at + 1))

    def _judged(self) -> None:
        """The policy has been heard about all recipients."""
        mail = self._mail
        assert mail is not None
        if self._deferral is not None:
            self._decide(from_smtp(self._deferral))
            return
        warn = partial(self._log.say, is_warning=True)
        guard = self._connection.guard
        self._parcels = Parcels(self._door.destinations, self._answers, self._origin, warn, guard)
        redirect = self._effects.redirect
        recipients = [redirect] if redirect else list(mail.recipients)
        copies = [] if redirect else self._effects.copies
        self._offer(recipients, copies, 0)

    def _offer(self, recipients: list[str], copies: list[str], at: int) -> None:
        """Offer this recipient and those behind it; copies come last, and none of them refuses the message."""
        parcels = self._parcels
        assert parcels is not None
        if at == len(recipients) and self._deferral is not None:
            self._decide(from_smtp(self._deferral))
            return
        if at == len(recipients) + len(copies):
            self._deliver(parcels)
            return
        is_copy = at >= len(recipients)
        address = copies[at - len(recipients)] if is_copy else recipients[at]

        def answered(reply: Reply) -> None:
            if is_copy and not reply.is_positive:
                text = f"BCC to <{address}> was refused, the mail goes on without: {reply}; id={self._ident}"
                self._log.say(text, is_warning=True)
            if is_copy or reply.is_positive or self._goes_on(reply, address):
                self._soon(partial(self._offer, recipients, copies, at + 1))

        if address:
            parcels.offer(self._sender_for(address), Recipient(address, "NEVER" if is_copy else ""), answered)
        else:
            answered(BAD_RECIPIENT)

    def _goes_on(self, refusal: Reply | None, recipient: str) -> bool:
        """Note a refusal; False where it is final: the client is told, and nobody else is asked."""
        if refusal is None:
            return True
        self._log.decided("reject", "RCPT", refusal, self._envelope(recipient), self._ident)
        if refusal.code >= 500:
            self._decide(from_smtp(refusal))
            return False
        self._deferral = self._deferral or refusal
        return True

    def _soon(self, work: Callable[[], None]) -> None:
        """Go on in the next turn of the loop: with thousands of recipients others have theirs in between."""

        def go_on() -> None:
            if not self._is_over:
                work()

        asyncio.get_running_loop().call_soon(self._connection.guard(go_on))

    def _deliver(self, parcels: Parcels) -> None:
        assert self._mail is not None
        spool = self._spool or Spool(self._door.spool_directory)  # an empty message
        self._spool = spool
        recipients = self._mail.recipients
        settings = self._door.policy.settings
        received = received_header(
            self._origin,
            myhostname=settings.myhostname,
            mail_name=settings.mail_name,
            recipient=recipients[0] if len(recipients) == 1 else "",
            date=email.utils.formatdate(localtime=True),
        )
        prepended = "".join(f"{line}\r\n" for line in self._effects.headers).encode("utf-8", "surrogateescape")
        parcels.deliver(prepended + received, spool, self._delivered)

    def _delivered(self, reply: Reply) -> None:
        assert self._mail is not None
        kind = "proxy-accept" if reply.is_positive else "proxy-reject"
        envelope = self._envelope(self._mail.recipients[0])
        self._log.concluded(kind, "END-OF-MESSAGE", reply, envelope, self._ident)
        self._decide(from_smtp(reply))

    # -- facts

    @property
    def _policy_sender(self) -> str:
        return self._verp.plain if self._verp else self._sender.address

    def _sender_for(self, recipient: str) -> Sender:
        if self._verp is None:
            return self._sender
        return replace(self._sender, address=self._verp.sender_for(recipient))

    @property
    def _origin(self) -> Origin:
        client = self._naming.client
        return Origin(
            name=self._naming.name,
            address=client.address.text,
            port=client.port,
            protocol=PROTOCOL,
            helo_name="",
            ident=self._ident,
            is_local=client.address.text in self._door.policy.settings.own_addresses,
        )

    def _envelope(self, recipient: str) -> Envelope:
        return Envelope(self._policy_sender, recipient, PROTOCOL, None)

    _HANDLERS: ClassVar[dict[type, Callable[["QmqpSession", Any], None]]] = {
        events.Connected: _connected,
        events.MessageChunk: _message_chunk,
        events.MailReceived: _mail_received,
        events.SessionEnded: _session_ended,
    }
