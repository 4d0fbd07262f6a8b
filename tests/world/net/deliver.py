"""What a door does with a Destination, as coroutines, for the tests beside this file."""

import asyncio

import uvloop

from gatepost.model.envelope import Origin, Recipient, Sender
from gatepost.model.reply import Reply
from gatepost.world.net.destination import Destination, Mail

PATIENCE_SECONDS = 20.0  # far more than any step here takes: a test fails by it, and never passes by it


def run(story, loop="asyncio"):
    """Run a coroutine on stock asyncio or on uvloop."""
    if loop == "uvloop":
        return uvloop.run(story)
    return asyncio.run(story)


def mail(sender="from@example.org", ident="ID1", **parameters) -> Mail:
    origin = Origin("client.example.net", "192.0.2.7", 4711, "ESMTP", "helo.example.net", ident)
    return Mail(Sender(sender, **parameters), origin)


async def answer(ask, *arguments) -> Reply:
    """Ask, and wait for the one answer, which never comes from within the asking call."""
    answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    ask(*arguments, answered.set_result)
    assert not answered.done()
    return await asyncio.wait_for(answered, PATIENCE_SECONDS)


async def offer(destination: Destination, recipient="to@example.com", of=None, **parameters) -> Reply:
    return await answer(destination.offer_recipient, of or mail(), Recipient(recipient, **parameters))


async def begin(destination: Destination) -> Reply:
    return await answer(destination.begin_data)


async def write(destination: Destination, *chunks: bytes) -> None:
    """Write with back-pressure."""
    for chunk in chunks:
        writable = asyncio.Event()
        destination.on_writable = writable.set
        if not destination.write(chunk):
            await asyncio.wait_for(writable.wait(), PATIENCE_SECONDS)


async def finish(destination: Destination) -> Reply:
    return await answer(destination.finish)


async def deliver(destination: Destination, *chunks: bytes, recipients=("to@example.com",), of=None) -> Reply:
    """A whole transaction; gives the first refusal, or the answer to the message."""
    whose = of or mail()
    for recipient in recipients:
        reply = await offer(destination, recipient, whose)
        if not reply.is_positive:
            destination.reset()
            return reply
    reply = await begin(destination)
    if not reply.is_positive:
        destination.reset()
        return reply
    await write(destination, *chunks)
    return await finish(destination)


async def until(condition) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 -- what is waited for belongs to another party, which has no event
            await asyncio.sleep(0.005)
