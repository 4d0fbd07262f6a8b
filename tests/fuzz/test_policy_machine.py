"""A connection of the policy protocol as a state machine: each request is answered once, in its turn."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gatepost.wire.policy_protocol.dialogue import INPUT_LIMIT, LONGEST_LINE, LONGEST_REQUEST, PolicyDialogue
from gatepost.wire.policy_protocol.events import AWAITING_VERDICT, NEED_DATA, Pause, RequestGiven, SessionEnded
from tests.fuzz.targets.policy_protocol import ANSWERS

PIECES = st.sampled_from((
    b"request=smtpd_access_policy\n", b"sender=a=b@c\n", b"\n", b"\n\n", b"x=\xff\n", b"size=1", b"x=" + b"y" * LONGEST_LINE,
    b"a=b\n" * 300, (b"a" * 1000 + b"=\n") * 70, b"nonsense\n", b"nul=\0\n",
))  # fmt: skip


class PolicyMachine(RuleBasedStateMachine):
    """One connection."""

    @initialize()
    def begin(self) -> None:
        self.dialogue = PolicyDialogue(100)
        self.is_asked = self.has_ended = False
        self.requests = self.answers = 0

    def pump(self) -> None:
        """Take events until something is needed."""
        while not self.is_asked and not isinstance(event := self.dialogue.next_event(), Pause):
            assert not self.has_ended, event
            if isinstance(event, SessionEnded):
                self.has_ended = True
            else:
                assert isinstance(event, RequestGiven)
                assert sum(len(n) + len(v) for n, v in event.attributes.items()) <= LONGEST_REQUEST
                self.is_asked = True
                self.requests += 1
        said = self.dialogue.outgoing()
        assert ANSWERS.fullmatch(said)
        self.answers += said.count(b"action=")

    @precondition(lambda self: not self.has_ended)
    @rule(octets=PIECES | st.binary(max_size=9))
    def send(self, octets: bytes) -> None:
        if self.dialogue.wants_input:
            self.dialogue.receive(octets)
            self.pump()

    @precondition(lambda self: self.is_asked)
    @rule(action=st.sampled_from(("DUNNO", "550 5.7.1 no", "DUNNO", None)))
    def decide(self, action: str | None) -> None:
        assert self.dialogue.next_event() is AWAITING_VERDICT
        self.is_asked = False
        self.requests -= action is None
        self.dialogue.decide(action)
        self.pump()

    @rule(how=st.sampled_from(("receive_eof", "time_out", "shut_down", "fail")), chance=st.integers(0, 4))
    def be_told(self, how: str, chance: int) -> None:
        if chance == 0:
            getattr(self.dialogue, how)()
            if how in ("time_out", "fail"):
                self.requests -= self.is_asked
                self.is_asked = False
            self.pump()

    @invariant()
    def each_is_answered_once(self) -> None:
        if hasattr(self, "dialogue"):
            assert self.answers == self.requests - self.is_asked
            assert len(self.dialogue._input) < INPUT_LIMIT * 2 + LONGEST_LINE
            assert not self.has_ended or self.dialogue.next_event() is NEED_DATA


PolicyMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
TestPolicyMachine = PolicyMachine.TestCase
