"""A gate whose disk is full: run by test_exhaustion.py in a mount namespace of its own, where the disk is a small tmpfs.

unshare -m python -m tests.adversity.full_disk maildir|greylist
"""

import asyncio
import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.system.running_gate import RunningGate, new_directory, running_gate, wait_until
from tests.system.talking import Reply, talking

SIZE = "6m"
BIG = b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n"
FILLER = "filler"


def fill(disk: Path) -> Path:
    """Take all that is left."""
    path = disk / FILLER
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return path


async def deliver(port: int, client: str, message: bytes) -> Reply:
    async with talking(port, client) as talk:
        await talk.open()
        return await talk.deliver("ann@sender.example", ["bob@example.com"], message)


def heard(gate: RunningGate, client: str = "127.0.0.2", message: bytes = BIG) -> Reply:
    return asyncio.run(deliver(gate.port, client, message))


def maildir(disk: Path) -> None:
    """Mail is refused for now, nothing of it stays, and it is taken again when there is room."""
    with running_gate("message_size_limit = 3000000\n", workers=1) as gate:
        assert heard(gate).code == 250
        filler = fill(disk)
        for _ in range(3):
            reply = heard(gate)
            assert 400 <= reply.code < 500, reply
        big = heard(gate, message=BIG + b"y\r\n" * 500_000)
        assert 400 <= big.code < 500, big
        assert list(gate.maildirs.glob("*/tmp/*")) == []
        filler.unlink()
        assert heard(gate).code == 250
        messages = gate.delivered()
        assert len(messages) == 2 and all(message.endswith(b"x" * 70 + b"\n") for message in messages)
        assert "Traceback" not in gate.log() and "unexpected" not in gate.log(), gate.log()


def greylist(disk: Path) -> None:
    """A greylist that cannot write lets mail through (greylist_tempfail_action), says so once, and works again."""
    rules = "smtpd_recipient_restrictions = reject_unauth_destination, check_greylist\ngreylist_delay = 1h\n"
    store = f"greylist_store = sqlite:{disk}/greylist.db\nmaildir_directory = /var/tmp\n"
    with running_gate(rules + store, workers=1) as gate:
        assert heard(gate, "127.0.9.1").code == 450
        filler = fill(disk)
        replies = [asyncio.run(ask(gate.port, f"127.1.{number}.1")).code for number in range(40)]
        assert set(replies) <= {250, 450} and 250 in replies, replies
        outages = [line for line in gate.log().splitlines() if "greylist" in line and "warning" in line]
        assert 1 <= len(outages) <= 3, outages
        filler.unlink()
        fresh = itertools.count()
        wait_until(lambda: asyncio.run(ask(gate.port, f"127.2.{next(fresh)}.1")).code == 450, "the greylist")
        assert "Traceback" not in gate.log() and "unexpected" not in gate.log(), gate.log()


async def ask(port: int, client: str) -> Reply:
    async with talking(port, client) as talk:
        await talk.open()
        return await talk.ask("MAIL FROM:<ann@sender.example>", "RCPT TO:<bob@example.com>")


def main() -> None:
    with new_directory() as directory:
        disk = directory / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=1777", "tmpfs", disk], check=True)
        os.environ["TMPDIR"] = tempfile.tempdir = str(disk)
        try:
            {"maildir": maildir, "greylist": greylist}[sys.argv[1]](disk)
        finally:
            subprocess.run(["umount", "-l", disk], check=True)


if __name__ == "__main__":
    main()
