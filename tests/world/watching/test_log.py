"""The log: format, buffering, injection, destinations that fail."""

import os
import re
import socket
import time
from pathlib import Path

import pytest

from gatepost.world.watching.log import BUDGET_SIZE, FLUSH_AT_SIZE, TEXT_SIZE_LIMIT, Log, Severity
from gatepost.world.watching.log_destination import FileDestination, StreamDestination, SyslogDestination

LINE = re.compile(r"(?:[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d) mx postfix/smtpd\[(\d+)\]: (.*)")


class Memory:
    """A destination that takes as much as it is told to."""

    facility: int | None = None
    why = "No space left on device"

    def __init__(self):
        self.taken = b""
        self.takes = 10**9

    def write(self, lines):
        size = min(self.takes, len(lines))
        self.taken += lines[:size]
        return size

    def reopen(self): ...

    def descriptor(self):
        return None

    def adopt(self, descriptor): ...

    @property
    def texts(self):
        return [line.split(": ", 1)[1] for line in self.taken.decode().splitlines()]


class Timer:
    """Stands for call_later: runs what is due when told to."""

    def __init__(self):
        self.calls = []

    def __call__(self, delay_s, callback):
        self.calls.append(callback)

    def fire(self):
        calls, self.calls = self.calls, []
        for callback in calls:
            callback()


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def log(memory):
    return Log(memory, "mx", "postfix/smtpd")


def test_a_line_is_in_the_format_of_postfix(memory, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    now = [1763805600.9]
    log = Log(memory, "mx", "postfix/smtpd", clock=lambda: now[0])
    log.info("connect from unknown[192.0.2.1]")
    now[0] += 10 * 86400
    log.named("postfix/master").warning("later")
    monkeypatch.undo()
    time.tzset()
    assert memory.taken.decode() == (
        f"Nov 22 10:00:00 mx postfix/smtpd[{os.getpid()}]: connect from unknown[192.0.2.1]\n"
        f"Dec  2 10:00:00 mx postfix/master[{os.getpid()}]: warning: later\n"
    )


@pytest.mark.parametrize(
    ("say", "word"), [("info", ""), ("warning", "warning: "), ("error", "error: "), ("fatal", "fatal: ")]
)
def test_severities_have_the_words_of_postfix(log, memory, say, word):
    getattr(log, say)("text")
    match = LINE.fullmatch(memory.taken.decode().strip())
    assert match and match.group(2) == f"{word}text"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "helo=<a\r\nNov 22 10:00:00 mx postfix/smtpd[1]: forged>",
            "helo=<a??Nov 22 10:00:00 mx postfix/smtpd[1]: forged>",
        ),
        ("\x1b[2J\x00\x7f\t", "?[2J???"),
        ("a\x85b\u2028c\u202ed\ufeff", "a?b?c?d?"),
        ("bad \udcff surrogate", "bad ? surrogate"),
        ("ünïcode 漢字 stays", "ünïcode 漢字 stays"),
    ],
)
def test_a_client_cannot_forge_a_line(log, memory, text, written):
    log.info(text)
    assert memory.texts == [written]


@pytest.mark.parametrize("text", ["x" * 100_000, "漢" * 100_000, "\n" * 100_000])
def test_a_line_is_bounded(log, memory, text):
    log.info(text)
    assert TEXT_SIZE_LIMIT - 4 < len(memory.texts[0].encode()) <= TEXT_SIZE_LIMIT


def test_lines_wait_for_the_timer_which_is_asked_for_once(log, memory):
    timer = Timer()
    log.buffer_with(timer)
    assert timer.calls == []
    log.info("one")
    log.info("two")
    assert (len(timer.calls), memory.taken) == (1, b"")
    timer.fire()
    assert memory.texts == ["one", "two"]
    assert timer.calls == []


