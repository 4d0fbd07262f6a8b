"""Half a minute of the soak (`make soak` is an hour): every message accounted for, nothing unexpected in the log."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.soak.lines import outages, unexpected
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
    assert Scales().slope_kb_a_minute() is None


LINE = "Nov 22 14:00:00 gate postfix/smtpd[{}]: {}\n"


def test_an_outage_is_one_line_in_and_one_line_out() -> None:
    begins, ends = (
        "warning: DNS: name server 127.0.0.1:53 does not answer",
        "warning: DNS: name server 127.0.0.1:53 answers again",
    )
    good = LINE.format(1, begins) + LINE.format(2, begins) + LINE.format(1, ends) + LINE.format(2, ends)
    assert outages(good)[1] == []
    assert len(outages(good + LINE.format(1, begins) * 2)[1]) == 1
    assert len(outages(LINE.format(1, ends))[1]) == 1
    assert unexpected(LINE.format(1, "unexpected: KeyError: 'x'") + LINE.format(1, "connect from x")) != []
