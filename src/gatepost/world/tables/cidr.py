"""cidr: networks in order, the first that holds the address decides.

    192.0.2.0/24      REJECT
    !192.0.2.1        OK       every address of its family but this one
    [2001:db8::]/32   REJECT   brackets are optional
    if 10.0.0.0/8 … endif      rules inside (`!`: outside) a network; may nest

Rules may stand in the name: `cidr:{ {192.0.2.0/24 REJECT}, … }`. An address without length stands for itself. IPv4
and IPv6 never match each other, in negated rules neither; a key that is no address is not found. A rule with host
bits beyond its mask, a bad length or no result is told and left out; so is an `if` that is in error, and the rules
inside it then hold for every address.

Cost: the rules between negations and ifs are one binary search, about 1.5 µs however many they are; 100,000 networks
load in about a second and take some 40 MB.

Postfix: cidr_table(5)
"""

import socket
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from gatepost.model.answer import NOT_FOUND, Answer, Found
from gatepost.world.tables.source import Source, read_rules
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType

_BITS = {socket.AF_INET: 32, socket.AF_INET6: 128}


class _RuleError(ValueError):
    """A rule that cannot be used; the second argument is the cure."""


@dataclass(frozen=True, slots=True)
class _Network:
    """A pattern: a network of one family, or all of that family but it."""

    bits: int
    base: int
    mask: int
    is_negated: bool

    def holds(self, bits: int, address: int) -> bool:
        return bits == self.bits and (address & self.mask == self.base) is not self.is_negated


class _Stretch:
    """A stretch of plain rules, flattened: where the addresses that one rule decides begin, and its answer."""

    __slots__ = ("_answers", "_networks", "_starts")

    def __init__(self) -> None:
        self._networks: dict[int, dict[tuple[int, int], Found[str]]] = {}
        self._starts: dict[int, list[int]] = {}
        self._answers: dict[int, list[Found[str] | None]] = {}

    def add(self, network: _Network, answer: Found[str]) -> None:
        """Take one more rule; of two with the same network the first counts."""
        last = network.base | ~network.mask & (1 << network.bits) - 1
        self._networks.setdefault(network.bits, {}).setdefault((network.base, -last), answer)

    def flatten(self) -> None:
        """Prepare for find(), once all rules are there."""
        for bits, networks in self._networks.items():
            self._starts[bits], self._answers[bits] = _flatten(networks)
        self._networks.clear()

    def find(self, bits: int, address: int) -> Found[str] | None:
        """Give the answer of the first rule that holds the address."""
        starts = self._starts.get(bits)
        return self._answers[bits][bisect_right(starts, address) - 1] if starts else None


def _flatten(networks: dict[tuple[int, int], Found[str]]) -> tuple[list[int], list[Found[str] | None]]:
    """Walk the networks, which lie side by side or within each other, from the lowest address to the highest.

    Those that hold the present address are a stack, the widest at its bottom; with each stands the rule that decides
    there, the earliest of it and of those below.
    """
    order = {network: at for at, network in enumerate(networks)}
    starts: list[int] = [0]
    answers: list[Found[str] | None] = [None]
    around: list[tuple[int, int, Found[str]]] = []  # last address, order, answer

    def begin(start: int, answer: Found[str] | None) -> None:
        if starts[-1] == start:
            answers[-1] = answer
        elif answers[-1] is not answer:
            starts.append(start)
            answers.append(answer)

    def close_before(address: int) -> None:
        while around and around[-1][0] < address:
            after = around.pop()[0] + 1
            begin(after, around[-1][2] if around else None)

    for network in sorted(networks):
        base, last = network[0], -network[1]
        close_before(base)
        rule = (last, order[network], networks[network])
        if around and around[-1][1] < rule[1]:
            rule = (last, *around[-1][1:])
        around.append(rule)
        begin(base, rule[2])
    close_before(1 << 128)
    return starts, answers


@dataclass(slots=True)
class _Condition:
    """A negated rule (it has an answer), or an `if` that leaps to the step `otherwise` when it does not hold."""

    network: _Network
    answer: Found[str] | None = None
    otherwise: int = 0


