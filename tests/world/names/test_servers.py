"""Mail exchangers, name servers and addresses of hosts, as the DNS and the hosts file put them."""

import pytest

from gatepost.model.answer import NOT_FOUND, Found, NotFound, Unavailable
from gatepost.policy.questions import (
    MALFORMED,
    NO_ADDRESS,
    NO_SUCH_HOST,
    NULL_MX,
    Exchanger,
    HostAddresses,
    MailExchangers,
    NameServers,
)
from gatepost.testing.name_server import NameServer
from tests.world.names.asking import answer, names_of, run


@pytest.mark.parametrize(
    ("zone", "question", "expected"),
    [
        ("d.test 60 MX 10 Mx.test", MailExchangers("D.test"), Found((Exchanger(10, "Mx.test"),))),
        ("d.test 60 MX 10 192.0.2.1", MailExchangers("d.test"), Found((Exchanger(10, "192.0.2.1"),))),
        (
            "d.test 60 MX 10 b\\032d.test\nd.test 60 MX 20 ok.test",
            MailExchangers("d.test"),
            Found((Exchanger(20, "ok.test"),)),
        ),
        ("d.test 60 MX 0 .", MailExchangers("d.test"), NotFound(NULL_MX)),
        ("d.test 60 MX 10 b\\032d.test", MailExchangers("d.test"), NotFound(MALFORMED)),
        ("d.test 60 A 192.0.2.1", MailExchangers("d.test"), NOT_FOUND),
        ("* 60 MX 10 mx.test", MailExchangers("[192.0.2.1]"), NOT_FOUND),
        ("d.test 60 NS Ns.test", NameServers("d.test"), Found(("Ns.test",))),
        ("d.test 60 A 192.0.2.1", NameServers("d.test"), NOT_FOUND),
        ("d.test 60 NS b\\032d.test", NameServers("d.test"), NotFound(MALFORMED)),
        ("* 60 NS ns.test", NameServers("d.test."), NOT_FOUND),
    ],
)
def test_records(zone, question, expected):
    async def main() -> None:
        async with NameServer(zone) as server:
            names = names_of(server)
            assert await answer(names, question) == expected
            assert names.instant(question) == expected
            names.close()

    run(main())


@pytest.mark.parametrize("question", [MailExchangers("d.test"), NameServers("d.test")])
def test_silence_is_no_answer(question):
    async def main() -> None:
        async with NameServer("d.test ! servfail") as server:
            names = names_of(server)
            assert isinstance(await answer(names, question), Unavailable)
            names.close()

    run(main())


HOSTS = "192.0.2.2 local.test\n2001:db8::2 local.test\n192.0.2.3 four.test"
ZONE = """\
both.test 60 A 192.0.2.1
both.test 60 AAAA 2001:db8::1
four.test 60 A 192.0.2.99
text.test 60 TXT x
half.test 60 A 192.0.2.4
half.test !AAAA servfail
fails.test ! servfail
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("both.test", Found(("2001:db8::1", "192.0.2.1"))),
        ("Both.test.", Found(("2001:db8::1", "192.0.2.1"))),
        ("local.test", Found(("2001:db8::2", "192.0.2.2"))),
        ("four.test", Found(("192.0.2.3",))),
        ("half.test", Found(("192.0.2.4",))),
        ("text.test", NotFound(NO_ADDRESS)),
        ("void.test", NotFound(NO_SUCH_HOST)),
        ("a b", NotFound(NO_SUCH_HOST)),
        ("", NotFound(NO_SUCH_HOST)),
        ("12345", Found(("0.0.48.57",))),
        ("0x7f.1", Found(("127.0.0.1",))),
        ("1.2.3", Found(("1.2.0.3",))),
        ("999.1", NotFound(NO_SUCH_HOST)),
    ],
)
def test_addresses_as_getaddrinfo_finds_them(name, expected, tmp_path):
    async def main() -> None:
        hosts = tmp_path / "hosts"
        hosts.write_text(HOSTS)
        async with NameServer(ZONE) as server:
            names = names_of(server, hosts=hosts)
            assert await answer(names, HostAddresses((name,))) == Found((expected,))
            assert names.instant(HostAddresses((name,))) == Found((expected,))
            names.close()

    run(main())


def test_each_host_has_an_answer_of_its_own():
    async def main() -> None:
        async with NameServer(ZONE) as server:
            names = names_of(server)
            got = await answer(names, HostAddresses(("fails.test", "both.test", "void.test")))
            assert [type(each) for each in got.value] == [Unavailable, Found, NotFound]
            names.close()

    run(main())


def test_hosts_are_asked_for_all_at_once():
    async def main() -> None:
        async with NameServer("* 60 A 192.0.2.1\n* ! delay=50ms") as server:
            names = names_of(server)
            hosts = tuple(f"h{n}.test" for n in range(4))
            names.ask(HostAddresses(hosts), lambda _answer: None)
            assert names.resolver.questions == 2 * len(hosts)
            names.close()

    run(main())
