"""DNS messages: writing a query, reading a reply. Pure octets, no sockets.

A query is one question of class IN with recursion desired and an EDNS0 record that offers 1232 octets (the size
that DNS Flag Day 2020 found to pass every path unfragmented). A reply is read into a Message: header facts, the
question, the answer records; the authority section only on demand. The additional section is never used.

Gives: Message, or Garbage with the reason. No input raises, and no input costs more than its own length: names hold
at most 255 octets, compression pointers only lead backwards and at most 64 of them make a name, at most 116 records
of a section are read (100 as Postfix 3.9 limits an answer, and 16 links of an alias chain before them).
Refuses: records whose data does not fit their length. Records of other types or classes are passed over.
RFC: 1035 sections 3.1, 4.1; 2181 section 8 (TTL); 3596 (AAAA); 6891 (EDNS0).
"""

import re
import struct
from collections.abc import Callable
from socket import AF_INET6, inet_ntoa, inet_ntop
from typing import Any, Final, NamedTuple

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA = 1, 2, 5, 6, 12, 15, 16, 28
TYPE_CODES = {"A": A, "NS": NS, "CNAME": CNAME, "SOA": SOA, "PTR": PTR, "MX": MX, "TXT": TXT, "AAAA": AAAA}
TYPE_NAMES = {code: name for name, code in TYPE_CODES.items()}
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
RCODE_NAMES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")

MAX_CHAIN = 16
MAX_VALUES = 100
EDNS_OCTETS = 1232

_MAX_POINTERS = 64
_MAX_NAME_OCTETS = 255
_MAX_LABEL_OCTETS = 63
_CLASS_IN = 1
_HEADER_OCTETS = 12
_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_SOA_NUMBERS = struct.Struct("!5I")

# Flags and counts after the id: RD, one question, and one additional record (OPT) or none.
_QUERY_EDNS = b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01"
_QUERY_PLAIN = b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
_OPT = b"\x00\x00\x29" + EDNS_OCTETS.to_bytes(2, "big") + b"\x00\x00\x00\x00\x00\x00"
_TYPE_AND_CLASS = {code: b"\x00%c\x00\x01" % code for code in TYPE_CODES.values()}

_PLAIN = bytes(c for c in range(0x21, 0x7F) if c not in b'"().;\\@$') + b"."
_SPECIAL = re.compile(rb'["().;\\@$]|[^\x21-\x7e]')
_ESCAPE = re.compile(rb"\\([0-9]{3}|.)", re.DOTALL)
_PART = re.compile(rb"\\[0-9]{3}|\\.|\.|[^.\\]+", re.DOTALL)


class MailExchanger(NamedTuple):
    """The data of an MX record; an empty `exchange` is the root, the "null MX" of RFC 7505."""

    preference: int
    exchange: str


class Record(NamedTuple):
    """One record of class IN.

    `value` is address text (A, AAAA), a name (NS, CNAME, PTR), text with its parts joined (TXT), MailExchanger, or of
    an SOA its last field, the seconds that a negative answer may be kept (RFC 2308 section 4). Names carry no final
    dot; octets special to master files are escaped (RFC 1035 section 5.1).
    """

    owner: str
    type_code: int
    ttl_s: int
    value: Any


class Message(NamedTuple):
    """A reply that could be read. `asked` is the name in its question, "" where the server left it out."""

    packet: bytes
    flags: int
    asked: str
    answers: tuple[Record, ...]
    authority_at: int
    authority_count: int

    @property
    def rcode(self) -> int:
        """The response code."""
        return self.flags & 0x000F

    @property
    def is_authoritative(self) -> bool:
        """The AA bit."""
        return self.flags & 0x0400 != 0

    @property
    def is_recursive(self) -> bool:
        """The RA bit."""
        return self.flags & 0x0080 != 0


class Garbage(NamedTuple):
    """Octets that are no DNS message, and why."""

    why: str


class BrokenError(Exception):
    """Reading stops here; never leaves world.names."""


_LENGTHS: Final = {octets: bytes((octets,)) for octets in range(1, _MAX_LABEL_OCTETS + 1)}
"""The octet before a label, of each length that a label may have."""


