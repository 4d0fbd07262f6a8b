"""What the log is told of something that mail waits for: one line when it is away, one when it is back.

However many workers notice (outages.py).
"""

from collections.abc import Callable

from gatepost.world.watching.outages import outages_of

Log = Callable[[str, str], None]
"""Called with the severity, "warning" or "info", and the line."""


class Outage:
    """The state of one thing. `name` is what the log calls it; `back` what it says when the outage is over."""

    __slots__ = ("_back", "_name", "_outages")

    def __init__(self, name: str, back: str = "answers again") -> None:
        self._name = name
        self._back = back
        self._outages = outages_of(name)

    def begins(self, why: str, log: Log) -> None:
        """It has failed, because of `why`."""
        if self._outages.begins():
            log("warning", f"{self._name}: {why}: mail is put off meanwhile")

    def ends(self, log: Log, asked_at: float) -> None:
        """It has done what it was asked for then (time.monotonic()); what began before the outage ends nothing."""
        ended = self._outages.ends(asked_at)
        if ended is not None:
            log("info", f"{self._name} {self._back} after {ended.lasted_s:.0f} s")
