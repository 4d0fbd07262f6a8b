"""A client of the policy protocol for tests: what a Postfix would ask, over a connection that stays open.

with asking(port) as ask:
    ask(sender="ann@sender.example")        # the action, or "" when the connection was closed without one
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

REQUEST = {
    "request": "smtpd_access_policy",
    "protocol_state": "RCPT",
    "protocol_name": "ESMTP",
    "client_address": "192.0.2.4",
    "client_name": "unknown",
    "reverse_client_name": "unknown",
    "helo_name": "client.example",
    "sender": "ann@sender.example",
    "recipient": "bob@example.com",
    "recipient_count": "0",
    "queue_id": "",
    "instance": "",
}


def request(**changes: str) -> bytes:
    """The octets of one request."""
    return "".join(f"{name}={value}\n" for name, value in (REQUEST | changes).items()).encode() + b"\n"


@contextmanager
def asking(port: int, path: str = "") -> Iterator[Callable[..., str]]:
    """A connection over TCP, or to a Unix socket."""
    with socket.socket(socket.AF_UNIX if path else socket.AF_INET) as connection:
        connection.settimeout(20)
        connection.connect(path or ("127.0.0.1", port))

        def ask(octets: bytes = b"", **changes: str) -> str:
            connection.sendall(octets or request(**changes))
            return read_action(connection)

        yield ask


def read_action(connection: socket.socket) -> str:
    """The next answer."""
    answer = b""
    while not answer.endswith(b"\n\n"):
        try:
            piece = connection.recv(4096)
        except ConnectionResetError:
            piece = b""
        if not piece:
            return ""
        answer += piece
    return answer.decode().removeprefix("action=").rstrip("\n")
