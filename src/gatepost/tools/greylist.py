"""A greylist store seen and changed by hand: what `gatepost greylist` does.

It works on the store itself, beside any number of running servers, and needs none. What a store holds is told as
Triplet, KnownClient and Window; what is over, though it is still there, is not told.

Raises: StoreAwayError.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from gatepost.model.address import parse_ip, parse_network
from gatepost.policy.greylist_batch import Change
from gatepost.policy.greylist_records import (
    CLIENTS,
    EXPECTED,
    PAIRS,
    client_key,
    expected_key,
    read_client,
    read_expected,
    read_pair,
    write_client,
    write_pair,
)
from gatepost.policy.greylisting import FOREVER, NULL_SENDER, ClientRecord, GreylistTerms, PairRecord
from gatepost.policy.triplets import network_of_client, recipient_of_triplet, sender_of_triplet
from gatepost.world.greylists.pools import pool_of
from gatepost.world.greylists.store import GreylistStore, StoreAwayError

MOST_TRIES = 50
"""How often a change is tried anew because a server changed the same value meanwhile."""


@dataclass(frozen=True, slots=True)
class GreylistSettings:
    """The parameters that the commands go by."""

    greylist_store: str
    greylist_delay: int
    greylist_retry_window: int
    greylist_max_age: int
    greylist_delay_ceiling: int
    greylist_auto_allow_clients: int
    greylist_ipv4_prefix_length: int
    greylist_ipv6_prefix_length: int
    greylist_deadline: int
    recipient_delimiter: str

    @property
    def terms(self) -> GreylistTerms:
        """As decisions know them."""
        return GreylistTerms(
            self.greylist_delay,
            self.greylist_retry_window,
            self.greylist_max_age,
            self.greylist_delay_ceiling,
            self.greylist_auto_allow_clients,
        )


@dataclass(frozen=True, slots=True)
class Triplet:
    """A client, a sender, a recipient: waiting or known; times in seconds since 1970, `seconds_left` of the delay."""

    state: str
    client: str
    sender: str
    recipient: str
    first: int
    last: int
    forgotten: int
    seconds_left: int


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client with good retries, or allowed by hand until a time (None: without an end; 0: it is not)."""

    client: str
    good_retries: int
    last: int
    allowed_until: int | None
    is_allowed: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Mail to this recipient passes until then."""

    recipient: str
    until: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """How much there is."""

    pairs: int
    waiting: int
    known: int
    clients: int
    allowed_clients: int
    windows: int


class NoClientError(ValueError):
    """A word that names no client as the store knows them."""


class GreylistDesk:
    """One store, at one time."""

    def __init__(self, store: GreylistStore, settings: GreylistSettings, now: int) -> None:
        self._store = store
        self._settings = settings
        self._terms = settings.terms
        self._now = now

    def client(self, word: str) -> str:
        """The client that a name, an address or a network belongs to. Raises NoClientError."""
        lengths = (self._settings.greylist_ipv4_prefix_length, self._settings.greylist_ipv6_prefix_length)
        address, slash, length = word.strip().lower().partition("/")
        try:
            network = network_of_client(parse_ip(address.strip("[]")).octets, *lengths)
        except ValueError:
            name = pool_of(address)
            if slash or "@" in address or not name:
                raise NoClientError(f"{word}: no address, network or name of a client") from None
            return name
        if slash and length != network.rpartition("/")[2]:
            raise NoClientError(f"{word}: clients are told apart by /{network.rpartition('/')[2]}")
        if slash:
            try:
                parse_network(word.strip())
            except ValueError as error:
                raise NoClientError(f"{word}: {error}") from None
        return network

    def recipient(self, address: str) -> str:
        """The recipient as it is written down."""
        return recipient_of_triplet(address, self._settings.recipient_delimiter)

    async def triplets(self, *, client: str = "", sender: str = "", recipient: str = "") -> AsyncIterator[Triplet]:
        """All triplets with this client, sender and recipient, each "" for any."""
        prefix = f"{PAIRS}{self.recipient(recipient)} " if recipient else PAIRS
        wanted_sender = "" if not sender else sender_of_triplet("" if sender == NULL_SENDER else sender)
        async for rows in self._store.scan(prefix):
            for key, text in rows:
                to, _, by = key.removeprefix(PAIRS).partition(" ")
                if wanted_sender in ("", by):
                    for triplet in self._of_pair(read_pair(text), by, to):
                        if client in ("", triplet.client):
                            yield triplet

    def _of_pair(self, pair: PairRecord, sender: str, recipient: str) -> list[Triplet]:
        told = []
        for each in pair.triplets:
            ends = each.ends(self._terms)
            if self._now < ends:
                state = "known" if each.known_since else "waiting"
                left = 0 if each.known_since else max(0, each.first + self._terms.delay - self._now)
                told.append(Triplet(state, each.client, sender, recipient, each.first, each.last, ends, left))
        return told

    async def clients(self) -> AsyncIterator[KnownClient]:
        """All clients that something is known of."""
        async for rows in self._store.scan(CLIENTS):
            for key, text in rows:
                told = self._told(key.removeprefix(CLIENTS), read_client(text))
                if told.good_retries or told.allowed_until != 0:
                    yield told

    async def known_client(self, client: str) -> KnownClient:
        """What is known of one client."""
        key = client_key(client)
        return self._told(client, read_client((await self._store.read([key])).get(key)))

    def _told(self, client: str, record: ClientRecord) -> KnownClient:
        retries = record.good_retries if self._now < record.last + self._terms.max_age else 0
        until = record.allowed_until if self._now < record.allowed_until else 0
        is_allowed = bool(until) or 0 < self._terms.auto_allow_clients <= retries
        return KnownClient(client, retries, record.last, None if until == FOREVER else until, is_allowed)

    async def windows(self) -> AsyncIterator[Window]:
        """All recipients that somebody waits for mail to."""
        async for rows in self._store.scan(EXPECTED):
            for key, text in rows:
                if self._now < (until := read_expected(text)):
                    yield Window(key.removeprefix(EXPECTED), until)

    async def allow(self, client: str, seconds: int | None) -> KnownClient:
        """Put a client off no more, for so long or without an end."""
        until = FOREVER if seconds is None else self._now + seconds
        key = client_key(client)
        for _ in range(MOST_TRIES):
            old = (await self._store.read([key])).get(key)
            known = read_client(old)
            record = ClientRecord(known.good_retries, known.last, until)
            if await self._store.swap(key, old, Change(write_client(record), record.ends(self._terms)), self._now):
                return self._told(client, record)
        raise StoreAwayError("others change the same value all the time")

    async def expect(self, recipient: str, seconds: int) -> Window:
        """Let mail to this recipient in for so long."""
        window = Window(self.recipient(recipient), self._now + seconds)
        await self._put(expected_key(window.recipient), Change(str(window.until), window.until))
        return window

    async def _put(self, key: str, change: Change | None) -> bool:
        """Write, whatever was there; whether anything was."""
        for _ in range(MOST_TRIES):
            old = (await self._store.read([key])).get(key)
            if (old is None and change is None) or await self._store.swap(key, old, change, self._now):
                return old is not None
        raise StoreAwayError("others change the same value all the time")

    async def forget_client(self, client: str) -> int:
        """Forget a client and its triplets; gives how many things were forgotten."""
        count = int(await self._put(client_key(client), None))
        async for rows in self._store.scan(PAIRS):
            for key, text in rows:
                pair = read_pair(text)
                others = tuple(each for each in pair.triplets if each.client != client)
                if len(others) < len(pair.triplets):
                    left = PairRecord(pair.since, others)
                    change = Change(write_pair(left), left.ends(self._terms)) if others else None
                    count += await self._store.swap(key, text, change, self._now)
        return count

    async def forget_mailbox(self, address: str) -> int:
        """Forget all triplets from and to this address, and its window; gives how many things were forgotten."""
        recipient, sender = self.recipient(address), sender_of_triplet("" if address == NULL_SENDER else address)
        count = int(await self._put(expected_key(recipient), None))
        async for rows in self._store.scan(PAIRS):
            for key, text in rows:
                to, _, by = key.removeprefix(PAIRS).partition(" ")
                if to == recipient or by == sender:
                    count += await self._store.swap(key, text, None, self._now)
        return count

    async def numbers(self) -> Numbers:
        """Count everything; ten million pairs take about a minute."""
        pairs = waiting = known = 0
        async for rows in self._store.scan(PAIRS):
            for _, text in rows:
                states = [each.state for each in self._of_pair(read_pair(text), "", "")]
                pairs += bool(states)
                waiting += states.count("waiting")
                known += states.count("known")
        clients = [each async for each in self.clients()]
        windows = [each async for each in self.windows()]
        return Numbers(pairs, waiting, known, len(clients), sum(c.is_allowed for c in clients), len(windows))
