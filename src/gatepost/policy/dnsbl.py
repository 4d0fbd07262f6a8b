"""A DNS block or allow list: its domain, its answer filter, what its answers mean (RFC 5782; postfix-semantics 4.6).

`domain` or `domain=filter`, where the filter is four fields separated by dots, each a number or `[n;m;lo..hi]`, the
whole perhaps in brackets again. With rbl_answer_guard an answer outside 127.0.0.0/8 or inside 127.255.255.0/24
that the filter does not name is an error of the list, never a listing: a parked domain answers everything, and
127.255.255.x says "you may not ask" (field notes 6.1).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from gatepost.model.address import IPAddress
from gatepost.model.hostnames import is_hostname

_FIELD = re.compile(r"\[([0-9.;]+)\]|(\d+)")
_HEX = tuple(f"{octet & 15:x}.{octet >> 4:x}" for octet in range(256))


@lru_cache(maxsize=1024)
def _reversed_labels(octets: bytes) -> str:
    """The address backwards: once for all the lists that it is looked up in."""
    if len(octets) == 4:
        return f"{octets[3]}.{octets[2]}.{octets[1]}.{octets[0]}"
    return ".".join([_HEX[octet] for octet in reversed(octets)])


@dataclass(frozen=True, slots=True)
class DnsZone:
    """One list as a restriction names it: `text` as written (the key of rbl_reply_maps), domain, filter fields."""

    text: str
    domain: str
    fields: tuple[frozenset[int], ...] = ()

    def name_for_address(self, address: IPAddress) -> str:
        """The name to ask for: octets reversed, or for IPv6 nibbles reversed, before the domain."""
        if not address.octets:  # not known: XCLIENT ADDR=[UNAVAILABLE]
            return f"{address.text}.{self.domain}"
        return f"{_reversed_labels(address.octets)}.{self.domain}"

    def name_for_domain(self, domain: str) -> str:
        """The name to ask for about a domain."""
        return f"{domain}.{self.domain}"

    def passes_filter(self, address: str) -> bool:
        """The answer is one that the filter names; without a filter every answer is."""
        if not self.fields:
            return True
        return all(int(octet) in field for octet, field in zip(address.split("."), self.fields, strict=True))


@dataclass(frozen=True, slots=True)
class Listing:
    """What the answers of a list mean: listed or not, and what was wrong with them ("" when nothing was)."""

    is_listed: bool
    error: str = ""


NOT_LISTED = Listing(is_listed=False)


def judge(zone: DnsZone, addresses: tuple[str, ...], *, guard: bool) -> Listing:
    """Decide whether these A records are a listing."""
    passing = [address for address in addresses if zone.passes_filter(address)]
    if not guard:
        return Listing(bool(passing))
    if zone.fields and passing:
        return Listing(is_listed=True)
    if any(is_usual_answer(address) for address in passing):
        return Listing(is_listed=True)
    errors = [address for address in addresses if not is_usual_answer(address)]
    if not errors:
        return NOT_LISTED
    return Listing(is_listed=False, error=_error_text(zone.domain, errors[0]))


def is_usual_answer(address: str) -> bool:
    """An answer that a living list gives about an entry: inside 127.0.0.0/8, outside 127.255.255.0/24."""
    return address.startswith("127.") and not address.startswith("127.255.255.")


_KNOWN_ERRORS = {
    "127.255.255.252": "the zone name is mistyped",
    "127.255.255.254": "it refuses questions that come through this resolver (public or shared): use your own",
    "127.255.255.255": "too many questions, or not registered with the list",
}


def _error_text(domain: str, address: str) -> str:
    if address.startswith("127."):
        meaning = _KNOWN_ERRORS.get(address, "an error code of the list")
    else:
        meaning = "outside 127.0.0.0/8: the list is dead or its domain is parked; remove it"
    return f"block list {domain} answers {address}: not a listing but an error: {meaning}"


def parse_zone(text: str) -> DnsZone:
    """Read `domain[=filter]`. Raises ValueError for a filter that Postfix would die of."""
    domain, equals, pattern = text.partition("=")
    return DnsZone(text, domain.strip("."), parse_filter(pattern) if equals else ())


def parse_filter(text: str) -> tuple[frozenset[int], ...]:
    """Read a filter: four sets of octets. Raises ValueError."""
    pattern = text.strip()
    fields = _split_fields(pattern)
    if len(fields) != 4 and pattern.startswith("[") and pattern.endswith("]"):
        fields = _split_fields(pattern[1:-1])
    if len(fields) != 4:
        raise ValueError(f"bad answer filter {text!r}: four fields separated by dots, each 0-255 or [n;m;lo..hi]")
    return tuple(_parse_field(field, text) for field in fields)


def _split_fields(pattern: str) -> list[str]:
    """The fields without their brackets; none at all where the text is no filter."""
    fields: list[str] = []
    at = 0
    while True:
        match = _FIELD.match(pattern, at)
        if match is None:
            return []
        fields.append(match.group(1) or match.group(2))
        at = match.end()
        if at == len(pattern):
            return fields
        if pattern[at] != ".":
            return []
        at += 1


def _parse_field(field: str, whole: str) -> frozenset[int]:
    numbers: set[int] = set()
    for item in field.split(";"):
        low, dots, high = item.partition("..")
        if not low.isdigit() or (dots and not high.isdigit()):
            raise ValueError(f"bad answer filter {whole!r}: {item!r} is no number and no range lo..hi")
        first, last = int(low), int(high or low)
        if first > last or last > 255:
            raise ValueError(f"bad answer filter {whole!r}: {item!r} is not within 0..255")
        numbers.update(range(first, last + 1))
    return frozenset(numbers)


def listable_domain(text: str) -> str | None:
    """The domain of a name or address that a domain list may be asked for, in A-label form; None where none may.

    The part after the last `@` counts. Empty, a literal in brackets, a last label of digits, an address, or what is
    no hostname: not asked (postfix-semantics 4.6).
    """
    domain = text.rpartition("@")[2].rstrip(".").lower()
    if not domain or domain.startswith("["):
        return None
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    if domain.rpartition(".")[2].isdigit() or not is_hostname(domain):
        return None
    return domain
