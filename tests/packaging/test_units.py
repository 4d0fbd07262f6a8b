"""The systemd units: systemd understands them, finds them tight, and Gatepost works under what they take away."""

import asyncio
import ctypes
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gatepost.config.parameters import default_values
from tests.conftest import ROOT
from tests.system.running_gate import GATEPOST, IS_ROOT, running_gate
from tests.system.test_under_load import one_session

UNITS = ROOT / "packaging" / "systemd"
MOST_EXPOSED = 1.5
"""Of systemd-analyze's ten: what is left is the network, one capability and @system-service."""

PR_SET_MDWE = 65
CANNOT = """\
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(65, 1, 0, 0, 0) == 0, os.strerror(ctypes.get_errno())
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def installed(tmp_path):
    """The units as they would be on this machine."""
    for unit in UNITS.glob("gatepost.s*e*"):
        text = unit.read_text().replace("/usr/bin/gatepost", GATEPOST)
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60)


@pytest.mark.peer("systemd-analyze")
@pytest.mark.parametrize("unit", ["gatepost.service", "gatepost.socket"])
def test_systemd_understands_them(installed, unit):
    done = analyze("verify", "--man=no", "--recursive-errors=no", str(installed / unit))
    about_ours = [
        line for line in done.stderr.splitlines() if "gatepost" in line and "Failed to open /dev/tty" not in line
    ]
    assert (done.returncode, about_ours) == (0, [])


@pytest.mark.peer("systemd-analyze")
def test_the_sandbox_is_tight(installed):
    done = analyze("security", "--offline=yes", "--no-pager", str(installed / "gatepost.service"))
    found = re.search(r"exposure level for gatepost\.service: ([0-9.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSED, done.stdout


def test_the_numbers_agree_with_the_defaults():
    unit = (UNITS / "gatepost.service").read_text()
    grace = int(default_values()["shutdown_grace_time"].removesuffix("s"))
    assert int(re.search(r"TimeoutStopSec=(\d+)s", unit)[1]) > grace + 3


@pytest.mark.skipif(not IS_ROOT, reason="needs root: to give rights up")
@pytest.mark.peer("setpriv", "smtp-sink")
def test_it_serves_with_what_the_unit_leaves():
    """Another user, no capability, no new privileges, no memory that is written and run: patterns, SQLite, Maildirs."""
    if ctypes.CDLL(None).prctl(PR_SET_MDWE + 1, 0, 0, 0, 0) < 0:
        pytest.skip("this kernel has no PR_SET_MDWE (Linux 6.3)")
    caps = "-all,+dac_read_search"  # which the unit does not leave: Python may lie in /root
    drop = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--no-new-privs"]
    drop += ["--inh-caps", caps, "--ambient-caps", caps, "--bounding-set", caps]
    confined = [*drop, "--", sys.executable, "-c", CANNOT]
    main_cf = (
        "smtpd_helo_restrictions = check_helo_access pcre:{ {/^evil/ REJECT} }, check_helo_access regexp:{ {/^bad/ REJECT} }\n"
        "smtpd_recipient_restrictions = reject_unauth_destination, reject_unlisted_recipient\n"
    )
    with running_gate(main_cf, wrapper=confined) as gate:
        assert asyncio.run(one_session(gate.port)).failure == ""
        status = Path(f"/proc/{min(gate.workers())}/status").read_text()
        assert "NoNewPrivs:\t1" in status and "CapBnd:\t0000000000000004" in status
        assert len(gate.delivered()) == 1
        assert "Traceback" not in gate.log()
