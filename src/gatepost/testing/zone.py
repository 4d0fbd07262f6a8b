"""The text that the small name server serves: one line per record, close to master-file lines, plus misbehaviour.

    # comment
    NAME TTL TYPE DATA            a record; all names are absolute, a final dot is not needed
    *.NAME TTL TYPE DATA          a wildcard: names below NAME that are not written out
    ZONE lists WHAT ANSWERS [TEXT]
                                  an entry of a block list: A records ANSWERS (separated by commas) and a TXT record
                                  at WHAT below ZONE; an IP address is reversed as lists want it
    NAME ! BEHAVIOUR …            how the server answers questions for NAME (which may be `*.x` or `*`, all names)
    NAME !TYPE BEHAVIOUR …        the same for one type only

Behaviours: `delay=200ms` · `silent` (no answer) · `servfail` · `refused` · `nxdomain` · `truncate` (TC over UDP, the
whole over TCP) · `malformed` (a record longer than its message) · `wrong-id` (first an answer under a wrong id) ·
`off-question` (first an answer to another question) · `shallow` (an alias is not followed) · `no-edns` (FORMERR when
asked with EDNS0) · `no-soa` (negative answers without SOA). `silent=2`, `servfail=1` …: only for the first so many
questions. An SOA is made up where the text has none: minimum and TTL are 60 s.
"""

import ipaddress
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

DEFAULT_TTL_S = 60
_FAILURES = ("silent", "servfail", "refused", "nxdomain", "truncate", "malformed", "wrong-id", "off-question")
BEHAVIOURS = frozenset((*_FAILURES, "delay", "shallow", "no-edns", "no-soa"))


class ZoneError(ValueError):
    """A line of zone text that cannot be understood, with its number."""


@dataclass(slots=True)
class Behaviour:
    """One way to misbehave: `left` counts the questions it still applies to, None for all of them."""

    word: str
    delay_s: float = 0.0
    left: int | None = None

    def applies(self) -> bool:
        """Tell whether this question is affected, and count it."""
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Entry:
    """The records of one name and type."""

    ttl_s: int
    rdatas: tuple[dns.rdata.Rdata, ...]


class Zone:
    """Records and behaviours by name (lower case, without final dot) and type name."""

    def __init__(self, text: str) -> None:
        """Read zone text. Raises ZoneError."""
        self.nodes: dict[str, dict[str, Entry]] = {}
        self.behaviours: dict[tuple[str, str], list[Behaviour]] = {}
        self._inner: set[str] = set()
        for number, line in enumerate(text.splitlines(), 1):
            stripped = line.strip()
            if stripped and stripped[0] not in "#;":
                self._read_line(number, stripped)

    def _read_line(self, number: int, line: str) -> None:
        try:
            first, rest = line.split(None, 1)
            name = _folded(first)
            if rest.startswith("!"):
                self._add_behaviours(name, rest[1:])
            elif rest.startswith("lists "):
                self._add_listing(name, rest[len("lists ") :])
            else:
                ttl_text, type_name, data = rest.split(None, 2)
                self._add(name, int(ttl_text), type_name.upper(), data)
        except (ValueError, dns.exception.DNSException) as error:
            raise ZoneError(f"line {number}: {line!r}: {error}") from error

    def _add(self, name: str, ttl_s: int, type_name: str, data: str) -> None:
        rdata = dns.rdata.from_text("IN", type_name, data.strip(), origin=dns.name.root, relativize=False)
        node = self.nodes.setdefault(name, {})
        known = node.get(type_name)
        node[type_name] = Entry(ttl_s, (*known.rdatas, rdata) if known else (rdata,))
        while "." in name:
            name = name.partition(".")[2]
            self._inner.add(name)

    def _add_listing(self, zone: str, rest: str) -> None:
        what, answers, *text = rest.split(None, 2)
        name = f"{listed_name(what)}.{zone}"
        for answer in answers.split(","):
            self._add(name, DEFAULT_TTL_S, "A", answer)
        if text:
            quoted = text[0] if text[0].startswith('"') else '"' + text[0] + '"'
            self._add(name, DEFAULT_TTL_S, "TXT", quoted)

    def _add_behaviours(self, name: str, rest: str) -> None:
        type_name = "" if rest[:1] in ("", " ") else rest.split(None, 1)[0].upper()
        words = rest.split() if not type_name else rest.split()[1:]
        if not words:
            raise ValueError("no behaviour named")
        self.behaviours.setdefault((name, type_name), []).extend(_behaviour(word) for word in words)

    def behaviours_of(self, name: str, type_name: str) -> dict[str, Behaviour]:
        """Give what applies to this question, by word; counts it."""
        found: dict[str, Behaviour] = {}
        if not self.behaviours:
            return found
        for pattern in (name, *_wildcards(name)):
            for kind in (type_name, ""):
                for behaviour in self.behaviours.get((pattern, kind), ()):
                    if behaviour.applies():
                        found.setdefault(behaviour.word, behaviour)
        return found

    def node(self, name: str) -> dict[str, Entry] | None:
        """Give the records at a name, by wildcard too; {} where only names below it exist; None: no such name."""
        node = self.nodes.get(name)
        if node is not None:
            return node
        if name in self._inner:
            return {}
        for pattern in _wildcards(name):
            node = self.nodes.get(pattern)
            if node is not None:
                return node
            if pattern[2:] in self.nodes or pattern[2:] in self._inner:
                return None
        return None

    def authority(self, name: str) -> tuple[str, Entry]:
        """Give the SOA for negative answers about a name, and its owner."""
        owner = name
        while owner:
            entry = self.nodes.get(owner, {}).get("SOA")
            if entry is not None:
                return owner, entry
            owner = owner.partition(".")[2]
        owner = ".".join(name.split(".")[-2:])
        data = f"ns.{owner or 'invalid'}. hostmaster.{owner or 'invalid'}. 1 3600 600 86400 {DEFAULT_TTL_S}"
        return owner, Entry(DEFAULT_TTL_S, (dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.SOA, data),))


def listed_name(what: str) -> str:
    """Give the labels under which a list keeps an address (reversed, RFC 5782) or a domain (as it is)."""
    try:
        return ipaddress.ip_address(what).reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
    except ValueError:
        return _folded(what)


def _behaviour(text: str) -> Behaviour:
    word, _, amount = text.partition("=")
    if word not in BEHAVIOURS:
        raise ValueError(f"unknown behaviour {word!r}: known are {', '.join(sorted(BEHAVIOURS))}")
    if word == "delay":
        return Behaviour(word, delay_s=int(amount.removesuffix("ms")) / 1000)
    return Behaviour(word, left=int(amount) if amount else None)


def _folded(name: str) -> str:
    return name.lower().removesuffix(".")


def _wildcards(name: str) -> list[str]:
    """Give the wildcards that cover a name, the closest first: *.b.c, *.c, * for a.b.c."""
    labels = name.split(".")
    return [".".join(["*", *labels[at:]]) for at in range(1, len(labels))] + ["*"]
