"""Who answers policy's questions: what memory or a cache knows at once, the rest when it comes.

One SessionAnswers serves one session. It remembers answers, Unavailable included, so that the hundredth recipient
does not pay a deadline again; what is effectful it asks each time.

Whoever asks is told later, by callback; what raises there breaks the session off, and nothing else.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from gatepost.model.answer import Answer, Found
from gatepost.policy.questions import (
    NAME_QUESTIONS,
    ClientName,
    Delay,
    LocalTime,
    NameQuestion,
    Question,
    TableLookup,
)
from gatepost.world.tables import Tables

REMEMBERED_S = 60.0
"""How long a session keeps its answers at the most, counted from the first: a client that stays connected for hours
does not pay for one failure of DNS all that time, and cannot fill memory with the names it asks about."""

Done = Callable[[Answer[Any]], None]

Hear = Callable[[Question, Answer[Any]], None]
"""Who asked a question is told its answer."""


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


def _raise(error: Exception) -> None:
    """Let it go to the event loop, where there is no session to break off."""
    raise error


class SessionAnswers:
    """Answers the questions of one session. `break_off` is told what a callback has raised (Connection.break_off)."""

    __slots__ = (
        "_break_off",
        "_effectful",
        "_memory",
        "_names",
        "_naming",
        "_others",
        "_pending",
        "_remembered_since",
        "_tables",
    )

    def __init__(self, sources: Sources, break_off: Callable[[Exception], None] = _raise) -> None:
        self._break_off = break_off
        self._tables = sources.tables
        self._names = sources.names
        self._effectful = sources.effectful
        self._memory: dict[Question, Answer[Any]] = {}
        self._remembered_since = 0.0
        self._pending: list[Cancellable] = []
        self._naming: ClientName | None = None
        self._others: list[Hear] = []

    def instant(self, question: Question) -> Answer[Any] | None:
        """The answer, where it needs no waiting."""
        if isinstance(question, TableLookup):
            return self._tables.find(question)
        if isinstance(question, NAME_QUESTIONS):
            known = self._memory.get(question)
            if known is None and (self._naming is None or self._naming != question):
                known = self._names.instant(question)
                if known is not None:
                    self._memory[question] = known
            return known
        if isinstance(question, LocalTime):
            return Found(time.strftime("%b %d %H:%M:%S"))
        return None

    def ask(self, question: Question, hear: Hear) -> None:
        """Send a question; `hear` is told its answer, later, unless forget() comes first."""
        if isinstance(question, NAME_QUESTIONS):
            if self._naming is not None and self._naming == question:
                self._others.append(hear)
            else:
                self._pending.append(self._names.ask(question, partial(self._take, question, hear)))
        elif isinstance(question, TableLookup):  # the table itself says how long an answer serves
            self._pending.append(self._tables.ask(question, partial(self._tell, question, hear)))
        elif isinstance(question, Delay):
            tell, loop = partial(self._tell, question, hear), asyncio.get_running_loop()
            self._pending.append(loop.call_later(question.seconds, tell, Found(None)))
        else:
            tell = partial(self._tell, question, hear)
            self._pending.append(self._effectful[type(question)].ask(question, tell))

    def _take(self, question: Question, hear: Hear, answer: Answer[Any]) -> None:
        """Take an answer that serves for the rest of the session."""
        self._memory[question] = answer
        self._tell(question, hear, answer)

    def _tell(self, question: Question, hear: Hear, answer: Answer[Any]) -> None:
        try:
            hear(question, answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, only this session may suffer
            self._break_off(error)

    def name_client(self, question: ClientName, hear: Hear) -> None:
        """Ask for the names of the session's client: at once where they are known, and forget() leaves this one.

        Who asks for them meanwhile waits for the same answer.
        """
        known = self._names.instant(question)
        if known is not None:
            self._memory[question] = known
            hear(question, known)
        else:
            self._naming = question
            self._names.ask(question, partial(self._named, question, hear))

    def _named(self, question: ClientName, hear: Hear, answer: Answer[Any]) -> None:
        self._naming = None
        self._take(question, hear, answer)
        while self._others:  # until one of them has the session forget the rest
            self._tell(question, self._others.pop(0), answer)

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
        self._others.clear()
