"""One DNS question under way, and all who wait for it."""

from collections.abc import Callable

from gatepost.world.names.message import query_with
from gatepost.world.names.outcome import Key, Outcome
from gatepost.world.names.over_tcp import TcpQuestion
from gatepost.world.names.ports import Port, Server

Waiter = Callable[[Outcome], None]

RETRANSMIT_S = 0.4


class Flight:
    """What the resolver keeps of one question.

    `asked` is the name now asked for (the target of an alias, later); `query` asks for it, and `folded` is its
    question section in lower case, to compare with answers; `trail` says on which sockets under which ids answers are
    awaited; a `stage` lasts from one retransmission to the next and ends at `due_at`; `failed` servers are not asked
    again, `refused` ones not in this stage; `ttl_s` is the least of the aliases gone through; `why` is the last
    trouble.
    """

    __slots__ = (
        "asked",
        "due_at",
        "failed",
        "folded",
        "is_over",
        "key",
        "query",
        "redirects",
        "refused",
        "stage",
        "tcp",
        "trail",
        "tries",
        "ttl_s",
        "waiters",
        "why",
    )

    def __init__(self, key: Key, question: bytes, waiter: Waiter) -> None:
        self.key = key
        self.asked = key[0]
        self.query = query_with(question)
        self.folded = question.lower()
        self.waiters = [waiter]
        self.trail: list[tuple[Port, bytes]] = []
        self.failed: tuple[Server, ...] = ()
        self.refused: tuple[Server, ...] = ()
        self.tries = 0
        self.stage = 0
        self.due_at = 0.0
        self.redirects = 0
        self.ttl_s = 0x7FFFFFFF
        self.tcp: TcpQuestion | None = None
        self.is_over = False
        self.why = ""


def stage_delays_s(deadline_s: float) -> tuple[float, ...]:
    """Give the waits between sendings, doubling from 0.4 s; the last ends at the deadline."""
    delays: list[float] = []
    left = deadline_s
    wait = RETRANSMIT_S
    while left > 2 * wait:
        delays.append(wait)
        left -= wait
        wait *= 2
    return (*delays, left)
