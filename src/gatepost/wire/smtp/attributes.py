"""The attributes that XCLIENT and XFORWARD have: `NAME=mail.example ADDR=IPV6:2001:db8::1 HELO=…`, read word by word.

Names without regard to case; values are xtext (RFC 3461 section 4); `[UNAVAILABLE]` stands for what is not known.
IPv6 addresses have `IPV6:` before them. What an attribute given twice says last counts. One bad attribute, and none
is given (Postfix lets those before it take effect).

Postfix: XCLIENT_README, XFORWARD_README.
"""

import re
from collections.abc import Callable, Mapping

from gatepost.model.address import parse_ip
from gatepost.model.hostnames import is_host_address, is_hostname
from gatepost.model.reply import Reply

UNAVAILABLE = "[UNAVAILABLE]"

NAME_SHOWN = 100
"""Characters of an unknown attribute name that the reply shows."""

Reader = Callable[[str], str | None]
"""Reads the decoded value of one attribute; None: it is bad."""

_NO_VALUE = Reply(501, "5.5.4", "Error: attribute=value expected")
_XTEXT = re.compile(rb"(?:[^+]|\+[0-9A-Fa-f]{2})*", re.DOTALL)
_ENCODED = re.compile(rb"\+([0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def read_attributes(verb: str, words: list[str], readers: Mapping[str, Reader]) -> dict[str, str] | Reply:
    """Read the words behind a verb: values by upper-case name, in the order given; or the refusal they deserve."""
    given: dict[str, str] = {}
    for word in words:
        given_name, _, encoded = word.partition("=")
        if not encoded:
            return _NO_VALUE
        name = given_name.upper()
        reader = readers.get(name)
        if reader is None:
            return Reply(501, "5.5.4", f"Bad {verb} attribute name: {given_name[:NAME_SHOWN]}")
        value = _decode(encoded)
        read = reader(value)
        if read is None:
            return Reply(501, "5.5.4", f"Bad {name} syntax: {value}")
        given.pop(name, None)
        given[name] = read
    return given


def or_unavailable(reader: Reader) -> Reader:
    """The same reader, but for `[UNAVAILABLE]` in any case of letters."""
    return lambda value: UNAVAILABLE if value.upper() == UNAVAILABLE else reader(value)


def _decode(value: str) -> str:
    """Undo xtext; what is none stays as it is. A control character becomes `?`: no line ends in names and logins."""
    if "+" not in value:
        return value
    octets = value.encode("utf-8", "surrogateescape")
    if not _XTEXT.fullmatch(octets):
        return value
    plain = _ENCODED.sub(lambda match: bytes([int(match.group(1), 16)]), octets)
    return _CONTROL.sub("?", plain.decode("utf-8", "surrogateescape"))


def read_name(value: str) -> str | None:
    """A host name."""
    return value if is_hostname(value) else None


def read_address(value: str) -> str | None:
    """An address, as it is printed."""
    is_ipv6 = value[:5].upper() == "IPV6:"
    bare = value[5:] if is_ipv6 else value
    if is_ipv6 != (":" in bare) or not is_host_address(bare):
        return None
    return parse_ip(bare if is_ipv6 else ".".join(str(int(part)) for part in bare.split("."))).text


def read_port(value: str) -> str | None:
    """Digits."""
    return value if value.isascii() and value.isdigit() else None
