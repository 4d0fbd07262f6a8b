"""The trust guard against a real default route, with two workers and a reload."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT, lack

NAMESPACE = ("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")


@pytest.mark.peer("unshare", "ip")
def test_a_gateway_that_hides_strangers_is_found_by_all_workers(tmp_path):
    if os.geteuid() or subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode:
        lack("needs root and namespaces")
    done = subprocess.run(
        [*NAMESPACE, sys.executable, "-m", "tests.system.behind_a_gateway", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    heard = json.loads(done.stdout)
    assert set(heard["before"]) == {451}, "mynetworks permits it, and the hop is down"
    assert set(heard["found"]) == {554}
    assert set(heard["reloaded"]) == {554}
    assert set(heard["neighbour"]) == {451}
    gateway, neighbour = heard["policyd"]
    assert gateway.startswith("action=5")
    assert not neighbour.startswith("action=5")
    told = [line for line in heard["log"] if "trust guard: clients of 3 domains" in line]
    assert len(told) == 1, heard["log"]
    assert "greet from 10.77.0.1" in told[0]
    assert (tmp_path / "trust_guard").read_text().startswith("10.77.0.1 ")
    assert any("mynetworks holds 10.77.0.1" in line for line in heard["log"]), "told at the start"
