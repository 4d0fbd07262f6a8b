"""Notice that a watched file has changed, once it is written to its end.

A file is known by its times of change (contents, and owner or mode), size and inode, so a replacement by rename, a
restored permission and a changed target of a symbolic link count too. A change is told when two looks in a row see
the same: half-written files are waited for. With a look every half second a change takes effect within two seconds.

Gives: the changed paths. Unavailable: a file that is missing is one more state; its return is a change.
Known limit: a file that is written to without a pause is never stable, and not reloaded until it rests.
"""

import time
from collections.abc import Iterable
from pathlib import Path

LOOK_EVERY_S = 0.5
CLOCK_GRAIN_NS = (
    20_000_000  # the kernel stamps files by its tick, at most 10 ms (HZ=100) behind the clock; twice that
)

State = tuple[int, int, int, int] | None


def state_of(path: Path) -> State:
    """Give what tells one version of a file from another; None when it is missing or unreachable."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


class FileWatch:
    """Remembers the state that was loaded, and the state of the last look."""

    __slots__ = ("_loaded", "_seen")

    def __init__(self) -> None:
        self._loaded: dict[Path, State] = {}
        self._seen: dict[Path, State] = {}

    def before_load(self) -> int:
        """Note the states before the files are read; give the time for `after_load`."""
        self._loaded = {path: state_of(path) for path in self._loaded}
        self._seen = dict(self._loaded)
        return time.time_ns()

    def after_load(self, began_ns: int, paths: Iterable[Path]) -> None:
        """Watch these files from now on.

        One that is new here and as young as the load itself counts as changed: which text was read is unknown.
        """
        before = self._loaded
        self._loaded = {}
        for path in paths:
            state = before[path] if path in before else state_of(path)
            if path not in before and state is not None and max(state[:2]) >= began_ns - CLOCK_GRAIN_NS:
                state = (0, 0, 0, 0)
            self._loaded[path] = state
        self._seen = dict(self._loaded)

    def also_watch(self, paths: Iterable[Path]) -> None:
        """Watch further files, which were named by what is wrong with a configuration that was not taken."""
        for path in paths:
            if path not in self._loaded:
                self._loaded[path] = self._seen[path] = state_of(path)

    def look(self) -> tuple[Path, ...]:
        """Give the files that have changed since they were loaded, when none of them is changing still."""
        before, self._seen = self._seen, {path: state_of(path) for path in self._loaded}
        changed = [path for path, state in self._seen.items() if state != self._loaded[path]]
        if any(self._seen[path] != before[path] for path in changed):
            return ()
        return tuple(changed)
