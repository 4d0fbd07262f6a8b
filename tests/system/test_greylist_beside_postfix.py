"""Greylisting as the last line of the guide, through a real Postfix that asks the policy door, and with Gatepost in front.

Both hear the same: 450 with the seconds left at the first try, 250 for a retry after the delay, and with the fifth
good retry the client is known and waits no more.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from gatepost.testing.free_ports import free_port
from tests.system.running_gate import new_directory, new_room, running_gate
from tests.system.test_policyd_beside_postfix import say
from tests.wire.smtp.private_postfix import private_postfix

pytestmark = pytest.mark.peer("postfix")

DELAY_S = 2
GUIDE = (
    "permit_mynetworks, permit_sasl_authenticated, reject_non_fqdn_hostname, reject_invalid_hostname, "
    "reject_non_fqdn_sender, reject_non_fqdn_recipient"
)
POSTFIX = {
    "smtpd_authorized_xclient_hosts": "127.0.0.0/8",
    "smtpd_relay_restrictions": "check_recipient_access inline:{example.com=OK}, reject",
}


@pytest.fixture(params=["in front", "behind a Postfix"])
def ask(request) -> Iterator[Callable[[str], str]]:
    """ask(recipient) -> the reply to RCPT, for always the same client and sender."""
    with ExitStack() as stack:
        store = new_room(stack.enter_context(new_directory()), "store")
        greylist = f"greylist_delay = {DELAY_S}s\ngreylist_store = sqlite:{store}/greylist.db\n"
        if request.param == "in front":
            lists = f"smtpd_authorized_xclient_hosts = 127.0.0.0/8\nsmtpd_peername_lookup = no\n{greylist}"
            lists += f"smtpd_recipient_restrictions = {GUIDE}, check_greylist\n"
            gate = stack.enter_context(running_gate(lists, workers=1))
            port = gate.port
        else:
            door = free_port()
            row = f"127.0.0.1:{door} inet n - n - - policyd\n"
            lists = f"policyd_restrictions = check_greylist\n{greylist}"
            gate = stack.enter_context(running_gate(lists, master_cf=row, workers=1))
            line = f"check_policy_service {{ inet:127.0.0.1:{door}, timeout=10s, default_action=DUNNO }}"
            assert line in gate.log()
            settings = POSTFIX | {"smtpd_recipient_restrictions": f"{GUIDE}, {line}"}
            port = stack.enter_context(private_postfix({"door": settings})).ports["door"]

        def ask(recipient: str) -> str:
            commands = ["XCLIENT ADDR=192.0.2.77 NAME=[UNAVAILABLE]", "EHLO client.example"]
            return say(port, [*commands, "MAIL FROM:<ann@sender.example>", f"RCPT TO:<{recipient}>"])[-1]

        yield ask
        assert "internal error" not in gate.log()


def test_the_fifth_good_retry_makes_the_client_known(ask):
    recipients = [f"bob{n}@example.com" for n in range(5)]
    began = time.monotonic()
    first = ask(recipients[0])
    assert first == (
        f"450 4.2.0 <bob0@example.com>: Recipient address rejected: Greylisted, try again in {DELAY_S} seconds"
    )
    for recipient in recipients[1:]:
        assert ask(recipient).startswith("450 4.2.0 ")
    if time.monotonic() < began + DELAY_S - 0.5:
        assert ask(recipients[0]).startswith("450 4.2.0 ")
    time.sleep(DELAY_S + 1)
    for recipient in recipients[:4]:
        assert ask(recipient).startswith("250 2.1.5")
    assert ask("fresh@example.com").startswith("450 4.2.0 ")
    assert ask(recipients[4]).startswith("250 2.1.5")
    assert ask("fresher@example.com").startswith("250 2.1.5")
