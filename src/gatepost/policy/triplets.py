"""The normal form of a triplet: what counts as the same client, the same sender, the same recipient.

A client is its pool where it has a verified name (the organisational domain: `outlook.com` for every machine of it),
else its network. A name made from the address itself (`dsl-198-51-100-7.provider.example`) tells no pool: it is the
provider's name for a customer, and one customer must not open the door for all others.

A sender is told without what changes from message to message:

    <>, MAILER-DAEMON@any                    <>
    prvs=2871a3b04e=ann@x  btv1==0a1==ann@x  ann@x          BATV and its like
    list-bounces+bob=example.com@x           list-bounces@x VERP, and any other extension behind `+`
    SRS0=Zx1=V2=x=ann@forwarder              srs0=x=ann@forwarder
    bounce-18264-77@x                        bounce-#-#@x   numbers, and long words with a digit in them
    0100018c5f3b1c2d-000000@x                #-#@x

A recipient is told without its extension (recipient_delimiter). All in lower case; what is no printable character,
or a space, becomes `_`; a part has at most LONGEST_PART characters.

RFC: 3464 (null senders of DSNs), 5321 section 4.5.3.1 (lengths). BATV is draft-levine-smtp-batv.
"""

import re
from functools import lru_cache

from gatepost.model.address import IPAddress
from gatepost.policy.greylisting import NULL_SENDER
from gatepost.policy.lookup_order import strip_extension

LONGEST_PART = 320
"""A localpart of 64 octets, an @, a domain of 255."""

NO_NETWORK = "unknown"
"""The client of a session that tells no address."""

_TAGGED = re.compile(
    r"(?:ms)?prvs1?=[0-9a-z]{1,20}=(?=.)|btv1==[0-9a-z]{1,20}==(?=.)|prvs=(?P<old>[^/]+)/[0-9a-z]{1,20}\Z"
)
_FORWARDED = re.compile(r"srs0[=+-][^=]{1,20}=[^=]{1,4}=(?P<first>.+)|srs1[=+-][^=]{1,20}=(?P<then>.+)")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NUMBER, _HEXADECIMAL, _LONG = r"[0-9]+", r"(?=[a-f]*[0-9])[0-9a-f]{8,}", r"(?=[a-z]*[0-9])[0-9a-z]{17,}"
_CHANGING = re.compile(rf"(?<![0-9a-z])(?:{_UUID}|{_NUMBER}|{_HEXADECIMAL}|{_LONG})(?![0-9a-z])")
_UP_TO_THREE_DIGITS = re.compile(r"[0-9]{1,3}")
_NOT_HEXADECIMAL = re.compile(r"[^0-9a-f]")
_UNFIT = re.compile(r"[^!-~\u00a1-\ud7ff\ue000-\U0010ffff]")


def _fit(text: str) -> str:
    if text.isascii() and text.isprintable() and " " not in text:
        return text[:LONGEST_PART].lower()
    return _UNFIT.sub("_", text[:LONGEST_PART].lower())


@lru_cache(maxsize=8192)
def sender_of_triplet(sender: str) -> str:
    """The sender without what changes from message to message."""
    localpart, at, domain = _fit(sender).rpartition("@")
    if not at:
        localpart, domain = domain, ""
    if not localpart or localpart == "mailer-daemon":
        return NULL_SENDER
    return f"{_steady(localpart)}{at}{domain}"


def _steady(localpart: str) -> str:
    if localpart.isalpha():
        return localpart
    tagged = _TAGGED.match(localpart)
    if tagged:
        localpart = tagged["old"] or localpart[tagged.end() :]
    forwarded = _FORWARDED.fullmatch(localpart)
    if forwarded:
        first = forwarded["first"]
        return f"srs0={first}" if first else f"srs1={_without_inner_tags(forwarded['then'])}"
    plus = localpart.find("+")
    if plus > 0:
        localpart = localpart[:plus]
    return _CHANGING.sub("#", localpart)


def _without_inner_tags(text: str) -> str:
    """`first.example==HASH=TT=domain=user` without the hash and the time of the first forwarder."""
    host, double, rest = text.partition("==")
    parts = rest.split("=", 2)
    return f"{host}=={parts[2]}" if double and len(parts) == 3 else text


@lru_cache(maxsize=8192)
def recipient_of_triplet(recipient: str, delimiters: str) -> str:
    """The recipient without its extension."""
    localpart, at, domain = _fit(recipient).rpartition("@")
    if not at:
        return domain
    return f"{strip_extension(localpart, delimiters) or localpart}@{domain}"


def network_of_client(octets: bytes, ipv4_length: int, ipv6_length: int) -> str:
    """The network of a client: `192.0.2.0/24`, `2001:db8:0:1::/64`."""
    if not octets:
        return NO_NETWORK
    length = ipv6_length if len(octets) == 16 else ipv4_length
    spare = len(octets) * 8 - length
    base = int.from_bytes(octets, "big") >> spare << spare
    if len(octets) == 4:
        return f"{base >> 24}.{base >> 16 & 255}.{base >> 8 & 255}.{base & 255}/{length}"
    return f"{_ipv6_text(base.to_bytes(16, 'big'))}/{length}"


def _ipv6_text(octets: bytes) -> str:
    """RFC 5952, where the longest run of zero groups is the one at the end: a network's."""
    groups = [f"{octets[at] << 8 | octets[at + 1]:x}" for at in range(0, 16, 2)]
    used = 8
    while used and groups[used - 1] == "0":
        used -= 1
    return ":".join(groups[:used]) + "::" if used < 7 else ":".join(groups)


def tells_a_pool(name: str, address: IPAddress) -> bool:
    """The verified name of a client is that of a machine of its owner, not one made from its address.

    Made from the address is a name that holds three of its four numbers, or all of it in hexadecimal; for IPv6 the
    last four groups, however they are separated.
    """
    host = name.lower()
    octets = address.octets
    if octets.hex() in host:
        return False
    if len(octets) == 4:
        numbers = _UP_TO_THREE_DIGITS.findall(host)
        if len(numbers) < 3:
            return True
        told = set(map(int, numbers)).intersection(octets)
        return len(told) < min(3, len(set(octets)))
    digits = _NOT_HEXADECIMAL.sub("", host.partition(".")[0])
    groups = [f"{octets[at] << 8 | octets[at + 1]:x}" for at in range(8, 16, 2)]
    return octets[8:].hex() not in digits and "".join(groups) not in digits
