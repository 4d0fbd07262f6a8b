"""The server's side of PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login), up to the name and the password.

    exchange = PasswordExchange("LOGIN")
    exchange.begin(None)                     Challenge(b"Username:")
    exchange.answer(b"ann")                  Challenge(b"Password:")
    exchange.answer(b"secret")               Credentials("ann", b"secret")

A client of PLAIN may name the user to act as; it must be the one whose password it has. Names are UTF-8 without
control characters.

Limits: a name 255 octets, a password 1024; what is longer is nobody's.
"""

from dataclasses import dataclass, field

from gatepost.model.login import Challenge, Refused

MOST_NAME_OCTETS = 255
MOST_PASSWORD_OCTETS = 1024
"""Far beyond what people use: saslauthd reads 256, and a hash must not be made of a book."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is to be checked. The password is in no text form of this."""

    username: str
    password: bytes = field(repr=False)


class PasswordExchange:
    """One login by PLAIN or LOGIN."""

    __slots__ = ("_is_plain", "_username")

    def __init__(self, mechanism: str) -> None:
        self._is_plain = mechanism.upper() == "PLAIN"
        self._username: bytes | None = None

    def begin(self, response: bytes | None) -> Challenge | Credentials | Refused:
        """Begin, perhaps with an initial response."""
        if self._is_plain:
            return Challenge(b"") if response is None else _read_plain(response)
        return self.answer(response) if response else Challenge(b"Username:")

    def answer(self, response: bytes) -> Challenge | Credentials | Refused:
        """Go on with what the client answers."""
        if self._is_plain:
            return _read_plain(response)
        if self._username is None:
            self._username = response
            return Challenge(b"Password:") if response else Refused()
        return _credentials(self._username, response)


def _read_plain(response: bytes) -> Credentials | Refused:
    parts = response.split(b"\0")
    if len(parts) != 3 or parts[0] not in (b"", parts[1]):
        return Refused()
    return _credentials(parts[1], parts[2])


def _credentials(name: bytes, password: bytes) -> Credentials | Refused:
    try:
        username = name.decode()
    except UnicodeDecodeError:
        return Refused()
    if not username or not username.isprintable() or len(name) > MOST_NAME_OCTETS:
        return Refused()
    if not password or len(password) > MOST_PASSWORD_OCTETS or b"\0" in password:
        return Refused(username=username)
    return Credentials(username, password)
