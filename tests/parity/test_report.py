"""What a run says at its end: rare and unexpected outcomes are marked, and the exit code tells of them."""

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.parity.aimed import draw_aim
from tests.parity.cases import Case
from tests.parity.coverage import ENOUGH, rare, table, unexpected
from tests.parity.focuses import focus_on
from tests.parity.judging import Compared, understood
from tests.parity.outcomes import ASKING_SERVERS, NAMES, Row, wanted_rows
from tests.parity.report import ENOUGH_POLICIES, Difference, Done, Report
from tests.parity.sessions import Script
from tests.parity.speaking import CLOSED, Turn

ALL = Counter(dict.fromkeys(wanted_rows(), ENOUGH))
ONE = Row("restriction", "reject_unknown_sender_domain", "refused 7.27")
DIFFERENCE = Difference("seed 1 door 2", Compared(()), Case("", {}, {}, Script("192.0.2.10", ())), Path("case.json"))


def report(policies=ENOUGH_POLICIES, counts=ALL, differences=()):
    told = Report(policies, is_quiet=True)
    for difference in differences:
        told.add(difference)
    told.add(Done(policies, 6000, 120_000, Counter(), counts))
    return told


@pytest.mark.parametrize(("given", "expected"), [
    ({}, 0),
    ({"counts": ALL - Counter([ONE])}, 3),
    ({"counts": ALL + Counter([Row("action", "OK", "4xx")])}, 3),
    ({"counts": ALL - Counter([ONE]), "policies": ENOUGH_POLICIES - 1}, 0),
    ({"differences": [DIFFERENCE]}, 1),
])  # fmt: skip
def test_the_exit_code_tells_of_differences_and_of_what_was_not_reached(given, expected):
    assert report(**given).exit_code == expected


def test_the_table_marks_what_is_rare_and_what_nobody_named():
    strange = Row("restriction", "sleep", "OK")
    counts = ALL - Counter([ONE]) + Counter([strange])
    assert rare(counts) == (ONE,)
    assert unexpected(counts) == (strange,)
    lines = [line for line in table(counts) if "!" in line or "?" in line]
    assert [line.split()[1] for line in lines] == ["reject_unknown_sender_domain", "sleep"]
    assert "refused 7.27: 49!" in lines[0]
    assert "OK: 1?" in lines[1]


def test_every_row_of_the_table_has_a_policy_that_aims_at_it():
    chance = random.Random(1)
    for row in [row for row in wanted_rows() if row.name not in ASKING_SERVERS]:
        focus = focus_on(row, chance)
        assert row.kind == "action" or (row.name or focus.words) in focus.words
    assert {row.name for row in wanted_rows() if row.kind == "restriction"} == {*NAMES, ""}


def test_a_policy_aims_at_what_is_rare_and_is_expected_to_reach_it():
    counts = ALL - Counter({ONE: 45})
    focuses = draw_aim(counts, random.Random(1))
    assert [focus.words for focus in focuses] == [ONE.name]
    assert counts[ONE] > 5
    assert draw_aim(ALL.copy(), random.Random(1)) == ()


@pytest.mark.parametrize(("said", "theirs", "ours", "is_understood"), [
    ("RCPT TO:<a@b>", "250 2.1.5 Ok", "451 4.3.0 Error: this server keeps no queue and cannot do it", True),
    ("RCPT TO:<a@b>", "250 2.1.5 Ok", "451 4.3.0 <a@b>: Temporary lookup failure", False),
    ("ETRN a.b", "459 <a.b>: service unavailable", "458 Unable to queue messages", True),
    ("MAIL FROM:<a@b>", "552 5.3.4 Message size exceeds fixed limit", "250 2.1.0 Ok", True),
    ("MAIL FROM:<a@b>", "501 5.1.7 Bad sender address syntax", "250 2.1.0 Ok", False),
    ("MAIL FROM:<a%@b>", "501 5.1.7 Bad sender address syntax", "250 2.1.0 Ok", True),
    ("RSET\nNOOP", CLOSED, CLOSED, True),
])  # fmt: skip
def test_only_what_is_documented_is_understood(said, theirs, ours, is_understood):
    heard = ("250 2.0.0 Ok", ours) if ours == CLOSED else (ours,)
    assert bool(understood(Turn(said, (theirs,)), Turn(said, heard), ())) == is_understood
