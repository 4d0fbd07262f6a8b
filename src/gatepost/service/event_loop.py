"""Run a worker's doors in an event loop, from `ready` to the end of the last session.

Told to finish, the doors stop accepting at once. The sessions that still run after the time that was given are hung
up on, politely where the protocol knows how; two seconds later the worker ends whatever they do.
"""

import asyncio
import signal
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import uvloop

from gatepost.service.workers import WorkerContext, told
from gatepost.world.watching.log import Log, Severity
from gatepost.world.watching.outages import when_told

GOODBYE_S = 2.0  # for a last reply to leave; the supervisor kills later than that


class Work(Protocol):
    """What a worker does in its loop: all its doors together."""

    def finish(self, on_idle: Callable[[], None]) -> None:
        """Accept no more; call `on_idle` when the last session is over."""

    def hang_up(self) -> None:
        """End the sessions that still run: their time is over."""


def run_worker(context: WorkerContext, begin: Callable[[asyncio.AbstractEventLoop], Work]) -> None:
    """Serve until told to finish and done. `begin` starts the work; when it returns, the worker is ready."""
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    context.log.buffer_with(loop.call_later)
    when_told(lambda: loop.call_soon_threadsafe(context.log.flush))
    loop.set_exception_handler(partial(_say_exception, context.log))
    try:
        _Course(loop, context, begin(loop))
        context.say_ready()
        loop.run_forever()
    finally:
        when_told(None)
        context.log.buffer_with(None)
        loop.set_exception_handler(lambda *_: None)  # what still waits for a connection is broken off
        loop.close()


def _say_exception(log: Log, _: asyncio.AbstractEventLoop, happened: dict[str, Any]) -> None:
    """Say a fault in a callback in one line: it ends one session, and must not fill the log."""
    failure = happened.get("exception")
    text = told(failure) if isinstance(failure, BaseException) else str(happened.get("message"))
    log.once(f"exception {text}", f"unexpected: {text}", severity=Severity.ERROR)


class _Course:
    """Carries the supervisor's word to the work, and ends the loop."""

    __slots__ = ("_context", "_deadline", "_is_finishing", "_loop", "_work")

    def __init__(self, loop: asyncio.AbstractEventLoop, context: WorkerContext, work: Work) -> None:
        self._loop = loop
        self._context = context
        self._work = work
        self._is_finishing = False
        self._deadline: asyncio.TimerHandle | None = None
        loop.add_reader(context.channel.fileno(), self._hear)
        loop.add_signal_handler(signal.SIGTERM, self._finish_within, context.shutdown_grace_s)
        self._say_alive()

    def _say_alive(self) -> None:
        if self._context.word_every_s:
            self._context.say_alive()
            self._loop.call_later(self._context.word_every_s, self._say_alive)

    def _hear(self) -> None:
        grace_s = self._context.heed()
        if self._context.is_orphan:
            self._loop.remove_reader(self._context.channel.fileno())
        if grace_s is not None:
            self._finish_within(grace_s)

    def _finish_within(self, grace_s: float) -> None:
        deadline = self._loop.time() + grace_s
        if self._deadline is None or deadline < self._deadline.when():
            if self._deadline is not None:
                self._deadline.cancel()
            self._deadline = self._loop.call_at(deadline, self._time_is_over)
        if not self._is_finishing:
            self._is_finishing = True
            self._work.finish(self._loop.stop)

    def _time_is_over(self) -> None:
        self._work.hang_up()
        self._loop.call_later(GOODBYE_S, self._loop.stop)
