"""Turn signals into something to poll for, so that none is lost and none interrupts a half-done step.

Handlers do nothing; the interpreter writes each signal's number into a pipe (signal.set_wakeup_fd), and the owner
reads them when it is ready to act.
"""

import os
import signal
from types import FrameType


def _only_wake(_number: int, _frame: FrameType | None) -> None:
    """Exist: a signal without a handler would not reach the pipe."""


class SignalPipe:
    """Collects the given signals until `close`, which restores what was before."""

    __slots__ = ("_former", "_former_fd", "_writing", "reading")

    def __init__(self, *numbers: signal.Signals) -> None:
        self.reading, self._writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._former_fd = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        self._former = {number: signal.signal(number, _only_wake) for number in numbers}

    def arrived(self) -> frozenset[int]:
        """Give the signals that came since the last call."""
        try:
            return frozenset(os.read(self.reading, 4096))
        except BlockingIOError:
            return frozenset()

    def close(self) -> None:
        """Put the former handlers back."""
        for number, handler in self._former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._former_fd)
        self.close_in_child()

    def close_in_child(self) -> None:
        """Close the pipe only: a forked child sets its signals itself."""
        os.close(self.reading)
        os.close(self._writing)
