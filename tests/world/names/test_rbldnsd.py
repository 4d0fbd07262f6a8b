"""The resolver against rbldnsd, the server that most block lists run on."""

import asyncio
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gatepost.model.answer import NOT_FOUND, Answer, Found
from gatepost.policy.questions import AddressRecords, TextRecords
from gatepost.world.names.names import NameQuestion, Names
from tests.world.names.asking import NOWHERE, answer, run

IP4SET = "$SOA 300 ns.bl.test admin.bl.test 0 600 300 86400 30\n:127.0.0.2:Listed, see http://bl.test/?$\n127.0.0.2\n127.0.0.3 :127.0.0.4:Other\n"
DNSET = "$SOA 300 ns.dbl.test admin.dbl.test 0 600 300 86400 30\n:127.0.1.2:Bad domain $\n.listed.example\n"


@pytest.fixture
def rbldnsd() -> Iterator[str]:
    """Start rbldnsd with a list of addresses and one of domains; give its address for `dns_nameservers`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="gatepost-rbldnsd-", dir="/tmp") as directory:  # for the user nobody
        root = Path(directory)
        root.chmod(0o755)
        (root / "ips").write_text(IP4SET)
        (root / "domains").write_text(DNSET)
        identity = [] if os.getuid() else ["-u", "nobody"]
        command = ["rbldnsd", "-n", *identity, "-b", f"127.0.0.1/{port}", "-w", directory]
        server = subprocess.Popen([*command, "bl.test:ip4set:ips", "dbl.test:dnset:domains"], stderr=subprocess.PIPE)
        try:
            time.sleep(0.1)
            assert server.poll() is None, server.stderr and server.stderr.read()
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()
            server.communicate(timeout=5)


@pytest.mark.peer("rbldnsd")
def test_lists_of_addresses_and_of_domains(rbldnsd):
    async def main() -> None:
        names = Names(rbldnsd, hosts=NOWHERE)
        expected: dict[NameQuestion, Answer[Any]] = {
            AddressRecords("2.0.0.127.bl.test"): Found(("127.0.0.2",)),
            TextRecords("2.0.0.127.bl.test"): Found(("Listed, see http://bl.test/?127.0.0.2",)),
            AddressRecords("3.0.0.127.bl.test"): Found(("127.0.0.4",)),
            AddressRecords("1.0.0.127.bl.test"): NOT_FOUND,
            AddressRecords("Mail.listed.example.dbl.test"): Found(("127.0.1.2",)),
            TextRecords("listed.example.dbl.test"): Found(("Bad domain listed.example",)),
            AddressRecords("fine.example.dbl.test"): NOT_FOUND,
        }
        answers = await asyncio.gather(*(answer(names, question) for question in expected))
        assert dict(zip(expected, answers, strict=True)) == expected
        assert names.resolver.packets == len(expected)
        names.close()

    run(main())
