"""A private Redis on a free port, without files: started for a test, ended with it."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from gatepost.testing.free_ports import free_port


@contextlib.contextmanager
def running_redis(directory: Path, *options: str) -> Iterator[int]:
    """Run one; gives its port."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    assert program
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
                connection.sendall(b"PING\r\n")
                if connection.recv(64):
                    break
            time.sleep(0.02)
        yield port
    finally:
        process.kill()
        process.wait()