def test_much_is_written_without_waiting(log, memory):
    log.buffer_with(Timer())
    for _ in range(FLUSH_AT_SIZE // 1000 + 1):
        log.info("x" * 1000)
    assert len(memory.taken) >= FLUSH_AT_SIZE


def test_the_end_writes_what_waits(log, memory):
    log.buffer_with(Timer())
    log.info("last words")
    log.buffer_with(None)
    assert memory.texts == ["last words"]


def test_a_destination_that_fails_costs_bounded_memory_and_is_told_of_when_it_works(log, memory):
    timer = Timer()
    log.buffer_with(timer)
    memory.takes = 0
    for number in range(1000):
        log.info(f"{number} " + "x" * 1000)
    assert memory.taken == b""
    assert log._stream._size < BUDGET_SIZE + 2000
    memory.takes = 10**9
    log._stream._retry_at = 0.0
    timer.fire()
    timer.fire()
    kept = len(memory.texts) - 1
    assert [text.split()[0] for text in memory.texts[:kept]] == [str(number) for number in range(kept)]
    assert memory.texts[-1] == f"warning: {1000 - kept} log lines were lost: No space left on device"
    assert 200 < kept < 300


def test_a_write_that_was_cut_goes_on_where_it_ended(log, memory):
    memory.takes = 30
    log.info("a line longer than that")
    memory.takes = 10**9
    log.flush()
    assert memory.texts == ["a line longer than that"]


def test_a_repeated_complaint_is_said_once_per_period(memory):
    now = [1000.0]
    log = Log(memory, "mx", "postfix/smtpd", clock=lambda: now[0])
    for _ in range(5):
        log.once("dns", "no answer from 192.0.2.53", every_s=60)
    log.named("postfix/master").once("other", "another kind", severity=Severity.ERROR)
    now[0] += 61
    log.once("dns", "no answer from 192.0.2.53", every_s=60)
    assert memory.texts == [
        "warning: no answer from 192.0.2.53",
        "error: another kind",
        "warning: no answer from 192.0.2.53 (and 4 more since it was last said)",
    ]


def test_complaints_are_not_remembered_without_end(log):
    for number in range(5000):
        log.once(f"key {number}", "text")
    assert len(log._complaints) <= 1000


def test_a_full_disk_is_survived():
    log = Log(FileDestination(Path("/dev/full")), "mx")
    for _ in range(10):
        log.info("x")
    assert log._stream.destination.why == "No space left on device"


def test_a_file_is_opened_again_after_a_rotation(tmp_path):
    path = tmp_path / "maillog"
    log = Log(FileDestination(path), "mx")
    log.info("before")
    path.rename(tmp_path / "maillog.1")
    log.info("between")
    log.reopen()
    log.info("after")
    assert "after" in path.read_text() and "between" not in path.read_text()
    assert "between" in (tmp_path / "maillog.1").read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_rotation_that_fails_keeps_the_former_file(tmp_path):
    directory = tmp_path / "log"
    directory.mkdir()
    log = Log(FileDestination(directory / "maillog"), "mx")
    directory.rename(tmp_path / "gone")
    log.reopen()
    log.info("still written")
    written = (tmp_path / "gone" / "maillog").read_text()
    assert "warning: the log file cannot be opened again" in written
    assert "still written" in written


def test_processes_append_to_one_file_without_tearing_lines(tmp_path):
    path = tmp_path / "maillog"
    log = Log(FileDestination(path), "mx", "postfix/smtpd")
    children = []
    for mark in "abc":
        pid = os.fork()
        if pid == 0:
            log.begin_child()
            log.buffer_with(Timer())
            for _ in range(2000):
                log.info(mark * 100)
            log.buffer_with(None)
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    matches = [LINE.fullmatch(line) for line in path.read_text().splitlines()]
    assert len(matches) == 6000
    assert {match and match.group(2) for match in matches} == {"a" * 100, "b" * 100, "c" * 100}
    assert {match and int(match.group(1)) for match in matches} == set(children)


def test_a_pipe_that_nobody_reads_does_not_stop_the_server():
    reading, writing = os.pipe()
    log = Log(StreamDestination(writing), "mx")
    for _ in range(3000):
        log.info("x" * 500)
    assert os.get_blocking(writing), "the descriptor given is shared, and stays as it was"
    written = os.read(reading, 1 << 20)
    assert len(written) <= 1 << 16
    assert written.endswith(b"\n"), "whole lines only"
    os.close(reading)
    log.flush()
    assert log._stream.destination.why == "Broken pipe"
    os.close(writing)


def test_a_socket_that_nobody_reads_does_not_stop_the_server():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        log = Log(StreamDestination(ours.fileno()), "mx")
        for _ in range(3000):
            log.info("x" * 500)
        assert theirs.recv(100).count(b" mx postfix/master[") >= 1
        assert ours.getblocking()


def test_syslog_gets_datagrams_and_its_restart_is_survived(tmp_path):
    path = str(tmp_path / "log")
    log = Log(SyslogDestination("mail", path), "mx", "postfix/smtpd")
    log.info("nobody there")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslogd:
        syslogd.bind(path)
        syslogd.settimeout(10)
        log.flush()
        first = syslogd.recv(3000).decode()
        assert re.fullmatch(rf"<22>... .\d \d\d:\d\d:\d\d postfix/smtpd\[{os.getpid()}\]: nobody there", first)
        log.warning("two")
        assert syslogd.recv(3000).decode().startswith("<20>")
    Path(path).unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslogd:
        syslogd.bind(path)
        syslogd.settimeout(10)
        log.error("after a restart")
        assert syslogd.recv(3000).decode().endswith("error: after a restart")


def test_a_child_writes_under_its_own_pid_and_nothing_twice(tmp_path):
    path = tmp_path / "maillog"
    log = Log(FileDestination(path), "mx", "postfix/smtpd")
    log.buffer_with(Timer())
    log.named("postfix/other").info("of the parent")
    pid = os.fork()
    if pid == 0:
        log.begin_child()
        log.named("postfix/other").info("of the child")
        log.buffer_with(None)
        os._exit(0)
    os.waitpid(pid, 0)
    log.buffer_with(None)
    assert path.read_text().count("of the parent") == 1
    assert f"postfix/other[{pid}]: of the child" in path.read_text()
