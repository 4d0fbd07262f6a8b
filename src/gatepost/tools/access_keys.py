"""The keys that an access table is asked for, in their order: what `gatepost postmap --access` shows.

    client  `name[address]`, `name` or `address`: the name and its parent domains, then the address and its networks
    addr    a mail address: full, without extension, the domain and its parents, `user+ext@`, `user@`
    helo    the name that a client says, and its parent domains

As check_client_access, check_sender_access and check_recipient_access, check_helo_access ask. An address alone stands
for a client without a name, which is asked for as `unknown` first.

Postfix: access(5)
"""

from collections.abc import Callable, Iterable

from gatepost.model.address import parse_ip
from gatepost.model.session import UNKNOWN
from gatepost.model.settings import Settings
from gatepost.policy.lookup_order import address_keys, domain_keys, mail_address_keys, tries_partial_keys


def access_keys(kind: str, key: str, table: str, settings: Settings) -> tuple[str, ...]:
    """Give the keys for this table. Raises ValueError for a client whose address is none."""
    return tuple(dict.fromkeys(KINDS[kind](key, tries_partial_keys(table), settings)))


def _client(key: str, partial: bool, settings: Settings) -> Iterable[str]:
    name, bracket, rest = key.partition("[")
    address = rest.removesuffix("]") if bracket else _address_or_nothing(key)
    if not bracket and address:
        name = UNKNOWN
    yield from domain_keys(name or UNKNOWN, partial=partial, parents_match=settings.access_parents_match)
    if address:
        yield from address_keys(parse_ip(address).text, partial=partial)


def _address_or_nothing(text: str) -> str:
    try:
        return parse_ip(text).text
    except ValueError:
        return ""


def _mail_address(key: str, partial: bool, settings: Settings) -> Iterable[str]:
    if key in ("", "<>"):
        return (settings.smtpd_null_access_lookup_key,)
    return mail_address_keys(
        key,
        partial=partial,
        delimiters=settings.recipient_delimiter,
        parents_match=settings.access_parents_match,
        owner_request_special=settings.owner_request_special,
    )


def _helo(key: str, partial: bool, settings: Settings) -> Iterable[str]:
    return domain_keys(key, partial=partial, parents_match=settings.access_parents_match)


KINDS: dict[str, Callable[[str, bool, Settings], Iterable[str]]] = {
    "client": _client,
    "addr": _mail_address,
    "helo": _helo,
}
