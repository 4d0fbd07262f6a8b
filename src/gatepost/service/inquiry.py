"""One computation that asks, run to its end in the event loop: an evaluation, or a generator of questions.

What raises in the first call raises there; what raises later, in a callback, breaks the session off (answering.py).
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


def evaluate(
    evaluation: Evaluation, answers: SessionAnswers, decided: Callable[[Outcome], None], *, is_late: bool = False
) -> None:
    """Run an evaluation; `decided` hears its outcome, in this very call where nothing had to be waited for."""
    outcome = evaluation.advance()
    if outcome is None:
        _send(evaluation, answers, decided)
        return
    if is_late:
        answers.forget()
    decided(outcome)


def _send(evaluation: Evaluation, answers: SessionAnswers, decided: Callable[[Outcome], None]) -> None:
    questions, evaluation.unsent = evaluation.unsent, []
    answered = partial(_answered, evaluation, answers, decided)
    for question in questions:
        answers.ask(question, answered)


def _answered(
    evaluation: Evaluation,
    answers: SessionAnswers,
    decided: Callable[[Outcome], None],
    question: Question,
    answer: Answer[Any],
) -> None:
    if evaluation.receive(question, answer):
        evaluate(evaluation, answers, decided, is_late=True)
    elif evaluation.unsent:
        _send(evaluation, answers, decided)


def inquire(asking: Asking[T], answers: SessionAnswers, told: Callable[[T], None]) -> None:
    """Run a generator of questions; `told` hears what it returns."""
    _go_on(asking, answers, told, None, None)


def _go_on(
    asking: Asking[T],
    answers: SessionAnswers,
    told: Callable[[T], None],
    _question: Question | None,
    answer: Answer[Any] | None,
) -> None:
    try:
        question = next(asking) if answer is None else asking.send(answer)
        while (known := answers.instant(question)) is not None:
            question = asking.send(known)
    except StopIteration as end:
        told(end.value)
        return
    answers.ask(question, partial(_go_on, asking, answers, told))
