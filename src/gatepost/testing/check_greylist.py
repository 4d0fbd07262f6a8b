"""Hold a greylist store to the promises of world/greylists/store.py, from any test suite.

    from gatepost.testing.check_greylist import check_greylist

    async def test_my_store():
        await check_greylist(lambda: MyStore("mystore://…"))

`open_store` opens the same store anew each time, as another process would; a store that cannot be shared
(`is_shared=False`) is opened once. It must be empty in the beginning.

What is checked, and reported by an AssertionError that says which promise was broken:
- an attempt is new, early, retried, known, in that order of time; the good retries of a client are counted once each
  and make it allowed; the ceiling and a window for a recipient hold;
- attempts that go together see one another, and come to what they would one after the other;
- many openings at work at once agree: of each pair's attempts at one time one alone is new, and none is lost;
- swap() changes what the caller knows and nothing else; scan() tells every key once; told as it was;
- sweep() removes what is over, and that alone, a slice at a time;
- awkward names (non-ASCII, braces, quotes, the longest) are names like others.
"""

import asyncio
from collections.abc import Callable, Sequence

from gatepost.policy.greylist_batch import Change
from gatepost.policy.greylist_records import CLIENTS, EXPECTED, PAIRS, client_key, expected_key, pair_key, read_client
from gatepost.policy.greylisting import Attempt, Decision, GreylistTerms, Standing
from gatepost.world.greylists.store import GreylistStore

T0 = 1_700_000_000
TERMS = GreylistTerms(delay=300, retry_window=7200, max_age=86_400, delay_ceiling=3600, auto_allow_clients=3)
AWKWARD = ("ünïcode@bücher.example", "{x}@example", "}{@example", "'--@example", '"@example', "*[a]?\\@x", "a" * 320)
AT_ONCE = 4
PAIR_COUNT = 60

OpenStore = Callable[[], GreylistStore]


async def check_greylist(open_store: OpenStore, *, is_shared: bool = True) -> None:
    """Hold a store to its promises. Raises AssertionError."""
    store = open_store()
    try:
        await _check_times(store)
        await _check_counting(store)
        await _check_batch(store)
        await _check_awkward_names(store)
        await _check_swap(store)
        await _check_sweep(store)
        if is_shared:
            await _check_sharing(open_store, store)
        assert store.name, "the store has no name for the log"
    finally:
        await store.close()


async def _at(store: GreylistStore, now: int, *attempts: Attempt) -> list[Standing]:
    return [decision.standing for decision in await store.decide(attempts, T0 + now)]


async def _expect(store: GreylistStore, now: int, attempt: Attempt, standing: Standing) -> Decision:
    decision = (await store.decide([attempt], T0 + now))[0]
    assert decision.standing is standing, f"{attempt} after {now} s is {decision.standing}, not {standing}"
    assert decision.attempt == attempt, f"{attempt} is answered with {decision.attempt}"
    return decision


async def _check_times(store: GreylistStore) -> None:
    triplet = Attempt("192.0.2.0/24", "ann@times.example", "bob@example.com", TERMS)
    assert (await _expect(store, 0, triplet, Standing.NEW)).seconds_left == 300
    assert (await _expect(store, 299, triplet, Standing.EARLY)).seconds_left == 1
    decision = await _expect(store, 300, triplet, Standing.RETRIED)
    assert (decision.first, decision.good_retries) == (T0, 1)
    await _expect(store, 301, triplet, Standing.KNOWN)
    await _expect(store, 86_399, triplet, Standing.KNOWN)
    await _expect(store, 86_399 + 86_400, triplet, Standing.NEW)
    late = Attempt("192.0.2.0/24", "late@times.example", "bob@example.com", TERMS)
    await _expect(store, 0, late, Standing.NEW)
    await _expect(store, 7200, late, Standing.NEW)
    for number, standing in enumerate((Standing.NEW, Standing.NEW, Standing.NEW, Standing.CEILING)):
        await _expect(
            store, number * 1200, Attempt(f"10.0.{number}.0/24", "x@y", "ceiling@example.com", TERMS), standing
        )
    expected = Attempt("198.51.100.0/24", "shop@times.example", "eve@example.com", TERMS)
    assert await store.swap(expected_key("eve@example.com"), None, Change(str(T0 + 600), T0 + 600), T0)
    await _expect(store, 10, expected, Standing.EXPECTED)
    await _expect(store, 700, expected, Standing.KNOWN)
    await _expect(store, 700, Attempt("198.51.100.0/24", "b@shop", "eve@example.com", TERMS), Standing.NEW)


async def _check_counting(store: GreylistStore) -> None:
    client = "counted.example"
    tries = [Attempt(client, f"{number}@count.example", "bob@example.com", TERMS) for number in range(4)]
    assert await _at(store, 0, *tries[:3]) == [Standing.NEW] * 3
    for attempt in tries[:3]:
        await _expect(store, 300, attempt, Standing.RETRIED)
        await _expect(store, 300, attempt, Standing.KNOWN if attempt is not tries[2] else Standing.ALLOWED)
    record = read_client((await store.read([client_key(client)])).get(client_key(client)))
    assert record.good_retries == 3, f"three good retries count {record.good_retries}"
    await _expect(store, 301, tries[3], Standing.ALLOWED)
    await _expect(store, 300 + 86_399, tries[3], Standing.ALLOWED)


