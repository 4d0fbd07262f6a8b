"""What an evaluation did, kept for people: every list and restriction in order, what it asked, what it said.

A StageTrace is the witness of one evaluation. It also stands between a restriction and the world: a question that
must not be asked (a policy service without --ask-services, the DNS under --no-dns) is not passed on, and its
restriction is taken to have no opinion.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gatepost.model.answer import Answer, Found
from gatepost.model.session import NAMELESS, Session
from gatepost.model.verdict import DUNNO, Verdict
from gatepost.policy.asking import Asking
from gatepost.policy.language.plan import Boundary, Step
from gatepost.policy.outcome import Outcome
from gatepost.policy.questions import (
    ClientName,
    Delay,
    GreylistAttempt,
    LocalTime,
    NameQuestion,
    Question,
    TableLookup,
)
from gatepost.policy.registry import unmet_needs
from gatepost.policy.witness import Passed

NAME_JUDGES = frozenset({"reject_unknown_client_hostname", "reject_unknown_reverse_client_hostname"})
"""Without the name of the client these have nothing to say; others look at its address too."""


class Status(Enum):
    """What became of a restriction."""

    EVALUATED = "evaluated"
    UNKNOWN = "skipped"
    NOT_ASKED = "not asked"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer; None with the reason where it was not passed on."""

    question: Question
    answer: Answer[Any] | None
    why_not: str = ""


@dataclass(slots=True)
class StepTrace:
    """One restriction. `depth`: 1 and more where an access table named it. `why`: of one that was not reached."""

    step: Step
    depth: int
    status: Status
    asked: list[Asked] = field(default_factory=list)
    verdict: Verdict | None = None
    why: Passed | None = None


@dataclass(slots=True)
class ListTrace:
    """One list. `is_reached` is no where the evaluation ended before it."""

    boundary: Boundary
    is_reached: bool
    steps: list[StepTrace] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be asked besides the tables of the configuration."""

    dns: bool = True
    services: bool = False

    def why_not(self, question: Question) -> str:
        """Why this question is not asked; "" where it may be."""
        if isinstance(question, TableLookup | Delay | LocalTime):
            return ""
        if isinstance(question, NameQuestion):
            return "" if self.dns else "--no-dns"
        if isinstance(question, GreylistAttempt):  # explain only looks: world/greylists/looking.py
            return ""
        return "" if self.services else "--ask-services asks"


class StageTrace:
    """The witness of one evaluation (policy/witness.py)."""

    __slots__ = ("_asked", "_depths", "_permission", "lists", "outcome", "session", "where")

    def __init__(self, where: str, session: Session, permission: Permission) -> None:
        self.where = where
        self.session = session
        self.lists: list[ListTrace] = []
        self.outcome: Outcome | None = None
        self._permission = permission
        self._depths: dict[int, int] = {}
        self._asked: dict[int, list[Asked]] = {}

    @property
    def steps(self) -> list[StepTrace]:
        """All restrictions in order."""
        return [step for each in self.lists for step in each.steps]

    @property
    def last(self) -> StepTrace | None:
        """The last restriction that was run."""
        return next((step for step in reversed(self.steps) if step.verdict is not None), None)

    def entered(self, boundary: Boundary) -> None:
        """A list begins."""
        self.lists.append(ListTrace(boundary, is_reached=True))

    def watch(self, step: Step, asking: Asking[Verdict]) -> Asking[Verdict]:
        """Pass the questions on that may be asked, and write down what comes back."""
        asked = self._asked.setdefault(id(step), [])
        try:
            question = next(asking)
            while True:
                why_not = self._permission.why_not(question)
                if not why_not:
                    answer = yield question
                    asked.append(Asked(question, answer))
                elif isinstance(question, ClientName) and step.name not in NAME_JUDGES:
                    answer = Found(NAMELESS)
                else:
                    asked.append(Asked(question, None, why_not))
                    return DUNNO
                question = asking.send(answer)
        except StopIteration as end:
            verdict: Verdict = end.value
            return verdict

    def committed(self, step: Step, verdict: Verdict) -> None:
        """A restriction has said its word."""
        asked = self._asked.get(id(step), [])
        if step.needs in unmet_needs(self.session):
            status = Status.UNKNOWN
        elif asked and asked[-1].answer is None:
            status = Status.NOT_ASKED
        else:
            status = Status.EVALUATED
        self.lists[-1].steps.append(StepTrace(step, self._depths.get(id(step), 0), status, asked, verdict))

    def expanded(self, step: Step, added: Sequence[Step]) -> None:
        """A table has named restrictions."""
        depth = self._depths.get(id(step), 0) + 1
        self._depths.update((id(each), depth) for each in added)

    def passed_over(self, steps: Sequence[Boundary | Step], why: Passed) -> None:
        """These were not run."""
        for each in steps:
            if isinstance(each, Boundary):
                self.lists.append(ListTrace(each, is_reached=False))
            else:
                status = Status.UNKNOWN if why is Passed.UNKNOWN else Status.NOT_REACHED
                trace = StepTrace(each, self._depths.get(id(each), 0), status, why=why)
                self.lists[-1].steps.append(trace)
