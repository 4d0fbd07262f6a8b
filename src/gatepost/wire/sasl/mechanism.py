"""A mechanism as smtpd_sasl_security_options sees it, and the base64 that all of them are spoken in.

Postfix: smtpd_sasl_security_options, smtpd_sasl_tls_security_options. RFC: 4422, 4648 section 4, 4954 section 4.
"""

import binascii
from collections.abc import Collection
from dataclasses import dataclass

SECURITY_OPTIONS = frozenset(
    {"noplaintext", "noactive", "nodictionary", "noanonymous", "forward_secrecy", "mutual_auth"}
)
"""What the two parameters may hold. The first four forbid a property, the last two ask for one."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism and its properties: plaintext, active, dictionary, anonymous, forward_secrecy, mutual_auth."""

    name: str
    properties: frozenset[str]

    def satisfies(self, options: Collection[str]) -> bool:
        """No forbidden property, every one that is asked for."""
        return all(
            option[2:] not in self.properties if option.startswith("no") else option in self.properties
            for option in options
        )


PASSWORD_MECHANISMS = (
    Mechanism("PLAIN", frozenset({"plaintext"})),
    Mechanism("LOGIN", frozenset({"plaintext"})),
)
"""What serves where the password itself must be had to check it."""


def decode_base64(text: str) -> bytes | None:
    """The octets; None for what is no base64, padding and all."""
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True) if text else b""
    except ValueError:
        return None


def encode_base64(octets: bytes) -> str:
    """The text, in one line."""
    return binascii.b2a_base64(octets, newline=False).decode("ascii")
