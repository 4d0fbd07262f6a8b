"""What systemd and its service say to each other, where it is systemd that has started us; else nothing.

    NOTIFY_SOCKET                 we tell how the service fares (Type=notify)
    WATCHDOG_USEC, WATCHDOG_PID   we say `WATCHDOG=1` more often than that (WatchdogSec=)
    LISTEN_FDS, LISTEN_PID        sockets from descriptor 3 on are open and ours (socket activation)

Reference: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3).
"""

import os
import socket
import time

FIRST_GIVEN = 3
"""SD_LISTEN_FDS_START."""


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


def watchdog_s() -> float:
    """Within how many seconds a sign of life is due; 0: nobody waits for one."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    pid = os.environ.get("WATCHDOG_PID") or str(os.getpid())
    is_for_us = pid == str(os.getpid()) and microseconds.isascii() and microseconds.isdigit()
    return int(microseconds) / 1e6 if is_for_us else 0.0


def given_listeners() -> tuple[socket.socket, ...]:
    """The listening stream sockets that were handed over. Asked once: programs that we start must not take them."""
    count, pid = os.environ.pop("LISTEN_FDS", ""), os.environ.pop("LISTEN_PID", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not (count.isascii() and count.isdigit()):
        return ()
    given = []
    for descriptor in range(FIRST_GIVEN, FIRST_GIVEN + int(count)):
        os.set_inheritable(descriptor, False)  # noqa: FBT003 -- the name of the function says it
        found = socket.socket(fileno=descriptor)
        if found.type == socket.SOCK_STREAM:
            given.append(found)
        else:
            found.detach()
    return tuple(given)
