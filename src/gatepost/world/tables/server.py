"""What answers a table that must be waited for: a server, asked by one thread over one connection.

A type that needs a server (mysql, ldap, socketmap …) gives a RemoteSource, and remote.py makes a table of it. All of
this blocks and is called in a thread of server_threads.py, never in the event loop.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from gatepost.model.answer import Answer


class ServerAwayError(Exception):
    """No server of the table can be reached or answers. The text says why and holds no secret."""


class Server(Protocol):
    """The servers of one table, as one thread sees them. Connects when it is first asked."""

    def look_up(self, key: str) -> Answer[str]:
        """Ask for one key. Unavailable: the server answers, but not this. Raises ServerAwayError."""

    def whole(self) -> Mapping[str, str] | None:
        """All keys and values; None where they are too many or cannot be told. Raises ServerAwayError."""

    def check(self) -> None:
        """Find out whether the server is there. Raises ServerAwayError."""

    def close(self) -> None:
        """End the connection."""


@dataclass(frozen=True, slots=True)
class RemoteLimits:
    """Seconds: how old an answer may be while the server is there, how old while it is away, how long to wait.

    Ours; a lookup file may set each (`cache_ttl`, `stale_ttl`, `deadline`).
    """

    cache_ttl_s: float = 2.0
    stale_ttl_s: float = 4 * 3600.0
    deadline_s: float = 5.0


USUAL_LIMITS = RemoteLimits()


class Connection(Protocol):
    """A connection that can be closed."""

    def close(self) -> None:
        """End it; never raises."""


C = TypeVar("C", bound=Connection)
T = TypeVar("T")


class Reconnecting(Generic[C]):
    """Keeps one connection. What fails over one that lay idle is tried once more over a fresh one."""

    def __init__(self, connect: Callable[[], C]) -> None:
        self._connect = connect
        self._connection: C | None = None

    def over(self, use: Callable[[C], T]) -> T:
        """Use the connection. Raises ServerAwayError."""
        if self._connection is not None:
            try:
                return use(self._connection)
            except ServerAwayError:
                self.close()
        self._connection = self._connect()
        try:
            return use(self._connection)
        except ServerAwayError:
            self.close()
            raise

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
