"""The small name server of gatepost.testing, asked by dnspython; its zone text; its command line."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import dns.asyncquery
import dns.message
import dns.rcode
import pytest

from gatepost.model.address import parse_ip
from gatepost.model.answer import NOT_FOUND, Found
from gatepost.model.session import NAMELESS, ClientNames, NameStatus
from gatepost.policy.questions import AddressRecords, ClientName, DomainExists, TextRecords
from gatepost.testing.name_server import NameServer
from gatepost.testing.zone import Zone, ZoneError, listed_name
from tests.world.names.asking import answer, names_of, run

DEMO = Path(__file__).parents[2] / "examples" / "guide" / "demo.zone"

ZONE = """
# comments and empty lines are passed over
a.test 60 A 192.0.2.1
A.test. 60 A 192.0.2.2
a.test  60  TXT  "two words"
deep.in.test 60 A 192.0.2.3
*.wild.test 60 A 192.0.2.4
known.wild.test 60 TXT x
alias.test 60 CNAME a.test
soa.test 900 SOA ns.soa.test hostmaster.soa.test 1 2 3 4 17
bl.test lists 127.0.0.2 127.0.0.2,127.0.0.4 Listed: see http://bl.test
bl.test lists 2001:db8::1 127.0.0.3
bl.test lists bad.example 127.0.1.2 "quoted"
"""


@pytest.mark.parametrize(
    ("name", "kind", "rcode", "answers"),
    [
        ("a.test", "A", "NOERROR", ["192.0.2.1", "192.0.2.2"]),
        ("a.TEST", "TXT", "NOERROR", ['"two words"']),
        ("a.test", "MX", "NOERROR", []),
        ("in.test", "A", "NOERROR", []),
        ("gone.test", "A", "NXDOMAIN", []),
        ("x.wild.test", "A", "NOERROR", ["192.0.2.4"]),
        ("y.x.wild.test", "A", "NOERROR", ["192.0.2.4"]),
        ("known.wild.test", "A", "NOERROR", []),
        ("x.known.wild.test", "A", "NXDOMAIN", []),
        ("alias.test", "A", "NOERROR", ["a.test.", "192.0.2.1", "192.0.2.2"]),
        ("2.0.0.127.bl.test", "A", "NOERROR", ["127.0.0.2", "127.0.0.4"]),
        ("2.0.0.127.bl.test", "TXT", "NOERROR", ['"Listed: see http://bl.test"']),
        (listed_name("2001:db8::1") + ".bl.test", "A", "NOERROR", ["127.0.0.3"]),
        ("bad.example.bl.test", "TXT", "NOERROR", ['"quoted"']),
    ],
)
@pytest.mark.parametrize("ask", [dns.asyncquery.udp, dns.asyncquery.tcp])
def test_answers(ask, name, kind, rcode, answers):
    async def main() -> None:
        async with NameServer(ZONE) as server:
            reply = await ask(dns.message.make_query(name, kind), server.host, port=server.port, timeout=3)
            assert dns.rcode.to_text(reply.rcode()) == rcode
            assert [rdata.to_text() for rrset in reply.answer for rdata in rrset] == answers
            assert bool(reply.authority) is not bool(answers)
            assert server.counts[name.lower(), kind] == 1

    run(main(), "asyncio")


def test_negative_answers_carry_the_soa_of_their_zone():
    async def main() -> None:
        async with NameServer(ZONE) as server:
            for name, minimum in (("x.soa.test", 17), ("gone.test", 60)):
                query = dns.message.make_query(name, "A")
                reply = await dns.asyncquery.udp(query, server.host, port=server.port, timeout=3)
                soa: Any = reply.authority[0][0]
                assert soa.minimum == minimum

    run(main(), "asyncio")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("a.test", "line 2"),
        ("a.test 60 A not-an-address", "line 2"),
        ("a.test 60 NOTYPE x", "line 2"),
        ("a.test sixty A 192.0.2.1", "line 2"),
        ("a.test ! sulk", "unknown behaviour 'sulk': known are delay"),
        ("a.test !", "no behaviour"),
        ("a.test !MX", "no behaviour"),
        ("bl.test lists 127.0.0.2", "line 2"),
        ("a.test ! delay=soon", "line 2"),
    ],
)
def test_bad_lines_are_named(line, complaint):
    with pytest.raises(ZoneError, match=complaint):
        Zone(f"ok.test 60 A 192.0.2.1\n{line}\n")


def test_behaviours_add_up_and_run_out():
    zone = Zone("a.test ! silent=1 delay=20ms\n*.b.test !MX servfail\n* ! no-soa")
    assert sorted(zone.behaviours_of("a.test", "A")) == ["delay", "no-soa", "silent"]
    assert sorted(zone.behaviours_of("a.test", "A")) == ["delay", "no-soa"]
    assert sorted(zone.behaviours_of("x.b.test", "MX")) == ["no-soa", "servfail"]
    assert sorted(zone.behaviours_of("x.b.test", "A")) == ["no-soa"]


def test_noise_is_ignored():
    server = NameServer(ZONE)
    for noise in (b"", b"\0" * 11, os.urandom(80), b"\0\0\x81\x80\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"):
        server.answers(noise, is_udp=True)


def test_command_line_serves_the_demo_until_it_is_told_to_stop():
    command = [sys.executable, "-m", "gatepost.testing.name_server", "--port", "0", str(DEMO)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("name server on 127.0.0.1:") and "(UDP and TCP)" in line
    finally:
        server.send_signal(signal.SIGTERM)
    server.communicate(timeout=10)
    assert server.returncode == 0


@pytest.mark.parametrize(("text", "code", "said"), [("a.test", 78, "line 1"), (None, 1, "No such file")])
def test_command_line_says_what_is_wrong(tmp_path, text, code, said):
    path = tmp_path / "zone"
    if text is not None:
        path.write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "gatepost.testing.name_server", str(path)], capture_output=True, text=True, timeout=20
    )
    assert done.returncode == code and said in done.stderr


def test_the_demo_zone_tells_the_story_that_the_readme_tells():
    good = ClientNames("good.sender.example", NameStatus.VERIFIED, "good.sender.example", NameStatus.VERIFIED)
    lists = ("zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org", "psbl.surriel.com")

    async def main() -> None:
        async with NameServer(DEMO.read_text()) as server:
            names = names_of(server)
            assert await answer(names, ClientName(parse_ip("127.0.0.2"))) == Found(good)
            assert await answer(names, ClientName(parse_ip("127.0.0.4"))) == Found(NAMELESS)
            for domain in ("good.sender.example", "sender.example", "listed-domain.example"):
                assert await answer(names, DomainExists(domain)) == Found("MX")
            for zone in lists:
                assert await answer(names, AddressRecords(f"3.0.0.127.{zone}")) == Found(("127.0.0.2",))
                assert isinstance(await answer(names, TextRecords(f"3.0.0.127.{zone}")), Found)
                for clean in (2, 4):
                    assert await answer(names, AddressRecords(f"{clean}.0.0.127.{zone}")) == NOT_FOUND
            assert await answer(names, AddressRecords("5.0.0.127.zen.spamhaus.org")) == Found(("127.255.255.254",))
            listed = AddressRecords("listed-domain.example.dbl.spamhaus.org")
            assert await answer(names, listed) == Found(("127.0.1.2",))
            names.close()

    run(main())
