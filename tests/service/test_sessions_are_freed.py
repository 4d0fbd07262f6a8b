"""A session that is over is freed at once, and its message with it: nothing of it is left to the garbage collector.

The collector counts objects, not octets, and a worker's seldom looks (GC_THRESHOLDS): what waits for it is memory that
grows for minutes.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gatepost.service.event_loop import GOODBYE_S
from gatepost.service.gate import load_gate
from gatepost.testing.free_ports import free_port
from gatepost.testing.name_server import NameServer
from gatepost.testing.scripted_hop import ScriptedHop
from gatepost.testing.story_drivers.surroundings import CapturedLog
from gatepost.testing.worker_here import worker_here
from tests.adversity.sending import WAYS, by_qmqp
from tests.soak.ledger import Sent
from tests.system.talking import talking

SESSIONS = 10
MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.1/32
relay_domains = example.com
qmqpd_authorized_clients = 127.0.0.0/8
dns_nameservers = {names}
smtpd_proxy_filter = {hop}
maildir_directory = {maildirs}
smtpd_recipient_restrictions = reject_unauth_destination, reject_rbl_client bl.test
"""
ZONE = "bl.test lists 127.0.0.3 127.0.0.2 listed\n"


async def deliver(smtp: int, _maildir: int, _qmqp: int, number: int) -> None:
    """One message by each way of sending it."""
    for way in WAYS:
        await _send(smtp, "127.0.0.2", way, number)


async def into_a_maildir(_smtp: int, maildir: int, _qmqp: int, number: int) -> None:
    """One message without a hop."""
    await _send(maildir, "127.0.0.2", WAYS[0], number)


async def be_refused(smtp: int, _maildir: int, _qmqp: int, number: int) -> None:
    """A client that is listed."""
    await _send(smtp, "127.0.0.3", WAYS[0], number, heard=554)


async def vanish(smtp: int, _maildir: int, _qmqp: int, _number: int) -> None:
    """In the middle of a message."""
    async with talking(smtp) as talk:
        await talk.open()
        await talk.ask("MAIL FROM:<ann@sender.example>", "RCPT TO:<bob@example.com>", "DATA")
        talk.say(b"Subject: half\r\n" + b"x" * 60 + b"\r\n")


async def hand_in(_smtp: int, _maildir: int, qmqp: int, number: int) -> None:
    """By QMQP."""
    assert (await by_qmqp(Sent(number, "QMQP"), qmqp)).code == 250


async def _send(port: int, source: str, way: Callable[..., Awaitable], number: int, heard: int = 250) -> None:
    async with talking(port, source) as talk:
        await talk.open()
        envelope = b"MAIL FROM:<%d@sender.example> BODY=8BITMIME\r\nRCPT TO:<bob@example.com>\r\n" % number
        reply = await way(talk, envelope, Sent(number, "SMTP").message)
        assert reply.code == heard, reply
        await talk.ask("QUIT")


@pytest.mark.parametrize("visit", [deliver, into_a_maildir, be_refused, vanish, hand_in])
def test_nothing_is_left_of_a_session(visit: Callable[..., Awaitable[None]], tmp_path: Path) -> None:
    left: list[str] = []

    async def main() -> None:
        async with NameServer(ZONE) as names, ScriptedHop() as hop:
            ports = [free_port() for _ in range(3)]
            values = {"names": names.nameservers, "hop": f"127.0.0.1:{hop.port}", "maildirs": tmp_path / "maildirs"}
            (tmp_path / "main.cf").write_text(MAIN_CF.format(**values))
            (tmp_path / "master.cf").write_text(
                f"{ports[0]} inet n - n - 0 smtpd\n{ports[1]} inet n - n - 0 smtpd -o smtpd_proxy_filter=\n"
                f"{ports[2]} inet n - n - 0 qmqpd\n"
            )
            with worker_here(load_gate(tmp_path), CapturedLog(), GOODBYE_S) as doors:
                await visit(*ports, 0)
                await asyncio.sleep(0.1)
                gc.collect()
                gc.disable()
                for number in range(1, SESSIONS + 1):
                    await visit(*ports, number)
                idle = asyncio.Event()
                doors.finish(idle.set)
                await asyncio.wait_for(idle.wait(), GOODBYE_S)
                left.extend(garbage())
                doors.close()

    try:
        asyncio.run(main())
    finally:
        gc.enable()
    ours = Counter(
        name for name in left if name.endswith(("Session", "Connection", "Dialogue", "MailReceived", "Spool"))
    )
    assert not ours, Counter(left)


def garbage() -> list[str]:
    """The names of the classes of what only the collector can free."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        return [type(each).__qualname__ for each in gc.garbage]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
