"""Ask any table and wait for the answer: for commands, which have nothing else to do meanwhile."""

import asyncio
from functools import lru_cache

from gatepost.model.answer import Answer
from gatepost.world.tables.table import LocalTable, Table


def find_now(table: Table, key: str) -> Answer[str]:
    """Give the value of one key."""
    return table.find(key) if isinstance(table, LocalTable) else _runner().run(table.lookup(key))


@lru_cache(maxsize=1)
def _runner() -> asyncio.Runner:
    """One event loop for all questions of a command, so that connections are kept."""
    return asyncio.Runner()
