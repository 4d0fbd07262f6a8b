"""The replies that nearly every question gets, read straight from their octets.

One record of the type that was asked for, owned by the very name; or no record, with the SOA that says for how long,
or without. message.py and outcome.py read these too, at eight times the cost: a message, its records and the names of
the SOA are values there, and none of them is wanted here. Whatever is not as usual in the least is left to them; a
test holds that both read the same.

Gives: Records, NoRecords, or None: look properly.
RFC: 1035 section 4.1; 2308 section 2 (negative answers).
"""

import struct

from gatepost.world.names.message import READERS, SOA, BrokenError, read_soa, skip_name
from gatepost.world.names.outcome import NoRecords, Records, no_records

_QUESTION_AT = 12
_COUNTS = struct.Struct("!HHHH")  # from the flags to the authority count
_RECORD = struct.Struct("!HHIH")
_OWNED_RECORD = struct.Struct("!HHHIH")
_TO_QUESTION = 0xC000 | _QUESTION_AT
_CLASS_IN = 1
# The reply bit, the kind of query, truncation and the response code; what is left of them in a reply as usual.
_TELLING = 0xFA0F
_NOERROR, _NXDOMAIN = 0x8000, 0x8003


def usual_outcome(packet: bytes, question: bytes, name: str, type_code: int) -> Records | NoRecords | None:
    """Read what came on the port and with the id of a query whose question section is this, in lower case."""
    if not packet.startswith(question, _QUESTION_AT):
        return None
    flags, questions, answers, authorities = _COUNTS.unpack_from(packet, 2)
    kind = flags & _TELLING
    if questions != 1 or (kind != _NXDOMAIN and kind != _NOERROR):
        return None
    try:
        if answers == 1:
            return _only_record(packet, _QUESTION_AT + len(question), name, type_code)
        if not answers and authorities < 2:
            ttl_s = _negative_ttl(packet, _QUESTION_AT + len(question)) if authorities else None
            is_whole = ttl_s is not None or not authorities
            return no_records(kind == _NOERROR, ttl_s) if is_whole else None
    except (BrokenError, IndexError, struct.error):
        pass
    return None


def _only_record(packet: bytes, at: int, name: str, type_code: int) -> Records | None:
    owner, found_type, class_code, ttl_s, size = _OWNED_RECORD.unpack_from(packet, at)
    start = at + _OWNED_RECORD.size
    end = start + size
    if owner != _TO_QUESTION or found_type != type_code or class_code != _CLASS_IN or end > len(packet):
        return None
    return Records((READERS[type_code](packet, start, end),), ttl_s if ttl_s < 0x80000000 else 0, name)


def _negative_ttl(packet: bytes, at: int) -> int | None:
    """The lesser of the SOA record's own time to live and its minimum (RFC 2308 section 5)."""
    at = skip_name(packet, at)
    type_code, class_code, ttl_s, size = _RECORD.unpack_from(packet, at)
    start = at + _RECORD.size
    end = start + size
    if type_code != SOA or class_code != _CLASS_IN or end > len(packet):
        return None
    return min(ttl_s if ttl_s < 0x80000000 else 0, read_soa(packet, start, end))
