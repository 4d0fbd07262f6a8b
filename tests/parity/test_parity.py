"""The short form of the parity run: random policies, both servers, no difference. The long form: tests/parity/run.py."""

import json
import subprocess

import pytest

from tests.conftest import ROOT, lack
from tests.parity.run import in_private_namespace

pytestmark = pytest.mark.peer("postfix", "unshare", "ip")

PROBE = [
    "unshare",
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--mount-proc",
    "ip",
    "-6",
    "addr",
    "add",
    "::2/128",
    "dev",
    "lo",
]


def namespaces_fail() -> str:
    """Why a network of our own with IPv6 in it cannot be had; "" when it can."""
    probe = subprocess.run(PROBE, capture_output=True, text=True, check=False)
    return probe.stderr.strip()


def test_random_policies_are_decided_as_postfix_decides_them() -> None:
    why = namespaces_fail()
    if why:
        lack(f"needs root and namespaces of its own: {why}")
    arguments = ["--seed", "1", "--policies", "40", "--sessions", "12", "--shrink", "0", "--json"]
    done = in_private_namespace("tests.parity.run", arguments, cwd=ROOT, capture_output=True, timeout=200)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert report["sessions"] == 480
    assert report["differences"] == []
