"""Ports for servers that a test starts in a moment, and that nobody else takes before.

A port that the kernel gives (port 0) comes from the range of which it also serves every outgoing connection, so in a
busy test run it may be gone again when the server binds it. These come from below that range, each once per process,
and processes begin at different places.
"""

import itertools
import os
import socket

FIRST, LAST = 10_000, 32_767
"""Above the ports that need rights and are commonly served, below Linux's ip_local_port_range."""

_COUNT = LAST - FIRST + 1
_next = itertools.count(os.getpid() * 211)  # 211 is prime: processes one apart begin two hundred ports apart


def free_port() -> int:
    """A port that nobody listens on at any loopback address now."""
    for step in itertools.islice(_next, _COUNT):
        port = FIRST + step % _COUNT
        with socket.socket() as probe:
            try:
                probe.bind(("0.0.0.0", port))  # noqa: S104 - bound for a moment, never listened on
            except OSError:
                continue
        return port
    raise OSError("no free port between 10000 and 32767")


def free_ports(count: int) -> list[int]:
    """Several different ones."""
    return [free_port() for _ in range(count)]
