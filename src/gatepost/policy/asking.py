"""How a restriction asks: a generator that yields a question and is resumed with the answer.

`answer = yield from ask(question)`; or `answer = yield question`, which is the same at half the price, for what every
session asks.
"""

from collections.abc import Generator
from typing import Any, TypeVar

from gatepost.model.answer import Answer
from gatepost.policy.questions import Question

T = TypeVar("T")

Asking = Generator[Question, Answer[Any], T]
"""A computation that may ask: `result = yield from something(...)`. It must not catch GeneratorExit."""


def ask(question: Question) -> Asking[Answer[Any]]:
    """Ask one question and give its answer."""
    answer = yield question
    return answer
