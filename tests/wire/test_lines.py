"""Lines and octets out of what was received, and the bound on a line that never ends."""

import itertools

from gatepost.wire.lines import LIMITS_THROWN_AWAY, LineBuffer


def test_lines_and_their_ends() -> None:
    lines = LineBuffer(100)
    lines.append(b"a\r\nb\n\r\n\nc\r")
    taken = []
    while (line := lines.next_line()) is not None:
        taken.append((line, lines.ended_bare))
    assert taken == [(b"a", False), (b"b", True), (b"", False), (b"", True)]
    lines.append(b"\nd")
    assert (lines.next_line(), lines.ended_bare) == (b"c", False)
    assert (lines.next_line(), len(lines)) == (None, 1)


def test_octets_between_lines() -> None:
    lines = LineBuffer(100)
    lines.append(b"a\r\nxyzb\r\n")
    assert lines.next_line() == b"a"
    assert lines.peek(2) == b"xy"
    assert lines.take(5) == b"xyzb\r"
    lines.put_back(2)
    assert lines.next_line() == b"b"
    assert lines.take(9) == b""


def test_long_line_is_cut() -> None:
    for size, excess in itertools.product((1, 3, 1000), range(40, 60)):
        lines = LineBuffer(10)
        octets = b"0123456789" + b"x" * excess + b"\r\nnext\n"
        taken = []
        for at in range(0, len(octets), size):
            lines.append(octets[at : at + size])
            while (line := lines.next_line()) is not None:
                taken.append((line, lines.ended_bare))
        assert taken == [(b"0123456789", False), (b"next", True)]
        assert not lines.has_overrun


def test_endless_line_overruns() -> None:
    lines = LineBuffer(10)
    for _ in range(10 * LIMITS_THROWN_AWAY):
        assert lines.next_line() is None
        lines.append(b"x" * 20)
        assert len(lines) <= 40
    assert lines.has_overrun
