"""A restriction under way: one that waits for an answer, or that looking ahead has finished before its turn."""

from gatepost.model.verdict import Verdict
from gatepost.policy.asking import Asking
from gatepost.policy.questions import Question


class Started:
    """A restriction that has been started: waiting for the answer to `question`, or done with `verdict`."""

    __slots__ = ("generator", "is_sent", "position", "question", "verdict")

    def __init__(self, position: int, generator: Asking[Verdict] | None, verdict: Verdict | None = None) -> None:
        self.position = position
        self.generator = generator
        self.question: Question | None = None
        self.verdict = verdict
        self.is_sent = False
