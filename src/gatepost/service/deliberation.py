"""Evaluations with a deadline: past it, what is still unanswered is answered Unavailable, and so a verdict comes.

The verdict then is what the policy says for Unavailable, restriction by restriction. What has not been asked yet is
not asked any more; time that was to pass has passed. Nobody else is cut short: a question that other sessions share
goes on, and its answer serves the next request.
"""

import math
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol

from gatepost.model.answer import Answer, Found, Unavailable
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.outcome import Outcome
from gatepost.policy.questions import Delay, Question
from gatepost.world.answering import SessionAnswers
from gatepost.world.net.deadlines import Deadlines

TOO_LATE = Unavailable("policyd_deadline has passed")

Decided = Callable[[Outcome, tuple[Question, ...]], None]

P = ParamSpec("P")


class Guard(Protocol):
    """Makes a callback that breaks its session off when it raises (Connection.guard)."""

    def __call__(self, work: Callable[P, None], /) -> Callable[P, None]:
        """The same callback, guarded."""


class Deliberation:
    """Runs evaluations, one at a time; `decided` hears the outcome of each and what had no answer in time, once.

    `deadlines` looks after it while it waits. An evaluation may begin when the one before is decided.
    """

    __slots__ = (
        "_answers",
        "_deadlines",
        "_decided",
        "_evaluation",
        "_guard",
        "_is_overdue",
        "_pending",
        "_unanswered",
        "due_at",
    )

    def __init__(self, decided: Decided, guard: Guard, deadlines: Deadlines) -> None:
        self._decided = decided
        self._guard = guard
        self._deadlines = deadlines
        self._evaluation: Evaluation | None = None
        self._pending: list[Question] = []
        self._unanswered: tuple[Question, ...] = ()
        self._is_overdue = False
        self.due_at = 0.0

    def start(self, evaluation: Evaluation, answers: SessionAnswers, due_at: float) -> None:
        """Begin; `decided` is called in this very call where nothing has to be waited for. `due_at` is loop time."""
        self._evaluation = evaluation
        self._answers = answers
        self._unanswered = ()
        self._is_overdue = False
        self.due_at = due_at
        self._go_on(evaluation)
        if self._pending:
            self._deadlines.watch(self)

    def close(self) -> None:
        """Nobody waits for an outcome, now or later. Who heard it is let go of, and so freed at once."""
        evaluation, self._evaluation = self._evaluation, None
        if evaluation is not None:
            evaluation.close()
            self._stop()
        self._decided = _unheard

    def _stop(self) -> None:
        self._deadlines.forget(self)
        if self._pending:
            self._pending.clear()
            self._answers.forget()

    def _go_on(self, evaluation: Evaluation) -> None:
        while (outcome := evaluation.advance()) is None:
            if not self._is_overdue:
                self._ask(evaluation)
                return
            questions, evaluation.unsent = evaluation.unsent, []
            self._give_up(evaluation, questions)
        self._evaluation = None
        self._stop()
        self._decided(outcome, self._unanswered)

    def _ask(self, evaluation: Evaluation) -> None:
        questions, evaluation.unsent = evaluation.unsent, []
        self._pending += questions
        for question in questions:
            self._answers.ask(question, self._answered)

    def _answered(self, question: Question, answer: Answer[Any]) -> None:
        self._pending.remove(question)
        evaluation = self._evaluation
        assert evaluation is not None, "an answer behind the outcome"
        if evaluation.receive(question, answer):
            self._go_on(evaluation)
        else:
            self._ask(evaluation)

    def _give_up(self, evaluation: Evaluation, questions: list[Question]) -> None:
        self._unanswered += tuple(questions)
        for question in questions:
            evaluation.receive(question, Found(None) if isinstance(question, Delay) else TOO_LATE)

    def overdue(self) -> None:
        """The deadline has passed."""
        self.due_at = math.inf
        self._guard(self._end_waiting)()

    def _end_waiting(self) -> None:
        evaluation = self._evaluation
        assert evaluation is not None, "overdue behind the outcome"
        self._is_overdue = True
        pending, self._pending = self._pending, []
        self._answers.forget()
        self._give_up(evaluation, pending)
        self._go_on(evaluation)


def _unheard(*_: object) -> None:
    """Nobody is told any more."""
