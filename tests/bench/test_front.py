"""The short form of `make bench`: every part of it works, whatever the figures are."""

import subprocess
import sys

import pytest
from bench.front.load import address, message
from bench.front.names import answer

from gatepost.world.names.message import A, encode_query


@pytest.mark.peer("postfix", "smtp-sink", "unshare", "ip")
@pytest.mark.timeout(180)
def test_the_benchmark_of_the_front_door_works() -> None:
    words = ["-m", "bench.front.run", "--only", "name server at 0 ms", "--pairs", "1", "--scale", "0.02"]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stderr
    rows = {row.split(" | ")[0].strip("| "): row for row in done.stdout.splitlines() if row.startswith("| ")}
    assert {"Gatepost", "Postfix"} <= rows.keys()
    assert all(rows[name].split("|")[9].strip() == "0" for name in ("Gatepost", "Postfix")), rows


def test_the_generator_and_the_name_server_say_what_the_scenarios_need() -> None:
    assert address(0) == "127.16.0.0" and address(65536) == "127.17.0.0"
    assert message(10_000).endswith(b"\r\n.\r\n") and 9_900 < len(message(10_000)) < 10_100
    listed = answer(b"ab" + (encode_query("d1.sender.example.dnsbl.sender.example", A) or b""))
    clean = answer(b"ab" + (encode_query("4.3.2.127.zen.list.example", A) or b""))
    assert listed[7] == 1 and listed.endswith(b"\x7f\x00\x01\x02")
    assert clean[3] & 15 == 3 and clean[7] == 0
