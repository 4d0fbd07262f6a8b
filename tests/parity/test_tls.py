"""TLS beside a real Postfix: see tests/parity/tls.py."""

import json

import pytest

from tests.conftest import ROOT, lack
from tests.parity.run import in_private_namespace
from tests.parity.test_parity import namespaces_fail

pytestmark = pytest.mark.peer("postfix", "unshare", "ip")


def test_what_is_said_under_tls_and_on_the_way_there_is_what_postfix_says() -> None:
    why = namespaces_fail()
    if why:
        lack(f"needs root and namespaces of its own: {why}")
    done = in_private_namespace("tests.parity.tls", ["--json"], cwd=ROOT, capture_output=True, timeout=110)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert report["differences"] == []
    assert report["compared"] > 200
    assert report["lines"] > 200
