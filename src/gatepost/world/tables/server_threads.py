"""The threads that ask the servers of one table, so that the event loop never waits for a driver.

At most four threads for each table and worker, started when there is something to ask, and so after the fork; each
has its own Server and connection. A thread with nothing to do for 60 seconds closes its connection and ends (Postfix
closes an idle one after as long). At most 1000 jobs wait; what is beyond them is not taken.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gatepost.world.tables.server import Server, ServerAwayError

MOST_THREADS = 4
MOST_WAITING = 1000
IDLE_S = 60.0

Result = Any | ServerAwayError


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Server], Any]
    done: Callable[[Result], None]
    loop: asyncio.AbstractEventLoop


class ServerThreads:
    """Runs jobs against the servers of one table."""

    def __init__(self, make_server: Callable[[], Server], name: str) -> None:
        self._make_server = make_server
        self._name = name
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._unfinished = 0

    def submit(self, work: Callable[[Server], Any], done: Callable[[Result], None]) -> bool:
        """Take a job; `done` hears its result in the running event loop. False where too many wait."""
        if self._jobs.qsize() >= MOST_WAITING:
            return False
        with self._lock:
            self._jobs.put(_Job(work, done, asyncio.get_running_loop()))
            self._unfinished += 1
            is_wanted = self._threads < min(self._unfinished, MOST_THREADS)
            self._threads += is_wanted
        if is_wanted:
            threading.Thread(target=self._run, name=f"table {self._name}", daemon=True).start()
        return True

    def close(self) -> None:
        """Let the threads end when they have done what they are at."""
        with self._lock:
            for _ in range(self._threads):
                self._jobs.put(None)

    def _run(self) -> None:
        server = self._make_server()
        while (job := self._next()) is not None:
            result = _result_of(job, server)
            with self._lock:
                self._unfinished -= 1
            try:
                job.loop.call_soon_threadsafe(job.done, result)
            except RuntimeError:  # the loop is closed: nobody wants to know any more
                continue
        server.close()

    def _next(self) -> _Job | None:
        """The next job; None: end."""
        while True:
            try:
                return self._jobs.get(timeout=IDLE_S)
            except queue.Empty:
                with self._lock:
                    if self._jobs.empty():  # else one came just now, for this thread
                        self._threads -= 1
                        return None


def _result_of(job: _Job, server: Server) -> Result:
    try:
        return job.work(server)
    except ServerAwayError as away:
        return ServerAwayError(str(away))  # without the frames, and the connection, that it went through
    except Exception as error:  # noqa: BLE001 -- whatever a driver raises besides means that nothing can be asked
        server.close()
        return ServerAwayError(f"{type(error).__name__} in the driver")
