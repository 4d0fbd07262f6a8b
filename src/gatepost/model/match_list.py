"""A match list as configured (mynetworks, mydestination, relay_domains …; postconf(5), ADDRESS_CLASS_README).

Parsed here once from the tokens of a parameter; matched in policy/matching.py, because an element may be a table
and a table is a question. Elements are tried left to right; the first that matches decides by its sign.
"""

from dataclasses import dataclass

from gatepost.model.address import IPAddress, Network, parse_network


@dataclass(frozen=True, slots=True)
class Pattern:
    """One element. Exactly one of the kinds holds: a table, a network, or a plain (lower-case) string.

    `fault` is set where the element cannot be used (host bits beyond the mask, an unreadable file): reaching it is
    a temporary failure, as in Postfix, not before.
    """

    text: str
    is_negated: bool = False
    table: str = ""
    network: Network | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class MatchList:
    """The elements of one parameter; `parents_match`: `example.com` also matches its subdomains."""

    parameter: str
    patterns: tuple[Pattern, ...] = ()
    parents_match: bool = False

    def holds(self, address: IPAddress) -> bool | None:
        """What the networks alone decide; None where a name, a table or a fault is reached before they do."""
        for pattern in self.patterns:
            if pattern.network is None:
                return None
            if pattern.network.holds(address):
                return not pattern.is_negated
        return False

    @property
    def needs_name(self) -> bool:
        """Some element can only be decided with the client's name (a domain or a table)."""
        return any(p.network is None and not p.fault for p in self.patterns)


def parse_pattern(element: str, *, holds_addresses: bool = True) -> Pattern:
    """Read one element: `!` negates (repeatable), `type:name` is a table, `net/len` or `[v6]/len` a network.

    In a list of domains or names (not `holds_addresses`) whatever is no table is a plain string.
    """
    text = element.lstrip("!")
    is_negated = (len(element) - len(text)) % 2 == 1
    if ":" in text and not text.startswith("["):
        return Pattern(text, is_negated, table=text)
    folded = text.lower()
    if not holds_addresses:
        return Pattern(folded, is_negated)
    bare = folded.replace("[", "").replace("]", "")
    looks_like_network = folded.startswith("[") or "/" in folded or bare.replace(".", "").isdigit()
    if not looks_like_network:
        return Pattern(folded, is_negated)
    try:
        return Pattern(folded, is_negated, network=parse_network(bare))
    except ValueError as error:
        return Pattern(folded, is_negated, fault=f"bad network {text!r}: {error}")
