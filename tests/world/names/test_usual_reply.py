"""The short way to read a reply and the long one find the same, in replies as usual, strange and broken."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.world.names import message as m
from gatepost.world.names.outcome import NoRecords, Outcome, Records, Redirect, outcome_of
from gatepost.world.names.usual_reply import usual_outcome

NAME = "2.0.0.127.bl.example"
ZONE_AT = 12 + len("\1" "2\1" "0\1" "0\3" "127")  # fmt: skip
DATA = {
    m.A: b"\x7f\0\0\2",
    m.PTR: b"\4mail\xc0" + bytes((ZONE_AT,)),
    m.MX: b"\0\x0a\2mx\xc0\x0c",
    m.TXT: b"\6listed\2by",
    m.AAAA: bytes(range(16)),
    m.SOA: b"\2ns\xc0" + bytes((ZONE_AT,)) + b"\4root\0" + b"".join(n.to_bytes(4, "big") for n in (1, 2, 3, 4, 600)),
    m.NS: b"\2ns\7example\0",
    m.CNAME: b"\5other\xc0" + bytes((ZONE_AT,)),
}
OWNERS = (b"\xc0\x0c", b"\xc0" + bytes((ZONE_AT,)), b"\0", b"\1x\xc0\x0c", b"\xc0\xc0")


@st.composite
def record(draw: Any) -> bytes:
    type_code = draw(st.sampled_from(sorted(DATA)))
    data = draw(st.sampled_from((DATA[type_code], DATA[type_code], DATA[m.SOA], b"", b"\0")))
    class_code = draw(st.sampled_from((1, 1, 1, 3)))
    ttl_s = draw(st.sampled_from((0, 60, 86_400, 0x80000000)))
    size = len(data) + draw(st.sampled_from((0, 0, 0, 1)))
    owner: bytes = draw(st.sampled_from((OWNERS[0], *OWNERS)))
    return (
        owner
        + b"".join(n.to_bytes(w, "big") for n, w in ((type_code, 2), (class_code, 2), (ttl_s, 4), (size, 2)))
        + data
    )


@st.composite
def replies(draw: Any) -> tuple[int, bytes]:
    type_code = draw(st.sampled_from(sorted(m.TYPE_CODES.values())))
    question = m.encode_question(NAME, type_code) or b""
    flags = draw(st.sampled_from((0x8180, 0x8580, 0x8183, 0x8000, 0x8380, 0x8182, 0x8181, 0x0180, 0x8980)))
    answers, authority = draw(st.lists(record(), max_size=2)), draw(st.lists(record(), max_size=2))
    counts = [1, len(answers), len(authority), draw(st.integers(0, 1))]
    counts[draw(st.integers(0, 3))] += draw(st.sampled_from((0, 0, 0, 1)))
    header = b"\x12\x34" + flags.to_bytes(2, "big") + b"".join(n.to_bytes(2, "big") for n in counts)
    asked = draw(st.sampled_from((question, question, question.upper(), b"")))
    packet = header + asked + b"".join(answers) + b"".join(authority)
    at = draw(st.integers(0, len(packet)))
    return type_code, draw(st.sampled_from((packet, packet, packet[:at], packet[:at] + b"\xff" + packet[at + 1 :])))


def read_at_length(packet: bytes, question: bytes, type_code: int) -> Outcome | Redirect | None:
    if not m.answers_question(packet, question) or m.is_truncated(packet):
        return None
    message = m.read_message(packet, NAME, len(question))
    return None if isinstance(message, m.Garbage) else outcome_of(message, NAME, type_code)


@settings(max_examples=500, deadline=None)
@given(replies())
def test_finds_what_the_whole_reader_finds(reply):
    type_code, packet = reply
    question = m.encode_question(NAME, type_code) or b""
    found = usual_outcome(packet, question, NAME, type_code)
    assert found is None or found == read_at_length(packet, question, type_code)


def test_reads_the_replies_that_are_usual():
    soa = b"\xc0" + bytes((ZONE_AT,)) + b"\0\6\0\1\0\0\1\0" + len(DATA[m.SOA]).to_bytes(2, "big") + DATA[m.SOA]
    question = m.encode_question(NAME, m.A) or b""
    for tail, expected in (
        (b"\x81\x83\0\1\0\0\0\0\0\0" + question, NoRecords(is_name_known=False, ttl_s=None)),
        (b"\x81\x80\0\1\0\0\0\0\0\1" + question, NoRecords(is_name_known=True, ttl_s=None)),
        (b"\x81\x83\0\1\0\0\0\1\0\1" + question + soa, NoRecords(is_name_known=False, ttl_s=256)),
    ):
        assert usual_outcome(b"id" + tail, question, NAME, m.A) == expected
    for type_code in (m.A, m.PTR, m.MX, m.TXT, m.AAAA):
        question = m.encode_question(NAME, type_code) or b""
        size = len(DATA[type_code]).to_bytes(2, "big")
        answer = b"\xc0\x0c" + type_code.to_bytes(2, "big") + b"\0\1\0\0\0\x3c" + size + DATA[type_code]
        packet = b"id\x81\x80\0\1\0\1\0\0\0\0" + question + answer
        found = usual_outcome(packet, question, NAME, type_code)
        assert isinstance(found, Records) and found.ttl_s == 60
        assert found == read_at_length(packet, question, type_code)
