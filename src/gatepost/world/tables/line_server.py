"""What tcp and socketmap have in common: a server that takes one question and gives one answer over a socket."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from gatepost.world.tables.server import ServerAwayError

CONNECT_TIMEOUT_S = 3.0


@dataclass(slots=True)
class SocketConnection:
    """A connection that is asked and answers in turn."""

    stream: socket.socket
    timeout_s: float

    def exchange(self, request: bytes, length: Callable[[bytes], int | None], limit: int) -> bytes:
        """Send a request, give its answer; `length` tells where that ends, None: not yet. Raises ServerAwayError."""
        heard = b""
        try:
            self.stream.settimeout(self.timeout_s)
            self.stream.sendall(request)
            while (end := length(heard)) is None:
                if len(heard) > limit:
                    raise ServerAwayError(f"an answer of more than {limit} octets")
                octets = self.stream.recv(65536)
                if not octets:
                    raise ServerAwayError("the connection was closed before an answer came")
                heard += octets
        except OSError as error:
            raise ServerAwayError(error.strerror or str(error)) from None
        except ValueError as error:
            raise ServerAwayError(str(error)) from None
        if end != len(heard):
            raise ServerAwayError("more than one answer came")
        return heard

    def close(self) -> None:
        """End it."""
        self.stream.close()


def connect(address: tuple[str, int] | str, timeout_s: float) -> SocketConnection:
    """Connect to host and port, or to the path of a UNIX socket. Raises ServerAwayError."""
    try:
        if isinstance(address, str):
            stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            stream.settimeout(CONNECT_TIMEOUT_S)
            stream.connect(address)
        else:
            stream = socket.create_connection(address, CONNECT_TIMEOUT_S)
    except (OSError, ValueError) as error:
        shown = address if isinstance(address, str) else f"{address[0]}:{address[1]}"
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ServerAwayError(f"{shown}: {reason}") from None
    return SocketConnection(stream, timeout_s)
