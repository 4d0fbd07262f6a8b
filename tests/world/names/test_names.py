"""What policy hears: domains, client names, texts; each way the DNS can put it."""

import asyncio
from typing import Any

import pytest

from gatepost.model.address import parse_ip
from gatepost.model.answer import NOT_FOUND, Found, NotFound, Unavailable
from gatepost.model.session import NAMELESS, ClientNames, NameStatus
from gatepost.policy.questions import (
    MALFORMED,
    NULL_MX,
    AddressRecords,
    ClientName,
    DomainExists,
    TextRecords,
)
from gatepost.testing.name_server import NameServer
from gatepost.world.names.names import NameQuestion
from tests.world.names.asking import answer, names_of, run

HELO = ("A", "AAAA", "MX")
MAIL = ("MX", "A", "AAAA")
VERIFIED, TEMPORARY, PERMANENT, FORGED = (
    NameStatus.VERIFIED,
    NameStatus.TEMPORARY,
    NameStatus.PERMANENT,
    NameStatus.FORGED,
)


def unavailable(got: Any) -> Any:
    return "unavailable" if isinstance(got, Unavailable) else got


@pytest.mark.parametrize(
    ("zone", "types", "expected", "asked"),
    [
        ("d.test 60 MX 10 mx.d.test", MAIL, Found("MX"), "MX"),
        ("d.test 60 A 192.0.2.1", MAIL, Found("A"), "MX A"),
        ("d.test 60 AAAA 2001:db8::1", MAIL, Found("AAAA"), "MX A AAAA"),
        ("d.test 60 TXT x", MAIL, NOT_FOUND, "MX A AAAA"),
        ("", MAIL, NOT_FOUND, "MX A AAAA"),
        ("d.test 60 MX 0 .\nd.test 60 A 192.0.2.1", MAIL, NotFound(NULL_MX), "MX"),
        ("d.test 60 MX 10 mx.d.test\nd.test 60 MX 20 .", MAIL, NotFound(NULL_MX), "MX"),
        ("d.test 60 MX 10 b\\032d.test\nd.test 60 A 192.0.2.1", MAIL, NotFound(MALFORMED), "MX"),
        ("d.test 60 MX 10 b\\032d.test\nd.test 60 MX 20 ok.test", MAIL, Found("MX"), "MX"),
        ("d.test 60 MX 10 192.0.2.1", MAIL, Found("MX"), "MX"),
        ("d.test !MX servfail", MAIL, "unavailable", "MX A AAAA"),
        ("d.test !MX servfail\nd.test 60 A 192.0.2.1", MAIL, Found("A"), "MX A"),
        ("d.test !AAAA servfail\nd.test 60 TXT x", MAIL, "unavailable", "MX A AAAA"),
        ("d.test 60 A 192.0.2.1", HELO, Found("A"), "A"),
        ("d.test 60 MX 0 .", HELO, NotFound(NULL_MX), "A AAAA MX"),
        ("d.test 60 MX 0 .\nd.test !A servfail", HELO, "unavailable", "A AAAA MX"),
        ("d.test 60 MX 10 -.test", HELO, NotFound(MALFORMED), "A AAAA MX"),
    ],
)
def test_domain_exists(zone, types, expected, asked):
    async def main() -> None:
        async with NameServer(zone) as server:
            names = names_of(server)
            question = DomainExists("D.test", types)
            assert names.instant(question) is None
            assert unavailable(await answer(names, question)) == expected
            assert sorted(server.counts) == sorted(("d.test", kind) for kind in asked.split())
            assert unavailable(names.instant(question)) == expected
            names.close()

    run(main())


PTR = "2.2.0.192.in-addr.arpa"
PTR6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
GOOD = ClientNames("Mx.test", VERIFIED, "Mx.test", VERIFIED)


