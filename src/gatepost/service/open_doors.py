"""The listening sockets of the supervisor: opened once, kept over reloads, closed when no row names them any more.

With them go the places of each row: how many sessions it may have at once, counted over all workers.

Raises: ConfigurationError when a new door cannot be opened; then no door has changed.
Known limit: an address that overlaps one in use (0.0.0.0:25 in place of 127.0.0.1:25) cannot be opened before that
one is closed: stop and start, as in Postfix after a change of inet_interfaces.
"""

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.world.net.given_sockets import GivenSockets
from gatepost.world.net.listen import DoorSpec, close_listeners, open_listeners, remove_socket_file
from gatepost.world.net.places import SharedPlaces

Key = tuple[str, int, str]


class OpenDoors:
    """What is open now, by address; `places` by the names of the rows."""

    __slots__ = ("_open", "given", "places")

    def __init__(self, given: GivenSockets) -> None:
        self.given = given
        self._open: dict[Key, tuple[DoorSpec, tuple[socket.socket, ...]]] = {}
        self.places: dict[str, SharedPlaces] = {}

    def __str__(self) -> str:
        return ", ".join(door.address for door, _ in self._open.values()) or "nothing"

    def open(self, doors: tuple[DoorSpec, ...]) -> dict[str, tuple[socket.socket, ...]]:
        """Open the doors that are not open yet; give the sockets of all of them by the names of their rows."""
        _refuse_doubles(doors)
        opened: list[DoorSpec] = []
        by_name: dict[str, tuple[socket.socket, ...]] = {}
        try:
            for door in doors:
                if _key(door) not in self._open:
                    self._open[_key(door)] = (door, open_listeners(door, self.given))
                    opened.append(door)
                _, listeners = self._open[_key(door)]
                by_name[door.name] = by_name.get(door.name, ()) + listeners
        except ConfigurationError:
            for door in opened:
                self._close(_key(door))
            raise
        for door in doors:
            self._renew(door)
        for name in by_name:
            if name not in self.places:
                self.places[name] = SharedPlaces()
        return by_name

    def _renew(self, door: DoorSpec) -> None:
        """Give an open door the backlog and mode that its row has now."""
        former, listeners = self._open[_key(door)]
        self._open[_key(door)] = (door, listeners)
        if former.backlog != door.backlog:
            for listener in listeners:
                listener.listen(door.backlog)
        if door.path and former.mode != door.mode:
            with contextlib.suppress(OSError):
                Path(door.path).chmod(door.mode)

    def close_others(self, doors: tuple[DoorSpec, ...]) -> None:
        """Close the doors that are not among these."""
        for key in self._open.keys() - {_key(door) for door in doors}:
            self._close(key)
        for name in self.places.keys() - {door.name for door in doors}:
            self.places.pop(name).close()

    def closing_others(self, doors: tuple[DoorSpec, ...]) -> Iterator[Callable[[], None]]:
        """Give what closes the sockets of the other doors in a child, and there only."""
        for key in self._open.keys() - {_key(door) for door in doors}:
            for listener in self._open[key][1]:
                yield listener.close

    def close_all(self) -> None:
        """Close every door."""
        self.close_others(())

    def _close(self, key: Key) -> None:
        door, listeners = self._open.pop(key)
        close_listeners(listeners)
        if not self.given.has_path(door.path):
            with contextlib.suppress(OSError):
                remove_socket_file(door)


def _key(door: DoorSpec) -> Key:
    return door.host, door.port, door.path


def _refuse_doubles(doors: tuple[DoorSpec, ...]) -> None:
    first: dict[Key, DoorSpec] = {}
    for door in doors:
        other = first.setdefault(_key(door), door)
        if other is not door:
            text = f"{door.name}: {door.address} is already opened by {other.place}"
            raise ConfigurationError(Complaint("error", door.place, text, "remove one of the two rows"))
