"""What stands around a gate in a story, whatever the driver: the next hop that the story describes, a captured log.

The hop runs in the event loop of the driver, over its sockets, real or imagined.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from gatepost.testing.scripted_hop import DISCONNECT, EXTENSIONS, SILENCE, ScriptedHop, Step
from gatepost.testing.story import Story

_ACTS: dict[str, Step] = {"hangs up": DISCONNECT, "silence": SILENCE}


@contextlib.asynccontextmanager
async def hop_of(story: Story) -> AsyncIterator[tuple[ScriptedHop | None, str]]:
    """Run the next hop of a story. Gives it, and the text for smtpd_proxy_filter; (None, "") without one."""
    if story.hop is None:
        yield None, ""
        return
    prefix = "lmtp:inet:" if story.hop.protocol == "lmtp" else ""
    script = {
        verb: [_ACTS.get(reply) or f"{reply}\r\n".encode() for reply in replies]
        for verb, replies in story.hop.script.items()
    }
    extensions = EXTENSIONS if story.hop.extensions is None else story.hop.extensions
    async with ScriptedHop(script, extensions=extensions) as hop:
        if story.hop.is_down:
            hop.close()
        yield hop, f"{prefix}127.0.0.1:{hop.port}"


class CapturedLog:
    """A LogDestination that keeps the lines."""

    facility: int | None = None
    why = ""

    def __init__(self) -> None:
        self._octets = bytearray()

    def lines(self) -> list[str]:
        """All lines so far."""
        return self._octets.decode("utf-8", "replace").splitlines()

    def write(self, lines: bytes) -> int:
        """Keep lines."""
        self._octets += lines
        return len(lines)

    def reopen(self) -> None:
        """Nothing to open."""

    def descriptor(self) -> int | None:
        """It has none."""
        return None

    def adopt(self, descriptor: int) -> None:
        """It takes none."""


async def connect(port: int, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect a client from a loopback address."""
    server = "::1" if ":" in address else "127.0.0.1"
    return await asyncio.open_connection(server, port, local_addr=(address, 0))
