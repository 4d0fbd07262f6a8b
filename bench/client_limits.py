"""What the limits for each client cost: counting a connection, an event, and making a client's number.

    .venv/bin/python -m bench.client_limits [--workers 8]

Other workers have joined and each has a connection of the same client, so every look goes through their tables.
"""

import argparse
import os
import signal
import time
from collections.abc import Callable

from gatepost.world.limits.shared_counts import Event, SharedCounts

TIMES = 50_000


def ignore(_: int) -> None:
    """Nobody is told later."""


def microseconds(work: Callable[[], object]) -> float:
    """What one call takes."""
    begin = time.process_time()
    for _ in range(TIMES):
        work()
    return (time.process_time() - begin) / TIMES * 1e6


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.client_limits", description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=8)
    workers = parser.parse_args().workers
    shared = SharedCounts()
    client = shared.client_key("smtp", b"\1\2\3\4")
    pids = []
    for _ in range(workers - 1):
        pid = os.fork()
        if pid == 0:
            shared.join().connect(client, 50, ignore)
            signal.pause()
        pids.append(pid)
    try:
        counts = shared.join()

        def connection() -> None:
            counts.connect(client, 1000, ignore)
            counts.disconnect(client)

        print(f"{microseconds(lambda: counts.client_key('smtp', b'abcd')):.1f} us the number of a client")
        print(f"{microseconds(connection):.1f} us a connection, begun and ended, over {workers} workers")
        print(f"{microseconds(lambda: counts.add(client, Event.MESSAGE, 1, 60)):.1f} us a message or recipient")
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
