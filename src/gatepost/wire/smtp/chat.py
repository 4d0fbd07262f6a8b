"""What an SMTP session knows and what a command may do to it: the ground that the verbs stand on.

A verb ends in exactly one of accept(), refuse() or ask(); after ask() its settle function ends it so when the verdict
comes. Replies are collected, not sent; who owns the connection drains them with outgoing(), after sleeping pause_s.

Gives: one reply per command, counted as smtpd(8) counts it (errors, junk commands, successes per verb).
RFC: 5321 section 4.2 (replies), 2920 (pipelining: replies of one turn leave together).
Postfix: smtpd_soft_error_limit, smtpd_error_sleep_time, smtpd_junk_command_limit, soft_bounce, smtpd_recipient_limit.
"""

import re
from collections.abc import Callable, Mapping

from gatepost.model.envelope import Sender
from gatepost.model.reply import Reply
from gatepost.model.session import TlsFacts
from gatepost.wire.lines import LineBuffer
from gatepost.wire.smtp.door import door_for
from gatepost.wire.smtp.events import Event, HandshakeBegun, Remarked, SessionEnded, TransactionReset
from gatepost.wire.smtp.greeting import GreetingWait
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
    a transaction), recipient_count (accepted ones), forwarded (by XFORWARD), is_pipelining_unauthorised,
    last_command, error_count, tls (None in the clear), has_login.

    To set: `mechanisms`, which gives those of AUTH that EHLO offers, blanks between; `client`, the `name[address]` of
    the reply to whoever was refused at connect; before a greeting `may_xclient` and `may_xforward`, the client may
    speak for others or tell of them (None: that cannot be told now), and `greeting_wait`; `count`, asked for each
    MAIL, RCPT, AUTH, STARTTLS and TLS begun, gives the refusal of one too many; `add_footer`, which gives a refusal
    its footer.
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
        "count",
        "door",
        "error_count",
        "forwarded",
        "greeting_wait",
        "has_ended",
        "has_login",
        "helo_name",
        "input",
        "is_hanging_up",
        "is_in_chunk",
        "is_in_data",
        "is_in_handshake",
        "is_new_request",
        "is_pipelining_unauthorised",
        "is_to_be_greeted",
        "junk_count",
        "last_command",
        "may_xclient",
        "may_xforward",
        "mechanisms",
        "message",
        "octets_earning",
        "on_line",
        "overshoot_count",
        "protocol_name",
        "recipient_count",
        "sender",
        "settings",
        "skip_reply",
        "state",
        "tls",
    )

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self.door = door_for(settings)
        self.input = LineBuffer(settings.line_length_limit)
        self.state = State.START if settings.smtpd_helo_required else State.READY
        self.client = "unknown"
        self.add_footer: Callable[[Reply], Reply] | None = None
        self.may_xclient: bool | None = False
        self.may_xforward: bool | None = False
        self.forwarded: Mapping[str, str] = {}
        self.count: Callable[[str, str], Reply | None] | None = None
        self.greeting_wait: GreetingWait | None = None
        self.is_to_be_greeted = False
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
        self.tls: TlsFacts | None = None
        self.is_in_handshake = False
        self.has_ended = False
        self.has_login = False
        self.mechanisms: Callable[[], str] = str
        self.on_line: Callable[[Chat, bytes], None] | None = None
        self.is_new_request = True
        self.octets_earning = 0
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

    def is_too_many(self, verb: str) -> bool:
        """Count a command against what its client may send in a time; refuse one too many."""
        refusal = self.count(verb, self.client) if self.count is not None else None
        if refusal is not None:
            self.refuse(refusal)
        return refusal is not None

    def ask(self, event: Event, settle: Settle) -> None:
        """Tell an event that needs a verdict, and what to do with the verdict."""
        self._event = event
        self._settle = settle

    def say(self, octets: bytes) -> None:
        """Queue a reply that is never a refusal: what follows it is a new request."""
        self._outgoing.append(octets)
        self.is_new_request = True
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

    def hold_greeting(self, wait: GreetingWait) -> None:
        """Say the teaser, and greet when the wait is over."""
        self.is_to_be_greeted = True
        if wait.teaser:
            self.say(wait.teaser)
        self.is_new_request = True

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

    @property
    def must_have_tls(self) -> bool:
        """Only the commands of BEFORE_TLS are served as long as the session is in the clear."""
        return self.tls is None and self.settings.smtpd_tls_security_level == "encrypt"

    @property
    def may_starttls(self) -> bool:
        """TLS is served here and not yet on."""
        settings = self.settings
        is_hidden = "starttls" in settings.smtpd_discard_ehlo_keywords
        return self.tls is None and settings.smtpd_tls_security_level != "none" and not is_hidden

    @property
    def serves_auth(self) -> bool:
        """Clients may log in, here and now."""
        settings = self.settings
        if not settings.smtpd_sasl_auth_enable or "auth" in settings.smtpd_discard_ehlo_keywords:
            return False
        return self.tls is not None or not (settings.smtpd_tls_auth_only or self.must_have_tls)

    def await_handshake(self, *, is_first: bool = False) -> None:
        """Take nothing any more until the session is secured(): what was sent ahead, in the clear, is thrown away."""
        self.input.clear()
        self.is_in_handshake = True
        self.tell(HandshakeBegun(is_first))

    def secured(self, tls: TlsFacts) -> None:
        """Go on under TLS, as a new session: nothing that was said in the clear is known any more."""
        self.is_in_handshake = False
        self.tls = tls
        self.has_login = False
        if self.last_command != "CONNECT":
            self._ok_counts[self._command] = self._ok_counts.get(self._command, 0) + 1
            self.helo_name = None
            self.reset_transaction()
        refusal = self._uncertified(tls) or (self.count("TLS", self.client) if self.count is not None else None)
        if refusal is not None:
            self._event = self._settle = None
            self.answer(refusal)
            self.end("")

    def _uncertified(self, tls: TlsFacts) -> Reply | None:
        """The refusal of a client that must show a certificate which somebody vouches for, and has none."""
        settings = self.settings
        if tls.is_trusted or not settings.smtpd_tls_req_ccert or settings.smtpd_tls_security_level != "encrypt":
            return None
        why = "Client certificate not trusted" if tls.certificate_fingerprint else "No client certificate presented"
        self.remark("info", f"NOQUEUE: abort: TLS from %s: {why}")
        return Reply(421, "4.7.1", f"{settings.myhostname} Error: {why}")

    def not_secured(self) -> None:
        """The handshake has failed: there is no common language left to say so in."""
        self.is_in_handshake = False
        self._event = self._settle = None
        self.end("lost connection")

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
        self.forwarded = {}
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
