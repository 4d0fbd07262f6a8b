"""The argument of check_ccert_access: a table, and which fingerprints it is asked for.

    type:table
    { type:table, { search_order = cert_fingerprint, pubkey_fingerprint } }

Raises: ValueError for what Postfix refuses. Postfix: postconf(5) check_ccert_access.
"""

from dataclasses import dataclass

from gatepost.policy.language.tokens import unbraced, words
from gatepost.policy.lookup_order import AccessTable, tries_partial_keys

SEARCH_ORDER = ("cert_fingerprint", "pubkey_fingerprint")
"""The kinds of fingerprint there are, in the order that is the default."""


@dataclass(frozen=True, slots=True)
class CertificateTable(AccessTable):
    """A table with the kinds of fingerprint to look for, in their order."""

    search_order: tuple[str, ...] = SEARCH_ORDER


def parse_certificate_table(text: str) -> CertificateTable:
    """Read the argument."""
    inside = unbraced(text)
    table, *attributes = (words(inside) if inside is not None else (text,)) or ("",)
    if ":" not in table:
        raise ValueError("a table is written type:name, such as texthash:/etc/gatepost/certificates")
    order: tuple[str, ...] = SEARCH_ORDER
    for attribute in attributes:
        name, equals, value = (unbraced(attribute) or "").partition("=")
        if not equals or name.strip() != "search_order":
            raise ValueError(f"{attribute!r} is not {{ search_order = … }}")
        order = words(value)
        if not order or not set(order) <= set(SEARCH_ORDER):
            raise ValueError(f"search_order names {' and '.join(SEARCH_ORDER)}, not {value.strip()!r}")
    return CertificateTable(table, tries_partial_keys(table), order)
