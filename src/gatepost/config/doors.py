"""The doors that master.cf opens, as addresses to listen on.

A row of type inet without a host listens on inet_interfaces: every address of the machine for `all`, as far as
inet_protocols and the machine go; with a host, on that one. Its port is a number or a name: one of known_tcp_ports,
or of /etc/services. A row of type unix listens on `private/NAME` or `public/NAME` under queue_directory, or on an
absolute NAME.

Raises: ConfigurationError for a port or a host that nobody knows.
Postfix: master(5), inet_interfaces, inet_protocols, known_tcp_ports.
"""

from pathlib import Path

from gatepost.config.configuration import Configuration
from gatepost.config.machine_defaults import own_interfaces, protocol_families
from gatepost.config.master_cf import MasterRow
from gatepost.config.values import quoted
from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.world.net.listen import DoorSpec, split_service


def doors_of(configuration: Configuration, row: MasterRow) -> tuple[DoorSpec, ...]:
    """The addresses of one row; `configuration` is the one for this row."""
    name = f"{row.service}/{row.type}"
    if row.type == "inet":
        hosts, port = _inet(configuration, row)
        return tuple(DoorSpec(name, host=host, port=port, place=row.place) for host in hosts)
    if row.type == "unix":
        folder = Path(configuration.text("queue_directory")) / ("private" if row.is_private else "public")
        return (DoorSpec(name, path=str(folder / row.service), place=row.place),)
    text = f"{name}: Gatepost serves rows of type inet and unix"
    raise ConfigurationError(Complaint("error", row.place, text, 'write "inet" or "unix" in the second field'))


def process_limit(configuration: Configuration, row: MasterRow) -> int:
    """The connections at once for one row; 0: any number."""
    return configuration.number("default_process_limit") if row.maxproc is None else row.maxproc


def _inet(configuration: Configuration, row: MasterRow) -> tuple[tuple[str, ...], int]:
    named, colon, port_name = row.service.rpartition(":")
    known = known_ports(configuration).get(port_name)
    service = f"{named}{colon}{known}" if known else row.service
    host, port = split_service(service, row.place)
    if host:
        return (host,), port
    if any(word.lower() == "all" for word in configuration.words("inet_interfaces")):
        families = protocol_families(configuration)
        if not any(known.address.is_ipv6 for known in own_interfaces(configuration)):
            families -= {"ipv6"}  # a machine without IPv6 has no :: to listen on
        every = (("ipv4", "0.0.0.0"), ("ipv6", "::"))  # noqa: S104 -- inet_interfaces = all asks for just this
        return tuple(address for family, address in every if family in families), port
    return tuple(known.address.text for known in own_interfaces(configuration)), port


def known_ports(configuration: Configuration) -> dict[str, int]:
    """The names of known_tcp_ports: `name=number`, or several names before one number."""
    ports: dict[str, int] = {}
    for word in configuration.words("known_tcp_ports"):
        *names, number = word.split("=")
        if not names or not (number.isascii() and number.isdigit() and 0 < int(number[:6]) < 65536):
            text = f"{quoted(word)} is not name=number"
            raise configuration.mistake("known_tcp_ports", text, "write name=number, such as smtp=25")
        ports.update(dict.fromkeys(names, int(number)))
    return ports