@pytest.mark.parametrize(
    ("zone", "hosts", "expected"),
    [
        (f"{PTR} 60 PTR Mx.test\nmx.test 60 A 192.0.2.9\nmx.test 60 A 192.0.2.2", "", GOOD),
        ("", "", NAMELESS),
        (f"{PTR} 60 TXT x", "", NAMELESS),
        (f"{PTR} ! servfail", "", ClientNames("unknown", TEMPORARY, "unknown", TEMPORARY)),
        (f"{PTR} 60 PTR mx.test", "", ClientNames("unknown", FORGED, "mx.test", VERIFIED)),
        (f"{PTR} 60 PTR mx.test\nmx.test 60 A 192.0.2.3", "", ClientNames("unknown", FORGED, "mx.test", VERIFIED)),
        (
            f"{PTR} 60 PTR mx.test\nmx.test 60 AAAA ::ffff:192.0.2.2",
            "",
            ClientNames("unknown", FORGED, "mx.test", VERIFIED),
        ),
        (f"{PTR} 60 PTR mx.test\nmx.test ! refused", "", ClientNames("unknown", TEMPORARY, "mx.test", VERIFIED)),
        (f"{PTR} 60 PTR Mx.test\n{PTR} 60 PTR b.test\nmx.test 60 A 192.0.2.2", "", GOOD),
        (f"{PTR} 60 PTR 192.0.2.2", "", NAMELESS),
        (f"{PTR} 60 PTR 2001:db8::1", "", NAMELESS),
        (f"{PTR} 60 PTR b\\032d.test", "", NAMELESS),
        (f"{PTR} 60 PTR .", "", NAMELESS),
        (f"{PTR} 60 CNAME 2.0/25.test\n2.0/25.test 60 PTR Mx.test\nmx.test 60 A 192.0.2.2", "", GOOD),
        (
            f"{PTR} 60 CNAME 2.0/25.test\n{PTR} ! shallow\n2.0/25.test 60 PTR Mx.test\nmx.test 60 A 192.0.2.2",
            "",
            GOOD,
        ),
        ("", "192.0.2.2 Mx.test mx", GOOD),
        (f"{PTR} 60 PTR b.test", "192.0.2.2 Mx.test", GOOD),
        (
            f"{PTR} 60 PTR Mx.test",
            "192.0.2.2 other\n192.0.2.2 MX.TEST",
            ClientNames("other", VERIFIED, "other", VERIFIED),
        ),
        (f"{PTR} 60 PTR Mx.test", "2001:db8::1 mx.test", ClientNames("unknown", FORGED, "Mx.test", VERIFIED)),
    ],
)
def test_client_name(zone, hosts, expected, tmp_path):
    async def main() -> None:
        hosts_file = tmp_path / "hosts"
        hosts_file.write_text(hosts)
        async with NameServer(zone) as server:
            names = names_of(server, hosts=hosts_file)
            question = ClientName(parse_ip("192.0.2.2"))
            assert await answer(names, question) == Found(expected)
            assert names.instant(question) == Found(expected)
            names.close()

    run(main())


def test_client_name_of_ipv6():
    async def main() -> None:
        async with NameServer(
            f"{PTR6} 60 PTR mx.test\nmx.test 60 AAAA 2001:db8::1\nmx.test 60 A 192.0.2.2"
        ) as server:
            names = names_of(server)
            got = await answer(names, ClientName(parse_ip("2001:db8::1")))
            assert got == Found(ClientNames("mx.test", VERIFIED, "mx.test", VERIFIED))
            assert server.counts["mx.test", "A"] == 0
            names.close()

    run(main())


def test_texts_are_joined_and_made_harmless():
    async def main() -> None:
        zone = 'l.test 60 TXT "one " "two"\nl.test 60 TXT "\\195\\188ber \\255"'
        async with NameServer(zone) as server:
            names = names_of(server)
            got = await answer(names, TextRecords("l.test"))
            assert isinstance(got, Found)
            assert sorted(got.value) == ["one two", "\u00fcber \ufffd"]
            names.close()

    run(main())


@pytest.mark.parametrize("name", ["", ".", "a..b", "-a.test", "[192.0.2.1]", "192.0.2.1", "a b", "x" * 300, "\udcff"])
def test_what_is_no_host_name_is_never_asked_for(name):
    async def main() -> None:
        async with NameServer("* 60 A 192.0.2.1\n* 60 TXT x") as server:
            names = names_of(server)
            for question in (AddressRecords(name), TextRecords(name), DomainExists(name)):
                assert names.instant(question) == NOT_FOUND
                assert await answer(names, question) == NOT_FOUND
            assert server.packets == 0
            names.close()

    run(main())


def test_a_composite_question_answered_in_part_from_the_cache():
    async def main() -> None:
        async with NameServer("d.test 60 A 192.0.2.1") as server:
            names = names_of(server)
            await answer(names, AddressRecords("d.test"))
            assert names.instant(DomainExists("d.test")) is None
            assert await answer(names, DomainExists("d.test")) == Found("A")
            assert server.packets == 2
            names.close()

    run(main())


def test_the_cache_obeys_the_clock():
    async def main() -> None:
        now = 0.0
        async with NameServer("d.test 60 A 192.0.2.1\nn.test 7200 SOA a. b. 1 2 3 4 20") as server:
            names = names_of(server, clock=lambda: now)
            for _ in range(2):
                await answer(names, AddressRecords("d.test"))
                await answer(names, AddressRecords("x.n.test"))
            assert server.packets == 2
            now = 21.0
            assert names.instant(AddressRecords("d.test")) is not None
            assert names.instant(AddressRecords("x.n.test")) is None  # the SOA's minimum, not its TTL
            now = 61.0
            assert names.instant(AddressRecords("d.test")) is None
            names.close()

    run(main())


def test_done_is_called_once_and_never_within_ask():
    async def main() -> None:
        async with NameServer("d.test 60 MX 10 mx.test") as server:
            names = names_of(server)
            told: list[Any] = []
            questions: list[NameQuestion] = [
                DomainExists("d.test"),
                DomainExists("-"),
                AddressRecords("x.test"),
                DomainExists("d.test"),
            ]
            for question in questions:
                names.ask(question, told.append)
                assert told == []
            await asyncio.sleep(0.1)
            assert len(told) == 4
            names.ask(questions[0], told.append)
            assert len(told) == 4
            await asyncio.sleep(0)
            assert told[4] == Found("MX")
            names.close()

    run(main())
