"""The log, in Postfix's format, so that pflogsumm, fail2ban and exporters read it unchanged.

    Nov 22 10:00:00 host postfix/smtpd[4711]: warning: text

A Log writes under one tag (`postfix/smtpd`); `named` gives another over the same stream. Lines are kept in a list and
written every 50 ms, at 64 KiB and at the end once `buffer_with` gave a timer; before that, and in the supervisor,
each line is written at once.

Gives: nothing. What a client sent cannot forge a line: every character that is not printable becomes `?`.
Unavailable: a destination that takes nothing never stops the server: up to 256 KiB wait for it, further lines are
dropped and counted, and the count is said when it works again.
Limits: 2000 octets of text per line (Postfix's msg_vstream and syslog keep about as much).
Postfix: syslog_name, syslog_facility, maillog_file; severity words of msg(3).
"""

import os
import time
from collections.abc import Callable
from copy import copy
from enum import IntEnum
from typing import Any, Protocol

from gatepost.world.watching.log_destination import LogDestination

FLUSH_AFTER_S = 0.05  # DESIGN.md: one write per turn of many sessions, and still "live" for a reader
FLUSH_AT_SIZE = 64 * 1024
BUDGET_SIZE = 256 * 1024  # four flushes that were not taken
RETRY_AFTER_S = 0.2
TEXT_SIZE_LIMIT = 2000
REMEMBERED_COMPLAINTS = 1000  # kinds of complaint told apart by once(); beyond it the oldest is forgotten

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

CallLater = Callable[[float, Callable[[], None]], Any]


class Severity(IntEnum):
    """How bad it is, in the order of WORDS and LEVELS."""

    INFO = 0
    WARNING = 1
    ERROR = 2
    FATAL = 3
    PANIC = 4


WORDS = ("", "warning: ", "error: ", "fatal: ", "panic: ")
LEVELS = (6, 4, 3, 2, 2)  # of syslog(3), as msg_syslog(3) of Postfix maps them


class _Printable(dict[int, int | str]):
    """Maps each code point to itself or, when it is not printable, to `?`; holds Latin-1 only, so it never grows."""

    def __missing__(self, code: int) -> int | str:
        return code if chr(code).isprintable() else "?"


_PRINTABLE = _Printable((code, code if chr(code).isprintable() else "?") for code in range(256))


def printable(text: str) -> str:
    """Give the text in one line of printable characters, at most TEXT_SIZE_LIMIT octets of UTF-8."""
    text = text[:TEXT_SIZE_LIMIT].translate(_PRINTABLE)
    if text.isascii():
        return text
    return text.encode()[:TEXT_SIZE_LIMIT].decode(errors="ignore")


class Logging(Protocol):
    """What most of the program needs of a log: one line, or one line per period."""

    def info(self, text: str) -> None:
        """Say what happened."""

    def warning(self, text: str) -> None:
        """Say what works, but not as it should."""

    def once(self, key: str, text: str, every_s: float = 60.0, severity: Severity = Severity.WARNING) -> None:
        """Say a complaint that may repeat, once per period."""


class LogStream:
    """The lines of one process that wait for their destination. Shared by all Logs of the process."""

    __slots__ = (
        "_call_later",
        "_dropped",
        "_is_armed",
        "_lines",
        "_rest",
        "_retry_at",
        "_size",
        "_teller",
        "destination",
        "views",
    )

    def __init__(self, destination: LogDestination, teller: "Log") -> None:
        self.destination = destination
        self._teller = teller
        self.views = {teller.tag: teller}
        self._call_later: CallLater | None = None
        self._is_armed = False
        self.begin_child()

    def begin_child(self) -> None:
        """Hold nothing: what waits in the parent is the parent's to write."""
        self._dropped = 0
        self._lines: list[str] = []
        self._rest = b""
        self._retry_at = 0.0
        self._size = 0

    def add(self, line: str) -> None:
        """Keep one line for the next write, or drop it when too much waits."""
        if self._size >= BUDGET_SIZE:
            self._dropped += 1
        else:
            self._lines.append(line)
            self._size += len(line)
        if self._call_later is None or self._size >= FLUSH_AT_SIZE:
            self.flush()
        elif not self._is_armed:
            self._is_armed = True
            self._call_later(FLUSH_AFTER_S, self._flush_due)

    def _flush_due(self) -> None:
        self._is_armed = False
        self.flush()
        if self._size and self._call_later is not None and not self._is_armed:
            self._is_armed = True
            self._call_later(RETRY_AFTER_S, self._flush_due)

    def flush(self, is_last: bool = False) -> None:
        """Write what waits. A destination that failed is tried again after RETRY_AFTER_S, or at the last moment."""
        if not self._size:
            return
        if self._retry_at and not is_last and time.monotonic() < self._retry_at:
            return
        data = self._rest + "".join(self._lines).encode()
        self._lines.clear()
        taken = self.destination.write(data)
        self._rest = data[taken:]
        self._size = len(self._rest)
        if self._rest:
            self._retry_at = time.monotonic() + RETRY_AFTER_S
            return
        self._retry_at = 0.0
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            self._teller.warning(f"{dropped} log lines were lost: {self.destination.why}")

    def buffer_with(self, call_later: CallLater | None) -> None:
        """Write with a delay from now on, by this timer; None: each line at once, what waits first."""
        self._call_later = call_later
        self._is_armed = False
        if call_later is None:
            self.flush(is_last=True)


