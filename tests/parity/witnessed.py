"""`gatepost run` with a witness of every evaluation, who writes each verdict down: the source of the coverage table.

    python -m tests.parity.witnessed COUNTS_FILE run-options…

A line of the file is `restriction|name|outcome` or `action|name|outcome` (what an access table or a policy service
answered, and what came of it).
"""

import sys
from collections.abc import Sequence
from typing import IO, Any

from gatepost.cli.run import run
from gatepost.model.answer import Found
from gatepost.model.session import Session
from gatepost.model.verdict import (
    DeferIfPermit,
    DeferIfReject,
    Discard,
    Effect,
    Hangup,
    Note,
    Refuse,
    Restrictions,
    Verdict,
)
from gatepost.policy.asking import Asking
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.language.plan import Boundary, Step
from gatepost.policy.lookup_order import AccessTable
from gatepost.policy.questions import PolicyRequest, TableLookup
from gatepost.policy.registry import unmet_needs
from gatepost.policy.witness import Passed
from gatepost.service import smtp_session

WORDS = frozenset(
    {
        "DUNNO", "REJECT", "DEFER", "HANGUP", "INFO", "WARN", "FILTER", "HOLD", "REDIRECT", "BCC", "DISCARD",
        "DEFER_IF_PERMIT", "DEFER_IF_REJECT", "PREPEND", "OK", "RELAY",
    }
)  # fmt: skip
COUNTS = sys.argv[1] if len(sys.argv) > 1 else "/dev/null"


def outcome_of(name: str, verdict: Verdict, *, is_table: bool) -> str:
    """A verdict in a word or two, as tests/parity/outcomes.py names it."""
    match verdict:
        case Refuse(reply, is_fault=True):
            return f"fault {reply.enhanced}"
        case Refuse(reply):
            return f"{reply.code // 100}xx" if is_table else _refusal(name, reply.enhanced)
        case DeferIfPermit():
            return "defer_if_permit"
        case DeferIfReject():
            return "defer_if_reject"
        case Restrictions():
            return "names restrictions"
        case Note(severity) | Effect(severity):
            return severity.upper()
    return type(verdict).__name__.upper()


def _refusal(name: str, enhanced: str) -> str:
    """A refusal that no table's text chose: by its enhanced code, where that is the restriction's own."""
    detail = enhanced[2:]
    if name.startswith("check_") and name != "check_relay_domains":
        return "no answer" if name == "check_policy_service" else "table fails"
    if name.startswith("reject_unlisted"):
        return f"refused {detail}" if detail in ("1.1", "1.0") else "refused by route"
    return "refused" if "rbl" in name or "rhsbl" in name else f"refused {detail}"


def action_of(value: str) -> str:
    """The kind of an access(5) result."""
    word, text = (*value.split(None, 1), "", "")[:2]
    if word.upper() in WORDS:
        return word.upper()
    if value.isdigit():
        return "only digits"
    if len(word) == 3 and word.isdigit() and word[0] in "45" and text:
        return f"{word[0]}NN text"
    return "type:table" if ":" in value else "restrictions"


class Counting:
    """The witness of one evaluation."""

    file: IO[str] | None = None

    def __init__(self, session: Session) -> None:
        self.session = session
        self.values: dict[int, str] = {}

    def entered(self, boundary: Boundary) -> None:
        """Nothing is counted of a list."""

    def watch(self, step: Step, asking: Asking[Verdict]) -> Asking[Verdict]:
        """Look at what comes back."""
        try:
            question = next(asking)
            while True:
                answer = yield question
                if isinstance(answer, Found) and step.argument is not None:
                    table = step.argument.name if isinstance(step.argument, AccessTable) else ""
                    if isinstance(question, TableLookup) and question.table == table:
                        self.values[id(step)] = answer.value.value
                    elif isinstance(question, PolicyRequest):
                        self.values[id(step)] = answer.value
                question = asking.send(answer)
        except StopIteration as end:
            verdict: Verdict = end.value
            return verdict

    def committed(self, step: Step, verdict: Verdict) -> None:
        """Count it."""
        if step.needs in unmet_needs(self.session):
            self.write("restriction", step.name, "skipped")
            return
        if step.kind.forbids_ok and isinstance(verdict, Refuse) and verdict.is_fault:
            return  # an OK under a table that may not say so: counted where the table itself says it
        value = self.values.pop(id(step), None)
        outcome = outcome_of(step.name, verdict, is_table=value is not None)
        is_effect = isinstance(verdict, Note | Effect | Discard | Hangup)
        self.write("restriction", step.name, "effect" if is_effect else outcome)
        if value is not None:
            self.write("action", action_of(value), outcome)

    def expanded(self, step: Step, added: Sequence[Step]) -> None:
        """Counted where they are committed."""

    def passed_over(self, steps: Sequence[Boundary | Step], why: Passed) -> None:
        """Count what is skipped."""
        for step in steps:
            if isinstance(step, Step):
                self.write("restriction", step.name, "skipped")

    @classmethod
    def write(cls, kind: str, name: str, outcome: str) -> None:
        """One line, at once: a worker ends without a farewell, and several write to one file."""
        if cls.file is None:
            cls.file = open(COUNTS, "a", buffering=1)  # noqa: SIM115, PTH123 - lives as long as the worker does
        cls.file.write(f"{kind}|{name}|{outcome}\n")


def _witnessed(plan: Any, session: Session, *args: Any, **kwargs: Any) -> Evaluation:
    return Evaluation(plan, session, *args, **kwargs, witness=Counting(session))


if __name__ == "__main__":
    vars(smtp_session)["Evaluation"] = _witnessed  # the one place where sessions make one
    del sys.argv[1]
    run()
