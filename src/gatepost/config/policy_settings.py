"""The Settings that restrictions read, made from a configuration.

Every field of Settings is a declared parameter and is read by its kind, but for a few that are worked out:

    own_addresses           inet_interfaces and proxy_interfaces
    access_parents_match    smtpd_access_maps stands in parent_domain_matches_subdomains
    restriction_classes     the lists that smtpd_restriction_classes names
    address_verify_sender   with @$myorigin behind it when it has no domain
    smtpd_expansion_filter  with its C escapes resolved

Raises: ConfigurationError with every mistake found.
"""

import re
from collections.abc import Callable
from dataclasses import fields
from types import MappingProxyType

from gatepost.config.configuration import Configuration
from gatepost.config.machine_defaults import own_addresses
from gatepost.config.reading import read_parameter
from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.model.settings import Settings

_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def build_settings(configuration: Configuration) -> Settings:
    """Read every setting."""
    values: dict[str, object] = {}
    faults: list[Complaint] = []
    for field in fields(Settings):
        try:
            values[field.name] = _read(configuration, field.name)
        except ConfigurationError as error:
            faults.extend(complaint for complaint in error.complaints if complaint not in faults)
    if faults:
        raise ConfigurationError(*faults)
    return Settings(**values)  # type: ignore[arg-type]  # each by its kind; a test compares kinds and field types


def _read(configuration: Configuration, name: str) -> object:
    worked_out = WORKED_OUT.get(name)
    if worked_out is not None:
        return worked_out(configuration)
    return read_parameter(configuration, name)


def _access_parents_match(configuration: Configuration) -> bool:
    return "smtpd_access_maps" in configuration.words("parent_domain_matches_subdomains")


def _restriction_classes(configuration: Configuration) -> MappingProxyType[str, str]:
    classes: dict[str, str] = {}
    for name in configuration.words("smtpd_restriction_classes"):
        if not configuration.is_set(name):
            place = configuration.place("smtpd_restriction_classes")
            complaint = Complaint("warning", place, f"restriction class {name!r} is empty", f'write "{name} = ..."')
            if complaint not in configuration.complaints:
                configuration.complaints.append(complaint)
        classes[name] = configuration.text(name)
    return MappingProxyType(classes)


def _address_verify_sender(configuration: Configuration) -> str:
    address = configuration.text("address_verify_sender")
    return address if "@" in address or not address else f"{address}@{configuration.text('myorigin')}"


def _smtpd_expansion_filter(configuration: Configuration) -> str:
    return _ESCAPE.sub(_unescaped, configuration.text("smtpd_expansion_filter"))


def _unescaped(escape: re.Match[str]) -> str:
    octal, letter = escape.groups()
    return chr(int(octal, 8) & 0xFF) if octal else _ESCAPED.get(letter, letter)


WORKED_OUT: dict[str, Callable[[Configuration], object]] = {
    "own_addresses": own_addresses,
    "access_parents_match": _access_parents_match,
    "restriction_classes": _restriction_classes,
    "address_verify_sender": _address_verify_sender,
    "smtpd_expansion_filter": _smtpd_expansion_filter,
}
"""The fields that are not just the value of their parameter."""
