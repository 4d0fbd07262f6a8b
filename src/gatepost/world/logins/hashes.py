"""Password hashes as they stand in a file: argon2 (RFC 9106) and scrypt (RFC 7914), each with its own cost in it.

    $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH
    $scrypt$ln=15,r=8,p=1$SALT$HASH

New ones are argon2id with 19 MiB, two passes and one lane, the least that OWASP's Password Storage Cheat Sheet
advises: 20 to 40 ms of a core, and so little memory that a thread or two of each worker may have it at once.

Raises: BadHashError for what is neither. Limits: 64 MiB for scrypt, 1 GiB for argon2; beyond that it is a mistake.
"""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Callable

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
MOST_ARGON2_KIB = 1024 * 1024
MOST_SCRYPT_BYTES = 64 * 1024 * 1024

_SCRYPT = re.compile(r"\$scrypt\$ln=([0-9]{1,2}),r=([0-9]{1,3}),p=([0-9]{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")
_SCRYPT_NEW = (15, 8, 1)
"""32 MiB, as passlib writes it and OWASP advises beside p=3; p=1 is half of argon2's time here."""

_SALT_OCTETS = 16
_HASH_OCTETS = 32


class BadHashError(Exception):
    """Neither an argon2 nor a scrypt hash, or one that costs too much."""


def make_argon2(password: bytes) -> str:
    """A new argon2id hash."""
    return _HASHER.hash(password)


def make_scrypt(password: bytes) -> str:
    """A new scrypt hash."""
    salt = os.urandom(_SALT_OCTETS)
    cost, block_size, lanes = _SCRYPT_NEW
    octets = _scrypt(password, salt, _SCRYPT_NEW, _HASH_OCTETS)
    return f"$scrypt$ln={cost},r={block_size},p={lanes}${_unpadded(salt)}${_unpadded(octets)}"


SCHEMES: dict[str, Callable[[bytes], str]] = {"argon2": make_argon2, "scrypt": make_scrypt}
"""How a new hash may be made, by name."""


def check_form(text: str) -> None:
    """Raises BadHashError unless it is a hash that can be checked."""
    if text.startswith("$argon2"):
        try:
            cost = argon2.extract_parameters(text).memory_cost
        except InvalidHashError as error:
            raise BadHashError("a broken argon2 hash") from error
        if cost > MOST_ARGON2_KIB:
            raise BadHashError(f"an argon2 hash that takes {cost} KiB")
    elif (match := _SCRYPT.fullmatch(text)) is not None:
        cost, block_size, lanes = map(int, match.groups()[:3])
        if not (cost and block_size and lanes) or 128 * block_size * (2**cost + lanes) > MOST_SCRYPT_BYTES:
            raise BadHashError("a scrypt hash that takes too much memory")
    else:
        raise BadHashError("neither an argon2 nor a scrypt hash")


def is_password(password: bytes, text: str) -> bool:
    """The password is the one of this hash, whose form was checked. Takes its time: not for an event loop."""
    if text.startswith("$argon2"):
        try:
            return _HASHER.verify(text, password)
        except (VerificationError, InvalidHashError):
            return False
    match = _SCRYPT.fullmatch(text)
    if match is None:
        return False
    cost, block_size, lanes = map(int, match.groups()[:3])
    salt, known = _padded(match[4]), _padded(match[5])
    return hmac.compare_digest(known, _scrypt(password, salt, (cost, block_size, lanes), len(known)))


def _scrypt(password: bytes, salt: bytes, costs: tuple[int, int, int], length: int) -> bytes:
    cost, block_size, lanes = costs
    most = MOST_SCRYPT_BYTES + 1024 * 1024  # OpenSSL counts its own blocks too
    return hashlib.scrypt(password, salt=salt, n=2**cost, r=block_size, p=lanes, maxmem=most, dklen=length)


def _unpadded(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii").rstrip("=")


def _padded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
