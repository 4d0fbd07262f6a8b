"""An SMTP session as a state machine: client, asker and connection each do anything at any time.

Held at each step: events come in the order that RFC 5321 knows (no recipient without a sender, no message without a
recipient, nothing after the end); each command gets one reply; what waits unread is bounded.
"""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gatepost.model.reply import Reply
from gatepost.wire.smtp.dialogue import INPUT_LIMIT, SmtpDialogue
from gatepost.wire.smtp.events import (
    AWAITING_VERDICT,
    NEED_DATA,
    DataRequested,
    HandshakeBegun,
    HelloGiven,
    MessageChunk,
    MessageEnded,
    RecipientGiven,
    SenderGiven,
    SessionEnded,
    TransactionReset,
    XclientGiven,
)
from tests.fuzz.targets.smtp import BARE, DOORS, REPLIES, TLS, VERDICTS

COMMANDS = (
    b"EHLO x", b"HELO x", b"MAIL FROM:<a@b.example>", b"MAIL FROM:<> BODY=8BITMIME", b"RCPT TO:<c@d.example>", b"DATA",
    b"RSET", b"NOOP", b"VRFY x", b"ETRN d.example", b"STARTTLS", b"XCLIENT ADDR=192.0.2.1", b"QUIT", b"GET / HTTP/1.0",
    b"BDAT 0", b"BDAT 0 LAST", b"MAIL FROM:<a@", b"RCPT TO:<>", b"FOO", b"", b"\xff\0", b".", b"x" * 5000,
)  # fmt: skip


class SmtpMachine(RuleBasedStateMachine):
    """One session."""

    @initialize(chosen=st.integers(0, len(DOORS) - 1), may_xclient=st.booleans())
    def begin(self, chosen: int, may_xclient: bool) -> None:
        door = replace(DOORS[chosen], smtpd_hard_error_limit=200, smtpd_forbid_unauth_pipelining=False)
        self.dialogue = SmtpDialogue(door)
        self.dialogue.may_xclient = may_xclient
        self.asked: object = None
        self.has_ended = self.has_sender = self.is_in_message = self.is_cut_off = False
        self.recipients = self.received = 0
        self.message = b""
        self.pump()

    def pump(self) -> None:
        """Take events until something is needed."""
        last: object = None
        while self.asked is None and (event := self.dialogue.next_event()) is not NEED_DATA:
            assert not self.has_ended, event
            if event is AWAITING_VERDICT:
                self.asked = last
            else:
                self.happened(event)
            last = event
        said = self.dialogue.outgoing()
        assert REPLIES.fullmatch(said), said

    def happened(self, event: object) -> None:
        """Hold the event against what came before it."""
        if isinstance(event, SessionEnded):
            self.has_ended = True
        elif isinstance(event, HelloGiven | XclientGiven | SenderGiven):
            assert not self.is_in_message
        elif isinstance(event, RecipientGiven | DataRequested):
            assert self.has_sender and not self.is_in_message
            assert isinstance(event, RecipientGiven) or self.recipients
        elif isinstance(event, MessageChunk):
            assert self.is_in_message
            self.message += event.octets
        elif isinstance(event, TransactionReset):
            self.over()
        elif isinstance(event, MessageEnded):
            assert self.is_in_message
            self.is_in_message = False
            if event.refusal_is_due:
                self.over()
            else:
                assert not BARE.search(self.message)
        elif isinstance(event, HandshakeBegun):
            assert not self.is_in_message and len(self.dialogue.input) == 0

    def over(self) -> None:
        """The transaction is over."""
        self.has_sender = self.is_in_message = False
        self.recipients = 0
        self.message = b""

    @precondition(lambda self: not self.has_ended)
    @rule(command=st.sampled_from(COMMANDS), end=st.sampled_from((b"\r\n", b"\r\n", b"\r\n", b"\n", b"")))
    def command(self, command: bytes, end: bytes) -> None:
        self.send(command + end)

    @precondition(lambda self: not self.has_ended)
    @rule(
        octets=st.binary(max_size=12)
        | st.sampled_from((b"\r\n.\r\n", b"\n.\n", b"\r.\r", b"..\r\n", b"BDAT 3\r\na\nb"))
    )
    def send(self, octets: bytes) -> None:
        self.dialogue.receive(octets)
        self.received += len(octets)
        self.pump()

    @precondition(lambda self: self.asked is not None)
    @rule(verdict=st.sampled_from(VERDICTS))
    def decide(self, verdict: Reply | None) -> None:
        event, self.asked = self.asked, None
        is_good = verdict is None or verdict.is_positive
        if isinstance(event, SenderGiven):
            self.has_sender = is_good
        elif isinstance(event, RecipientGiven):
            self.recipients += is_good
        elif isinstance(event, DataRequested):
            self.is_in_message = is_good
        elif isinstance(event, MessageEnded):
            self.over()
        self.dialogue.decide(verdict)
        self.pump()

    @precondition(lambda self: self.dialogue.is_in_handshake)
    @rule(is_good=st.booleans())
    def handshake(self, is_good: bool) -> None:
        if is_good:
            self.dialogue.secured(TLS)
        else:
            self.dialogue.not_secured()
        self.pump()

    @rule(how=st.sampled_from(("receive_eof", "shut_down")))
    def be_told(self, how: str) -> None:
        getattr(self.dialogue, how)()
        self.pump()

    @rule(how=st.sampled_from(("time_out", "fail", "hang_up")), chance=st.integers(0, 5))
    def break_off(self, how: str, chance: int) -> None:
        if chance == 0:  # most sessions last longer
            self.asked = None
            getattr(self.dialogue, how)()
            self.pump()
            assert self.has_ended

    @invariant()
    def little_waits(self) -> None:
        if hasattr(self, "dialogue"):
            dialogue = self.dialogue
            assert dialogue.wants_input == (not dialogue.has_ended and len(dialogue.input) < INPUT_LIMIT)
            assert len(dialogue.input) <= self.received
            assert self.asked is None or dialogue.deadline_s is None
            assert not self.has_ended or dialogue.next_event() is NEED_DATA


SmtpMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestSmtpMachine = SmtpMachine.TestCase
