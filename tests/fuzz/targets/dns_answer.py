"""A name server that answers anything. Held: a message, or garbage with a reason; never more records than the limit.

What the short way reads of a reply as usual, the long way reads too.
"""

from gatepost.world.names.message import (
    MAX_CHAIN,
    MAX_VALUES,
    TYPE_CODES,
    Garbage,
    answers_question,
    encode_name,
    encode_question,
    read_authority,
    read_message,
)
from gatepost.world.names.outcome import outcome_of
from gatepost.world.names.usual_reply import usual_outcome
from tests.fuzz.pieces import split_input

NAME = "2.0.0.127.bl.example"
QUESTIONS = {code: encode_question(NAME, code) or b"" for code in TYPE_CODES.values()}


def one_input(octets: bytes) -> None:
    """One packet, read with the question known and without; and a name, written."""
    chosen, _, packet = split_input(octets)
    type_code = list(QUESTIONS)[chosen % len(QUESTIONS)]
    folded = QUESTIONS[type_code]
    told = [read_message(packet)]
    if answers_question(packet, folded):
        told.append(read_message(packet, NAME, len(folded)))
    usual = usual_outcome(packet, folded, NAME, type_code)
    if usual is not None:
        known = told[-1]
        assert len(told) == 2
        assert not isinstance(known, Garbage)
        assert usual == outcome_of(known, NAME, type_code)
    for message in told:
        if isinstance(message, Garbage):
            assert message.why
            continue
        assert len(message.answers) <= MAX_CHAIN + MAX_VALUES
        read_authority(message)
        outcome_of(message, NAME, type_code)
    written = encode_name(packet.decode("utf-8", "surrogateescape")[:300])
    assert written is None or (len(written) <= 255 and written.endswith(b"\0"))
