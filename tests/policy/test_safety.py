"""Open relays told before they happen, and the start refused without relay control (postfix-semantics 3.13)."""

import pytest

from gatepost.policy.language.compile import compile_policy
from gatepost.policy.language.parse import ignore_finding
from gatepost.policy.safety import dangers, has_relay_control
from tests.policy.conftest import SETTINGS


def policy(relay="", recipient=""):
    lists = {"smtpd_relay_restrictions": relay, "smtpd_recipient_restrictions": recipient}
    return compile_policy(SETTINGS, lists, ignore_finding)


@pytest.mark.parametrize(("relay", "recipient", "controlled"), [
    ("", "", False), ("", "reject_unauth_destination", True), ("reject_unauth_destination", "", True),
    ("", "permit, reject_unauth_destination", False), ("", "warn_if_reject reject_unauth_destination", False),
    ("permit_mynetworks, defer_unauth_destination", "", True), ("", "permit_mynetworks, reject", True),
    ("", "check_sender_access inline:x", False), ("check_relay_domains", "", True), ("permit_mx_backup", "", False),
])  # fmt: skip
def test_relay_control(relay, recipient, controlled):
    assert has_relay_control(policy(relay, recipient)) is controlled


@pytest.mark.parametrize(("relay", "recipient", "words"), [
    ("", "permit_mynetworks, check_sender_access hash:s, reject_unauth_destination", ["check_sender_access hash:s"]),
    ("", "hash:r, reject_unauth_destination, check_sender_access hash:s", []),
    ("reject_unauth_destination", "check_sender_access hash:s, reject_unauth_destination", []),
    ("check_helo_access hash:h, reject_unauth_destination", "", ["check_helo_access hash:h"]),
    ("permit_naked_ip_address, reject_unauth_destination", "", ["permit_naked_ip_address"]),
    ("check_sender_mx_access hash:h, reject_unauth_destination", "", []),
    ("check_sender_access hash:s, reject_unauth_destination", "check_helo_access hash:h, reject_unauth_destination",
     ["check_sender_access hash:s", "check_helo_access hash:h"]),
])  # fmt: skip
def test_what_opens_the_relay(relay, recipient, words):
    found = dangers(policy(relay, recipient))
    assert [danger.text.split(": ")[1].split(" stands")[0] for danger in found] == words
    assert all("smtpd_relay_restrictions =" in danger.cure for danger in found)
