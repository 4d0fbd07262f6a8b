"""A QMQP session as a state machine: client, asker and connection each do anything at any time."""

import re

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gatepost.wire.netstrings import netstring
from gatepost.wire.qmqp.dialogue import INPUT_LIMIT, QmqpDialogue
from gatepost.wire.qmqp.events import NEED_DATA, Connected, MailReceived, MessageChunk, Pause, SessionEnded
from gatepost.wire.qmqp.reply import QmqpReply
from tests.fuzz.targets.qmqp import DOORS, REFUSED, TAKEN

INSIDE = netstring(b"Subject: x\n\nhello\n") + netstring(b"a@b.example") + netstring(b"c@d.example")
PACKET = netstring(INSIDE)
ONE_REPLY = re.compile(rb"(?:[0-9]+:[KZD][^\0]*,)?", re.DOTALL)


class QmqpMachine(RuleBasedStateMachine):
    """One session."""

    @initialize(chosen=st.sampled_from(DOORS))
    def begin(self, chosen) -> None:
        self.dialogue = QmqpDialogue(chosen)
        self.left = PACKET
        self.said = b""
        self.asked: object = None
        self.is_welcome = self.has_mail = self.has_ended = False
        self.pump()

    def pump(self) -> None:
        """Take events until something is needed; a pause is passed over."""
        while self.asked is None:
            event = self.dialogue.next_event()
            if isinstance(event, Pause):
                if self.dialogue.pause_s == 0:
                    break
                self.said += self.dialogue.outgoing()
                continue
            assert not self.has_ended, event
            if isinstance(event, MessageChunk):
                assert self.is_welcome and not self.has_mail
            elif isinstance(event, SessionEnded):
                self.has_ended = True
            else:
                assert not isinstance(event, MailReceived) or (self.is_welcome and event.recipients)
                self.has_mail = isinstance(event, MailReceived)
                self.asked = event
        self.said += self.dialogue.outgoing()

    @precondition(lambda self: not self.has_ended)
    @rule(size=st.integers(1, 60))
    def send_more(self, size: int) -> None:
        piece, self.left = self.left[:size], self.left[size:]
        self.dialogue.receive(piece)
        self.pump()

    @precondition(lambda self: not self.has_ended)
    @rule(octets=st.binary(max_size=9) | st.sampled_from((b"1:a,", b",", b"0", b":")))
    def send_noise(self, octets: bytes) -> None:
        self.dialogue.receive(octets)
        self.pump()

    @precondition(lambda self: self.asked is not None)
    @rule(reply=st.sampled_from((TAKEN, REFUSED)), is_welcome=st.integers(0, 4))
    def decide(self, reply: QmqpReply, is_welcome: int) -> None:
        event, self.asked = self.asked, None
        if isinstance(event, Connected):
            self.is_welcome = bool(is_welcome)
            self.dialogue.decide(None if is_welcome else REFUSED)
        else:
            self.dialogue.decide(reply)
        self.pump()

    @rule(how=st.sampled_from(("receive_eof", "time_out", "hang_up", "fail", "shut_down")), chance=st.integers(0, 5))
    def be_told(self, how: str, chance: int) -> None:
        if chance == 0:
            getattr(self.dialogue, how)()
            self.asked = self.asked if self.dialogue._awaits_verdict else None
            self.pump()
            assert self.has_ended or how in ("receive_eof", "shut_down")

    @invariant()
    def one_reply_and_bounded(self) -> None:
        if hasattr(self, "dialogue"):
            assert ONE_REPLY.fullmatch(self.said), self.said
            assert self.dialogue.wants_input == (not self.has_ended and len(self.dialogue.input) < INPUT_LIMIT)
            assert not self.has_ended or self.dialogue.next_event() is NEED_DATA


QmqpMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
TestQmqpMachine = QmqpMachine.TestCase
