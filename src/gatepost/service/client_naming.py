"""The names of a client, asked for as soon as it connects; whoever needs them waits here.

Log: `hostname … does not resolve to address …` for a forged name, as Postfix's servers say it.
Unavailable: a name that cannot be asked for is `unknown`.
"""

from collections.abc import Callable
from typing import Any

from gatepost.model.answer import Answer, Found
from gatepost.model.session import UNKNOWN, Client, ClientNames, NameStatus
from gatepost.policy.questions import ClientName, Question
from gatepost.policy.subjects import UNREACHABLE_NAMES
from gatepost.world.answering import SessionAnswers
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

    def begin(self, answers: SessionAnswers) -> None:
        """Ask."""
        answers.name_client(ClientName(self.client.address), self._told)

    def _told(self, _: Question, answer: Answer[Any]) -> None:
        self._learn(answer.value if isinstance(answer, Found) else UNREACHABLE_NAMES)

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
