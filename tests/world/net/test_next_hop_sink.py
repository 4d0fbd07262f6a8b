"""The next hop against Postfix's smtp-sink: what it takes, what it refuses, and that messages arrive byte for byte."""

import asyncio
import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from gatepost.world.net.next_hop import HopAddress, NextHop, NextHopPool, NextHopSettings
from tests.world.net.deliver import deliver, mail, run

pytestmark = pytest.mark.peer("smtp-sink")

UNAVAILABLE = 451
SINK = shutil.which("smtp-sink", path=os.environ.get("PATH", "") + ":/usr/sbin")


@contextlib.contextmanager
def sink(*options):
    """Run smtp-sink on a free port; give the port and the directory of its dumps."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="sink-") as directory:
        Path(directory).chmod(0o777)
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [SINK, *user, "-d", "dump.", *options, f"127.0.0.1:{port}", "100"]
        process = subprocess.Popen(command, cwd=directory)
        try:
            wait_for(port)
            yield port, Path(directory)
        finally:
            process.kill()
            process.wait()


def wait_for(port):
    for _ in range(500):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.01)
    pytest.fail("smtp-sink did not start")


class Gate:
    def __init__(self, port, protocol="smtp"):
        self.address = HopAddress(protocol, "127.0.0.1", port)
        self.pool = NextHopPool()
        self.log = []

    def session(self):
        settings = NextHopSettings(smtpd_proxy_ehlo="gate.example", smtpd_proxy_timeout=10.0)
        return NextHop(self.address, settings, self.pool, lambda severity, text: self.log.append(text))


@pytest.mark.parametrize(
    ("options", "protocol", "code", "enhanced", "logged"),
    [
        ([], "smtp", 250, "2.0.0", ""),
        (["-L"], "lmtp", 250, "2.2.0", ""),
        (["-e"], "smtp", 250, "2.0.0", ""),
        (["-p", "-8", "-F", "-N"], "smtp", 250, "2.0.0", ""),
        (["-f", "CONNECT"], "smtp", UNAVAILABLE, "4.3.0", "refused us at CONNECT"),
        (["-f", "EHLO,HELO"], "smtp", UNAVAILABLE, "4.3.0", "refused us at HELO"),
        (["-f", "XFORWARD"], "smtp", UNAVAILABLE, "4.3.0", "refused us at XFORWARD"),
        (["-f", "MAIL"], "smtp", UNAVAILABLE, "4.3.0", "refused us at MAIL"),
        (["-f", "RCPT"], "smtp", 500, "5.3.0", ""),
        (["-r", "RCPT"], "smtp", 450, "4.3.0", ""),
        (["-f", "DATA"], "smtp", 500, "5.3.0", ""),
        (["-f", "."], "smtp", 500, "5.3.0", ""),
        (["-r", "."], "smtp", 450, "4.3.0", ""),
        (["-A", "0"], "smtp", 550, "5.0.0", ""),
        (["-Q", "MAIL"], "smtp", UNAVAILABLE, "4.3.0", "refused us at MAIL: 421"),
        (["-Q", "RCPT"], "smtp", UNAVAILABLE, "4.3.0", "421"),
        (["-Q", "."], "smtp", UNAVAILABLE, "4.3.0", "421"),
        (["-q", "CONNECT"], "smtp", UNAVAILABLE, "4.3.0", "lost connection"),
        (["-q", "RCPT"], "smtp", UNAVAILABLE, "4.3.0", "lost connection"),
        (["-q", "DATA"], "smtp", UNAVAILABLE, "4.3.0", "lost connection"),
        (["-q", "."], "smtp", UNAVAILABLE, "4.3.0", "may send it again"),
    ],
)
def test_what_the_client_hears(options, protocol, code, enhanced, logged):
    async def story(port):
        gate = Gate(port, protocol)
        reply = await deliver(gate.session(), b"Subject: x\r\n\r\ntext\r\n", of=mail(body="8BITMIME"))
        gate.pool.close()
        return reply, "\n".join(gate.log)

    with sink(*options) as (port, _):
        reply, log = run(story(port))
    assert (reply.code, reply.enhanced) == (code, enhanced)
    assert logged in log
    assert bool(log) is bool(logged)


def random_message(chance):
    """Dots at line starts, 8-bit octets, empty and long lines; no CR or LF but at line ends."""
    lines = []
    for _ in range(chance.randrange(1, 30)):
        text = chance.choice([b"", b".", b"..", b".x", b" ", chance.randbytes(40), b"y" * chance.randrange(5000)])
        lines.append(re.sub(rb"[\r\n\0]", b"-", text))
    return b"Subject: random\r\n\r\n" + b"\r\n".join(lines) + b"\r\n"


def dumped(directory):
    """Read smtp-sink's dumps: what the sender was, and the message behind smtp-sink's own headers."""
    for path in directory.iterdir():
        octets = path.read_bytes()
        sender = re.search(rb"^X-Mail-Args: <([^>]*)>", octets, re.MULTILINE)
        own = re.search(rb"^Received:.*\n(?:[ \t].*\n)*", octets, re.MULTILINE)
        yield sender[1].decode(), octets[own.end() :].removesuffix(b"\n").replace(b"\n", b"\r\n")


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize(("options", "protocol"), [([], "smtp"), (["-L"], "lmtp")])
def test_messages_arrive_byte_for_byte(loop, options, protocol):
    chance = random.Random(f"{loop} {protocol}")
    messages = {f"{n}@example.org": random_message(chance) for n in range(400)}

    async def client(gate, senders):
        session = gate.session()
        for sender in senders:
            message = messages[sender]
            cut = random.randrange(len(message))
            reply = await deliver(session, message[:cut], message[cut:], of=mail(sender, size_bytes=len(message)))
            assert reply.code == 250

    async def story(port):
        gate = Gate(port, protocol)
        senders = list(messages)
        await asyncio.gather(*(client(gate, senders[n::10]) for n in range(10)))
        assert gate.log == []
        gate.pool.close()

    with sink(*options) as (port, directory):
        run(story(port), loop)
        received = dict(dumped(directory))
        assert len(list(directory.iterdir())) == len(messages)
    assert received == messages
