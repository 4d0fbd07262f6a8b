"""The names of a client, asked for as soon as it connects; whoever needs them waits here.

Log: `hostname … does not resolve to address …` for a forged name, as Postfix's servers say it.
Unavailable: a name that cannot be asked for is `unknown`.
"""

from collections.abc import Callable

from gatepost.model.session import UNKNOWN, Client, ClientNames, NameStatus
from gatepost.policy.questions import ClientName
from gatepost.policy.subjects import UNREACHABLE_NAMES
from gatepost.service.inquiry import Guard
from gatepost.world.answering import NameSource
from gatepost.world.watching.log import Logging


class ClientNaming:
    """One client: `client` has its names as soon as they are known, then `named` is called."""

    __slots__ = ("_log", "_named", "_waiting", "client")

    def __init__(self, client: Client, named: Callable[[], None], log: Logging) -> None:
        self.client = client
        self._named = named
        self._log = log
        self._waiting: list[Callable[[], None]] = []

    @property
    def name(self) -> str:
        """Its verified name as far as it is known, or `unknown`."""
        return self.client.names.name if self.client.names else UNKNOWN

    def begin(self, source: NameSource, guard: Guard) -> None:
        """Ask."""
        question = ClientName(self.client.address)
        known = source.instant(question)
        if known is not None:
            self._learn(getattr(known, "value", UNREACHABLE_NAMES))
        else:
            source.ask(question, guard(lambda answer: self._learn(getattr(answer, "value", UNREACHABLE_NAMES))))

    def when_named(self, then: Callable[[], None]) -> None:
        """Go on when the name is known, at once if it is."""
        if self.client.names is not None:
            then()
        else:
            self._waiting.append(then)

    def forget(self) -> None:
        """Nobody waits any more; the name is still learnt, for the log."""
        self._waiting.clear()

    def _learn(self, names: ClientNames) -> None:
        self.client = Client(self.client.address, self.client.port, names)
        if names.name_status is NameStatus.FORGED:
            self._log.warning(f"hostname {names.reverse_name} does not resolve to address {self.client.address.text}")
        named, self._named = self._named, _nobody  # once: a session that is over is freed at once, with its message
        named()
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then()


def _nobody() -> None:
    """Nobody is told again."""
