"""The configuration as `postconf` prints it: one `name = value` per line, sorted, white space runs made one space.

Postfix: postconf(1).
"""

from collections.abc import Iterator

from gatepost.config.configuration import Configuration
from gatepost.config.known_names import names_in_use, transport_parameters
from gatepost.config.parameters import default_values


class Listing:
    """The names of a configuration and their values, as written, by default, or expanded."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._transports = dict(transport_parameters(configuration.rows))
        classes = configuration.words("smtpd_restriction_classes")
        self._legal = names_in_use(configuration.entries.values(), configuration.rows, classes)

    def set_names(self) -> list[str]:
        """Postfix's `postconf -n`: what is given, without names that nothing uses, and config_directory."""
        given = {name for name in self._configuration.entries if name in self._legal}
        return _sorted(given | {"config_directory"})

    def default_names(self) -> list[str]:
        """Postfix's `postconf -d`: every parameter that has a default."""
        return _sorted(set(default_values()) | set(self._transports))

    def all_names(self) -> list[str]:
        """Postfix's `postconf`: both."""
        return _sorted({*self.default_names(), *self.set_names()})

    def knows(self, name: str) -> bool:
        """There is something to print for this name."""
        has_default = name in default_values() or name in self._transports
        return has_default or (name in self._legal and self._configuration.is_set(name))

    def value(self, name: str) -> str:
        """The value as written, or else the default."""
        entry = self._configuration.entries.get(name)
        return _one_line(entry.value) if entry else self.default(name)

    def default(self, name: str) -> str:
        """The default as written."""
        value = self._configuration.default_value(name)
        return _one_line(self._transports.get(name, "") if value is None else value)

    def expanded(self, name: str) -> str:
        """The value as it is used. Raises ConfigurationError."""
        if name in self._transports and not self._configuration.is_set(name):
            return _one_line(self._configuration.with_overrides({name: self._transports[name]}).text(name))
        return _one_line(self._configuration.text(name))


def lines(listing: Listing, names: list[str], value_of: str, *, only_values: bool) -> Iterator[str]:
    """`name = value` for each name; `value_of` is value, default or expanded."""
    read = {"value": listing.value, "default": listing.default, "expanded": listing.expanded}[value_of]
    for name in names:
        value = read(name)
        yield value if only_values else f"{name} = {value}" if value else f"{name} ="


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _sorted(names: set[str]) -> list[str]:
    return sorted(names, key=lambda name: name.encode("utf-8", "surrogateescape"))
