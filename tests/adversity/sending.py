"""Clients of the journal that live with a bad line: every way to hand in a message, tried again until it is taken.

A way sends one message in a session that has said EHLO and gives the last reply: 250, a refusal, GONE where the line
broke before the whole message was out, SENT_WHOLE where it broke afterwards.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence

from gatepost.wire.netstrings import netstring
from tests.system.journal import PAUSE_S, SENT_WHOLE, Entry
from tests.system.talking import GONE, Reply, Talk, talking

Way = Callable[[Talk, bytes, bytes], Awaitable[Reply]]
"""talk, envelope (the commands before the message, each with its CRLF), message."""

MOST_TRIES = 40
SESSION_MESSAGES = 5


async def _replies(talk: Talk, count: int) -> Reply:
    """So many replies: the first refusal or break among them, else the last."""
    refusal = None
    reply = GONE
    for _ in range(count):
        reply = await talk.reply()
        if reply.code == 0:
            return reply
        if reply.code >= 400 and refusal is None:
            refusal = reply
    return refusal or reply


def _stuffed(message: bytes) -> bytes:
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


async def by_data(talk: Talk, envelope: bytes, message: bytes) -> Reply:
    """MAIL and RCPT together, then DATA, then the message."""
    talk.say(envelope)
    reply = await _replies(talk, envelope.count(b"\r\n"))
    return await _data(talk, message) if reply.code == 250 else reply


async def by_pipelined_data(talk: Talk, envelope: bytes, message: bytes) -> Reply:
    """MAIL, RCPT and DATA in one piece (RFC 2920)."""
    talk.say(envelope + b"DATA\r\n")
    reply = await _replies(talk, envelope.count(b"\r\n"))
    go_ahead = await talk.reply() if reply.code else GONE
    return await _text(talk, message) if go_ahead.code == 354 else (reply if reply.code != 250 else go_ahead)


async def _data(talk: Talk, message: bytes) -> Reply:
    talk.say(b"DATA\r\n")
    reply = await talk.reply()
    return await _text(talk, message) if reply.code == 354 else reply


async def _text(talk: Talk, message: bytes) -> Reply:
    talk.say(_stuffed(message))
    reply = await talk.reply()
    return reply if reply.code else SENT_WHOLE


async def by_chunks(talk: Talk, envelope: bytes, message: bytes) -> Reply:
    """Envelope and all chunks in one piece (RFC 3030), cut wherever it comes."""
    cut = len(message) // 3
    chunks = [message[:cut], message[cut : 2 * cut], message[2 * cut :]]
    sent = [b"BDAT %d%s\r\n%s" % (len(chunk), b" LAST" * (n == 2), chunk) for n, chunk in enumerate(chunks) if chunk]
    talk.say(envelope + b"".join(sent))
    reply = await _replies(talk, envelope.count(b"\r\n") + len(sent))
    return reply if reply.code else SENT_WHOLE


WAYS: tuple[Way, ...] = (by_data, by_pipelined_data, by_chunks)


async def send_all(entries: Sequence[Entry], port: int, connections: int, chance: random.Random) -> None:
    """Send all entries over so many connections at once, each in a way that chance chooses."""
    await asyncio.gather(*(_send(list(entries[part::connections]), port, chance) for part in range(connections)))


async def _send(waiting: list[Entry], port: int, chance: random.Random) -> None:
    while waiting:
        with contextlib.suppress(ConnectionError):
            await _session(waiting, port, chance)
        await asyncio.sleep(PAUSE_S if waiting else 0)


async def _session(waiting: list[Entry], port: int, chance: random.Random) -> None:
    """One session: messages until one is not taken, which goes back to be sent later."""
    async with talking(port) as talk:
        if (await talk.open()).code != 250:
            return
        for _ in range(min(SESSION_MESSAGES, len(waiting))):
            entry = waiting.pop(0)
            envelope = b"MAIL FROM:<%d@sender.example> BODY=8BITMIME\r\nRCPT TO:<bob@example.com>\r\n" % entry.number
            reply = await chance.choice(WAYS)(talk, envelope, entry.message)
            entry.replies.append(reply)
            if reply.code != 250:
                if len(entry.replies) < MOST_TRIES:
                    waiting.append(entry)
                return
        await talk.ask("QUIT")


async def hand_in(entries: Sequence[Entry], port: int, connections: int) -> None:
    """The same by QMQP: one message a connection; K is 250, Z 451, D 554."""
    await asyncio.gather(*(_hand_in(list(entries[part::connections]), port) for part in range(connections)))


async def _hand_in(waiting: list[Entry], port: int) -> None:
    while waiting:
        entry = waiting.pop(0)
        reply = await by_qmqp(entry, port)
        entry.replies.append(reply)
        if reply.code != 250 and len(entry.replies) < MOST_TRIES:
            waiting.append(entry)
            await asyncio.sleep(PAUSE_S)


async def by_qmqp(entry: Entry, port: int) -> Reply:
    parts = (entry.message.replace(b"\r\n", b"\n"), b"%d@sender.example" % entry.number, b"bob@example.com")
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return GONE
    try:
        writer.write(netstring(b"".join(netstring(part) for part in parts)))
        said = (await reader.read()).partition(b":")[2]
    except ConnectionError:
        said = b""
    finally:
        writer.close()
    code = {b"K": 250, b"Z": 451, b"D": 554}.get(said[:1])
    return Reply(code, said.decode("utf-8", "replace")) if code else SENT_WHOLE
