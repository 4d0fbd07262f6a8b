"""What the DNS said, kept for as long as it may be believed.

Positive answers live for their TTL, negative ones for the SOA's word, both within bounds; failures live shortly, so
that a dead list costs one deadline and not one per session. The entry used longest ago goes first when the cache is
full; every operation is O(1).

RFC: 2308 section 5 (negative answers), 9520 section 3.2 (failures are remembered between 1 s and 5 min).
"""

from collections import OrderedDict
from collections.abc import Callable

from gatepost.world.names.outcome import Failed, Key, Outcome, Records

# About 500 octets per entry, so 25 MB in a worker whose cache is full.
MAX_ENTRIES = 50_000
# A flood from one client must not become one packet per connection because its owner set TTL 0.
MIN_TTL_S = 5
# RFC 8767 section 4 speaks of days; a block list's entry or a moved host should not outlive one.
MAX_POSITIVE_S = 86_400
# RFC 2308 section 5: one to three hours have been found to work well.
MAX_NEGATIVE_S = 10_800
# Within RFC 9520's bounds, and shorter than the first retry of any sending queue (Postfix: 300 s).
FAILURE_S = 30


class Cache:
    """A bounded memory from questions to outcomes. `clock` gives seconds that never run backwards."""

    __slots__ = ("_clock", "_entries", "_max_entries")

    def __init__(self, clock: Callable[[], float], max_entries: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._entries: OrderedDict[Key, tuple[float, Outcome]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Outcome | None:
        """Give what is known and still believed."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] <= self._clock():
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return entry[1]

    def put(self, key: Key, outcome: Outcome) -> None:
        """Keep an outcome for its time; that nothing was asked is not worth keeping."""
        if isinstance(outcome, Failed):
            if outcome.is_ours:
                return
            lifetime_s = FAILURE_S
        else:
            ceiling_s = MAX_POSITIVE_S if isinstance(outcome, Records) else MAX_NEGATIVE_S
            ttl_s = outcome.ttl_s  # without an SOA a negative answer may hardly be kept at all (RFC 2308)
            lifetime_s = MIN_TTL_S if ttl_s is None or ttl_s < MIN_TTL_S else min(ttl_s, ceiling_s)
        entries = self._entries
        if key in entries:
            del entries[key]
        entries[key] = (self._clock() + lifetime_s, outcome)
        if len(entries) > self._max_entries:
            entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
