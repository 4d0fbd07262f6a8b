"""An evaluation with a deadline: past it, what is still unanswered is answered Unavailable, and so a verdict comes.

The verdict then is what the policy says for Unavailable, restriction by restriction. What has not been asked yet is
not asked any more; time that was to pass has passed. Nobody else is cut short: a question that other sessions share
goes on, and its answer serves the next request.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from gatepost.model.answer import Answer, Found, Unavailable
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.outcome import Outcome
from gatepost.policy.questions import Delay, Question
from gatepost.service.inquiry import Guard
from gatepost.world.answering import SessionAnswers

TOO_LATE = Unavailable("policyd_deadline has passed")

Decided = Callable[[Outcome, tuple[Question, ...]], None]


class Deliberation:
    """Runs one evaluation; `decided` hears its outcome and what had no answer in time, once."""

    __slots__ = ("_answers", "_decided", "_evaluation", "_guard", "_is_overdue", "_pending", "_timer", "_unanswered")

    def __init__(self, evaluation: Evaluation, answers: SessionAnswers, decided: Decided, guard: Guard) -> None:
        self._evaluation = evaluation
        self._answers = answers
        self._decided = decided
        self._guard = guard
        self._pending: list[Question] = []
        self._unanswered: list[Question] = []
        self._is_overdue = False
        self._timer: asyncio.TimerHandle | None = None

    def start(self, within_s: float) -> None:
        """Begin; `decided` is called in this very call where nothing has to be waited for."""
        self._go_on()
        if self._pending:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(within_s, self._guard(self._overdue), TOO_LATE)

    def close(self) -> None:
        """Nobody waits for the outcome any more."""
        self._evaluation.close()
        self._stop()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pending:
            self._pending.clear()
            self._answers.forget()

    def _go_on(self) -> None:
        evaluation = self._evaluation
        while (outcome := evaluation.advance()) is None:
            questions, evaluation.unsent = evaluation.unsent, []
            if not self._is_overdue:
                self._ask(questions)
                return
            self._give_up(questions)
        self._stop()
        self._decided(outcome, tuple(self._unanswered))

    def _ask(self, questions: list[Question]) -> None:
        self._pending += questions
        for question in questions:
            self._answers.ask(question, self._guard(partial(self._answered, question)))

    def _answered(self, question: Question, answer: Answer[Any]) -> None:
        self._pending.remove(question)
        self._evaluation.receive(question, answer)
        self._go_on()

    def _give_up(self, questions: list[Question]) -> None:
        for question in questions:
            self._unanswered.append(question)
            self._evaluation.receive(question, Found(None) if isinstance(question, Delay) else TOO_LATE)

    def _overdue(self, _: Answer[Any]) -> None:
        self._is_overdue = True
        pending, self._pending = self._pending, []
        self._answers.forget()
        self._give_up(pending)
        self._go_on()
