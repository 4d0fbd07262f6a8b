"""Tell a story to the real program: `gatepost run` in a process of its own; name server and next hop run here.

The program is told to stop when the story ends, however it ends; one that does not stop is killed, with its workers,
and fails the story.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gatepost.testing.free_ports import free_port
from gatepost.testing.name_server import NameServer
from gatepost.testing.story import Story
from gatepost.testing.story_drivers.surroundings import connect, hop_of
from gatepost.testing.story_site import Site, build_site, zone_text
from gatepost.testing.story_telling import Stage, Streams, tell

START_S = 20.0
"""How long the program may take until it listens, on a machine that does ten other things."""

STOP_S = 10.0
"""How long it may take to stop; sessions that a story leaves open have 1 s (shutdown_grace_time)."""


def run(story: Story, directory: Path) -> None:
    """Tell a story."""
    asyncio.run(_run(story, directory))


async def _run(story: Story, directory: Path) -> None:
    log = directory / "log"

    def told() -> str:
        return log.read_text(errors="replace")

    async with NameServer(zone_text(story)) as names, hop_of(story) as (hop, filter_text):
        site = build_site(story, directory, port=free_port(), nameservers=names.nameservers, hop=filter_text)
        with _running(site, log) as process:

            async def connect_when_up(address: str) -> Streams:
                return await _connect_when_up(process, site, address, told)

            await tell(story, Stage(connect_when_up, lambda: told().splitlines(), site.maildirs, hop))


@contextlib.contextmanager
def _running(site: Site, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    overrides = site.overrides | {"shutdown_grace_time": "1s"}
    options = [word for name, value in overrides.items() for word in ("-o", f"{name}={value}")]
    command = [sys.executable, "-m", "gatepost.cli.main", "run", "-c", str(site.directory), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the program under test, with the story's own configuration
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
        )
    try:
        yield process
        process.terminate()
        status = process.wait(STOP_S)
        assert status == 0, f"gatepost run ended with status {status}\n{log.read_text(errors='replace')}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def _connect_when_up(
    process: subprocess.Popen[bytes], site: Site, address: str, told: Callable[[], str]
) -> Streams:
    end = time.monotonic() + START_S
    while True:
        try:
            return await connect(site.port, address)
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > end:
                text = f"gatepost run does not listen on port {site.port}:\n{told()}"
                raise AssertionError(text) from None
            await asyncio.sleep(0.02)
