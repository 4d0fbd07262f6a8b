"""Clients counted over several machines: what this one counts is told to a Redis server, what others count is learnt.

    counts = StoreCounts(client_counts, url, log)       in the place of ClientCounts
    counts.connect(client, 50, late)                    what is known at once; late(number) if the others make it more

Nobody waits for the store. A session goes on by what is known, and learns a round trip later when its connection was
one too many. What has happened is gathered for GATHER_S and told in one script, which answers with what the other
machines have. Events count from the first on any machine, for anvil_rate_time_unit.

Unavailable: this machine counts alone; what happens meanwhile is not told later. One line of all workers when it
begins, one when it is over; RETRY_S after a failure the store is tried again.
Limits: MOST_AT_ONCE clients in one script; a machine that is gone counts for STALE_S more; KNOWN clients remembered.
Machines should agree on the time within seconds.

A row of master.cf is known by its port alone, for machines have addresses of their own. Keys are
`gatepost:anvil:{…}:c` and `…:e`, where `…` is a hash of port and client; Redis forgets them by itself.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b

from gatepost.world.limits.shared_counts import ClientCounts, Event
from gatepost.world.redis_server import Script, is_cluster, open_server, shown
from gatepost.world.watching.log import Logging
from gatepost.world.watching.outages import outages_of

GATHER_S = 0.005
MOST_AT_ONCE = 256
RETRY_S = 2.0
TIMEOUT_S = 2.0
STALE_S = 60
TELL_EVERY_S = 20.0
"""How often connections that last are told again: thrice within STALE_S."""

KNOWN = 65_536
PREFIX = "gatepost:anvil:"

SCRIPT = """
local machine, process, now, stale, within = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local told = {}
for at = 1, #KEYS / 2 do
    local connections, events, first = KEYS[2 * at - 1], KEYS[2 * at], 6 * at - 1
    if tonumber(ARGV[first + 1]) > 0 then
        redis.call('HSET', connections, machine .. ' ' .. process, ARGV[first + 1] .. ' ' .. now)
        redis.call('EXPIRE', connections, stale)
    else
        redis.call('HDEL', connections, machine .. ' ' .. process)
    end
    local there = 0
    local held = redis.call('HGETALL', connections)
    for i = 1, #held, 2 do
        local number, when = string.match(held[i + 1], '(%d+) (%d+)')
        if tonumber(when) + stale < now then
            redis.call('HDEL', connections, held[i])
        elseif string.match(held[i], '^%S+') ~= machine then
            there = there + tonumber(number)
        end
    end
    told[#told + 1] = there
    for event = 0, 4 do
        local more = tonumber(ARGV[first + 2 + event])
        if more > 0 then redis.call('HINCRBY', events, machine .. ' ' .. event, more) end
    end
    if redis.call('TTL', events) == -1 then redis.call('EXPIRE', events, within) end
    local sums = {0, 0, 0, 0, 0}
    held = redis.call('HGETALL', events)
    for i = 1, #held, 2 do
        local whose, event = string.match(held[i], '^(%S+) (%d)$')
        if whose ~= machine then sums[event + 1] = sums[event + 1] + tonumber(held[i + 1]) end
    end
    for event = 1, 5 do told[#told + 1] = sums[event] end
end
return told
"""
"""For each client: write what this process has, give what other machines have (connections, then each Event)."""

Late = Callable[[int], None]


@dataclass(slots=True)
class _News:
    """What is still to be told of one client. `arrivals`: of each new connection its number here, limit and late."""

    events: list[int] = field(default_factory=lambda: [0] * len(Event))
    arrivals: list[tuple[int, int, Late]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Others:
    """What other machines have of one client."""

    connections: int
    events: tuple[int, ...]
    until: float


_NOBODY = _Others(0, (0,) * len(Event), 0.0)


class StoreCounts:
    """Counts here and elsewhere. To be used within one event loop. `within_s`: anvil_rate_time_unit."""

    def __init__(self, counts: ClientCounts, url: str, machine: str, within_s: int, log: Logging) -> None:
        self._counts = counts
        self._name = shown(url)
        self._log = log
        self._server = open_server(url, TIMEOUT_S)
        self._is_cluster = is_cluster(url)
        self._script = Script(SCRIPT)
        self._machine = machine
        self._process = secrets.token_hex(8)
        self._within_s = within_s
        self._names: dict[int, str] = {}
        self._others: dict[int, _Others] = {}
        self._news: dict[int, _News] = {}
        self._work: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._retry_at = 0.0
        self._outages = outages_of(f"anvil_store {self._name}")
        self._again: asyncio.TimerHandle | None = None

    def client_key(self, service: str, network: bytes) -> int:
        """The number of a client of a service."""
        client = self._counts.client_key(service, network)
        if client not in self._names:
            if len(self._names) >= KNOWN:
                self._forget()
            port = service.rpartition(":")[2].encode("utf-8", "surrogateescape")
            self._names[client] = blake2b(b"%b\0%b" % (port, network), digest_size=16).hexdigest()
        return client

    def _forget(self) -> None:
        """Let go of clients that are not here; one of them that is still to be told of is not."""
        here = self._counts.connections
        self._names = {client: name for client, name in self._names.items() if client in here}
        self._others.clear()
        self._news = {client: news for client, news in self._news.items() if client in here}

    def connect(self, client: int, limit: int, late: Late) -> int:
        """Count a connection; gives how many the client is known to have."""
        number = self._counts.connect(client, limit, late)
        if news := self._to_tell(client):
            news.arrivals.append((number, limit, late))
        return number + self._known(client).connections

    def disconnect(self, client: int) -> None:
        """Count a connection less."""
        self._counts.disconnect(client)
        self._to_tell(client)

    def add(self, client: int, event: Event, now: int, within_s: int, more: int = 1) -> int:
        """Count an event, or so many more; gives how many there are known to be within the time."""
        number = self._counts.add(client, event, now, within_s, more)
        if news := self._to_tell(client):
            news.events[event] += more
        return number + self._known(client).events[event]

    def _known(self, client: int) -> _Others:
        others = self._others.get(client, _NOBODY)
        return others if others.until > time.monotonic() else _NOBODY

    def _to_tell(self, client: int) -> _News | None:
        """Where to write down what is to be told of a client; None while the store is away."""
        if time.monotonic() < self._retry_at or client not in self._names:
            return None
        news = self._news.setdefault(client, _News())
        if self._work is None:
            self._work = asyncio.get_running_loop().create_task(self._tell())
        if self._again is None:
            self._again = asyncio.get_running_loop().call_later(TELL_EVERY_S, self._tell_again)
        return news

    def _tell_again(self) -> None:
        self._again = None
        for client in tuple(self._counts.connections):
            self._to_tell(client)

    async def _tell(self) -> None:
        """Tell what there is as long as there is any."""
        try:
            while self._news:
                await asyncio.sleep(GATHER_S)
                some, self._news = self._news, {}
                for batch in _batches(some):
                    await self._tell_some(batch)
        except Exception as failure:  # noqa: BLE001 - a mistake in a driver is an outage too, and is told as one
            self._fail(failure)
        finally:
            self._work = None

    async def _tell_some(self, batch: dict[int, _News]) -> None:
        words = {
            client: [str(self._counts.connections.get(client, 0)), *map(str, news.events)]
            for client, news in batch.items()
        }
        asked_at = time.monotonic()
        begin = [self._machine, self._process, str(int(time.time())), str(STALE_S), str(self._within_s)]
        if self._is_cluster:
            runs = (self._script.run(self._server, self._keys(client), begin + words[client]) for client in batch)
            told = [number for each in await asyncio.gather(*runs) for number in each]
        else:
            keys = [key for client in batch for key in self._keys(client)]
            flat = [word for client in batch for word in words[client]]
            told = await self._script.run(self._server, keys, begin + flat)
        if self._outages.ends(asked_at):
            self._log.info(f"anvil_store {self._name} is back: clients are counted over all machines again")
        until = time.monotonic() + STALE_S
        for at, (client, news) in enumerate(batch.items()):
            there, *events = told[6 * at : 6 * at + 6]
            self._others[client] = _Others(there, tuple(events), until)
            for number, limit, late in news.arrivals:
                if number <= limit < number + there:
                    late(number + there)

    def _keys(self, client: int) -> tuple[str, str]:
        name = self._names.get(client, "")
        return f"{PREFIX}{{{name}}}:c", f"{PREFIX}{{{name}}}:e"

    def _fail(self, failure: BaseException) -> None:
        self._retry_at = time.monotonic() + RETRY_S
        self._news.clear()
        self._others.clear()
        if self._outages.begins():
            why = str(failure) or type(failure).__name__
            text = f"anvil_store {self._name}: {why}: this machine counts its clients alone until it is back"
            self._log.warning(text)

    def close(self) -> None:
        """Tell nothing any more, and let go of the server."""
        if self._again is not None:
            self._again.cancel()
            self._closing = asyncio.get_running_loop().create_task(self._server.aclose())
        if self._work is not None:
            self._work.cancel()


def _batches(news: dict[int, _News]) -> list[dict[int, _News]]:
    clients = list(news.items())
    return [dict(clients[at : at + MOST_AT_ONCE]) for at in range(0, len(clients), MOST_AT_ONCE)]
