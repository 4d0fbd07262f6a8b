"""What one session tells the log: each decision under an id of its own, and what becomes of its messages.

A decision's id is the session's and a count; it stands at the end of the line and may be shown in a footer
(smtpd_reject_footer, `$decision_id`), so that whoever was refused can name the line.
"""

from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.policy.outcome import Outcome
from gatepost.policy.reject_footer import footer_values
from gatepost.service.caller import Caller
from gatepost.service.door_context import DoorContext
from gatepost.service.origins import client_facts
from gatepost.service.session_facts import login_facts
from gatepost.service.session_log import Envelope, SessionLog
from gatepost.service.transaction import Transaction
from gatepost.wire.smtp.dialogue import SmtpDialogue


class Telling:
    """One session's."""

    __slots__ = ("_caller", "_decision_id", "_decisions", "_dialogue", "_door", "_ident", "_log")

    def __init__(self, door: DoorContext, caller: Caller, dialogue: SmtpDialogue, log: SessionLog) -> None:
        self._door = door
        self._caller = caller
        self._dialogue = dialogue
        self._log = log
        self._ident = door.idents.next()
        self._decisions = 0
        self._decision_id = ""

    def next_ident(self) -> str:
        """The id of the next decision."""
        self._decisions += 1
        return f"{self._ident}.{self._decisions}"

    def decided(self, outcome: Outcome, where: str, session: Session) -> None:
        """What the policy has said: its notes, and its refusal."""
        for complaint in outcome.complaints:
            self._door.log.once(complaint, complaint)
        if not outcome.notes and not outcome.hangs_up and outcome.refusal is None:
            return
        envelope = Envelope(session.sender, session.recipient, session.protocol_name, session.helo_name)
        ident = self.next_ident()
        for note in outcome.notes:
            self._log.decided(note.kind, where, note.text, envelope, ident)
        if outcome.hangs_up:
            self._log.decided("hangup", where, "", envelope, ident)
        elif outcome.refusal is not None:
            self._decision_id = ident
            self._log.decided("reject", where, outcome.refusal, envelope, ident)

    def client_accepted(self, transaction: Transaction) -> None:
        """The first recipient is accepted: who sends, logged in as whom, for whom."""
        facts = login_facts(self._caller, transaction) + client_facts(self._dialogue.forwarded)
        self._log.say(f"NOQUEUE: client=%s{facts}, id={transaction.ident}")

    def hop_said(
        self, kind: str, where: str, reply: Reply, transaction: Transaction | None, recipient: str | None
    ) -> None:
        """What the next hop has said of a recipient or of the message."""
        ident = transaction.ident if transaction else self._ident
        if recipient is None:
            recipient = transaction.first_recipient if transaction else ""
        self._decision_id = "" if reply.is_positive else ident
        tell = self._log.decided if where == "RCPT" else self._log.concluded
        tell(kind, where, reply, self._envelope(transaction, recipient), ident)

    def message_refused(self, refusal: Reply, transaction: Transaction) -> None:
        """The dialogue itself has refused the message."""
        envelope = self._envelope(transaction, transaction.first_recipient)
        self._log.decided("reject", "END-OF-MESSAGE", refusal, envelope, transaction.ident)

    def _envelope(self, transaction: Transaction | None, recipient: str) -> Envelope:
        sender = transaction.sender.address if transaction else None
        return Envelope(sender, recipient, self._dialogue.protocol_name, self._dialogue.helo_name)

    def footer_values(self, transaction: Transaction | None) -> dict[str, str]:
        """What a footer may show. The id is that of the refusal, once; else what all of this session begin with."""
        ident, self._decision_id = self._decision_id or self._ident, ""
        return footer_values(
            self._caller.client,
            self._door.policy.settings,
            helo_name=self._dialogue.helo_name or "",
            sender=transaction.sender.address if transaction else None,
            recipient=(transaction.first_recipient if transaction else "") or None,
            ident=ident,
        )
