"""One thread that does what an event loop may not wait for: work in, results out, in their order.

    thread = OneThread("sqlite")
    result = await thread.do(work, argument)    work(argument), in the thread
    thread.close(work)                          the last work; nobody waits for it

What concurrent.futures does, at a third of its cost: one queue in, one wake-up of the loop out, no future of its own
beside the loop's. The thread begins with the first work. A process that ends waits for the work that it was given.
"""

import asyncio
import atexit
import contextlib
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

A = TypeVar("A")
T = TypeVar("T")


class ThreadClosedError(Exception):
    """The thread has been told to end."""


class OneThread:
    """A thread and its queue."""

    __slots__ = ("_is_closed", "_name", "_queue", "_thread")

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._is_closed = False

    async def do(self, work: Callable[[A], T], argument: A) -> T:
        """Have it done. Raises what the work raises, and ThreadClosedError behind close()."""
        if self._is_closed:
            raise ThreadClosedError(f"{self._name}: closed")
        loop = asyncio.get_running_loop()
        if getattr(loop, "has_no_threads", False):  # testing/still_loop.py: time stands still until it is done
            return await loop.run_in_executor(None, work, argument)
        done: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            tell: Callable[[Any], None] = done.set_result
            told: Any
            try:
                told = work(argument)
            except BaseException as error:  # noqa: BLE001 - it is the asker's
                tell, told = done.set_exception, error
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(_tell, done, tell, told)

        self._put(job)
        return await done

    def close(self, last: Callable[[], Any]) -> None:
        """End, with this, once what is under way is done; nobody waits for that."""
        if not self._is_closed:
            self._is_closed = True
            if self._thread is None:
                last()
            else:
                self._queue.put(last)
                self._queue.put(None)

    def _put(self, job: Callable[[], Any]) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
            atexit.register(self._end)
        self._queue.put(job)

    def _end(self) -> None:
        """The process ends."""
        if self._thread is not None and self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            job()
            del job  # and what it holds, while there is nothing to do
        atexit.unregister(self._end)


def _tell(done: "asyncio.Future[Any]", tell: Callable[[Any], None], told: object) -> None:
    if not done.done():  # cancelled
        tell(told)