def encode_name(name: str) -> bytes | None:
    r"""Give the wire form of a name, or None when it has none: empty or over-long labels, over 255 octets.

    Escapes `\.` and `\DDD` are understood; a final dot is not needed; "" is the root.
    """
    if not name:
        return b"\x00"
    try:
        octets = name.encode("ascii")
    except UnicodeEncodeError:
        return None
    labels = octets.split(b".") if "\\" not in name else _split_escaped(octets)
    try:
        wire = b"".join([_LENGTHS[len(label)] + label for label in labels])
    except KeyError:
        return None
    return wire + b"\x00" if len(wire) < _MAX_NAME_OCTETS else None


def _split_escaped(octets: bytes) -> list[bytes]:
    """Split at the dots that are not escaped and undo the escapes; a backslash at the end stands for nothing."""
    labels = [b""]
    for part in _PART.findall(octets):
        if part == b".":
            labels.append(b"")
        else:
            labels[-1] += _ESCAPE.sub(_unescape, part)
    return labels


def _unescape(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    return bytes((min(int(escaped), 255),)) if len(escaped) == 3 else escaped


def encode_question(name: str, type_code: int) -> bytes | None:
    """Give a question section; None for a name that cannot be asked."""
    wire = encode_name(name)
    return None if wire is None else wire + _TYPE_AND_CLASS[type_code]


def encode_query(name: str, type_code: int) -> bytes | None:
    """Give the query for a name, without its id; None for a name that cannot be asked."""
    question = encode_question(name, type_code)
    return None if question is None else query_with(question)


def query_with(question: bytes, *, edns: bool = True) -> bytes:
    """Give the query of a question, without its first two octets, which are the id."""
    return _QUERY_EDNS + question + _OPT if edns else _QUERY_PLAIN + question


def answers_question(packet: bytes, folded: bytes) -> bool:
    """Say whether these octets claim to be a reply to that question (RFC 5452 section 9.1).

    `folded` is the question section that was sent, its letters folded. Folding the octets of type and class too is
    harmless: none that is asked here is a letter. A reply that reports
    an error may leave the question out (RFC 1035 section 4.1.1 does not forbid it, and some servers do).
    """
    if len(packet) < _HEADER_OCTETS or packet[2] & 0xF8 != 0x80:
        return False
    if packet[4:6] == b"\x00\x01":
        return packet[12 : 12 + len(folded)].lower() == folded
    return packet[4:6] == b"\x00\x00" and packet[3] & 0x0F not in (NOERROR, NXDOMAIN)


def is_truncated(packet: bytes) -> bool:
    """Tell the TC bit of a reply."""
    return packet[2] & 0x02 != 0


def read_message(packet: bytes, asked: str = "", question_octets: int = 0) -> Message | Garbage:
    """Read a reply: header, question, answers.

    Who has compared the question already (answers_question) says what it was and how long, and saves reading it.
    """
    try:
        return _read_message(packet, asked, question_octets)
    except BrokenError as error:
        return Garbage(str(error))
    except (IndexError, struct.error):
        return Garbage("cut short")


def read_authority(message: Message) -> tuple[Record, ...]:
    """Read the authority section; empty when it is broken."""
    try:
        return _read_records(message.packet, message.authority_at, message.authority_count, "")[0]
    except (BrokenError, IndexError, struct.error):
        return ()


def _read_message(packet: bytes, asked: str, question_octets: int) -> Message:
    _, flags, questions, answer_count, authority_count, _ = _HEADER.unpack_from(packet)
    if flags & 0xF800 != 0x8000:
        raise BrokenError("not a reply to a query")
    offset = _HEADER_OCTETS
    if questions > 1:
        raise BrokenError("more than one question")
    if questions:
        if question_octets:
            offset += question_octets
        else:
            asked, offset = _read_name(packet, offset)
            offset += 4
        if offset > len(packet):
            raise BrokenError("cut short")
    answers, offset = _read_records(packet, offset, answer_count, asked if questions else "")
    is_all = answer_count <= MAX_CHAIN + MAX_VALUES
    return Message(packet, flags, asked, answers, offset, authority_count if is_all else 0)


def _read_records(packet: bytes, offset: int, count: int, asked: str) -> tuple[tuple[Record, ...], int]:
    """Read `count` records; `asked` is the name at octet 12, where most owners point."""
    if not count:
        return (), offset
    records = []
    for _ in range(min(count, MAX_CHAIN + MAX_VALUES)):
        if asked and packet[offset] == 0xC0 and packet[offset + 1] == _HEADER_OCTETS:
            owner = asked
            offset += 2
        else:
            owner, offset = _read_name(packet, offset)
        type_code, class_code, ttl_s, size = _RECORD.unpack_from(packet, offset)
        start = offset + 10
        offset = start + size
        if offset > len(packet):
            raise BrokenError("record longer than the message")
        reader = READERS.get(type_code)
        if reader is not None and class_code == _CLASS_IN:
            records.append(
                Record(owner, type_code, ttl_s if ttl_s < 0x80000000 else 0, reader(packet, start, offset))
            )
    return tuple(records), offset


def _read_name(packet: bytes, offset: int) -> tuple[str, int]:
    """Read a name; give it and the offset behind it. Raises as skip_name does."""
    labels: list[bytes] = []
    end = skip_name(packet, offset, labels)
    return _name_text(labels), end


def skip_name(packet: bytes, offset: int, labels: list[bytes] | None = None) -> int:
    """Give the offset behind a name, whose labels go into a list where one is given.

    Raises: BrokenError; IndexError where the message ends inside the name.
    """
    end = 0
    barrier = offset
    room = _MAX_NAME_OCTETS - 1
    pointers = 0
    while size := packet[offset]:
        if size <= _MAX_LABEL_OCTETS:
            start = offset + 1
            offset = start + size
            if labels is not None:
                labels.append(packet[start:offset])
            room -= size + 1
            if room < 0:
                raise BrokenError("name longer than 255 octets")
        elif size >= 0xC0:
            target = (size & 0x3F) << 8 | packet[offset + 1]
            end = end or offset + 2
            pointers += 1
            if target >= barrier or pointers > _MAX_POINTERS:
                raise BrokenError("compression pointer leads nowhere")
            barrier = offset = target
        else:
            raise BrokenError("unknown label type")
    return end or offset + 1


def _name_text(labels: list[bytes]) -> str:
    joined = b".".join(labels)
    if not joined.translate(None, _PLAIN) and joined.count(b".") == len(labels) - 1:
        return joined.decode("ascii")
    return ".".join(_SPECIAL.sub(_escape, label).decode("ascii") for label in labels)


def _escape(match: re.Match[bytes]) -> bytes:
    octet = match[0]
    return b"\\" + octet if 0x21 <= octet[0] <= 0x7E else b"\\%03d" % octet[0]


def _read_a(packet: bytes, start: int, end: int) -> str:
    if end - start != 4:
        raise BrokenError("A record not of 4 octets")
    return address_text(packet[start:end])


def address_text(octets: bytes) -> str:
    """Give the text of an address, as the values of A and AAAA records are written here."""
    return inet_ntoa(octets) if len(octets) == 4 else inet_ntop(AF_INET6, octets)


def _read_aaaa(packet: bytes, start: int, end: int) -> str:
    if end - start != 16:
        raise BrokenError("AAAA record not of 16 octets")
    return address_text(packet[start:end])


def _read_target(packet: bytes, start: int, end: int) -> str:
    name, after = _read_name(packet, start)
    if after != end:
        raise BrokenError("name does not fill its record")
    return name


def _read_mx(packet: bytes, start: int, end: int) -> MailExchanger:
    if end - start < 3:
        raise BrokenError("MX record too short")
    return MailExchanger(packet[start] << 8 | packet[start + 1], _read_target(packet, start + 2, end))


def _read_txt(packet: bytes, start: int, end: int) -> str:
    if start == end:
        raise BrokenError("TXT record without a string")
    parts = []
    while start < end:
        after = start + 1 + packet[start]
        if after > end:
            raise BrokenError("TXT string longer than its record")
        parts.append(packet[start + 1 : after])
        start = after
    return b"".join(parts).decode("utf-8", "replace")


def read_soa(packet: bytes, start: int, end: int) -> int:
    """Read the data of an SOA record."""
    start = skip_name(packet, skip_name(packet, start))
    if end - start != _SOA_NUMBERS.size:
        raise BrokenError("SOA record of a wrong length")
    _serial, _refresh, _retry, _expire, minimum_s = _SOA_NUMBERS.unpack_from(packet, start)
    return int(minimum_s)


READERS: dict[int, Callable[[bytes, int, int], Any]] = {
    A: _read_a,
    NS: _read_target,
    CNAME: _read_target,
    SOA: read_soa,
    PTR: _read_target,
    MX: _read_mx,
    TXT: _read_txt,
    AAAA: _read_aaaa,
}
