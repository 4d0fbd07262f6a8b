"""A Postfix that asks anything: requests read, made sessions, answered. Held: each answer is one well-formed line."""

import re

from gatepost.model.settings import Settings
from gatepost.policy.policy_request import session_of
from gatepost.wire.policy_protocol.dialogue import PolicyDialogue
from gatepost.wire.policy_protocol.events import Pause, SessionEnded
from tests.fuzz.pieces import in_pieces, split_input

ANSWERS = re.compile(rb"(?:action=[^\n\0]+\n\n)*")
SETTINGS = Settings()
WORDS = ("request=smtpd_access_policy\n", "protocol_state=RCPT\n", "client_address=", "sender=", "recipient=", "size=",
         "helo_name=", "client_name=", "sasl_username=", "ccert_subject=", "encryption_protocol=", "\n\n")  # fmt: skip


def _pump(dialogue: PolicyDialogue) -> bool:
    while not isinstance(event := dialogue.next_event(), Pause):
        if isinstance(event, SessionEnded):
            assert event.complaint.isprintable(), event
            return True
        try:
            session_of(event.attributes, SETTINGS)
        except ValueError as fault:
            assert str(fault)  # noqa: PT017 -- what is raised is looked at here
            dialogue.decide(None)
        else:
            dialogue.decide("DUNNO")
    return False


def one_input(octets: bytes) -> None:
    """One connection."""
    _, how, sent = split_input(octets)
    dialogue = PolicyDialogue(100)
    has_ended = False
    for piece in in_pieces(sent, how):
        dialogue.receive(piece)
        has_ended = has_ended or _pump(dialogue)
        assert ANSWERS.fullmatch(dialogue.outgoing())
    dialogue.receive_eof()
    assert _pump(dialogue) is not has_ended
