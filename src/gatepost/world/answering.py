"""Who answers policy's questions: what memory or a cache knows at once, the rest when it comes.

One SessionAnswers serves one session. It remembers answers, Unavailable included, so that the hundredth recipient
does not pay a deadline again; what is effectful (is_remembered = no) it asks each time.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from gatepost.model.answer import Answer, Found
from gatepost.policy.questions import Delay, LocalTime, NameQuestion, Question, TableLookup
from gatepost.world.tables import Tables

REMEMBERED_S = 60.0
"""How long a session keeps its answers at the most, counted from the first: a client that stays connected for hours
does not pay for one failure of DNS all that time, and cannot fill memory with the names it asks about."""

Done = Callable[[Answer[Any]], None]


class Cancellable(Protocol):
    """A question under way whose asker may leave: the callback is then not called."""

    def cancel(self) -> None:
        """Do not call back."""


class NameSource(Protocol):
    """What answers DNS questions: world.names, or a fake in tests."""

    def instant(self, question: NameQuestion) -> Answer[Any] | None:
        """The answer, if it is known already."""

    def ask(self, question: NameQuestion, done: Done) -> Cancellable:
        """Find the answer; `done` is called once, never from within this call."""


class Source(Protocol):
    """What answers one kind of question that must be waited for, such as world.net.policy_service."""

    def ask(self, question: Any, done: Done) -> Cancellable:  # noqa: ANN401 - of the kind it is registered for
        """Ask; `done` is called once, never from within this call."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Who answers the sessions of a worker. `effectful` has those who record or change something, by question."""

    tables: Tables
    names: NameSource
    effectful: Mapping[type[Any], Source]


class SessionAnswers:
    """Answers the questions of one session."""

    __slots__ = ("_effectful", "_memory", "_names", "_pending", "_remembered_since", "_tables")

    def __init__(self, sources: Sources) -> None:
        self._tables = sources.tables
        self._names = sources.names
        self._effectful = sources.effectful
        self._memory: dict[Question, Answer[Any]] = {}
        self._remembered_since = 0.0
        self._pending: list[Cancellable] = []

    def instant(self, question: Question) -> Answer[Any] | None:
        """The answer, where it needs no waiting."""
        if isinstance(question, TableLookup):
            return self._tables.find(question)
        if isinstance(question, LocalTime):
            return Found(time.strftime("%b %d %H:%M:%S"))
        if not isinstance(question, NameQuestion):
            return None
        known = self._memory.get(question)
        if known is None:
            known = self._names.instant(question)
            if known is not None:
                self._memory[question] = known
        return known

    def ask(self, question: Question, done: Done) -> None:
        """Send a question; `done` is called with its answer, unless forget() comes first."""
        remember = partial(self._remember, question, done) if question.is_remembered else done
        if isinstance(question, NameQuestion):
            self._pending.append(self._names.ask(question, remember))
        elif isinstance(question, TableLookup):
            self._pending.append(self._tables.ask(question, done))  # the table itself says how long an answer serves
        elif isinstance(question, Delay):
            loop = asyncio.get_running_loop()
            self._pending.append(loop.call_later(question.seconds, remember, Found(None)))
        else:
            self._pending.append(self._effectful[type(question)].ask(question, remember))

    def _remember(self, question: Question, done: Done, answer: Answer[Any]) -> None:
        self._memory[question] = answer
        done(answer)

    def renew(self) -> None:
        """A new transaction begins: what was remembered too long ago is asked again (DNS has its own cache)."""
        now = time.monotonic()
        if self._memory and now - self._remembered_since > REMEMBERED_S:
            self._memory.clear()
        if not self._memory:
            self._remembered_since = now

    def forget(self) -> None:
        """The session is over or its evaluation is: nobody is called back any more."""
        for pending in self._pending:
            pending.cancel()
        self._pending.clear()