class _Complaint:
    """When a repeated complaint may be said again, and how often it was not said."""

    __slots__ = ("suppressed", "until")

    def __init__(self, until: float) -> None:
        self.until = until
        self.suppressed = 0


class Log:
    """Says lines under one tag. Costs about a microsecond per line, formatting of the text not counted."""

    __slots__ = ("_clock", "_complaints", "_heads", "_host", "_second", "_stream", "tag")

    def __init__(
        self,
        destination: LogDestination,
        host: str,
        tag: str = "postfix/master",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.tag = tag
        self._stream = LogStream(destination, self)
        self._complaints: dict[str, _Complaint] = {}
        self._host = host
        self._clock = clock
        self._second = -1
        self._heads: list[str] = []

    def named(self, tag: str) -> "Log":
        """Give the Log with this tag over the same stream."""
        views = self._stream.views
        if tag not in views:
            views[tag] = other = copy(self)
            other.tag = tag
            other._second = -1
        return views[tag]

    def say(self, severity: Severity, text: str) -> None:
        """Say one line."""
        now = int(self._clock())
        if now != self._second:
            self._stamp(now)
        if not (text.isascii() and text.isprintable() and len(text) <= TEXT_SIZE_LIMIT):
            text = printable(text)
        self._stream.add(f"{self._heads[severity]}{text}\n")

    def _stamp(self, now: int) -> None:
        """Format the time, once per second: its reader gets seconds, as from syslog."""
        self._second = now
        at = time.localtime(now)
        facility = self._stream.destination.facility
        host = f"{self._host} " if facility is None else ""
        head = (
            f"{MONTHS[at.tm_mon - 1]} {at.tm_mday:2d} {at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d} "
            f"{host}{self.tag}[{os.getpid()}]: "
        )
        marks = ["" if facility is None else f"<{facility * 8 + level}>" for level in LEVELS]
        self._heads = [f"{mark}{head}{word}" for mark, word in zip(marks, WORDS, strict=True)]

    def info(self, text: str) -> None:
        """Say what happened."""
        self.say(Severity.INFO, text)

    def warning(self, text: str) -> None:
        """Say what works, but not as it should."""
        self.say(Severity.WARNING, text)

    def error(self, text: str) -> None:
        """Say what does not work."""
        self.say(Severity.ERROR, text)

    def fatal(self, text: str) -> None:
        """Say why this process ends."""
        self.say(Severity.FATAL, text)

    def once(self, key: str, text: str, every_s: float = 60.0, severity: Severity = Severity.WARNING) -> None:
        """Say a complaint once per period; the next time it is said, tell how often it was not.

        `key` names the kind of complaint ("dnsbl zen.example: timeout"); the texts of one key may differ.
        """
        now = self._clock()
        known = self._complaints.pop(key, None)  # and put back at the end: the first key is the one longest unused
        if known is None:
            known = _Complaint(0.0)
            if len(self._complaints) >= REMEMBERED_COMPLAINTS:
                del self._complaints[next(iter(self._complaints))]
        self._complaints[key] = known
        if now < known.until:
            known.suppressed += 1
            return
        if known.suppressed:
            text = f"{printable(text)[: TEXT_SIZE_LIMIT - 60]} (and {known.suppressed} more since it was last said)"
        known.until = now + every_s
        known.suppressed = 0
        self.say(severity, text)

    def buffer_with(self, call_later: CallLater | None) -> None:
        """Write with a delay from now on, by the timer of an event loop; None: each line at once."""
        self._stream.buffer_with(call_later)

    def flush(self) -> None:
        """Write what waits, as far as the destination takes it."""
        self._stream.flush(is_last=True)

    def reopen(self) -> None:
        """Open the log file by its name again, after a rotation; say so when that fails."""
        self.flush()
        destination = self._stream.destination
        destination.why = ""
        destination.reopen()
        if destination.why:
            self.warning(f"the log file cannot be opened again, the former one stays in use: {destination.why}")

    def descriptor(self) -> int | None:
        """Give the descriptor of the log file, for processes that may not open it themselves."""
        return self._stream.destination.descriptor()

    def adopt(self, descriptor: int) -> None:
        """Write to this descriptor from now on."""
        self.flush()
        self._stream.destination.adopt(descriptor)

    def begin_child(self) -> None:
        """Begin anew in a forked process: its own pid, nothing of what waits in the parent."""
        for view in self._stream.views.values():
            view._second = -1
        self._stream.begin_child()
