"""The mixed load: mail that is taken, put off, refused and relayed, by SMTP and QMQP, and questions of a Postfix.

Each session is one of KINDS. What each may hear is checked at once; what becomes of messages is the ledger's.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.adversity.sending import WAYS, by_qmqp
from tests.soak.faults import Faults
from tests.soak.ledger import Ledger, Sent
from tests.soak.site import CUSTOMER, FORMER, LISTED, Site
from tests.system.asking import request
from tests.system.talking import GONE, Reply, talking

MOST_AT_ONCE = 1000
MOST_TRIES = 30
PAUSES_S = (0.2, 0.5, 1.0, 2.5)
"""After the first try, the second …; the last for all others: longer than greylist_delay."""

ENVELOPE = b"MAIL FROM:<%b@sender.example> BODY=8BITMIME\r\nRCPT TO:<%b>\r\n"


class Load:
    """Sessions, many at once. `counts` has how often each kind heard what; `faults` what nobody may hear."""

    def __init__(self, site: Site, ledger: Ledger, faults: Faults, chance: random.Random) -> None:
        self._site = site
        self._ledger = ledger
        self._world = faults
        self._chance = chance
        self._running: set[asyncio.Task[None]] = set()
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.left_out = 0
        self._network = "127.1"
        self._kinds: tuple[tuple[int, Callable[[], Awaitable[None]]], ...] = (
            (30, lambda: self._deliver("SMTP", b"bob@example.com")),
            (10, lambda: self._deliver("greylisted", b"bob@grey.example")),
            (10, lambda: self._deliver("Maildir", b"bob@example.com")),
            (10, self._hand_in),
            (20, self._be_refused),
            (10, self._relay),
            (10, self._ask_policy),
        )

    def _draw(self) -> Callable[[], Awaitable[None]]:
        weights = [weight for weight, _ in self._kinds]
        return self._chance.choices([kind for _, kind in self._kinds], weights)[0]

    async def capacity(self, seconds: float, connections: int = 12) -> float:
        """How many sessions a second so many clients get through that never pause."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        count = 0

        async def keep_on() -> None:
            nonlocal count
            while loop.time() < end:
                kind = self._draw()
                if kind is not self._kinds[1][1]:  # one that is put off only waits
                    await kind()
                    count += 1

        await asyncio.gather(*(keep_on() for _ in range(connections)))
        return count / seconds

    async def run(self, rate: float) -> None:
        """So many sessions a second, until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            if len(self._running) >= MOST_AT_ONCE:
                self.left_out += 1
                continue
            task = asyncio.ensure_future(self._draw()())
            self._running.add(task)
            task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.faults.append(f"a client broke: {task.exception()!r}")

    async def finish(self, within_s: float) -> None:
        """Wait for the sessions under way, their further tries included."""
        if self._running:
            await asyncio.wait(self._running, timeout=within_s)

    async def visit_everything(self) -> None:
        """Messages of each kind from clients never seen before: whatever was away is seen to be back."""
        self._network = "127.9"
        await asyncio.gather(*(kind() for _, kind in self._kinds[:4] * 3))

    def _source(self) -> str:
        return f"{self._network}.{self._chance.randrange(8)}.{self._chance.randrange(1, 255)}"

    # Messages

    async def _deliver(self, kind: str, recipient: bytes) -> None:
        entry, source = self._ledger.new(kind), self._source()
        port = self._site.maildir_port if kind == "Maildir" else self._site.gate.port
        await self._until_taken(entry, lambda: self._one_session(entry, port, source, recipient))

    async def _hand_in(self) -> None:
        entry = self._ledger.new("QMQP")
        await self._until_taken(entry, lambda: by_qmqp(entry, self._site.qmqp_port))

    async def _until_taken(self, entry: Sent, attempt: Callable[[], Awaitable[Reply]]) -> None:
        for number in range(MOST_TRIES):
            try:
                reply = await attempt()
            except OSError:
                reply = GONE
            entry.replies.append(reply)
            self.counts[f"{entry.kind} {reply.code}"] += 1
            if reply.code == 250 or reply.code >= 500:
                return
            await asyncio.sleep(PAUSES_S[min(number, len(PAUSES_S) - 1)])

    async def _one_session(self, entry: Sent, port: int, source: str, recipient: bytes) -> Reply:
        async with talking(port, source) as talk:
            reply = await talk.open()
            if reply.code != 250:
                return reply
            reply = await self._chance.choice(WAYS)(talk, ENVELOPE % (entry.name, recipient), entry.message)
            if reply.code:
                talk.say(b"QUIT\r\n")
            return reply

    # Questions without a message

    async def _envelope(self, source: str, recipient: str) -> int:
        try:
            async with talking(self._site.gate.port, source) as talk:
                reply = await talk.open()
                if reply.code == 250:
                    reply = await talk.ask("MAIL FROM:<ann@sender.example>", f"RCPT TO:<{recipient}>")
                return reply.code
        except OSError:
            return 0

    async def _be_refused(self) -> None:
        was_away = self._world.names_are_away
        code = await self._envelope(self._chance.choice(LISTED), "bob@example.com")
        self.counts[f"listed {code}"] += 1
        if code == 250 and not (was_away or self._world.names_are_away):
            self.faults.append("a listed client heard 250 although the name server was there")

    async def _relay(self) -> None:
        source = self._chance.choice((CUSTOMER, FORMER))
        code = await self._envelope(source, "friend@elsewhere.example")
        name = "customer" if source == CUSTOMER else "former customer"
        self.counts[f"{name} {code}"] += 1
        if code == (554 if source == CUSTOMER else 250):
            self.faults.append(f"a {name} heard {code}")

    async def _ask_policy(self) -> None:
        was_away = self._world.names_are_away
        address = self._chance.choice((self._chance.choice(LISTED), "192.0.2.4"))
        is_listed = address in LISTED
        try:
            async with asyncio.timeout(30):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._site.policy_port)
                writer.write(request(client_address=address))
                answer = (await reader.readline()).decode().strip()
                writer.close()
        except OSError:
            answer = ""
        word = answer.partition(" ")[0].removeprefix("action=") or "nothing"
        self.counts[f"policy {'listed ' if is_listed else ''}{word}"] += 1
        allowed = {"554"} | ({"DUNNO"} if was_away or self._world.names_are_away else set())
        if word not in (allowed if is_listed else {"DUNNO"}) | {"nothing"}:
            self.faults.append(f"the policy door said {answer} about {address}")
