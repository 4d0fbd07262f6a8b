"""The short form of the parity run for limits, XFORWARD and the PROXY protocol: no reply that differs."""

import json

import pytest

from tests.conftest import ROOT, lack
from tests.parity.run import in_private_namespace
from tests.parity.test_parity import namespaces_fail

pytestmark = pytest.mark.peer("postfix", "unshare", "ip")


def test_random_doors_are_as_full_as_those_of_postfix() -> None:
    why = namespaces_fail()
    if why:
        lack(f"needs root and namespaces of its own: {why}")
    arguments = ["--seed", "4", "--rounds", "10", "--json"]
    done = in_private_namespace("tests.parity.limits", arguments, cwd=ROOT, capture_output=True, timeout=110)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert report["differences"] == []
    for wanted in ("too many connections", "too much mail", "too many recipients", "Server local error"):
        assert any(wanted in reply for reply in report["replies"]), wanted
