"""What an SMTP session knows and what a command may do to it: the ground that the verbs stand on.

A verb ends in exactly one of accept(), refuse() or ask(); after ask() its settle function ends it so when the verdict
comes. Replies are collected, not sent; who owns the connection drains them with outgoing(), after sleeping pause_s.

Gives: one reply per command, counted as smtpd(8) counts it (errors, junk commands, successes per verb).
RFC: 5321 section 4.2 (replies), 2920 (pipelining: replies of one turn leave together).
Postfix: smtpd_soft_error_limit, smtpd_error_sleep_time, smtpd_junk_command_limit, soft_bounce, smtpd_recipient_limit.
"""

import re
from collections.abc import Callable

from gatepost.model.envelope import Sender
from gatepost.model.reply import Reply
from gatepost.wire.lines import LineBuffer
from gatepost.wire.smtp.door import door_for
from gatepost.wire.smtp.events import Event, Remarked, SessionEnded, TransactionReset
from gatepost.wire.smtp.message import MessageText
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.wire.smtp.states import IN_TRANSACTION, NOT_SYNCHRONISED, State

ESCAPED_SHOWN = 100
"""Octets of improper input shown in the log, as smtpd(8) does."""

ESCAPES = {code: f"\\{code:03o}" for code in (*range(32), *range(127, 256))} | {
    ord(shown): f"\\{letter}" for shown, letter in zip("\a\b\t\n\v\f\r\\", "abtnvfr\\", strict=True)
}
"""How improper input is made printable: C escapes. No codec: a worker without rights may be unable to load one."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Settle = Callable[["Chat", Reply | None], None]
"""What follows a verdict: None or a positive reply accepts, a negative reply refuses."""

JUNK_COMMANDS = frozenset({"HELO", "EHLO", "RSET", "NOOP", "VRFY", "ETRN"})
"""Commands that cost a client nothing, counted against smtpd_junk_command_limit."""


class Chat:
    """One session: its facts, its counters and its replies not yet sent.

    For the asker to read: state, protocol_name (SMTP or ESMTP), helo_name, sender (with its parameters; None outside
    a transaction), recipient_count (accepted ones), is_pipelining_unauthorised, last_command, error_count. To set:
    `client`, the `name[address]` of the reply to whoever was refused at connect; `may_xclient`, before a greeting:
    the client may speak for others (None: that cannot be told now); `add_footer`, which gives a refusal its footer.
    """

    __slots__ = (
        "_command",
        "_event",
        "_ok_counts",
        "_outgoing",
        "_passing",
        "_pause",
        "_settle",
        "_total_counts",
        "add_footer",
        "chunk_is_last",
        "chunk_left",
        "chunk_size",
        "client",
        "door",
        "error_count",
        "has_ended",
        "helo_name",
        "input",
        "is_hanging_up",
        "is_in_chunk",
        "is_in_data",
        "is_pipelining_unauthorised",
        "junk_count",
        "last_command",
        "may_xclient",
        "message",
        "overshoot_count",
        "protocol_name",
        "recipient_count",
        "sender",
        "settings",
        "skip_reply",
        "state",
    )

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self.door = door_for(settings)
        self.input = LineBuffer(settings.line_length_limit)
        self.state = State.START if settings.smtpd_helo_required else State.READY
        self.client = "unknown"
        self.add_footer: Callable[[Reply], Reply] | None = None
        self.may_xclient: bool | None = False
        self.protocol_name = "SMTP"
        self.helo_name: str | None = None
        self.sender: Sender | None = None
        self.recipient_count = 0
        self.overshoot_count = 0
        self.is_pipelining_unauthorised = False
        self.last_command = "CONNECT"
        self.error_count = 0
        self.junk_count = 0
        self.message: MessageText | None = None
        self.is_in_data = False
        self.is_in_chunk = False
        self.chunk_size = 0
        self.chunk_left = 0
        self.chunk_is_last = False
        self.skip_reply: Reply | None = None
        self.is_hanging_up = False
        self.has_ended = False
        self._command = ""
        self._event: Event | None = None
        self._settle: Settle | None = None
        self._passing: list[Event] = []
        self._outgoing: list[bytes] = []
        self._pause = 0.0
        self._total_counts: dict[str, int] = {}
        self._ok_counts: dict[str, int] = {}

    def accept(self, reply: bytes | Reply) -> None:
        """End the command well, with the octets of a constant reply or a reply made for it."""
        if isinstance(reply, bytes):
            self.say(reply)
        else:
            self.answer(reply)
        command = self._command
        self._ok_counts[command] = self._ok_counts.get(command, 0) + 1
        if command in JUNK_COMMANDS:
            self.count_junk()

    def refuse(self, reply: Reply) -> None:
        """End the command with a refusal: one more error of this client."""
        self.answer(reply)
        self.error_count += 1
        if self._command in JUNK_COMMANDS:
            self.count_junk()

    def ask(self, event: Event, settle: Settle) -> None:
        """Tell an event that needs a verdict, and what to do with the verdict."""
        self._event = event
        self._settle = settle

    def say(self, octets: bytes) -> None:
        """Queue a reply that is never a refusal."""
        self._outgoing.append(octets)
        if self.error_count >= self.settings.smtpd_soft_error_limit:
            self._sleep()

    def answer(self, reply: Reply) -> None:
        """Queue a reply: footer added, soft_bounce applied, enhanced class fit to the code; 421 and 521 hang up."""
        if self.add_footer is not None and not reply.is_positive:
            reply = self.add_footer(reply)
        code, enhanced = reply.code, reply.enhanced
        if code >= 500 and self.settings.soft_bounce:
            code -= 100
        if code >= 400 and enhanced and enhanced[0] != str(code)[0]:
            enhanced = str(code)[0] + enhanced[1:]
        if code != reply.code or enhanced != reply.enhanced:
            reply = Reply(code, enhanced, reply.text)
        self.say(reply.to_wire())
        if reply.ends_session:
            self.is_hanging_up = True

    def _sleep(self) -> None:
        """One more error sleep before the replies leave; never more than a client at the hard limit would cause."""
        settings = self.settings
        most = max(1, settings.smtpd_hard_error_limit - settings.smtpd_soft_error_limit)
        self._pause = min(
            self._pause + settings.smtpd_error_sleep_time,
            most * settings.smtpd_error_sleep_time,
        )

    def count_junk(self) -> None:
        """Count a command that does nothing; beyond the limit each one is an error."""
        if self.junk_count > self.settings.smtpd_junk_command_limit:
            self.error_count += 1
        self.junk_count += 1

    def begin_command(self, verb: str) -> None:
        """Count a command under its verb ("UNKNOWN" for the unknown ones)."""
        self._command = self.last_command = verb
        self._total_counts[verb] = self._total_counts.get(verb, 0) + 1

    def remark(self, severity: str, text: str) -> None:
        """Tell something for the log; the first `%s` stands for the client."""
        self._passing.append(Remarked(severity, _CONTROL.sub("?", text)))

    def tell(self, event: Event) -> None:
        """Tell an event that needs no verdict."""
        self._passing.append(event)

    def greet(self, name: str) -> None:
        """Know the client by this name from now on."""
        self.helo_name = name
        self.state = State.READY

    def finds_fault(self, command: str) -> bool:
        """Note that input came before its time; True when that ends the session."""
        if self.is_pipelining_unauthorised or self.state is State.DENIED:
            return False
        self.is_pipelining_unauthorised = True
        shown = self.input.peek(ESCAPED_SHOWN).decode("latin-1").translate(ESCAPES)
        self.remark("info", f"improper command pipelining after {command} from %s: {shown}")
        if self.settings.smtpd_forbid_unauth_pipelining:
            self.answer(NOT_SYNCHRONISED)
            self.end("")
        return self.has_ended

    def open_message(self) -> None:
        """Begin to receive a message."""
        settings = self.settings
        self.message = MessageText(
            settings.smtpd_forbid_bare_newline, settings.message_size_limit, settings.hopcount_limit
        )

    def end(self, reason: str) -> None:
        """End the session: nothing is read any more."""
        if not self.has_ended:
            self.has_ended = True
            self.tell(SessionEnded(reason, self._where))

    def reset_transaction(self) -> None:
        """Forget the open transaction, if any; say so when one was open."""
        if self.state in IN_TRANSACTION:
            self._passing.append(TransactionReset())
        self.end_transaction()

    def end_transaction(self) -> None:
        """Be ready for the next MAIL."""
        self.sender = None
        self.recipient_count = 0
        self.overshoot_count = 0
        self.message = None
        needs_helo = self.helo_name is None and self.settings.smtpd_helo_required
        self.state = State.START if needs_helo else State.READY

    @property
    def _where(self) -> str:
        """The command that the session ends after; within a message with the octets received of it."""
        if (self.is_in_data or self.is_in_chunk) and self.message is not None:
            return f"{self.last_command} ({self.message.size_bytes} bytes)"
        return self.last_command

    @property
    def lets_smtputf8(self) -> bool:
        """SMTPUTF8 is offered (RFC 6531)."""
        return self.settings.smtputf8_enable and "smtputf8" not in self.settings.smtpd_discard_ehlo_keywords
