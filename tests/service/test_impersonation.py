"""Who is at the other end after XCLIENT: what is told, what stays, what is forgotten (heard from Postfix 3.7.11)."""

import pytest

from gatepost.model.address import parse_ip
from gatepost.model.session import UNKNOWN, Client, ClientNames, NameStatus, SaslFacts
from gatepost.service.impersonation import METHOD, Peer, impersonated

NAMES = ClientNames("proxy.example", NameStatus.VERIFIED, "proxy.example", NameStatus.VERIFIED)
PROXY = Peer(Client(parse_ip("192.0.2.1"), 4321, NAMES), "192.0.2.99", 25, SaslFacts("PLAIN", "ann"))


def after(*attributes: tuple[str, str]) -> Peer:
    """The peer after XCLIENT from the proxy."""
    return impersonated(PROXY, NAMES, attributes)


def test_what_is_not_told_stays_but_for_the_login() -> None:
    assert after(("ADDR", "192.0.2.7")) == Peer(
        Client(parse_ip("192.0.2.7"), 4321, NAMES, parse_ip("192.0.2.1")), "192.0.2.99", 25, None
    )


@pytest.mark.parametrize(
    ("attributes", "names"),
    [
        ((("NAME", "a.b"),), ("a.b", NameStatus.VERIFIED, "a.b", NameStatus.VERIFIED)),
        ((("REVERSE_NAME", "c.d"), ("NAME", "a.b")), ("a.b", NameStatus.VERIFIED, "a.b", NameStatus.VERIFIED)),
        ((("NAME", "a.b"), ("REVERSE_NAME", "c.d")), ("a.b", NameStatus.VERIFIED, "c.d", NameStatus.VERIFIED)),
        ((("NAME", "[UNAVAILABLE]"),), (UNKNOWN, NameStatus.PERMANENT, "proxy.example", NameStatus.VERIFIED)),
        ((("NAME", "[TEMPUNAVAIL]"),), (UNKNOWN, NameStatus.TEMPORARY, "proxy.example", NameStatus.VERIFIED)),
        (
            (("NAME", "a.b"), ("REVERSE_NAME", "[UNAVAILABLE]")),
            ("a.b", NameStatus.VERIFIED, UNKNOWN, NameStatus.PERMANENT),
        ),
    ],
)
def test_names(attributes: tuple[tuple[str, str], ...], names: tuple[str, NameStatus, str, NameStatus]) -> None:
    assert after(*attributes).client.names == ClientNames(*names)


def test_where_it_came_in_and_who_logged_in() -> None:
    peer = after(("DESTADDR", "2001:db8::1"), ("DESTPORT", "587"), ("LOGIN", "bob"), ("PORT", "007"))
    assert (peer.server_address, peer.server_port) == ("2001:db8::1", 587)
    assert (peer.sasl, peer.client.port) == (SaslFacts(METHOD, "bob"), 7)


def test_what_cannot_be_told() -> None:
    nothing = "[UNAVAILABLE]"
    peer = after(
        ("ADDR", nothing), ("PORT", nothing), ("LOGIN", nothing), ("DESTADDR", nothing), ("DESTPORT", nothing)
    )
    assert (peer.client.address.text, peer.client.address.octets, peer.client.port) == (UNKNOWN, b"", 0)
    assert (peer.sasl, peer.server_address, peer.server_port) == (None, UNKNOWN, 0)


def test_the_machine_that_connected_is_remembered_over_several_turns() -> None:
    twice = impersonated(after(("ADDR", "192.0.2.7")), NAMES, (("ADDR", "192.0.2.8"),))
    assert twice.client.spokesman == parse_ip("192.0.2.1")
