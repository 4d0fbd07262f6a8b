"""How the tests of names ask: one question, awaited; on the loop they run on."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import uvloop

from gatepost.model.answer import Answer
from gatepost.testing.name_server import NameServer
from gatepost.world.names.names import NameQuestion, Names

NOWHERE = Path("/nonexistent")


def run(main: Coroutine[Any, Any, None], loop: str = "uvloop") -> None:
    """Run a test's coroutine; anything that a callback raises fails the test."""
    faults: list[Any] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context))
        await main

    if loop == "uvloop":
        uvloop.run(watched())
    else:
        asyncio.run(watched())
    assert not faults


async def answer(names: Names, question: NameQuestion) -> Answer[Any]:
    """Ask one question and wait; the callback must come later than the call, and once."""
    future: asyncio.Future[Answer[Any]] = asyncio.get_running_loop().create_future()
    names.ask(question, future.set_result)
    assert not future.done()
    return await future


def names_of(*servers: NameServer, **options: Any) -> Names:
    """Give Names that ask these servers and read no file of this machine."""
    return Names(" ".join(server.nameservers for server in servers), **{"hosts": NOWHERE, **options})
