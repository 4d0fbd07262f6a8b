"""Tell systemd how the service fares, when it asks by NOTIFY_SOCKET (Type=notify or notify-reload); else nothing.

Reference: sd_notify(3).
"""

import os
import socket
import time


def notify(*assignments: str) -> None:
    """Send lines such as `READY=1`. A manager that does not listen is not our concern."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        try:
            out.connect(address)
            out.send("\n".join(assignments).encode())
        except OSError:
            return


def notify_reloading() -> None:
    """Say that a reload began; its end is `READY=1`."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
