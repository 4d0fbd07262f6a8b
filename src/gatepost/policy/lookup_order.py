"""Which keys a table is asked for, and in which order (access(5); postfix-semantics 4.1 to 4.3).

A table that holds fixed strings is asked for derived keys too: parent domains, partial networks, `user@`. A pattern
table (regexp, pcre, cidr …) sees full names and addresses only. Keys are given in their order of precedence; the
first that the table knows decides, even when it says DUNNO.
"""

from dataclasses import dataclass
from functools import lru_cache

from gatepost.model.address import is_ip
from gatepost.model.localparts import quote_localpart

PATTERN_TYPES = frozenset({"regexp", "pcre", "cidr", "tcp", "socketmap", "randmap", "fail"})
COMPOSED_TYPES = ("unionmap", "pipemap")

_UNSTRIPPABLE_USERS = frozenset({"postmaster", "mailer-daemon", "double-bounce"})


@dataclass(frozen=True, slots=True)
class AccessTable:
    """A table as a restriction's argument: its `type:name`, and whether it is asked for derived keys."""

    name: str
    partial: bool


@lru_cache(maxsize=1024)
def tries_partial_keys(table: str) -> bool:
    """A table by this `type:name` is asked for derived keys (Postfix: DICT_FLAG_FIXED).

    unionmap and pipemap take the kind of their first member; proxy: is transparent.
    """
    kind, _, rest = table.partition(":")
    if kind == "proxy":
        return tries_partial_keys(rest)
    if kind in COMPOSED_TYPES:
        first = rest.strip().removeprefix("{").strip()
        return tries_partial_keys(first) if ":" in first else True
    return kind not in PATTERN_TYPES


def domain_keys(name: str, *, partial: bool, parents_match: bool = True) -> list[str]:
    """`a.b.example`, `b.example`, `example` (with a leading dot unless parents_match); an address has no parents."""
    keys = [name]
    if not partial or is_ip(name):
        return keys
    dot = name.find(".", 1)
    while dot >= 0:
        name = name[dot + 1 :] if parents_match else name[dot:]
        if not name:
            break
        keys.append(name)
        dot = name.find(".", 1)
    return keys


def address_keys(address: str, *, partial: bool) -> list[str]:
    """`192.0.2.44`, `192.0.2`, `192.0`, `192`; an IPv6 text is cut at its last colon each time."""
    keys = [address]
    if not partial:
        return keys
    separator = ":" if ":" in address else "."
    cut = address.rfind(separator)
    while cut > 0:
        address = address[:cut]
        keys.append(address)
        cut = address.rfind(separator)
    return keys


def strip_extension(localpart: str, delimiters: str, *, owner_request_special: bool = True) -> str | None:
    """The localpart without its extension, or None where it has none (recipient_delimiter)."""
    if not delimiters or localpart.lower() in _UNSTRIPPABLE_USERS:
        return None
    if "-" in delimiters and owner_request_special:
        folded = localpart.lower()
        if folded.startswith("owner-") or folded.endswith("-request"):
            return None
    cuts = [at for at in (localpart.find(c) for c in delimiters) if at > 0]
    return localpart[: min(cuts)] if cuts else None


def mail_address_keys(
    address: str,
    *,
    partial: bool,
    delimiters: str = "",
    parents_match: bool = True,
    owner_request_special: bool = True,
) -> list[str]:
    """Keys of `user+ext@sub.example`: full, without extension, the domain and its parents, `user+ext@`, `user@`.

    A localpart that needs quotes is tried quoted first, then as it is, at each step.
    """
    user, _, domain = address.lower().rpartition("@")
    users = _both_forms(user)
    if not partial:
        return [f"{form}@{domain}" for form in users]
    bare = strip_extension(user, delimiters, owner_request_special=owner_request_special)
    if bare is not None:
        users += _both_forms(bare)
    keys = [f"{form}@{domain}" for form in users]
    keys += domain_keys(domain, partial=True, parents_match=parents_match)
    keys += [f"{form}@" for form in users]
    return keys


def _both_forms(user: str) -> list[str]:
    quoted = quote_localpart(user)
    return [quoted] if quoted == user else [quoted, user]


def map_address_keys(
    address: str, delimiters: str, *, owner_request_special: bool = True, is_local: bool = True
) -> list[str]:
    """Keys of a recipient or alias map, per mail_addr_find(3): full, stripped, bare user forms, `@domain`.

    `is_local`: the domain is ours (mydestination, myorigin), so that the bare user names somebody.
    """
    user, _, domain = address.lower().rpartition("@")
    bare = strip_extension(user, delimiters, owner_request_special=owner_request_special)
    users = [user] if bare is None else [user, bare]
    forms = [quote_localpart(name) for name in users]
    keys = [f"{form}@{domain}" for form in forms]
    if is_local:
        keys += forms
    keys.append(f"@{domain}")
    return keys
