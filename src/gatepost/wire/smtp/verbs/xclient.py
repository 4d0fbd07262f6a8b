"""XCLIENT: a client that is trusted says for whom it speaks, and the session begins anew with a greeting.

    XCLIENT NAME=mail.example ADDR=192.0.2.1 PORT=41234 PROTO=ESMTP HELO=mail.example LOGIN=ann

Attributes: NAME, REVERSE_NAME, ADDR, PORT, PROTO, HELO, LOGIN, DESTADDR, DESTPORT; names without regard to case;
values are xtext (RFC 3461 section 4); `[UNAVAILABLE]`, for names also `[TEMPUNAVAIL]`, stand for what is not known;
IPv6 addresses have `IPV6:` before them. One bad attribute, and none takes effect (Postfix keeps those before it).
Who may: smtpd_authorized_xclient_hosts; the asker sets chat.may_xclient. Success counts as no success in the log
line `disconnect from`, as with smtpd(8): the greeting is not the reply to a command.

Postfix: XCLIENT_README, smtpd_authorized_xclient_hosts.
"""

import re
from collections.abc import Callable

from gatepost.model.address import parse_ip
from gatepost.model.hostnames import is_host_address, is_hostname
from gatepost.model.reply import Reply
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import XclientGiven
from gatepost.wire.smtp.verbs.hello import neutral
from gatepost.wire.smtp.verbs.session import greet_or_deny, refuse_for_now

UNAVAILABLE = "[UNAVAILABLE]"
TEMPUNAVAIL = "[TEMPUNAVAIL]"

_SYNTAX = Reply(501, "5.5.4", "Syntax: XCLIENT attribute=value...")
_NO_VALUE = Reply(501, "5.5.4", "Error: attribute=value expected")
_UNAUTHORISED = Reply(550, "5.7.0", "Error: insufficient authorization")

_XTEXT = re.compile(rb"(?:[^+]|\+[0-9A-Fa-f]{2})*", re.DOTALL)
_ENCODED = re.compile(rb"\+([0-9A-Fa-f]{2})")
NAME_SHOWN = 100
"""Characters of an unknown attribute name that the reply shows."""


def xclient(chat: Chat, line: str) -> None:
    """Read the attributes, let HELO and PROTO take effect, and tell of the rest."""
    words = split_words(line)[0][1:]
    if not words:
        chat.refuse(_SYNTAX)
    elif chat.may_xclient is None:
        refuse_for_now(chat, "XCLIENT")
    elif not chat.may_xclient:
        chat.refuse(_UNAUTHORISED)
    else:
        given: dict[str, str] = {}
        for word in words:
            refusal = _read(word, given, lets_unicode=chat.settings.smtputf8_enable)
            if refusal is not None:
                chat.refuse(refusal)
                return
        _begin_anew(chat, given)


def _begin_anew(chat: Chat, given: dict[str, str]) -> None:
    helo_name = given.pop("HELO", UNAVAILABLE)
    chat.helo_name = None if helo_name == UNAVAILABLE else helo_name
    chat.protocol_name = given.pop("PROTO", "SMTP")
    chat.end_transaction()
    chat.ask(XclientGiven(tuple(given.items())), greet_or_deny)


def _read(word: str, given: dict[str, str], *, lets_unicode: bool) -> Reply | None:
    """Read one word into `given`, behind what is there; or the refusal it deserves."""
    given_name, _, encoded = word.partition("=")
    if not encoded:
        return _NO_VALUE
    name = given_name.upper()
    reader = _READERS.get(name)
    if reader is None:
        return Reply(501, "5.5.4", f"Bad XCLIENT attribute name: {given_name[:NAME_SHOWN]}")
    value = _decode(encoded)
    stands_for = value.upper()
    if stands_for == UNAVAILABLE and name != "PROTO":
        read: str | None = UNAVAILABLE
    elif stands_for == TEMPUNAVAIL and name in ("NAME", "REVERSE_NAME"):
        read = TEMPUNAVAIL
    elif name == "HELO":
        read = neutral(value, lets_unicode=lets_unicode)
    else:
        read = reader(value)
    if read is None:
        return Reply(501, "5.5.4", f"Bad {name} syntax: {value}")
    given.pop(name, None)
    given[name] = read
    return None


def _decode(value: str) -> str:
    """Undo xtext; what is none stays as it is."""
    if "+" not in value:
        return value
    octets = value.encode("utf-8", "surrogateescape")
    if not _XTEXT.fullmatch(octets):
        return value
    plain = _ENCODED.sub(lambda match: bytes([int(match.group(1), 16)]), octets)
    return plain.decode("utf-8", "surrogateescape")


def _name(value: str) -> str | None:
    return value if is_hostname(value) else None


def _address(value: str) -> str | None:
    is_ipv6 = value[:5].upper() == "IPV6:"
    bare = value[5:] if is_ipv6 else value
    if is_ipv6 != (":" in bare) or not is_host_address(bare):
        return None
    return parse_ip(bare if is_ipv6 else ".".join(str(int(part)) for part in bare.split("."))).text


def _port(value: str) -> str | None:
    return value if value.isascii() and value.isdigit() else None


def _protocol(value: str) -> str | None:
    return value.upper() if value.upper() in ("SMTP", "ESMTP") else None


def _whatever(value: str) -> str:
    return value


_READERS: dict[str, Callable[[str], str | None]] = {
    "NAME": _name,
    "REVERSE_NAME": _name,
    "ADDR": _address,
    "PORT": _port,
    "PROTO": _protocol,
    "HELO": _whatever,
    "LOGIN": _whatever,
    "DESTADDR": _address,
    "DESTPORT": _port,
}
