"""The forms of a next hop."""

import pytest

from gatepost.world.net.next_hop_address import HopAddress, parse_hop_address

SMTP, LMTP = "smtp", "lmtp"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:10025", HopAddress(SMTP, "127.0.0.1", 10025)),
        ("mail.example.com:25", HopAddress(SMTP, "mail.example.com", 25)),
        ("[127.0.0.1]:10025", HopAddress(SMTP, "127.0.0.1", 10025)),
        ("[2001:db8::1]:25", HopAddress(SMTP, "2001:db8::1", 25)),
        ("[::1]:25", HopAddress(SMTP, "::1", 25)),
        ("inet:host:smtp", HopAddress(SMTP, "host", 25)),
        ("inet:[::1]:10025", HopAddress(SMTP, "::1", 10025)),
        ("inet:10025", HopAddress(SMTP, "127.0.0.1", 10025)),
        ("inet::10025", HopAddress(SMTP, "127.0.0.1", 10025)),
        ("10025", HopAddress(SMTP, "127.0.0.1", 10025)),
        (":10025", HopAddress(SMTP, "127.0.0.1", 10025)),
        ("  10025 ", HopAddress(SMTP, "127.0.0.1", 10025)),
        ("smtp:25", HopAddress(SMTP, "smtp", 25)),
        ("unix:/run/hop", HopAddress(SMTP, path="/run/hop")),
        ("unix:private/hop", HopAddress(SMTP, path="/spool/private/hop")),
        ("smtp:[mail.example.com]:587", HopAddress(SMTP, "mail.example.com", 587)),
        ("smtp:[mail.example.com]:submission", HopAddress(SMTP, "mail.example.com", 587)),
        ("smtp:[mail.example.com]", HopAddress(SMTP, "mail.example.com", 25)),
        ("relay:[192.0.2.1]", HopAddress(SMTP, "192.0.2.1", 25)),
        ("smtp:unix:hop", HopAddress(SMTP, path="/spool/hop")),
        ("smtp:inet:host:25", HopAddress(SMTP, "host", 25)),
        ("lmtp:inet:127.0.0.1:24", HopAddress(LMTP, "127.0.0.1", 24)),
        ("lmtp:unix:/run/dovecot/lmtp", HopAddress(LMTP, path="/run/dovecot/lmtp")),
        ("lmtp:unix:private/dovecot-lmtp", HopAddress(LMTP, path="/spool/private/dovecot-lmtp")),
        ("lmtp:host:2003", HopAddress(LMTP, "host", 2003)),
        ("lmtp:[host]", HopAddress(LMTP, "host", 24)),
        ("lmtp:host", HopAddress(LMTP, "host", 24)),
    ],
)
def test_forms(text, address):
    assert parse_hop_address(text, "/spool") == address


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no port"),
        ("host", "no port"),
        ("host:", "no port"),
        ("inet:host", "no port"),
        ("[::1]", "no port"),
        ("host:0", "bad port"),
        ("host:65536", "bad port"),
        ("host:" + "9" * 5000, "bad port"),
        ("host:nosuchservice", "unknown service"),
        ("host:25:26", "cannot read"),
        ("::1:25", "cannot read"),
        ("[::1:25", "cannot read"),
        ("host name:25", "bad host"),
        ("host\r\n:25", "bad host"),
        ("unix:", "no path"),
        ("lmtp:unix:", "no path"),
        ("smtp:example.com", "MX records"),
        ("relay:example.com:25", "MX records"),
    ],
)
def test_what_is_refused_and_why(text, why):
    with pytest.raises(ValueError, match=why):
        parse_hop_address(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("inet:10025", "127.0.0.1:10025"), ("[::1]:25", "[::1]:25"), ("lmtp:unix:/a", "lmtp:/a"), ("unix:/a", "/a")],
)
def test_how_it_is_shown(text, shown):
    assert str(parse_hop_address(text)) == shown
