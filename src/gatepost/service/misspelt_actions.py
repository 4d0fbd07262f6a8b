"""What access tables answer, judged at load: a misspelt action or restriction is told with the table's file and line.

A text that is no action of access(5) is a list of restrictions (postfix-semantics 4.4), so that `REJCT` is found out
only when a mail meets it, and hears 451. Where a table can list what it answers, each answer is read here as it would
be then. An answer that begins with a group of a pattern (`$1`) can be anything, and is passed over. Tables that are
asked over a network cannot be judged.

Limits: the first MOST_VALUES different answers of a table are read, and MOST_FINDINGS of them told.
"""

import difflib
from collections.abc import Iterator

from gatepost.model.errors import Complaint
from gatepost.model.verdict import Dunno, Refuse, Restrictions
from gatepost.policy.access import ACTIONS, parse_action
from gatepost.policy.language.compile import Policy
from gatepost.policy.language.parse import Finding, parse_list
from gatepost.policy.language.plan import Step
from gatepost.policy.lookup_order import AccessTable
from gatepost.service.impossible_actions import place_of
from gatepost.world.tables import LocalTable, Tables
from gatepost.world.tables.table import GROUP_MARK

MOST_VALUES = 10_000
"""About 0.1 s for a table; real ones have some dozens."""

MOST_FINDINGS = 20

_BREAKS = "mail that reaches it hears 451 4.3.5"


def misspelt_actions(policy: Policy, tables: Tables) -> Iterator[Complaint]:
    """One warning for each mistake in a table, at its first place."""
    for steps in policy.lists.values():
        seen: dict[str, Step] = {}
        for step in steps:
            if isinstance(step.argument, AccessTable):
                seen.setdefault(step.argument.name, step)
        for name, step in seen.items():
            table = tables.load(name)
            if isinstance(table, LocalTable) and table.results is not None:
                yield from _in_table(table, step, policy)


def _in_table(table: LocalTable, step: Step, policy: Policy) -> Iterator[Complaint]:
    assert table.results is not None
    values: dict[str, str] = {}
    for value, source in table.results():
        values.setdefault(value, source)
        if len(values) > MOST_VALUES:
            break
    told: set[str] = set()
    for value, source in values.items():
        for text, cure, breaks in _mistakes(value, step, policy):
            if text not in told and len(told) < MOST_FINDINGS:
                told.add(text)
                yield Complaint("warning", place_of(source), text, cure, breaks_mail=breaks)


def _mistakes(value: str, step: Step, policy: Policy) -> Iterator[tuple[str, str, bool]]:
    """The text, the cure, and whether mail hears 451."""
    if not value.strip() or GROUP_MARK in value.split()[0]:
        return
    action = parse_action(value, policy.settings)
    if isinstance(action, Dunno) and action.complaint:
        yield action.complaint, "correct it, or remove the line", False
    elif isinstance(action, Refuse) and action.is_fault and action.complaint:
        yield f"{action.complaint}: {_BREAKS}", "write an action of access(5)", True
    elif isinstance(action, Restrictions) and GROUP_MARK not in value:
        findings: list[Finding] = []
        parse_list(value, step.kind, policy.settings.restriction_classes, findings.append)
        for finding in findings:
            if finding.severity == "error":
                yield f"{finding.text}: {_BREAKS}", _cure(finding, value), True


def _cure(finding: Finding, value: str) -> str:
    """An action that is nearly spelt like the first word, else what the list of restrictions says."""
    near = difflib.get_close_matches(finding.word.upper(), ACTIONS, 1, 0.7)
    return f"did you mean {near[0]}?" if near and value.split()[0] == finding.word else finding.cure
