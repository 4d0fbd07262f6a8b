"""`redis://…` a greylist in Redis 6.2 or later, or Valkey, shared by any number of machines.

How a server is named: world/redis_server.py.

Attempts that come together cost one read of all their values and one script that writes those which are still what
was read; whoever finds another's value there decides anew on it. So decisions on one pair come one after another,
from however many machines. A good retry is counted for its client by a second script.

Keys are `gatepost:greylist:t:{recipient} sender`, `…:e:{recipient}` and `…:c:{client}`: what stands in braces chooses
the slot of a cluster, so a recipient's window and triplets live on one node. What a cluster cannot promise: that the
count of a client is written with the triplet that earned it. A process that dies between the two leaves the triplet
known and the client one retry short. Nor does any Redis promise that what it has answered outlives a failover: it
copies to replicas afterwards. Then mail is put off once more, no worse.

Redis forgets values by itself (EX), so sweep() has nothing to do. Machines should agree on the time within seconds.

Unavailable: no connection, no answer within the time, or an error such as a wrong password or no memory left.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from gatepost.policy.greylist_batch import Change, decide_all, keys_of
from gatepost.policy.greylist_records import CLIENTS, client_key, pair_key
from gatepost.policy.greylisting import COURSES, Attempt, Decision, Standing
from gatepost.world.greylists.store import StoreAwayError
from gatepost.world.redis_server import AWAY, Script, is_cluster, open_server, shown

PREFIX = "gatepost:greylist:"
AT_ONCE = 1000

MOST_ROUNDS = 50
"""How often an attempt is decided anew because others changed its pair meanwhile: more machines than anybody has."""

SWAP = """
local done = {}
for at, key in ipairs(KEYS) do
    local old, new, seconds = ARGV[3 * at - 2], ARGV[3 * at - 1], ARGV[3 * at]
    if (redis.call('GET', key) or '') == old then
        if new == '' then redis.call('DEL', key) else redis.call('SET', key, new, 'EX', seconds) end
        done[at] = 1
    else
        done[at] = 0
    end
