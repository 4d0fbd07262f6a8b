"""One computation that asks, run to its end in the event loop: an evaluation, or a generator of questions.

What raises in the first call raises there; what raises later, in a callback, is caught by the session's guard.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from gatepost.model.answer import Answer
from gatepost.policy.asking import Asking
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.outcome import Outcome
from gatepost.policy.questions import Question
from gatepost.world.answering import SessionAnswers

T = TypeVar("T")

Guard = Callable[[Callable[[Answer[Any]], None]], Callable[[Answer[Any]], None]]
"""Makes a callback that breaks its session off when it raises (Connection.guard)."""


def unguarded(callback: Callable[[Answer[Any]], None]) -> Callable[[Answer[Any]], None]:
    """The guard of those who have no session to break off: what raises goes to the event loop."""
    return callback


def evaluate(
    evaluation: Evaluation,
    answers: SessionAnswers,
    decided: Callable[[Outcome], None],
    guard: Guard = unguarded,
    *,
    is_late: bool = False,
) -> None:
    """Run an evaluation; `decided` hears its outcome, in this very call where nothing had to be waited for."""
    outcome = evaluation.advance()
    if outcome is None:
        _send(evaluation, answers, decided, guard)
        return
    if is_late:
        answers.forget()
    decided(outcome)


def _send(evaluation: Evaluation, answers: SessionAnswers, decided: Callable[[Outcome], None], guard: Guard) -> None:
    questions, evaluation.unsent = evaluation.unsent, []
    for question in questions:
        answers.ask(question, guard(partial(_answered, evaluation, answers, decided, guard, question)))


def _answered(
    evaluation: Evaluation,
    answers: SessionAnswers,
    decided: Callable[[Outcome], None],
    guard: Guard,
    question: Question,
    answer: Answer[Any],
) -> None:
    if evaluation.receive(question, answer):
        evaluate(evaluation, answers, decided, guard, is_late=True)
    elif evaluation.unsent:
        _send(evaluation, answers, decided, guard)


def inquire(asking: Asking[T], answers: SessionAnswers, told: Callable[[T], None], guard: Guard = unguarded) -> None:
    """Run a generator of questions; `told` hears what it returns."""
    _go_on(asking, answers, told, guard, None)


def _go_on(
    asking: Asking[T],
    answers: SessionAnswers,
    told: Callable[[T], None],
    guard: Guard,
    answer: Answer[Any] | None,
) -> None:
    try:
        question = next(asking) if answer is None else asking.send(answer)
        while (known := answers.instant(question)) is not None:
            question = asking.send(known)
    except StopIteration as end:
        told(end.value)
        return
    answers.ask(question, guard(partial(_go_on, asking, answers, told, guard)))
