"""Which HELO names are evidence of strangers."""

import pytest

from gatepost.model.match_list import MatchList, parse_pattern
from gatepost.model.settings import Settings
from gatepost.policy.strangers import foreign_domain, own_organisations

OWN = own_organisations(
    Settings(
        myhostname="gate.example.com",
        mydomain="example.com",
        relay_domains=MatchList("relay_domains", (parse_pattern("shop.example.org", holds_addresses=False),)),
        mynetworks=MatchList("mynetworks", (parse_pattern("10.0.0.0/8"), parse_pattern("branch.example.net"))),
    )
)


@pytest.mark.parametrize(
    ("helo_name", "domain"),
    [
        ("mail-ed1-x22.google.com", "google.com"),
        ("MX.Other.Example.", "other.example"),
        ("[8.8.8.8]", "8.8.8.8"),
        ("8.8.8.8", "8.8.8.8"),
        ("[IPv6:2a00:1450::1b]", "2a00:1450::1b"),
        ("smtp.example.com", ""),
        ("example.org", ""),
        ("pc.branch.example.net", ""),
        ("DESKTOP-4711", ""),
        ("pc7.lan", ""),
        ("nas.fritz.local", ""),
        ("[192.168.1.7]", ""),
        ("[IPv6:fd00::7]", ""),
        ("", ""),
        (".", ""),
        ("two words.example", ""),
        ("naïve.example", ""),
        ("\udcff.example", ""),
    ],
)
def test_foreign_domain(helo_name, domain):
    assert foreign_domain(helo_name, OWN) == domain
