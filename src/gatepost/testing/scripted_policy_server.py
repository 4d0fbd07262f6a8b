"""A policy server that does what a script says: for tests of anything that asks one (SMTPD_POLICY_README).

    async with ScriptedPolicyServer([b"action=DUNNO\n\n", DISCONNECT]) as server:
        ...  # ask 127.0.0.1, server.port
        server.requests  # what was asked, as octets; server.asked the same as dictionaries
        server.connections  # for each connection, how many questions came over it

A script is a list of steps, one for each question, over all connections; the last one is used again and again. Or it
is a function of the attributes of a question that gives the step. A step is octets to send, DISCONNECT, SILENCE, or a
tuple of them, done one after the other; a number in it is seconds to wait.
"""

import asyncio
from collections.abc import Callable, Sequence

from gatepost.testing.scripted_hop import DISCONNECT, SILENCE, Act
from gatepost.testing.scripted_server import ScriptedServer

__all__ = ["DISCONNECT", "SILENCE", "ScriptedPolicyServer"]

Doing = bytes | Act | float
Step = Doing | tuple[Doing, ...]
Script = Sequence[Step] | Callable[[dict[str, str]], Step]


class ScriptedPolicyServer(ScriptedServer):
    """A policy server on 127.0.0.1 at a free port, or on a Unix socket, for the time of a `with`."""

    def __init__(self, script: Script, *, path: str = "", port: int = 0) -> None:
        super().__init__(path=path, port=port)
        self._script = script
        self.requests: list[bytes] = []
        self.connections: list[int] = []

    @property
    def endpoint(self) -> str:
        """As check_policy_service wants it."""
        return f"unix:{self._path}" if self._path else f"inet:127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[dict[str, str]]:
        """The attributes of each question."""
        return [_attributes(request) for request in self.requests]

    def close(self) -> None:
        """Stop, and drop every connection."""
        super().close()
        self.drop()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer questions as the script says."""
        number = len(self.connections)
        self.connections.append(0)
        while True:
            request = await reader.readuntil(b"\n\n")
            self.connections[number] += 1
            self.requests.append(request)
            if not await self._do(self._step(request), writer):
                return

    def _step(self, request: bytes) -> Step:
        if callable(self._script):
            return self._script(_attributes(request))
        return self._script[min(len(self.requests), len(self._script)) - 1]

    async def _do(self, step: Step, writer: asyncio.StreamWriter) -> bool:
        """Do a step; False when it ends the connection."""
        for doing in step if isinstance(step, tuple) else (step,):
            if doing is DISCONNECT:
                return False
            if isinstance(doing, bytes):
                writer.write(doing)
            elif isinstance(doing, int | float):
                await asyncio.sleep(doing)
        return True


def _attributes(request: bytes) -> dict[str, str]:
    lines = request.decode("utf-8", "surrogateescape").split("\n")
    return {name: value for name, _, value in (line.partition("=") for line in lines) if name}
