"""Greylisting in front, and behind a real Postfix: first try, retry, and the fifth good retry that makes a client known.

Both ask the same `gatepost run` with two workers and one SQLite file; XCLIENT tells who the client is.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from gatepost.testing.free_ports import free_ports
from tests.system.running_gate import new_directory, new_room, running_gate
from tests.system.test_policyd_beside_postfix import POSTFIX, say
from tests.wire.smtp.private_postfix import private_postfix

DELAY_S = 2
GATE = {
    "smtpd_authorized_xclient_hosts": "127.0.0.0/8",
    "mynetworks": "127.0.0.1/32",
    "relay_domains": "ours.example",
    "smtpd_relay_restrictions": "reject_unauth_destination",
    "mydestination": "",
    "smtpd_peername_lookup": "no",
    "smtpd_reject_unlisted_recipient": "no",
    "smtpd_recipient_restrictions": "check_greylist",
    "policyd_restrictions": "check_greylist",
    "greylist_delay": f"{DELAY_S}s",
}
PUT_OFF = "450 4.2.0 <bob@ours.example>: Recipient address rejected: Greylisted, try again in {} seconds"


@pytest.fixture(scope="module")
def doors() -> Iterator[dict[str, int]]:
    """The port of the gate in front, and of a Postfix that asks the gate."""
    with ExitStack() as stack:
        room = new_room(stack.enter_context(new_directory()), "greylist")
        front, behind = free_ports(2)
        main_cf = "".join(f"{name} = {value}\n" for name, value in GATE.items())
        rows = f"127.0.0.1:{front} inet n - n - 0 smtpd\n127.0.0.1:{behind} inet n - n - - policyd\n"
        stack.enter_context(
            running_gate(f"{main_cf}greylist_store = sqlite:{room}/greylist.db\n", master_cf=rows, workers=2)
        )
        asks = f"check_policy_service {{ inet:127.0.0.1:{behind}, timeout=10s, default_action=DUNNO }}"
        postfix = stack.enter_context(private_postfix({"door": POSTFIX | {"smtpd_recipient_restrictions": asks}}))
        yield {"in front": front, "behind postfix": postfix.ports["door"]}


def deliver(port: int, address: str, senders: list[str]) -> list[str]:
    """What each sender hears for its recipient."""
    replies = []
    for sender in senders:
        commands = [
            f"XCLIENT ADDR={address} NAME=[UNAVAILABLE] REVERSE_NAME=[UNAVAILABLE]",
            "EHLO client.example",
            f"MAIL FROM:<{sender}>",
            "RCPT TO:<bob@ours.example>",
        ]
        replies.append(say(port, commands)[-1])
    return replies


@pytest.mark.peer("postfix")
@pytest.mark.parametrize("where", ["in front", "behind postfix"])
def test_the_fifth_good_retry_makes_the_client_known(doors, where):
    port, network = doors[where], "192.0.2" if where == "in front" else "198.51.100"
    senders = [f"ann{letter}@sender.example" for letter in "abcde"]
    began = time.monotonic()
    first = deliver(port, f"{network}.7", senders)
    assert first == [PUT_OFF.format(DELAY_S)] * 5
    assert time.monotonic() - began < 60
    time.sleep(DELAY_S + 1)
    assert [reply[:3] for reply in deliver(port, f"{network}.8", senders[:4])] == ["250"] * 4
    assert deliver(port, f"{network}.9", ["new@sender.example"]) == [PUT_OFF.format(DELAY_S)]
    assert deliver(port, f"{network}.9", senders[4:])[0][:3] == "250"
    assert deliver(port, f"{network}.9", ["newer@elsewhere.example"])[0][:3] == "250"
