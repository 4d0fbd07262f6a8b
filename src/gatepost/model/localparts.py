"""The local part of a mail address: quoted where RFC 5321 section 4.1.2 demands it, and unquoted.

Inside Gatepost an address is in internal form, `localpart@domain` without quotes; commands, headers and table keys
carry the external form.
"""

import re

_ATOM = r"[^\x00-\x20\x7f()<>@,;:\\\".\[\]]+"
_DOT_STRING = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_NEEDS_PAIR = re.compile(r"([\"\\\r])")
_PAIR = re.compile(r"\\(.?)", re.DOTALL)


def quote_localpart(localpart: str) -> str:
    """The local part in its external form."""
    if _DOT_STRING.fullmatch(localpart):
        return localpart
    escaped = _NEEDS_PAIR.sub(r"\\\1", localpart)
    return f'"{escaped}"'


def quote_address(address: str) -> str:
    """The address with its local part in external form. A null address stays empty."""
    local, at, domain = address.rpartition("@")
    if not at:
        return quote_localpart(address) if address else ""
    return f"{quote_localpart(local)}@{domain}"


def unquote_address(address: str) -> str:
    """Undo quote_address(): quotes and backslashes of the local part go."""
    if not address.startswith('"'):
        return address
    local, at, domain = address.rpartition("@")
    if not at or not local.endswith('"') or len(local) < 2:
        local, at, domain = address, "", ""
    return _PAIR.sub(r"\1", local[1:-1] if local.endswith('"') else local[1:]) + at + domain
