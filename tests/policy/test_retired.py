"""What Postfix 3.9 has no more. What is expected was heard from Postfix 3.7.11."""

import pytest

from gatepost.policy.registry import RESTRICTIONS
from gatepost.testing.fake_world import FakeWorld, verified

DENIED = "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"
LISTED = FakeWorld(addresses={"44.2.0.192.bl.test": ("127.0.0.2",)}, texts={"44.2.0.192.bl.test": ("spam",)})
ON_LIST = "554 5.7.1 Service unavailable; Client host [192.0.2.44] blocked using bl.test; spam"


@pytest.mark.parametrize(("domains", "expected"), [
    ((), "OK"), (("void.test",), "OK"), (("void.test", "bl.test"), ON_LIST), (("bl.test=127.0.0.3",), "OK"),
    (("bl.test=300",), "451 4.3.5 Server configuration error"),
])  # fmt: skip
def test_the_old_list_of_block_lists(reply, domains, expected):
    assert reply("reject_maps_rbl", LISTED, settings={"maps_rbl_domains": domains}) == expected


@pytest.mark.parametrize(("helo", "expected"), [
    ("1.2.3.4", "OK"), ("mail.example", DENIED), ("[1.2.3.4]", DENIED), ("2001:db8::5", DENIED),
    *((name, f"501 5.5.2 <{name}>: Helo command rejected: invalid ip address")
      for name in ("1.2.3", "12345", "1.2.3.4.5", "1.2.3.4:", "::1")),
])  # fmt: skip
def test_naked_addresses(reply, helo, expected):
    assert reply("permit_naked_ip_address, reject", helo_name=helo) == expected


@pytest.mark.parametrize(("name", "recipient", "expected"), [
    ("mx.relay.example", "x@far.example", "OK"), ("mx.relay.example", "a%b@ours.example", "OK"),
    ("mx.far.example", "x@ours.example", "OK"), ("mx.far.example", "x@relay.example", "OK"),
    *(("mx.far.example", to, f"554 5.7.1 <{to}>: Recipient address rejected: Relay access denied")
      for to in ("x@far.example", "a%b@ours.example")),
])  # fmt: skip
def test_relay_domains_of_clients(reply, name, recipient, expected):
    world = FakeWorld(names={"192.0.2.44": verified(name)})
    assert reply("check_relay_domains, reject", world, recipient=recipient) == expected


@pytest.mark.parametrize("word", ["permit_naked_ip_address", "check_relay_domains", "reject_maps_rbl"])
def test_what_is_retired_says_so(word):
    assert "Postfix 3.9" in RESTRICTIONS[word].warning
