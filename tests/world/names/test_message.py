"""The reader and writer of DNS messages against dnspython, and against everything that is no message."""

import ipaddress
import time
from typing import Any, cast

import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.world.names import message as m

LABEL = st.binary(min_size=1, max_size=20) | st.sampled_from([b"www", b"example", b"com", b"a.b", b"x" * 63])
NAME = st.lists(LABEL, min_size=1, max_size=6).filter(lambda labels: sum(map(len, labels)) + len(labels) < 250)


def dns_name(labels: list[bytes]) -> dns.name.Name:
    return dns.name.Name([*labels, b""])


def text(name: dns.name.Name) -> str:
    return "" if name == dns.name.root else name.to_text(omit_final_dot=True)


@st.composite
def records(draw: Any) -> tuple[str, Any]:
    kind = draw(st.sampled_from(["A", "AAAA", "PTR", "NS", "CNAME", "MX", "TXT", "SOA", "SRV"]))
    target = dns_name(draw(NAME)).to_text()
    data = {
        "A": lambda: str(ipaddress.IPv4Address(draw(st.binary(min_size=4, max_size=4)))),
        "AAAA": lambda: str(ipaddress.IPv6Address(draw(st.binary(min_size=16, max_size=16)))),
        "MX": lambda: f"{draw(st.integers(0, 65535))} {draw(st.sampled_from([target, '.']))}",
        "TXT": lambda: " ".join(
            f'"{word}"' for word in draw(st.lists(st.from_regex(r"\A[a-z ]{0,40}\Z"), min_size=1))
        ),
        "SOA": lambda: f"{target} {target} {draw(st.integers(0, 2**32 - 1))} 1 2 3 {draw(st.integers(0, 2**32 - 1))}",
        "SRV": lambda: f"1 2 3 {target}",
    }.get(kind, lambda: target)()
    return kind, dns.rdata.from_text("IN", kind, data)


def value_of(kind: str, rdata: Any) -> Any:
    """What our reader should make of dnspython's record."""
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(rdata.address)
    if kind == "TXT":
        return b"".join(rdata.strings).decode()
    if kind == "MX":
        return (rdata.preference, text(rdata.exchange))
    if kind == "SOA":
        return rdata.minimum
    return text(rdata.target)


def section(entries: list[tuple[list[bytes], int, tuple[str, Any]]]) -> list[dns.rrset.RRset]:
    rrsets = []
    for owner, ttl_s, (kind, rdata) in entries:
        rrset = dns.rrset.RRset(dns_name(owner), cast(Any, 1), dns.rdatatype.from_text(kind))
        rrset.add(rdata, ttl_s)
        rrsets.append(rrset)
    return rrsets


ENTRIES = st.lists(st.tuples(NAME, st.integers(0, 2**31 - 1), records()), max_size=6)


@settings(max_examples=200, deadline=None)
@given(NAME, ENTRIES, ENTRIES, st.integers(0, 5))
def test_reads_what_dnspython_writes(question, answers, authority, rcode):
    reply = dns.message.make_response(dns.message.make_query(dns_name(question), "A"))
    reply.set_rcode(cast(Any, rcode))
    reply.answer = section(answers)
    reply.authority = section(authority)
    read = m.read_message(reply.to_wire(max_size=65535))
    assert isinstance(read, m.Message)
    assert (read.asked, read.rcode) == (text(dns_name(question)), rcode)
    for ours, theirs in ((read.answers, answers), (m.read_authority(read), authority)):
        seen = [
            (r.owner, r.ttl_s, ipaddress.ip_address(r.value) if r.type_code in (m.A, m.AAAA) else r.value)
            for r in ours
        ]
        known = [entry for entry in theirs if entry[2][0] != "SRV"]
        assert seen == [(text(dns_name(owner)), ttl_s, value_of(*record)) for owner, ttl_s, record in known]


@settings(max_examples=200, deadline=None)
@given(NAME, st.sampled_from(sorted(m.TYPE_CODES)), st.booleans())
def test_writes_what_dnspython_reads(labels, kind, edns):
    name = dns_name(labels)
    question = m.encode_question(text(name), m.TYPE_CODES[kind])
    assert question == (name.to_wire() or b"") + m.TYPE_CODES[kind].to_bytes(2, "big") + b"\0\1"
    query = m.query_with(question, edns=edns)
    read = dns.message.from_wire(b"\x12\x34" + query)
    assert read.id == 0x1234 and read.flags == dns.flags.RD
    assert read.question[0].name == name and dns.rdatatype.to_text(read.question[0].rdtype) == kind
    assert read.payload == (1232 if edns else 0) and read.edns == (0 if edns else -1)


@pytest.mark.parametrize(
    "name", ["a..b", ".a", "a.", "x" * 64 + ".example", ".".join(["x" * 60] * 5), "b\u00fccher.example", "\\", "."]
)
def test_names_without_a_wire_form(name):
    assert m.encode_query(name, m.A) is None


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=300))
def test_noise_is_a_value(noise):
    assert isinstance(m.read_message(noise), m.Message | m.Garbage)
    header = b"\0\0\x81\x80\0\1\0\2\0\2\0\0"
    read = m.read_message(header + noise)
    if isinstance(read, m.Message):
        assert isinstance(m.read_authority(read), tuple)


