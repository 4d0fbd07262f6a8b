"""Match lists read from a configuration: mynetworks, mydestination, relay_domains and their like.

A `/file` stands for the elements in it, one or more per line; a line that starts with `#` is a comment, and a `#`
later in the line ends it with a warning. `!/file` turns each element round. What Postfix dies of (a table without a
type: most often an IPv6 address without brackets) is a mistake here; what it trips over only when it gets there
(host bits beyond a network's length, a file that cannot be read) is a fault of that element, and a warning.

Gives: a MatchList. The files read are added to the configuration's `files`, the warnings to its `complaints`.
Raises: ConfigurationError.
Postfix: postconf(5), mynetworks; match_list(3) in the facts: element order, first match wins.
"""

import ipaddress
from collections.abc import Iterator
from pathlib import Path

from gatepost.config.configuration import Configuration
from gatepost.config.declaration import Kind
from gatepost.config.logical_lines import read_text
from gatepost.config.parameters import declared_parameters
from gatepost.config.values import BadValueError, quoted, read_table
from gatepost.model.errors import Complaint, ConfigurationError, Place
from gatepost.model.match_list import MatchList, Pattern, parse_pattern
from gatepost.policy.language.tokens import words

MOST_FILES_DEEP = 10
"""Files that name files: more than a person would nest, fewer than a file that names itself."""

MATCH_LISTS = (Kind.CLIENTS, Kind.DOMAINS, Kind.STRINGS)


def read_match_list(configuration: Configuration, name: str) -> MatchList:
    """Read one parameter that is a match list."""
    kind = declared_parameters()[name].kind
    reader = _Reader(configuration, name, holds_addresses=kind is Kind.CLIENTS)
    patterns = tuple(reader.patterns(configuration.words(name), None, 0))
    parents = configuration.words("parent_domain_matches_subdomains")
    return MatchList(name, patterns, parents_match=name in parents)


class _Reader:
    """Reads the elements of one list."""

    def __init__(self, configuration: Configuration, name: str, *, holds_addresses: bool) -> None:
        self._configuration = configuration
        self._name = configuration.origin(name)
        self._holds_addresses = holds_addresses

    def patterns(self, elements: tuple[str, ...], line: Place | None, depth: int) -> Iterator[Pattern]:
        """Read elements; they stand in the parameter itself where no `line` of a file is given."""
        for element in elements:
            bare = element.lstrip("!")
            place = line or self._configuration.place(self._name, bare)
            if bare.startswith("/"):
                yield from self._file(element, bare, place, depth)
            else:
                yield self._pattern(element, bare, place)

    def _pattern(self, element: str, bare: str, place: Place) -> Pattern:
        if ":" in bare and not bare.startswith("["):
            if _is_ipv6(bare) and not bare.startswith(":"):
                cure = f"write [{bare.partition('/')[0]}]" + "".join(bare.partition("/")[1:])
                return self._fault(element, f"IPv6 address {quoted(bare)} without brackets", cure, place)
            try:
                read_table(bare)
            except BadValueError as mistake:
                complaint = Complaint("error", place, f"{self._name}: {mistake.text}", mistake.cure)
                raise ConfigurationError(complaint) from None
        pattern = parse_pattern(element, holds_addresses=self._holds_addresses)
        if pattern.fault:
            return self._fault(element, pattern.fault, _network_cure(bare), place)
        return pattern

    def _file(self, element: str, bare: str, place: Place, depth: int) -> Iterator[Pattern]:
        path = Path(bare)
        if depth >= MOST_FILES_DEEP:
            yield self._fault(element, f"{bare}: files within files", "remove the file that names itself", place)
            return
        if path not in self._configuration.files:
            self._configuration.files.append(path)
        try:
            text = read_text(path) if "\0" not in bare else ""
        except ConfigurationError as error:
            cure = "create the file, or make it readable"
            yield self._fault(element, f"{bare}: {error.complaints[0].text}", cure, place)
            return
        sign = element[: len(element) - len(bare)]
        for number, line in enumerate(text.split("\n"), start=1):
            inside = self._elements_of_line(line, Place(bare, number))
            yield from self.patterns(tuple(sign + word for word in inside), Place(bare, number), depth + 1)

    def _elements_of_line(self, line: str, place: Place) -> tuple[str, ...]:
        if line.startswith("#"):
            return ()
        found = words(line)
        for index, word in enumerate(found):
            if word.startswith("#"):
                self._warn(place, "a comment behind elements", "put the comment on a line of its own")
                return found[:index]
        return found

    def _fault(self, element: str, why: str, cure: str, place: Place) -> Pattern:
        self._warn(place, f"{why}: whatever gets here is put off with 451", cure)
        is_negated = (len(element) - len(element.lstrip("!"))) % 2 == 1
        return Pattern(element.lstrip("!").lower(), is_negated, fault=f"{self._name}: {why}")

    def _warn(self, place: Place, text: str, cure: str) -> None:
        complaint = Complaint("warning", place, f"{self._name}: {text}", cure)
        if complaint not in self._configuration.complaints:
            self._configuration.complaints.append(complaint)


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_network(text, strict=False).version == 6
    except ValueError:
        return False


def _network_cure(text: str) -> str:
    try:
        network = ipaddress.ip_network(text.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return "write address/length, IPv6 in brackets: 192.0.2.0/24 or [2001:db8::]/32"
    address = f"[{network.network_address}]" if network.version == 6 else str(network.network_address)
    return f"write {address}/{network.prefixlen}"
