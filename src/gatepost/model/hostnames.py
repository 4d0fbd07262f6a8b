"""What a host name is: syntax only (RFC 1123 section 2.1, RFC 5321 section 4.1.3; postfix-semantics 2.3).

Underscore is legal, as in Postfix; an all-numeric name is an address, not a name.
"""

import re

from gatepost.model.address import is_ip

LONGEST_NAME = 255
"""Octets (RFC 1035 section 2.3.4)."""

_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}+(?<!-)"
_HOSTNAME = re.compile(rf"(?![0-9.]*+\Z){_LABEL}(?:\.{_LABEL})*+\Z")
"""Labels of at most 63 octets (RFC 1035 section 2.3.4), and not all numeric."""


_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")
"""A dotted quad; leading zeros are tolerated, as Postfix tolerates them."""


def is_host_address(text: str) -> bool:
    """An address as a client may write it: a dotted quad, or an IPv6 address without a scope."""
    return is_ip(text) if ":" in text else _IPV4.fullmatch(text) is not None


def drop_final_dot(name: str) -> str:
    """One trailing dot goes, unless the name ends in two."""
    return name[:-1] if name.endswith(".") and not name.endswith("..") else name


def is_hostname(name: str, *, is_smtputf8: bool = False) -> bool:
    """A syntactically valid host name, without trailing dot. Non-ASCII names count only under SMTPUTF8."""
    if not name.isascii():
        if not is_smtputf8:
            return False
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return False
    return len(name) <= LONGEST_NAME and _HOSTNAME.match(name) is not None


def is_fully_qualified(name: str, *, is_smtputf8: bool = False) -> bool:
    """A valid host name with a dot in it, one trailing dot aside."""
    name = drop_final_dot(name)
    return "." in name and is_hostname(name, is_smtputf8=is_smtputf8)


def is_address_literal(text: str) -> bool:
    """`[192.0.2.1]` or `[IPv6:2001:db8::1]`."""
    if not (text.startswith("[") and text.endswith("]")):
        return False
    inside = text[1:-1]
    if inside[:5].lower() == "ipv6:":
        return ":" in inside[5:] and is_host_address(inside[5:])
    return ":" not in inside and is_host_address(inside)
