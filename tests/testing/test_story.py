"""Stories: what the parser makes of them, and that a story that does not hold fails where it does not."""

from pathlib import Path

import pytest

from gatepost.testing.story import (
    Closes,
    Delivers,
    Hears,
    HopHears,
    Logs,
    Says,
    StoryError,
    Vanishes,
    parse_story,
)
from gatepost.testing.story_drivers import DRIVERS
from gatepost.testing.story_running import main, read_story, run_story
from gatepost.testing.story_telling import StoryFailsError, matches, same_lines

WHOLE = """\
A title
# prose
use examples/guide
dns a.zone
dns:
    x.example 60 A 192.0.2.1

    y.example 60 A 192.0.2.2
main.cf:
    a = b
      c
smtpd_helo_restrictions:
    permit
file list-1.x:
    # a comment of the table
    key  value
hop lmtp:
    RCPT: 450 4.2.0 later
    RCPT: hangs up
    offers: SIZE 10, DSN
not under process: too slow

client 127.0.0.2 a.example
S: 220 …
C: HELO  x
C:
C+ a\\x00\\r\\n\\{3*ab}\\\\
log: connect …
hop heard: QUIT
delivered to b@c
    Subject: x

    y
delivered to d@e
closes
client ::1
vanishes
"""


def test_a_whole_story_is_read() -> None:
    story = parse_story(WHOLE, "x.story")
    assert (story.title, story.directory, story.zone_files) == ("A title", "examples/guide", ["a.zone"])
    assert story.zone_text == "x.example 60 A 192.0.2.1\n\ny.example 60 A 192.0.2.2\n"
    assert story.main_cf == "a = b\n  c\nsmtpd_helo_restrictions =\n    permit\n"
    assert story.files == {"list-1.x": "# a comment of the table\nkey  value\n"}
    assert story.hop is not None
    assert (story.hop.protocol, story.hop.extensions) == ("lmtp", ("SIZE 10", "DSN"))
    assert story.hop.script == {"RCPT": ("450 4.2.0 later", "hangs up")}
    assert story.excluded == {"process": "too slow"}
    first, second = story.sessions
    assert (first.line, first.address, first.name) == (23, "127.0.0.2", "a.example")
    assert first.steps == [
        Hears(24, "220 …"),
        Says(25, b"HELO  x\r\n"),
        Says(26, b"\r\n"),
        Says(27, b"a\x00\r\nababab\\"),
        Logs(28, "connect …"),
        HopHears(29, "QUIT"),
        Delivers(30, "b@c", ("Subject: x", "", "y")),
        Delivers(34, "d@e", None),
        Closes(35),
    ]
    assert (second.address, second.steps) == ("::1", [Vanishes(37)])


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "empty story"),
        ("  indented", 1, "belongs to nothing"),
        ("T\n    x\nclient 127.0.0.2\ncloses", 1, "under the title"),
        ("T\nS; 250 Ok", 2, "no line of a story looks like this"),
        ("T\nS: 250 Ok", 2, "nobody is there yet"),
        ("T\nmain.cf:\n    a = b", 2, "without a session"),
        ("T\nclient 127.0.0.2\nC: x\n  y", 4, "nothing is indented under `C: x`"),
        ("T\nclient 127.0.0.2\nC+ \\q", 3, "no such escape"),
        ("T\nhop:\n    FOO: 250 x", 2, "a hop has lines"),
        ("T\nfile ../x:\n    a b", 2, "no line of a story"),
        ("T\nfile main.cf:\n    a = b", 2, "cannot be given"),
        ("T\nnot under water: wet", 2, "no driver water"),
        ("T\nclient 127.0.0.2\nC: QUIT\nlog: x", 3, "and then"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(StoryError, match=rf"^x\.story:{line}: .*{why}"):
        parse_story(text, "x.story")


@pytest.mark.parametrize(
    ("expected", "heard", "is_same"),
    [
        ("250 Ok", "250 Ok", True),
        ("250 Ok", "250 OK", False),
        ("250 Ok", "250 Ok ", False),
        ("250 …", "250 x y", True),
        ("… id=…", "a id=1", True),
        ("… id=…", "a ID=1", False),
        ("2.0 (x)…", "2.0 (x)", True),
        ("2.0 …", "2x0 y", False),
    ],
)
def test_texts_are_compared_exactly_but_for_the_ellipsis(expected: str, heard: str, is_same: bool) -> None:
    assert matches(expected, heard) is is_same


def test_lines_are_compared_exactly_but_for_the_ellipsis() -> None:
    assert same_lines(("a", "…", "d"), ["a", "b", "c", "d"])
    assert same_lines(("…",), [])
    assert not same_lines(("a",), ["a", "b"])
    assert not same_lines(("a", "…", "d"), ["a", "b", "c"])


TRUE = """\
True
client 127.0.0.2
S: 220 gate.example.com ESMTP Postfix
C: HELO x
S: 250 gate.example.com
C: MAIL FROM:<a@b.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 …
C: Subject: x
C: .
S: 250 …
C: QUIT
S: 221 2.0.0 Bye
closes
log: connect from unknown[127.0.0.2]
delivered to bob@example.com
    …
    Subject: x
"""


@pytest.mark.parametrize("driver", ["memory", "loopback"])
@pytest.mark.parametrize(
    ("old", "new", "line", "expected", "heard"),
    [
        ("250 2.1.5 Ok", "250 2.1.5 ok", 9, "S: 250 2.1.5 ok", "S: 250 2.1.5 Ok"),
        ("S: 221 2.0.0 Bye\ncloses", "closes", 16, "the connection closed", "221 2.0.0 Bye"),
        ("S: 221 2.0.0 Bye\ncloses", "S: …\nS: more", 17, "S: more", "the connection closed"),
        ("    Subject: x", "    Subject: y", 19, "this message", "Subject: x"),
        ("delivered to bob@example.com\n    …\n    Subject: x\n", "", 2, "no untold message", "bob@example.com"),
        (
            "C: QUIT\nS: 221 2.0.0 Bye\ncloses\n",
            "C: EHLO x\nS: 250-gate.example.com\n",
            16,
            "no further reply",
            "250-PIPELINING",
        ),
        ("use", "use nowhere", 1, "", "is not beside"),
    ],
)
def test_what_does_not_hold_fails_where_it_does_not(
    tmp_path: Path, driver: str, old: str, new: str, line: int, expected: str, heard: str
) -> None:
    path = tmp_path / "x.story"
    path.write_text(TRUE)
    assert run_story(read_story(path), driver) == ""
    text = TRUE.replace(old, new) if old in TRUE else f"{TRUE.splitlines()[0]}\n{new}\n" + TRUE.partition("\n")[2]
    path.write_text(text)
    wrong = run_story(read_story(path), driver)
    assert wrong.startswith(f"{path}:{line or ''}")
    assert expected in wrong
    assert heard in wrong


def test_a_line_that_the_log_does_not_have_fails(tmp_path: Path) -> None:
    path = tmp_path / "x.story"
    path.write_text(TRUE.replace("log: connect", "log: disconnect"))
    with pytest.raises(StoryFailsError, match=r"x\.story:18: True\n  expected: log: disconnect from"):
        DRIVERS["memory"](read_story(path), tmp_path)


def test_the_command_line_tells_what_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, odd = (tmp_path / f"{name}.story" for name in ("good", "bad", "odd"))
    good.write_text(TRUE.replace("True\n", "True\nnot under process: no need\n", 1))
    bad.write_text(TRUE.replace("220 gate", "220 other"))
    odd.write_text("Odd\nwhat?\n")
    assert main(["--driver", "memory", str(good)]) == 0
    assert capsys.readouterr().out == f"ok   memory   {good}: True\n"
    assert main(["--driver", "process", str(good)]) == 0
    assert capsys.readouterr().out == f"-    process  {good}: no need\n"
    assert main(["--driver", "memory", str(bad), str(good)]) == 1
    assert capsys.readouterr().out.startswith(f"FAIL memory   {bad}:3: True\n")
    assert main([str(odd)]) == 2
    assert f"{odd}:2: no line" in capsys.readouterr().err


def test_a_configuration_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.story"
    path.write_text("T\nmain.cf:\n    smtpd_timeout = soon\nclient 127.0.0.2\ncloses\n")
    assert "smtpd_timeout" in run_story(read_story(path), "memory")