async def _check_batch(store: GreylistStore) -> None:
    one = Attempt("batch.example", "ann@batch.example", "bob@example.com", TERMS)
    other = Attempt("other.example", "ann@batch.example", "bob@example.com", TERMS)
    found = await _at(store, 0, one, other, one, other)
    assert found == [Standing.NEW, Standing.NEW, Standing.EARLY, Standing.EARLY], f"together they are {found}"
    found = await _at(store, 300, one, one, other)
    assert found == [Standing.RETRIED, Standing.KNOWN, Standing.RETRIED], f"the retries together are {found}"


async def _check_awkward_names(store: GreylistStore) -> None:
    for name in AWKWARD:
        attempt = Attempt(f"net-{name}", name, name, TERMS)
        await _expect(store, 0, attempt, Standing.NEW)
        await _expect(store, 300, attempt, Standing.RETRIED)
        keys = {pair_key(name, name), client_key(f"net-{name}")}
        assert set(await store.read(keys)) == keys, f"{name!r} cannot be read back"
        for key in keys:
            assert key in dict(await _all(store, key[:12])), f"{key!r} is not told by scan"


async def _all(store: GreylistStore, prefix: str) -> list[tuple[str, str]]:
    return [row async for rows in store.scan(prefix) for row in rows]


async def _check_swap(store: GreylistStore) -> None:
    key, change = client_key("swapped.example"), Change(f"0 0 {T0 + 900}", T0 + 900)
    assert not await store.swap(key, "1 2 3", change, T0), "swap() changed what the caller did not know"
    assert await store.swap(key, None, change, T0), "swap() did not write where nothing was"
    assert not await store.swap(key, None, change, T0), "swap() wrote over a value unseen"
    assert await store.read([key, client_key("nobody")]) == {key: change.text}
    await _expect(store, 899, Attempt("swapped.example", "a@b", "bob@example.com", TERMS), Standing.ALLOWED)
    assert await store.swap(key, change.text, None, T0), "swap() did not remove"
    assert await store.read([key]) == {}, "what was removed is still there"
    for prefix in (PAIRS, CLIENTS, EXPECTED, "t ceiling@"):
        told = await _all(store, prefix)
        assert told, f"scan({prefix!r}) tells nothing"
        assert all(key.startswith(prefix) for key, _ in told), f"scan({prefix!r}) tells other keys too"
        assert len(dict(told)) == len(told), f"scan({prefix!r}) tells a key twice"


async def _check_sweep(store: GreylistStore) -> None:
    before = {key for prefix in (PAIRS, CLIENTS, EXPECTED) for key, _ in await _all(store, prefix)}
    for _ in range(len(before)):
        await store.sweep(T0, 10)
    after = {key for prefix in (PAIRS, CLIENTS, EXPECTED) for key, _ in await _all(store, prefix)}
    assert after == before, f"sweep() removed what is not over: {before - after}"
    removed = await store.sweep(T0 + 10**7, 3)
    assert removed <= 3, "a slice of three removed more"
    is_swept_by_us = removed > 0
    for _ in range(len(before)):
        await store.sweep(T0 + 10**7, 3)
    left = [key for prefix in (PAIRS, CLIENTS, EXPECTED) for key, _ in await _all(store, prefix)]
    assert not (is_swept_by_us and left), f"sweep() leaves what is over: {left}"


async def _check_sharing(open_store: OpenStore, store: GreylistStore) -> None:
    stores = [open_store() for _ in range(AT_ONCE)]
    tries = [Attempt("share.example", f"{n}@share.example", "bob@example.com", TERMS) for n in range(PAIR_COUNT)]
    try:
        for now, first, then in ((0, Standing.NEW, Standing.EARLY), (300, Standing.RETRIED, None)):
            found = await asyncio.gather(*(_at(each, now, *_turned(tries, 7 * n)) for n, each in enumerate(stores)))
            by_pair = [[each[(at - 7 * n) % PAIR_COUNT] for n, each in enumerate(found)] for at in range(PAIR_COUNT)]
            for standings in by_pair:
                once = standings.count(first)
                others = {standing for standing in standings if standing is not first}
                allowed = {then} if then else {Standing.KNOWN, Standing.ALLOWED}
                is_as_one_after_another = once == 1 or (once == 0 and Standing.ALLOWED in others)
                assert is_as_one_after_another, f"{AT_ONCE} at once decide {standings}"
                assert others <= allowed, f"{AT_ONCE} at once decide {standings}"
        key = client_key("share.example")
        count = read_client((await store.read([key])).get(key)).good_retries
        retried = sum(each.count(Standing.RETRIED) for each in found)
        assert count == retried, f"{retried} good retries at once count {count}"
    finally:
        for each in stores:
            await each.close()


def _turned(tries: Sequence[Attempt], by: int) -> list[Attempt]:
    by %= len(tries)
    return [*tries[by:], *tries[:by]]