class _Reader:
    """Reads rules one by one into steps."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.steps: list[_Stretch | _Condition] = []
        self.open_ifs: list[tuple[int, _Condition]] = []  # with its line
        self.starts_stretch = True
        self.results: list[tuple[str, str]] = []

    def read(self) -> None:
        """Read all rules; what is wrong goes to the source's findings."""
        for number, line in self.source.lines():
            try:
                self._read_rule(number, line.rstrip())
            except _RuleError as error:
                self.source.warn(number, f"{error.args[0]}; the rule is left out", error.args[1])
        for number, condition in self.open_ifs:
            condition.otherwise = len(self.steps)
            self.source.warn(number, "an if without endif: everything after it is inside", "add the endif")
        for step in self.steps:
            if isinstance(step, _Stretch):
                step.flatten()

    def _read_rule(self, number: int, line: bytes) -> None:
        word = line[:6].lower()
        if word.startswith(b"if") and not line[2:3].isalnum():
            self._open_if(number, line[2:].strip())
        elif word.startswith(b"endif") and not line[5:6].isalnum():
            if line[5:].strip():
                raise _RuleError("text after endif", "put nothing else on that line")
            if not self.open_ifs:
                raise _RuleError("an endif without if", "remove it")
            self.open_ifs.pop()[1].otherwise = len(self.steps)
            self.starts_stretch = True
        else:
            self._add_network(number, line)

    def _open_if(self, number: int, pattern: bytes) -> None:
        try:
            condition = _Condition(_parse_pattern(pattern))
        except _RuleError as error:
            why, cure = error.args
            self.source.warn(number, f"{why}; the if is left out: its rules hold for every address", cure)
            return
        self.steps.append(condition)
        self.open_ifs.append((number, condition))
        self.starts_stretch = True

    def _add_network(self, number: int, line: bytes) -> None:
        negations = len(line) - len(line.lstrip(b"! \t\v\f\r"))
        parts = line[negations:].split(None, 1)
        if not parts:
            raise _RuleError("no network", "write: network result")
        if len(parts) < 2:
            raise _RuleError("a network without a result", "write: network result")
        network = _parse_pattern(line[:negations] + parts[0])
        answer = Found(parts[1].decode("utf-8", "surrogateescape"), f"{self.source.label}:{number}")
        self.results.append((answer.value, answer.source))
        if network.is_negated:
            self.steps.append(_Condition(network, answer))
            self.starts_stretch = True
            return
        if self.starts_stretch:
            self.steps.append(_Stretch())
            self.starts_stretch = False
        stretch = self.steps[-1]
        assert isinstance(stretch, _Stretch)
        stretch.add(network, answer)


def _parse_pattern(text: bytes) -> _Network:
    """Read `[!]address[/length]`, brackets around the address or the whole allowed. Raises _RuleError."""
    pattern = text.lstrip(b"! \t\v\f\r")
    is_negated = text[: len(text) - len(pattern)].count(b"!") % 2 == 1
    shown = pattern.decode("utf-8", "replace")
    if not pattern:
        raise _RuleError("no network", "name a network or an address")
    if pattern.startswith(b"["):
        inner, bracket, rest = pattern[1:].partition(b"]")
        if not bracket or (rest and not rest.startswith(b"/")):
            raise _RuleError(f"brackets that do not fit in {shown!r}", "write [address]/length")
        pattern = inner + rest
    address, slash, length = pattern.partition(b"/")
    family = socket.AF_INET6 if b":" in address else socket.AF_INET
    bits = _BITS[family]
    if slash and not length.isdigit():
        raise _RuleError(f"bad length in {shown!r}", "write network/length")
    # Five digits are enough to be too long, and keep int() cheap.
    prefix = int(length[:5]) if slash else bits
    if prefix > bits:
        raise _RuleError(f"the length in {shown!r} is beyond {bits}", f"use a length up to {bits}")
    try:
        base = int.from_bytes(socket.inet_pton(family, address.decode("ascii")), "big")
    except (OSError, ValueError):
        raise _RuleError(f"{shown!r} is no address or network", "write network/length") from None
    mask = (1 << bits) - (1 << (bits - prefix))
    if base & ~mask:
        proper = socket.inet_ntop(family, (base & mask).to_bytes(bits // 8, "big"))
        raise _RuleError(f"{shown!r} has host bits beyond its mask", f"write {proper}/{prefix} for the whole network")
    return _Network(bits, base, mask, is_negated)


def _searcher(steps: list[_Stretch | _Condition]) -> Callable[[str], Answer[str]]:
    """Make the search over finished steps."""

    def search(key: str) -> Answer[str]:
        family = socket.AF_INET6 if ":" in key else socket.AF_INET
        try:
            address = int.from_bytes(socket.inet_pton(family, key), "big")
        except (OSError, ValueError):
            return NOT_FOUND
        bits = _BITS[family]
        at = 0
        while at < len(steps):
            step = steps[at]
            at += 1
            if isinstance(step, _Stretch):
                answer = step.find(bits, address)
            elif step.network.holds(bits, address):
                answer = step.answer
            else:
                answer, at = None, step.otherwise or at
            if answer is not None:
                return answer
        return NOT_FOUND

    return search


def load(request: TableRequest) -> LoadedTable:
    """Read the rules."""
    source = read_rules(request)
    reader = _Reader(source)
    reader.read()
    return LoadedTable(_searcher(reader.steps), source.complaints, source.files, results=lambda: reader.results)


CIDR = TableType("cidr", __doc__, tries_partial_keys=False, folds_keys=False, load=load)
