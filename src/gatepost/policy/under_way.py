"""The restrictions of an evaluation that are under way: waiting for answers, or finished before their turn.

Each is a generator of questions. A question that several restrictions wait for is sent once, and its answer given to
all of them; where answers are not SHARED each restriction has its own, in turn.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from gatepost.model.answer import Answer
from gatepost.model.verdict import Verdict
from gatepost.policy.asking import Asking
from gatepost.policy.questions import NAME_QUESTIONS, SHARED, Question

Instant = Callable[[Question], Answer[Any] | None]
"""Answers what needs no waiting: tables in memory, cached names, what the session has heard before."""


class Started:
    """A restriction that has been started: waiting for the answer to `question`, or done with `verdict`."""

    __slots__ = ("generator", "is_sent", "position", "question", "verdict")

    def __init__(self, position: int, generator: Asking[Verdict] | None, verdict: Verdict | None = None) -> None:
        self.position = position
        self.generator = generator
        self.question: Question | None = None
        self.verdict = verdict
        self.is_sent = False


class UnderWay:
    """All of one evaluation. `unsent`: questions to be sent now. `_position`: whose turn it is."""

    __slots__ = ("_instant", "_position", "_started", "_waiting", "unsent")

    def __init__(self, instant: Instant) -> None:
        self.unsent: list[Question] = []
        self._instant = instant
        self._position = 0
        self._started: dict[int, Started] = {}
        self._waiting: dict[Question, list[Started]] = {}

    def receive(self, question: Question, answer: Answer[Any]) -> bool:
        """Take an answer: for every restriction that waits for it, or for the first where answers are not shared.

        True: it was awaited by the restriction whose turn it is: advance(). Else there may be more in `unsent`.
        """
        is_turn = False
        waiting = self._waiting.pop(question, [])
        if len(waiting) > 1:
            waiting.sort(key=attrgetter("position"))
            if not isinstance(question, SHARED):
                self._waiting[question] = waiting[1:]
                del waiting[1:]
        for started in waiting:
            self._resume(started, answer)
            if started.position == self._position:
                is_turn = True
            else:
                self._send(started, only_early=True)
        return is_turn

    def close(self) -> None:
        """The client is gone: forget everything that waits."""
        for started in self._started.values():
            if started.generator is not None:
                started.generator.close()
        self._started.clear()
        self._waiting.clear()
        self.unsent.clear()

    def _start(self, position: int, generator: Asking[Verdict]) -> Verdict | None:
        """Begin a restriction: its verdict, or None where it waits."""
        question, verdict = self._feed(generator, None)
        if question is not None:
            self._started[position] = started = Started(position, generator)
            started.question = question
        return verdict

    def _resume(self, started: Started, answer: Answer[Any]) -> None:
        assert started.generator is not None  # it waits
        started.is_sent = False
        started.question, started.verdict = self._feed(started.generator, answer)

    def _feed(
        self, generator: Asking[Verdict], answer: Answer[Any] | None
    ) -> tuple[Question, None] | tuple[None, Verdict]:
        """Feed an answer (None begins), and go on for as long as further questions are answered at once."""
        try:
            question = generator.send(answer)  # type: ignore[arg-type]  # None is how a generator is begun
            while (known := self._instant(question)) is not None:
                question = generator.send(known)
        except StopIteration as end:
            return None, end.value
        return question, None

    def _send(self, started: Started, *, only_early: bool) -> None:
        question = started.question
        if question is None or started.is_sent or (only_early and not isinstance(question, NAME_QUESTIONS)):
            return
        started.is_sent = True
        waiting = self._waiting.setdefault(question, [])
        waiting.append(started)
        if len(waiting) == 1 or not isinstance(question, SHARED):
            self.unsent.append(question)

    def _shift(self, at: int, count: int) -> None:
        """Make room for so many restrictions that come next."""
        for started in self._started.values():
            started.position += count if started.position >= at else 0
        self._started = {started.position: started for started in self._started.values()}
