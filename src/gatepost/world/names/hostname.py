"""Which names are asked for at all: those that are host names, folded to one spelling.

Names beyond ASCII are turned into A-labels first (the codec of Python's library: RFC 3490). A final dot is not part
of a host name, so a name that ends in one is not asked for, as in Postfix.
Postfix: dns_lookup, util/valid_hostname (postfix-semantics.md 2.3).
"""

from functools import lru_cache

from gatepost.model.hostnames import LONGEST_NAME, is_hostname


@lru_cache(maxsize=8192)
def askable(name: str) -> str | None:
    """Give the name as the key to ask with (lower case, ASCII), or None where Postfix would not ask at all."""
    if not name.isascii():
        if len(name) > LONGEST_NAME:
            return None
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    if not is_hostname(name):
        return None
    folded = name.lower()
    return name if folded == name else folded  # the same string, for its hash is known already
