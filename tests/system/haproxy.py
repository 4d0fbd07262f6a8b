"""Debian's HAProxy before a running gate, on free loopback ports, for the time of a `with`."""

import contextlib
from collections.abc import Iterator

from gatepost.testing.free_ports import free_port
from tests.conftest import find_program
from tests.system.running_gate import answers, destroy, new_directory, start, wait_until

CONFIGURATION = """\
global
    maxconn 1000
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen mail
    bind 127.0.0.1:{port}
{options}
    server gate 127.0.0.1:{gate} {server}
"""


@contextlib.contextmanager
def haproxy(gate: int, server: str = "send-proxy-v2 check inter 200ms", options: str = "") -> Iterator[int]:
    """Run it; gives its port. `server`: the options of its server line."""
    port = free_port()
    with new_directory() as directory:
        configuration = directory / "haproxy.cfg"
        configuration.write_text(CONFIGURATION.format(port=port, gate=gate, server=server, options=options))
        with (directory / "log").open("wb") as log:
            process = start([find_program("haproxy") or "haproxy", "-db", "-f", str(configuration)], directory, log)
        try:
            wait_until(lambda: answers(port), f"haproxy: {(directory / 'log').read_text()}")
            yield port
        finally:
            destroy(process)
