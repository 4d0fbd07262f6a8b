"""Block list names, filters and answers (RFC 5782; postfix-semantics 4.6)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.address import parse_ip
from gatepost.policy.dnsbl import judge, listable_domain, parse_filter, parse_zone

SHARED = Path(__file__).parents[3] / "shared"


@pytest.mark.shared
def test_the_names_of_rfc_5782():
    cases = json.loads((SHARED / "data/vectors/rfc5782_facts.json").read_text())["cases"]
    asked = [case for case in cases if "query" in case]
    assert asked
    for case in asked:
        assert parse_zone(case["zone"]).name_for_address(parse_ip(case["client"])) == case["query"]


def test_names():
    zone = parse_zone("bl.test=127.0.0.2")
    assert zone.name_for_address(parse_ip("192.0.2.99")) == "99.2.0.192.bl.test"
    assert zone.name_for_address(parse_ip("::ffff:192.0.2.99")) == "99.2.0.192.bl.test"
    assert zone.name_for_address(parse_ip("2001:db8::1")) == "1" + ".0" * 23 + ".8.b.d.0.1.0.0.2.bl.test"


@pytest.mark.parametrize(("pattern", "address", "passes"), [
    ("127.0.0.2", "127.0.0.2", True), ("127.0.0.2", "127.0.0.3", False), ("127.0.0.[2..11]", "127.0.0.11", True),
    ("127.0.0.[2;4..6]", "127.0.0.3", False), ("127.0.[0..1].[2]", "127.0.1.2", True),
    ("[127.0.0.2]", "127.0.0.2", True), ("[127.0.0.[2..3]]", "127.0.0.3", True), ("127.0.1.[2..99]", "127.0.1.99", True),
])  # fmt: skip
def test_filters(pattern, address, passes):
    assert parse_zone(f"bl.test={pattern}").passes_filter(address) is passes


@pytest.mark.parametrize("pattern", ["", "127.0.0", "127.0.0.256", "127.0.0.[5..2]", "127.0.0.x", "127.0.0.[", "127.0.0.2.3",
                                     "127..0.1", "127.0.0.[]", "127.0.0.[1..]", "127.0.0.2 "[:-1] + "x"])  # fmt: skip
def test_bad_filters(pattern):
    with pytest.raises(ValueError, match="bad answer filter"):
        parse_filter(pattern)


@given(st.text(alphabet="0123456789.[];", max_size=20))
def test_any_filter_is_read_or_refused(pattern):
    try:
        fields = parse_filter(pattern)
    except ValueError:
        return
    assert len(fields) == 4
    assert all(0 <= octet <= 255 for field in fields for octet in field)


@pytest.mark.parametrize(("zone", "answers", "is_listed", "has_error"), [
    ("bl.test", ("127.0.0.2",), True, False), ("bl.test", ("192.0.2.1",), False, True),
    ("bl.test", ("192.0.2.1", "127.0.0.2"), True, False), ("bl.test", ("127.255.255.254",), False, True),
    ("bl.test=127.0.0.2", ("127.0.0.3",), False, False), ("bl.test=127.0.0.2", ("127.255.255.255",), False, True),
    ("bl.test=127.255.255.254", ("127.255.255.254",), True, False), ("bl.test=1.2.3.4", ("1.2.3.4",), True, False),
])  # fmt: skip
def test_the_guard(zone, answers, is_listed, has_error):
    listing = judge(parse_zone(zone), answers, guard=True)
    assert (listing.is_listed, bool(listing.error)) == (is_listed, has_error)


@pytest.mark.parametrize(("text", "domain"), [
    ("ann@Sender.Example", "sender.example"), ("host.example.", "host.example"), ("[1.2.3.4]", None), ("1.2.3.4", None),
    ("a@[1.2.3.4]", None), ("", None), ("x@host.123", None), ("a@bad domain", None), ("a@bücher.example", "xn--bcher-kva.example"),
    ("a@" + "x" * 64 + ".example", None), ("plain", "plain"),
])  # fmt: skip
def test_domains_that_may_be_asked_for(text, domain):
    assert listable_domain(text) == domain