end
return done
"""
"""Put a new value, for so many seconds, in the place of each old one that is still there; "" is no value."""

COUNT = """
for at, key in ipairs(KEYS) do
    local more, now, age = tonumber(ARGV[3 * at - 2]), tonumber(ARGV[3 * at - 1]), tonumber(ARGV[3 * at])
    local retries, last, allowed = 0, 0, 0
    local value = redis.call('GET', key)
    if value then
        local words = {}
        for word in string.gmatch(value, '%d+') do words[#words + 1] = tonumber(word) end
        retries, last, allowed = words[1] or 0, words[2] or 0, words[3] or 0
    end
    if now >= last + age then retries = 0 end
    local text = string.format('%.0f %.0f %.0f', retries + more, now, allowed)
    redis.call('SET', key, text, 'EX', math.max(age, allowed - now))
end
"""
"""Add good retries to each client: how many, the time, the maximal age."""

T = TypeVar("T")


class RedisGreylist:
    """Lines in a Redis server or cluster."""

    def __init__(self, url: str, timeout_s: float = 5.0) -> None:
        self._is_cluster = is_cluster(url)
        self.name = shown(url)
        self._server = open_server(url, timeout_s)
        self._scripts = {text: Script(text) for text in (SWAP, COUNT)}

    async def decide(self, attempts: Sequence[Attempt], now: int) -> list[Decision]:
        """Decide on attempts, and anew on those whose pair another process changed meanwhile."""
        decisions: dict[int, Decision] = {}
        left = list(range(len(attempts)))
        for _ in range(MOST_ROUNDS):
            some = [attempts[at] for at in left]
            texts = await self.read(keys_of(some))
            batch = decide_all(some, texts, now)
            pairs = {key: change for key, change in batch.changes.items() if not key.startswith(CLIENTS)}
            lost = await self._write(pairs, texts, now)
            won: dict[int, Decision] = {}
            losers: list[int] = []
            for at, decision in zip(left, batch.decisions, strict=True):
                if pair_key(attempts[at].recipient, attempts[at].sender) in lost:
                    losers.append(at)
                else:
                    won[at] = decision
            await self._count(won.values(), now)
            decisions |= won
            left = losers
            if not left:
                return [decisions[at] for at in range(len(attempts))]
        raise StoreAwayError("others change the same values faster than this process can")

    async def _write(self, changes: dict[str, Change], texts: dict[str, str], now: int) -> set[str]:
        """Write values in the place of those read; gives the keys where something else stood."""
        keys = list(changes)
        if not keys:
            return set()
        words = [(texts.get(key, ""), changes[key].text, max(1, changes[key].ends - now)) for key in keys]
        done = await self._run(SWAP, keys, words)
        return {key for key, is_done in zip(keys, done, strict=True) if not is_done}

    async def _count(self, decisions: Iterable[Decision], now: int) -> None:
        """Write down the good retries of clients, and that the allowed ones still send."""
        counts: dict[str, int] = {}
        ages: dict[str, int] = {}
        for decision in decisions:
            if decision.client is not None and (
                COURSES[decision.standing].counts or decision.standing is Standing.ALLOWED
            ):
                key = client_key(decision.attempt.client)
                counts[key] = counts.get(key, 0) + COURSES[decision.standing].counts
                ages[key] = decision.attempt.terms.max_age
        if counts:
            await self._run(COUNT, list(counts), [(counts[key], now, ages[key]) for key in counts])

    async def _run(self, script: str, keys: Sequence[str], words: Sequence[tuple[Any, ...]]) -> list[int]:
        """Run a script over keys, each with its three words: once for all, or in a cluster once for each."""
        places = [_place(key) for key in keys]
        if self._is_cluster:
            runs = (
                self._server.eval(script, 1, place, *map(str, each))
                for place, each in zip(places, words, strict=True)
            )
            return [(done or [1])[0] for done in await self._ask(asyncio.gather(*runs))]
        flat = [str(word) for each in words for word in each]
        return await self._ask(self._scripts[script].run(self._server, places, flat)) or []

    async def read(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of these keys."""
        wanted = list(keys)
        if not wanted:
            return {}
        mget = self._server.mget_nonatomic if self._is_cluster else self._server.mget  # type: ignore[attr-defined]  # a cluster's
        values = await self._ask(mget([_place(key) for key in wanted]))
        return {key: value for key, value in zip(wanted, values, strict=True) if value is not None}

    async def swap(self, key: str, old: str | None, new: Change | None, now: int) -> bool:
        """Change one value, if it is the one that the caller knows."""
        words = (old or "", new.text if new else "", max(1, new.ends - now) if new else 0)
        done = await self._run(SWAP, [key], [words])
        return done[0] == 1

    async def scan(self, prefix: str) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """All keys that begin so, in no order."""
        some: list[str] = []
        places = self._server.scan_iter(match=_pattern(prefix), count=AT_ONCE)
        while True:
            place = await self._ask(anext(places, None))
            if place is not None and (key := _key(place)).startswith(prefix):
                some.append(key)
            if some and (place is None or len(some) >= AT_ONCE):
                yield list((await self.read(some)).items())
                some = []
            if place is None:
                return

    async def sweep(self, now: int, most: int) -> int:
        """Redis does it."""
        del now, most
        return 0

    async def close(self) -> None:
        """Close the connections."""
        with suppress(*AWAY):
            await self._server.aclose()

    async def _ask(self, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except AWAY as error:
            raise StoreAwayError(str(error) or type(error).__name__) from None


def _place(key: str) -> str:
    """Where a key is in Redis; the first name in it stands in braces, which is what a cluster's slots go by."""
    kind, _, rest = key.partition(" ")
    name, space, other = rest.partition(" ")
    return f"{PREFIX}{kind}:{{{name}}}{space}{other}"


def _key(place: str) -> str:
    kind, _, rest = place.removeprefix(PREFIX).partition(":{")
    name, brace, other = rest.rpartition("} ") if "} " in rest else (rest.removesuffix("}"), "", "")
    return f"{kind} {name} {other}" if brace else f"{kind} {name}"


def _pattern(prefix: str) -> str:
    kind, _, rest = prefix.partition(" ")
    fixed = "".join(f"[{c}]" if c in "*?[" else c for c in rest.partition(" ")[0]).replace("\\", "?")
    return f"{PREFIX}{kind}:{{{fixed}*"
