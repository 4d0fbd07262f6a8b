"""The normal form of a triplet: one client, one sender, one recipient, whatever they call themselves today."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.address import parse_ip
from gatepost.policy.triplets import (
    LONGEST_PART,
    network_of_client,
    recipient_of_triplet,
    sender_of_triplet,
    tells_a_pool,
)
from gatepost.world.greylists.pools import pool_of


@pytest.mark.parametrize(
    ("sender", "told"),
    [
        ("", "<>"),
        ("MAILER-DAEMON@mx.sender.example", "<>"),
        ("Ann@Sender.Example", "ann@sender.example"),
        ("john1985@mail.example", "john1985@mail.example"),
        ("prvs=2871a3b04e=ann@sender.example", "ann@sender.example"),
        ("prvs=ann/2871a3b04e@sender.example", "ann@sender.example"),
        ("msprvs1=17542abcDEF=bounces-1@news.example", "bounces-#@news.example"),
        ("btv1==3456789abc==ann@sender.example", "ann@sender.example"),
        ("list-bounces+bob=example.com@lists.example", "list-bounces@lists.example"),
        ("bounce-18264-77@lists.example", "bounce-#-#@lists.example"),
        ("0100018c5f3b1c2d-e2ab4f77-1234-5678-9abc-def012345678-000000@ses.example", "#-#-#@ses.example"),
        ("3kXyZ9Q0KDAAxyzABCDEFG7890pq@bounces.example", "#@bounces.example"),
        ("SRS0=Zx1=V2=x.example=ann@forwarder.example", "srs0=x.example=ann@forwarder.example"),
        (
            "SRS1=Qw2=first.example==Zx1=V2=x.example=ann@second.example",
            "srs1=first.example==x.example=ann@second.example",
        ),
        ("+@x.example", "+@x.example"),
        ("a b\r\n@x.example", "a_b__@x.example"),
        ("no-domain", "@no-domain"),
        ("prvs=@x.example", "prvs=@x.example"),
    ],
)
def test_senders(sender, told):
    assert sender_of_triplet(sender) == (told if told != "@no-domain" else "no-domain")


@pytest.mark.parametrize(
    ("recipient", "delimiters", "told"),
    [
        ("Bob+Shop@Example.com", "+", "bob@example.com"),
        ("bob+shop@example.com", "", "bob+shop@example.com"),
        ("bob-a+b@example.com", "-+", "bob@example.com"),
        ("postmaster", "+", "postmaster"),
        ("ünïcode@bücher.example", "", "ünïcode@bücher.example"),
    ],
)
def test_recipients(recipient, delimiters, told):
    assert recipient_of_triplet(recipient, delimiters) == told


@given(st.text(max_size=800), st.sampled_from(["", "+", "-+"]))
def test_no_address_breaks_the_store(address, delimiters):
    for told in (sender_of_triplet(address), recipient_of_triplet(address, delimiters)):
        assert " " not in told
        assert not re.search(r"[\x00-\x20\x7f-\xa0]", told)
        assert len(told) <= LONGEST_PART * 3
        told.encode()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8::5", "2001:db8::/64"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
    ],
)
def test_networks(address, network):
    assert network_of_client(parse_ip(address).octets, 24, 64) == network


def test_other_lengths():
    assert network_of_client(parse_ip("192.0.2.7").octets, 32, 64) == "192.0.2.7/32"
    assert network_of_client(parse_ip("192.0.2.7").octets, 0, 64) == "0.0.0.0/0"
    assert network_of_client(parse_ip("2001:db8::5").octets, 24, 128) == "2001:db8:0:0:0:0:0:5/128"
    assert network_of_client(b"", 24, 64) == "unknown"


@pytest.mark.parametrize(
    ("name", "address", "is_pool"),
    [
        ("mail-eopbgr40.outbound.protection.outlook.com", "40.107.4.44", True),
        ("a8-22.smtp-out.amazonses.com", "54.240.8.22", True),
        ("dsl-203-0-113-77.provider.example", "203.0.113.77", False),
        ("77.113.0.203.provider.example", "203.0.113.77", False),
        ("p203000113077.provider.example", "203.0.113.77", False),
        ("pcb00714d.dip0.provider.example", "203.0.113.77", False),
        ("mx1.provider.example", "203.0.113.77", True),
        ("2001-db8-1-2-a-b-c-d.provider.example", "2001:db8:1:2:a:b:c:d", False),
        ("mx.provider.example", "2001:db8:1:2:a:b:c:d", True),
    ],
)
def test_a_name_made_from_the_address_tells_no_pool(name, address, is_pool):
    assert tells_a_pool(name, parse_ip(address)) is is_pool


@pytest.mark.parametrize(
    ("name", "pool"),
    [
        ("mail-eopbgr40.outbound.protection.outlook.com", "outlook.com"),
        ("MX.Example.CO.UK.", "example.co.uk"),
        ("x.github.io", "x.github.io"),
        ("co.uk", ""),
        ("localhost", ""),
        ("", ""),
    ],
)
def test_pools(name, pool):
    assert pool_of(name) == pool