@settings(max_examples=300, deadline=None)
@given(ENTRIES, st.data())
def test_a_damaged_message_is_a_value(entries, data):
    reply = dns.message.make_response(dns.message.make_query("example.com.", "A"))
    reply.answer = section(entries)
    octets = bytearray(reply.to_wire(max_size=65535))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(2, len(octets) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(octets)))
    for packet in (bytes(octets), bytes(octets[:cut])):
        read = m.read_message(packet)
        if isinstance(read, m.Message):
            m.read_authority(read)


HEADER_ONE_ANSWER = b"\0\0\x81\x80\0\0\0\1\0\0\0\0"
FIXED = b"\0\1\0\1\0\0\0\1\0\4abcd"


@pytest.mark.parametrize(
    ("tail", "why"),
    [
        (b"\xc0\x0c" + FIXED, "pointer"),  # points to itself
        (b"\xc0\xff" + FIXED, "pointer"),  # forwards
        (b"\x01a\xc0\x0c" + FIXED, "pointer"),  # back to its own beginning
        (b"\x40a" + FIXED, "label type"),
        ((b"\x3f" + b"x" * 63) * 4 + b"\0" + FIXED, "255"),
        (b"\0" + FIXED[:-1], "longer than the message"),
        (b"\0\0\1\0\1\0\0\0\1\0\3abc", "4 octets"),
        (b"\0\0\x10\0\1\0\0\0\1\0\0", "without a string"),
        (b"\0\0\x10\0\1\0\0\0\1\0\2\5a", "longer than its record"),
        (b"\0\0\x0f\0\1\0\0\0\1\0\2\0\1", "too short"),
        (b"\0\0\x0c\0\1\0\0\0\1\0\3\0\0\0", "fill"),
        (b"\0\0\6\0\1\0\0\0\1\0\3\0\0\0", "SOA"),
        (b"\0\0\1", "cut short"),
    ],
)
def test_each_guard(tail, why):
    read = m.read_message(HEADER_ONE_ANSWER + tail)
    assert isinstance(read, m.Garbage) and why in read.why


@pytest.mark.parametrize(("hops", "is_read"), [(60, True), (70, False), (8000, False)])
def test_chains_of_pointers_are_bounded(hops, is_read):
    """A record of an unknown type holds pointers, each to the one before; a hundred owners point to the last."""
    at = 12 + 11
    links = b"\1a\0" + b"".join((0xC000 | (at if n == 0 else at + 1 + 2 * n)).to_bytes(2, "big") for n in range(hops))
    holder = b"\0\0\x63\0\1\0\0\0\1" + len(links).to_bytes(2, "big") + links
    owner = (0xC000 | (at + 1 + 2 * hops)).to_bytes(2, "big")
    packet = b"\0\0\x81\x80\0\0\0\x65\0\0\0\0" + holder + (owner + FIXED) * 100
    before = time.process_time()
    read = m.read_message(packet)
    assert time.process_time() - before < 0.5
    if is_read:
        assert isinstance(read, m.Message) and [r.owner for r in read.answers] == ["a"] * 100
    else:
        assert read == m.Garbage("compression pointer leads nowhere")


def test_at_most_116_records_are_read():
    packet = b"\0\0\x81\x80\0\0\x07\xd0\0\0\0\0" + (b"\0" + FIXED) * 2000
    read = m.read_message(packet)
    assert isinstance(read, m.Message) and len(read.answers) == 116


def test_a_negative_ttl_is_none():
    packet = HEADER_ONE_ANSWER + b"\0\0\1\0\1\x80\0\0\1\0\4abcd"
    read = m.read_message(packet)
    assert isinstance(read, m.Message) and read.answers[0].ttl_s == 0


@pytest.mark.parametrize(
    ("packet", "is_answer"),
    [
        (b"\0\0\x81\x80\0\1\0\0\0\0\0\0\1A\0\0\1\0\1", True),
        (b"\0\0\x81\x80\0\1\0\0\0\0\0\0\1b\0\0\1\0\1", False),  # another name
        (b"\0\0\x81\x80\0\1\0\0\0\0\0\0\1a\0\0\x1c\0\1", False),  # another type
        (b"\0\0\x81\x80\0\1\0\0\0\0\0\0\1a\0\0\1\0\3", False),  # another class
        (b"\0\0\x01\x80\0\1\0\0\0\0\0\0\1a\0\0\1\0\1", False),  # a query
        (b"\0\0\xa9\x80\0\1\0\0\0\0\0\0\1a\0\0\1\0\1", False),  # another operation
        (b"\0\0\x81\x85\0\0\0\0\0\0\0\0", True),  # REFUSED without the question
        (b"\0\0\x81\x83\0\0\0\0\0\0\0\0", False),  # "no such name" must say which
        (b"\0\0\x81", False),
    ],
)
def test_what_counts_as_an_answer(packet, is_answer):
    question = m.encode_question("a", m.A)
    assert question is not None
    assert m.answers_question(packet, question) is is_answer
