"""Where log lines go: a stream such as stdout, a file, or the system's log. Nothing here blocks or raises.

`write` takes whole lines of UTF-8, each ended by a newline, and gives the number of octets that were taken; fewer
than offered means that the destination fails or is full now, and `why` says how. What was not taken is offered
again by the caller. Several processes may write to the same destination: a file takes each write whole (O_APPEND),
a pipe takes whole lines because none is longer than PIPE_BUF and no write crosses a line that would be.

Limits: 4096 octets per write to a pipe or terminal (PIPE_BUF of Linux, pipe(7)).
RFC: 3164 section 4.1 (the form that /dev/log takes). Postfix: maillog_file, syslog_facility.
"""

import os
import select
import socket
import stat
from pathlib import Path
from typing import Protocol

PIPE_BUF = 4096
LOG_FILE_MODE = 0o600  # as postlogd(8) of Postfix 3.7 creates maillog_file

# The codes of syslog(3); 12 to 15 are not for programs.
_NAMES = ("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp")
FACILITIES = {name: code for code, name in enumerate(_NAMES)} | {f"local{n}": 16 + n for n in range(8)}


class LogDestination(Protocol):
    """Takes log lines. `facility` is the syslog facility to mark lines with, or None for lines with a host name."""

    facility: int | None
    why: str

    def write(self, lines: bytes) -> int:
        """Take lines; give how many octets were taken."""

    def reopen(self) -> None:
        """Open the destination anew by its name, where it has one; on failure the old one stays, and `why` tells."""

    def descriptor(self) -> int | None:
        """Give the descriptor that a worker without rights may adopt after a reopen, or None."""

    def adopt(self, descriptor: int) -> None:
        """Write to this descriptor from now on."""


class StreamDestination:
    """An open descriptor: stdout or stderr, be it a file, a pipe, a terminal or the journal's socket.

    A pipe or terminal is opened a second time where /proc allows, since O_NONBLOCK on the given descriptor would
    also change it for the shell that shares it. Where that is forbidden, poll(2) is asked before each write.
    """

    __slots__ = ("_fd", "_is_file", "_is_nonblocking", "_socket", "facility", "why")

    def __init__(self, fd: int) -> None:
        self.facility: int | None = None
        self.why = ""
        self._fd = fd
        self._is_nonblocking = False
        self._socket: socket.socket | None = None
        mode = os.fstat(fd).st_mode
        self._is_file = stat.S_ISREG(mode)
        if stat.S_ISSOCK(mode):
            self._socket = socket.socket(fileno=os.dup(fd))
        elif not self._is_file:
            try:
                self._fd = os.open(f"/proc/self/fd/{fd}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
                self._is_nonblocking = True
            except OSError:
                self._fd = fd

    def write(self, lines: bytes) -> int:
        """Write what fits now, whole lines only where other processes may write to the same pipe."""
        taken = 0
        try:
            while taken < len(lines):
                end = len(lines) if self._is_file else _end_of_lines(lines, taken)
                written = self._write_once(lines[taken:end])
                if written == 0:
                    self.why = "the reader is too slow"
                    break
                taken += written
        except OSError as failure:
            self.why = failure.strerror or str(failure)
        return taken

    def _write_once(self, chunk: bytes) -> int:
        try:
            if self._socket is not None:
                return self._socket.send(chunk, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            if not (self._is_file or self._is_nonblocking):
                poll = select.poll()
                poll.register(self._fd, select.POLLOUT)
                if not poll.poll(0):
                    return 0
            return os.write(self._fd, chunk)
        except BlockingIOError:
            return 0

    def reopen(self) -> None:
        """Keep the stream: it has no name."""

    def descriptor(self) -> int | None:
        """Give None: workers inherit the stream."""
        return None

    def adopt(self, descriptor: int) -> None:
        """Close what was given: a stream is never replaced."""
        os.close(descriptor)


class FileDestination:
    """A log file, appended to, created with mode 0600 when missing.

    Raises: OSError when the file cannot be opened at first; later failures are told by `why`.
    """

    __slots__ = ("_fd", "_path", "facility", "why")

    def __init__(self, path: Path) -> None:
        self.facility: int | None = None
        self.why = ""
        self._path = path
        self._fd = self._open()

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
        return os.open(self._path, flags, LOG_FILE_MODE)

    def write(self, lines: bytes) -> int:
        """Append with one system call; a disk that is full takes less."""
        try:
            return os.write(self._fd, lines)
        except OSError as failure:
            self.why = failure.strerror or str(failure)
            return 0

    def reopen(self) -> None:
        """Open the file by its name again, after a rotation."""
        try:
            new = self._open()
        except OSError as failure:
            self.why = f"{self._path}: {failure.strerror}"
            return
        self.adopt(new)

    def descriptor(self) -> int | None:
        """Give the descriptor of the file."""
        return self._fd

    def adopt(self, descriptor: int) -> None:
        """Append to this descriptor, and close the former."""
        former, self._fd = self._fd, descriptor
        os.close(former)


class SyslogDestination:
    """The datagram socket of the system's log daemon; connected again when the daemon was restarted."""

    __slots__ = ("_path", "_socket", "facility", "why")

    def __init__(self, facility: str = "mail", path: str = "/dev/log") -> None:
        self.facility: int | None = FACILITIES[facility]
        self.why = ""
        self._path = path
        self._socket: socket.socket | None = None

    def write(self, lines: bytes) -> int:
        """Send each line as one datagram, until one is not taken."""
        taken = 0
        for line in lines.splitlines(keepends=True):
            if not (self._send(line[:-1]) or self._send(line[:-1])):  # twice: once more over a fresh connection
                break
            taken += len(line)
        return taken

    def _send(self, line: bytes) -> bool:
        try:
            if self._socket is None:
                fresh = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                self._socket = fresh
                fresh.settimeout(0)
                fresh.connect(self._path)
            self._socket.send(line)
        except OSError as failure:
            self.why = f"{self._path}: {failure.strerror}"
            if not isinstance(failure, BlockingIOError) and self._socket is not None:
                self._socket.close()
                self._socket = None
            return False
        return True

    def reopen(self) -> None:
        """Connect again at the next line."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def descriptor(self) -> int | None:
        """Give None: each process connects by itself."""
        return None

    def adopt(self, descriptor: int) -> None:
        """Close what was given: the daemon is found by its path."""
        os.close(descriptor)


def _end_of_lines(lines: bytes, start: int) -> int:
    """Give where the last line ends that fits in one atomic write; a longer line is cut."""
    limit = start + PIPE_BUF
    if len(lines) <= limit:
        return len(lines)
    return lines.rfind(b"\n", start, limit) + 1 or limit
