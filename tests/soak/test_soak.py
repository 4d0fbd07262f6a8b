"""Half a minute of the soak (`make soak` is an hour): every message accounted for, nothing unexpected in the log."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.soak.lines import OUTAGES, outages, unexpected
from tests.soak.weighing import WARM_UP_S, Scales

MINUTES = 0.3
RATE = 25
"""Sessions a second: a fraction of what the smallest machine takes, so that it has time for the faults."""


@pytest.mark.peer("smtp-sink", "redis-server", "mariadbd", "setpriv")
@pytest.mark.timeout(240)
def test_a_short_soak() -> None:
    command = [sys.executable, "-m", "tests.soak.run", "--minutes", str(MINUTES), "--rate", str(RATE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "no faults" in done.stdout


def test_the_slope_is_that_of_the_samples() -> None:
    scales = Scales()
    for second in range(200):
        scales.weigh(second, {1: 50_000 + second, 2: 90_000 + second} if second > 10 else {1: 50_000})
    assert scales.slope_kb_a_minute() == pytest.approx(60.0)
    assert min(age for samples in scales.samples.values() for age, _ in samples) >= WARM_UP_S
    assert Scales().slope_kb_a_minute() is None and Scales().judge() == []


@pytest.mark.parametrize(("grows_until", "faults"), [(600, 0), (2000, 1)])
def test_what_fills_up_is_no_leak(grows_until: int, faults: int) -> None:
    scales = Scales()
    for second in range(1500):
        scales.weigh(second, {1: 50_000 + 10 * min(second, grows_until)})
    assert len(scales.judge()) == faults, scales.told()


LINE = "Nov 22 14:00:00 gate postfix/smtpd[{}]: {}\n"
BEGINS = "warning: DNS: name server 127.0.0.1:53 does not answer"
ENDS = "warning: DNS: name server 127.0.0.1:53 answers again"

SAID = {
    "name server": (BEGINS, ENDS),
    "greylist store": (
        "warning: greylist store redis://127.0.0.1:1/0: Connection refused.: "
        "greylist_tempfail_action decides until it is back",
        "greylist store redis://127.0.0.1:1/0 is back: 13 attempts were not written down",
    ),
    "disk": (
        "warning: maildir_directory /a/b: No space left on device: mail is put off meanwhile",
        "maildir_directory /a/b has room again after 3 s",
    ),
    "table": (
        "warning: proxy:mysql:./hosts.cf: its server is away: Can't connect; what is known serves on",
        "warning: proxy:mysql:./hosts.cf: its server is back after 2 s",
    ),
    "next hop": (
        "warning: next hop 127.0.0.1:2: lost connection: mail is put off meanwhile",
        "next hop 127.0.0.1:2 answers again after 0 s",
    ),
}


def test_an_outage_is_one_line_in_and_one_line_out_of_all_workers() -> None:
    good = LINE.format(1, BEGINS) + LINE.format(2, ENDS)
    assert outages(good * 2) == ({"name server in": 2, "name server out": 2}, [])
    other = LINE.format(1, BEGINS.replace(":53", ":54")) + LINE.format(2, ENDS.replace(":53", ":54"))
    assert outages(LINE.format(1, BEGINS) + other + LINE.format(1, ENDS))[1] == []
    assert len(outages(LINE.format(1, BEGINS) + good)[1]) == 1, "two workers each for itself"
    assert len(outages(LINE.format(1, ENDS))[1]) == 1
    assert len(outages(LINE.format(1, BEGINS))[1]) == 1, "it never ends"
    assert unexpected(LINE.format(1, "unexpected: KeyError: 'x'") + LINE.format(1, "connect from x")) != []


@pytest.mark.parametrize("kind", OUTAGES)
def test_the_lines_of_each_kind_name_the_same_thing(kind: str) -> None:
    """As they stand in the log of a soak."""
    counts, faults = outages("".join(LINE.format(1, text) for text in SAID[kind]))
    assert (counts, faults) == ({f"{kind} in": 1, f"{kind} out": 1}, [])
