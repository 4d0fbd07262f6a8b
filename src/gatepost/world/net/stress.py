"""Is a door under stress: are nearly all of its places taken, or is the process out of file descriptors?

Sessions that are opened under stress get the values that main.cf has with `stress = yes`: by default a client may be
silent for 10 s instead of 300, its whole command counts (smtpd_per_request_deadline), and one mistake is enough. So
the last quarter of the places changes hands quickly, whoever sits on the others.

Gives: whether it is so now; one line in the log when it begins and one with the first session after its end.
Limits: it lasts LASTS_S after the last sign of it, so that a door at the border does not change its ways with each
session. A door without a limit (maxproc 0) is under stress only without descriptors.
Postfix: stress; master(8) sets it for the server that takes the last place, and for 1000 s: its servers must be
started anew for that, ours need not.
"""

from collections.abc import Callable

from gatepost.world.net.places import Places
from gatepost.world.watching.log import Logging

LASTS_S = 30.0
"""Three times what a silent client may hold a place under stress (smtpd_timeout is 10 s then)."""


class Stress:
    """The stress of one door, as one worker sees it. `clock` gives seconds."""

    __slots__ = ("_clock", "_has_begun", "_log", "_places", "_until")

    def __init__(self, places: Places, log: Logging, clock: Callable[[], float]) -> None:
        self._places = places
        self._log = log
        self._clock = clock
        self._has_begun = False
        self._until = 0.0

    def begin(self, why: str) -> None:
        """Note a sign of stress."""
        self._until = self._clock() + LASTS_S
        if not self._has_begun:
            self._has_begun = True
            self._log.warning(f"{why}: new sessions are under stress (stress = yes)")

    def is_on(self) -> bool:
        """Asked for each session that is opened, after it has taken its place."""
        if self._places.are_scarce:
            self.begin(f"nearly all of the {self._places.most} sessions that maxproc allows are open")
        elif self._has_begun and self._clock() >= self._until:
            self._has_begun = False
            self._log.info("new sessions are no longer under stress")
        return self._has_begun
