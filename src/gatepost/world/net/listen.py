"""Open the sockets that a server listens on, and say clearly why one cannot be opened.

A DoorSpec is one address of one row of master.cf. A host name opens every address it resolves to. IPv6 sockets take
IPv6 only, so that `0.0.0.0` and `::` stand beside each other as in Postfix. A socket file of a server that is gone is
replaced; one that still answers is "in use". Sockets that a service manager gives are taken by their address.

Raises: ConfigurationError with the place in master.cf and a cure.
Postfix: master(5) (service name of type inet and unix), inet_interfaces, inet_protocols (resolved by the caller).
"""

import errno
import os
import socket
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatepost.model.errors import Complaint, ConfigurationError, Place
from gatepost.world.net.given_sockets import BothFamiliesError, GivenSockets

BACKLOG = 4096
"""What a flood of 2,000 connections a second brings in two seconds, and what the kernel allows (somaxconn): beyond it
a client's first packet is dropped, and it tries again after a second, or three."""

MASTER_CF = Place("master.cf")
NOTHING_GIVEN = GivenSockets()
SOCKET_MODE = 0o666  # Postfix's mode of unix sockets: the directory decides who may connect


@dataclass(frozen=True, slots=True)
class DoorSpec:
    """An address to listen on: `host` and `port`, or a socket file at `path`.

    Several specs of one row bear one `name`; host "" means every IPv4 address. Mode counts for a socket file only.
    """

    name: str
    host: str = ""
    port: int = 0
    path: str = ""
    backlog: int = BACKLOG
    mode: int = SOCKET_MODE
    place: Place = MASTER_CF

    @property
    def address(self) -> str:
        """The address as a reader of a log line knows it."""
        if self.path:
            return self.path
        host = self.host or "0.0.0.0"  # noqa: S104 -- to listen everywhere is what a mail server is asked to do
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def split_service(service: str, place: Place) -> tuple[str, int]:
    """Split the first field of an inet row: `port`, `host:port`, `[addr]:port`; the port may be a name (`smtp`).

    Gives: host ("" when not named) and port number.
    """
    host, colon, port = service.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif "[" in host or "]" in host or host.count(":"):
        raise _refusal(place, f"bad address: {service}", "write host:port or [address]:port")
    if not port or (colon and not host):
        raise _refusal(place, f"bad address: {service}", "write port, host:port or [address]:port")
    if port.isascii() and port.isdigit():
        number = int(port)
    else:
        try:
            number = socket.getservbyname(port, "tcp")
        except (OSError, ValueError):  # the latter for a name with NUL or a letter that is none of ASCII
            raise _refusal(
                place, f"unknown service name: {port}", "name a port number, or see /etc/services"
            ) from None
    if number > 65535:  # RFC 9293: a port has 16 bits
        raise _refusal(place, f"port out of range: {service}", "choose a port from 1 to 65535")
    return host, number


def open_listeners(door: DoorSpec, given: GivenSockets = NOTHING_GIVEN) -> tuple[socket.socket, ...]:
    """Take what is given, or bind and listen; give the sockets, non-blocking, one for each address of the host."""
    if door.path:
        taken = given.take(socket.AF_UNIX, door.path)
        return (_open_unix(door) if taken is None else _made_ready(taken, door),)
    opened: list[socket.socket] = []
    try:
        for family, address in _addresses(door):
            opened.append(_take_or_open(door, family, address, given))
    except ConfigurationError:
        close_listeners(opened)
        raise
    return tuple(opened)


def _take_or_open(door: DoorSpec, family: int, address: tuple[Any, ...], given: GivenSockets) -> socket.socket:
    try:
        taken = given.take(family, address[0], address[1])
    except BothFamiliesError:
        text = f"{door.name}: the socket for {door.address} that the service manager gives takes IPv4 too"
        raise _refusal(door.place, text, "write BindIPv6Only=ipv6-only in its socket unit") from None
    return _open_inet(door, family, address) if taken is None else _made_ready(taken, door)


def _made_ready(taken: socket.socket, door: DoorSpec) -> socket.socket:
    taken.setblocking(False)  # noqa: FBT003 -- the name of the method says it
    taken.listen(door.backlog)
    return taken


def close_listeners(listeners: Iterable[socket.socket]) -> None:
    """Close sockets in this process; others that inherited them may go on."""
    for listener in listeners:
        listener.close()


def remove_socket_file(door: DoorSpec) -> None:
    """Remove the file of a door that is gone for good."""
    if door.path:
        Path(door.path).unlink(missing_ok=True)


def _addresses(door: DoorSpec) -> list[tuple[int, tuple[Any, ...]]]:
    host = door.host or "0.0.0.0"  # noqa: S104 -- see DoorSpec
    try:
        found = socket.getaddrinfo(host, door.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, ValueError) as failure:
        why = getattr(failure, "strerror", None) or str(failure)
        raise _refusal(door.place, f"host not found: {host}: {why}", "name an address of this machine") from None
    return list(dict.fromkeys((int(family), address) for family, _, _, _, address in found))


def _open_inet(door: DoorSpec, family: int, address: tuple[Any, ...]) -> socket.socket:
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as failure:
        raise _cannot_listen(door, failure) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.setblocking(False)  # noqa: FBT003 -- the name of the method says it
        listener.bind(address)
        listener.listen(door.backlog)
    except OSError as failure:
        listener.close()
        raise _cannot_listen(door, failure) from None
    return listener


def _open_unix(door: DoorSpec) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.setblocking(False)  # noqa: FBT003 -- the name of the method says it
        _clear_the_way(door.path)
        listener.bind(door.path)
        Path(door.path).chmod(door.mode)  # nobody can connect before listen()
        listener.listen(door.backlog)
    except OSError as failure:
        listener.close()
        raise _cannot_listen(door, failure) from None
    return listener


def _clear_the_way(path: str) -> None:
    """Remove a socket file that no server answers on; raise EADDRINUSE for one in use or any other file."""
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISSOCK(mode):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1)
            try:
                probe.connect(path)
            except ConnectionRefusedError:
                Path(path).unlink()
                return
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


_CURES = {
    errno.EADDRINUSE: "stop the server that listens there (see `ss -ltnxp`), or name another port; after a change of "
    "inet_interfaces on the same port, stop and start",
    errno.EACCES: "ports below 1024 need root or CAP_NET_BIND_SERVICE; a socket file needs a writable directory",
    errno.EADDRNOTAVAIL: "name an address of this machine (see `ip address`)",
    errno.EAFNOSUPPORT: "this machine has no such protocol: set inet_protocols",
    errno.ENOENT: "make the directory of the socket file",
}


def _cannot_listen(door: DoorSpec, failure: OSError) -> ConfigurationError:
    why = os.strerror(failure.errno) if failure.errno else str(failure)
    cure = _CURES.get(failure.errno or 0, "")
    return _refusal(door.place, f"{door.name}: cannot listen on {door.address}: {why}", cure)


def _refusal(place: Place, text: str, cure: str) -> ConfigurationError:
    return ConfigurationError(Complaint("error", place, text, cure))
