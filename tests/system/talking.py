"""An SMTP client on asyncio streams that says exactly what it is told, for loads of hundreds of sessions.

    async with talking(port) as talk:
        await talk.greeted()
        await talk.ask("EHLO a.example"), await talk.send_message(…)

A reply is its code and its whole text; a connection that has ended is the reply (0, "").
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import NamedTuple

PATIENCE_S = 30.0
LIMIT = 1 << 20


class Reply(NamedTuple):
    """One reply, its lines joined by newlines; code 0: the connection has ended instead."""

    code: int
    text: str


GONE = Reply(0, "")


class Talk:
    """One session."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def reply(self) -> Reply:
        """The next reply."""
        lines = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    line = await self.reader.readline()
                    if not line.endswith(b"\n"):
                        return GONE
                    lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
                    if line[3:4] != b"-":
                        return Reply(int(line[:3]), "\n".join(lines))
        except ConnectionError:
            return GONE

    def say(self, octets: bytes) -> None:
        """Send without waiting."""
        self.writer.write(octets)

    async def ask(self, *commands: str) -> Reply:
        """Send commands in one piece, and give the reply to the last; a refusal before it is given instead."""
        self.say("".join(f"{command}\r\n" for command in commands).encode())
        refusal = None
        reply = GONE
        for _ in commands:
            reply = await self.reply()
            if reply.code == 0:
                return reply
            if reply.code >= 400 and refusal is None:
                refusal = reply
        return refusal or reply

    async def open(self, name: str = "client.example") -> Reply:
        """Hear the greeting and say EHLO."""
        greeting = await self.reply()
        return await self.ask(f"EHLO {name}") if greeting.code == 220 else greeting

    async def deliver(self, sender: str, recipients: Iterable[str], message: bytes) -> Reply:
        """One message (CRLF line ends, not dot-stuffed): the reply to it, or the refusal before it."""
        envelope = [f"MAIL FROM:<{sender}> BODY=8BITMIME", *(f"RCPT TO:<{recipient}>" for recipient in recipients)]
        reply = await self.ask(*envelope)
        if reply.code == 250:
            reply = await self.ask("DATA")
        if reply.code != 354:
            if reply.code:
                await self.ask("RSET")
            return reply
        self.say((b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")
        return await self.reply()

    async def rest(self) -> bytes:
        """What comes until the server closes; fails when it does not."""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE_S):
                return await self.reader.read()
        return b""

    def vanish(self) -> None:
        """Reset the connection, without a word."""
        self.writer.transport.abort()


@contextlib.asynccontextmanager
async def talking(port: int, source: str = "127.0.0.2") -> AsyncIterator[Talk]:
    """Connect from a loopback address. Raises OSError."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0), limit=LIMIT)
    try:
        yield Talk(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
