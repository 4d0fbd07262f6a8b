"""A policy server that answers anything: its reply read, and its action read as access(5) has it."""

from gatepost.model.settings import Settings
from gatepost.policy.access import Refusal, parse_action
from gatepost.wire.policy_protocol.reply import LONGEST_REPLY, Action, ReplyReader
from tests.fuzz.pieces import in_pieces, split_input

SETTINGS = Settings()
WORDS = ("action=", "DUNNO", "REJECT ", "PREPEND X: ", "5.7.1", "450 ", "defer_if_permit ", "\n\n")


def one_input(octets: bytes) -> None:
    """One reply; the same however it is split."""
    chosen, how, sent = split_input(octets)
    told = [_read(sent, size, must_be_utf8=bool(chosen & 1)) for size in (0, how)]
    assert told[0] == told[1]
    if isinstance(told[0], Action):
        action = parse_action(told[0].text, SETTINGS)
        assert not isinstance(action, Refusal) or action.text, "a code without a text (CVE-2026-43964)"


def _read(sent: bytes, how: int, *, must_be_utf8: bool) -> object:
    reader = ReplyReader(must_be_utf8=must_be_utf8)
    for piece in in_pieces(sent, how):
        reply = reader.receive(piece)
        if reply is not None:
            return reply
    assert len(sent) <= LONGEST_REPLY
    return None
