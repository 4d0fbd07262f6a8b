"""Whoever hears what an evaluation does, step by step and in order: explain is made of it.

An evaluation without a witness pays one test at each of these places. A witness sees every restriction of a plan
once: as committed, or among those that were passed over.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from gatepost.model.verdict import Verdict
from gatepost.policy.asking import Asking
from gatepost.policy.language.plan import Boundary, Step


class Passed(Enum):
    """Why restrictions are passed over."""

    PERMITTED = "a restriction before them answered OK"
    UNKNOWN = "what the list is about is not known yet"
    BOTH_DEFERRALS = "defer_if_permit and defer_if_reject are both raised"
    EXEMPT = "this recipient is accepted without running any list"
    DECIDED = "the outcome is certain"


class Witness(Protocol):
    """Hears an evaluation. It may not change what it is given."""

    def entered(self, boundary: Boundary) -> None:
        """A list begins."""

    def watch(self, step: Step, asking: Asking[Verdict]) -> Asking[Verdict]:
        """A restriction that asks is started, perhaps ahead of its turn: give what is run in its place."""

    def committed(self, step: Step, verdict: Verdict) -> None:
        """A restriction's verdict takes effect."""

    def expanded(self, step: Step, added: Sequence[Step]) -> None:
        """The table of this restriction, committed just now, named these: they come next."""

    def passed_over(self, steps: Sequence[Boundary | Step], why: Passed) -> None:
        """These are not run."""
