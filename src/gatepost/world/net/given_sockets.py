"""Listening sockets that a service manager has opened for us (systemd's socket activation), found by their address.

    given = GivenSockets(sockets)
    given.take(AF_INET, "0.0.0.0", 25)      a listening socket for that address, or None: open one

What is given stays open as long as we live: a row of master.cf may go and come again, and the manager has the port.
What is taken is a duplicate, so that it can be closed like any other. An IPv6 socket that takes IPv4 clients too is
no socket of a row, for `::` and `0.0.0.0` stand beside each other: BothFamiliesError.

Reference: systemd.socket(5), sd_listen_fds(3).
"""

import socket
from collections.abc import Iterable

Address = tuple[int, str, int]
"""Family, host or path, port (0 for a path)."""


class BothFamiliesError(Exception):
    """The socket that is given takes IPv4 and IPv6."""


class GivenSockets:
    """The sockets by address."""

    __slots__ = ("_sockets", "_taken")

    def __init__(self, sockets: Iterable[socket.socket] = ()) -> None:
        self._sockets = {_address(each): each for each in sockets}
        self._taken: set[Address] = set()

    def take(self, family: int, host: str, port: int = 0) -> socket.socket | None:
        """Give a duplicate of the socket for this address, if there is one. Raises BothFamiliesError."""
        address = (family, host, port)
        found = self._sockets.get(address)
        if found is None:
            return None
        if family == socket.AF_INET6 and not found.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY):
            raise BothFamiliesError
        self._taken.add(address)
        return found.dup()

    def has_path(self, path: str) -> bool:
        """A socket file that is not ours to remove."""
        return (socket.AF_UNIX, path, 0) in self._sockets

    @property
    def unused(self) -> list[str]:
        """The addresses that nobody has taken."""
        return [f"{host}:{port}" if port else host for _, host, port in self._sockets.keys() - self._taken]


def _address(given: socket.socket) -> Address:
    name = given.getsockname()
    if given.family == socket.AF_UNIX:
        return given.family, name if isinstance(name, str) else name.decode(errors="surrogateescape"), 0
    return given.family, name[0], name[1]
