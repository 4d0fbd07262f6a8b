"""The short form of the QMQP parity run: random doors, clients and packets, no reply that differs."""

import json

import pytest

from tests.conftest import ROOT, lack
from tests.parity.run import in_private_namespace
from tests.parity.test_parity import namespaces_fail

pytestmark = pytest.mark.peer("postfix", "unshare", "ip")


def test_random_packets_are_answered_as_postfix_answers_them() -> None:
    why = namespaces_fail()
    if why:
        lack(f"needs root and namespaces of its own: {why}")
    arguments = ["--seed", "1", "--packets", "500", "--json"]
    done = in_private_namespace("tests.parity.qmqp", arguments, cwd=ROOT, capture_output=True, timeout=110)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert report["differences"] == []
    assert sum(report["replies"].values()) == 500
    assert len(report["replies"]) >= 15, "some kinds of replies were never reached"
