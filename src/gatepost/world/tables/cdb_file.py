"""Constant databases (cdb): read one whole, and write one that Postfix and every other reader of cdb takes.

The file: 256 pairs (place, slots) of 32-bit little-endian numbers; the records (key length, value length, key,
value); 256 hash tables of (hash, place of the record). A key's hash is `h = h * 33 ^ octet` from 5381; its lowest
eight bits choose the hash table, the others the slot where the search begins. Keys and values are stored without a
NUL at their end, as postmap stores them.

Limits: 4 GiB, by the format.
Raises: CompiledFileError for octets that are no such database.
Postfix: CDB_README; the format is that of D. J. Bernstein's cdb
"""

import struct
from collections.abc import Iterable, Iterator

_PAIR = struct.Struct("<II")
_HEADER_OCTETS = 256 * _PAIR.size


class CompiledFileError(Exception):
    """The compiled file cannot be read or written; the text says why."""


def read_cdb(octets: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the records in the order in which they were written."""
    if len(octets) < _HEADER_OCTETS:
        raise CompiledFileError("is no cdb file: too short")
    end = min(place for place, _slots in _PAIR.iter_unpack(octets[:_HEADER_OCTETS]))
    at = _HEADER_OCTETS
    while at < end:
        if at + _PAIR.size > len(octets):
            raise CompiledFileError(f"is damaged at octet {at}")
        key_octets, value_octets = _PAIR.unpack_from(octets, at)
        at += _PAIR.size
        middle = at + key_octets
        past = middle + value_octets
        if past > end or past > len(octets):
            raise CompiledFileError(f"is damaged at octet {at - _PAIR.size}")
        yield octets[at:middle], octets[middle:past]
        at = past


def write_cdb(records: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Make the file that holds these records."""
    body = bytearray(_HEADER_OCTETS)
    tables: list[list[tuple[int, int]]] = [[] for _ in range(256)]
    for key, value in records:
        number = _hash(key)
        tables[number & 255].append((number, len(body)))
        body += _PAIR.pack(len(key), len(value)) + key + value
    for at, entries in enumerate(tables):
        _PAIR.pack_into(body, at * _PAIR.size, len(body), 2 * len(entries))
        body += _hash_table(entries)
    if len(body) >> 32:
        raise CompiledFileError("would be larger than 4 GiB, which a cdb file cannot be")
    return bytes(body)


def _hash(key: bytes) -> int:
    number = 5381
    for octet in key:
        number = (number * 33 & 0xFFFFFFFF) ^ octet
    return number


def _hash_table(entries: list[tuple[int, int]]) -> bytes:
    """Twice as many slots as entries; an entry goes to the first free slot from its own on."""
    size = 2 * len(entries)
    slots = [(0, 0)] * size
    for number, place in entries:
        at = (number >> 8) % size
        while slots[at][1]:
            at = (at + 1) % size
        slots[at] = number, place
    return b"".join(_PAIR.pack(*slot) for slot in slots)
