"""The protocol of saslauthd(8): one question and one answer for each connection.

A question is four strings, each behind its length in two octets, most significant first: login name, password,
service, realm. The answer is one such string that begins with OK or NO.

Limits: a name 255 octets and a password 1024 (passwords.py), so no length needs more than its two octets.
"""

import struct

_LENGTH = struct.Struct("!H")
MOST_ANSWER_OCTETS = 2 + 1024
"""As much as libsasl reads of an answer."""


def encode_question(username: str, password: bytes, service: str, realm: str) -> bytes:
    """The octets of a question. A realm behind the last `@` of the name takes the place of the given one."""
    name, at, own_realm = username.rpartition("@")
    if at:
        username, realm = name, own_realm
    parts = (username.encode(), password, service.encode(), realm.encode())
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def read_answer(octets: bytes) -> bool | None:
    """Whether the password is right; None while the answer is not complete. Raises ValueError for what is none."""
    if len(octets) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(octets)
    if _LENGTH.size + length > MOST_ANSWER_OCTETS:
        raise ValueError("an answer that is too long")
    if len(octets) < _LENGTH.size + length:
        return None
    word = octets[_LENGTH.size : _LENGTH.size + 2]
    if word not in (b"OK", b"NO"):
        raise ValueError("an answer that is neither OK nor NO")
    return word == b"OK"
