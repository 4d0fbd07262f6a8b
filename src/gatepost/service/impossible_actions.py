"""Actions in access tables that a gate without a queue cannot carry out, told at load where a table's text has them.

HOLD and FILTER in any list; BCC, REDIRECT and PREPEND where only smtpd_end_of_data_restrictions would see them: the
message has gone to the next hop by then. One finding for each table and action, at its first place. What a table that
is asked over a network answers, or a policy service, shows only when it happens: 451 and a line in the log.
"""

from collections.abc import Iterator

from gatepost.model.errors import Complaint, Place
from gatepost.model.verdict import Effect
from gatepost.policy.access import parse_action
from gatepost.policy.language.compile import Policy
from gatepost.policy.language.parse import END_OF_DATA, POLICYD
from gatepost.policy.lookup_order import AccessTable
from gatepost.service.effects import ADDRESS_ACTIONS, QUEUE_ACTIONS
from gatepost.world.tables import LocalTable, Tables

_TOO_LATE = ADDRESS_ACTIONS | {"PREPEND"}
_CURE = "use another action, or have the next hop do it"
_EARLIER = "look it up in an earlier list, such as smtpd_data_restrictions"


def impossible_actions(policy: Policy, tables: Tables) -> Iterator[Complaint]:
    """One warning for each table and action that cannot be carried out."""
    for parameter, steps in policy.lists.items():
        if parameter == POLICYD:  # the Postfix that asks carries them out
            continue
        is_late = parameter == END_OF_DATA.parameter
        for name in dict.fromkeys(step.argument.name for step in steps if isinstance(step.argument, AccessTable)):
            table = tables.load(name)
            if isinstance(table, LocalTable):
                yield from _in_table(table, policy, parameter, is_late=is_late)


def _in_table(table: LocalTable, policy: Policy, parameter: str, *, is_late: bool) -> Iterator[Complaint]:
    wanted = QUEUE_ACTIONS | _TOO_LATE if is_late else QUEUE_ACTIONS
    first: dict[str, str] = {}
    count: dict[str, int] = {}
    for value, source in table.results() if table.results is not None else ():
        action = value.split(None, 1)[0].upper() if value else ""
        if action in wanted and isinstance(parse_action(value, policy.settings), Effect):
            first.setdefault(action, source)
            count[action] = count.get(action, 0) + 1
    for action, source in first.items():
        more = f" (and {count[action] - 1} more)" if count[action] > 1 else ""
        yield Complaint("warning", place_of(source), *_finding(action, parameter, more))


def _finding(action: str, parameter: str, more: str) -> tuple[str, str]:
    if action in QUEUE_ACTIONS:
        return f"{parameter}: {action} needs a queue: mail that reaches it hears 451 4.3.0{more}", _CURE
    if action == "PREPEND":
        return f"{parameter}: PREPEND comes too late after DATA and is passed over{more}", _EARLIER
    return f"{parameter}: {action} comes too late after DATA: mail that reaches it hears 451 4.3.0{more}", _EARLIER


def place_of(source: str) -> Place:
    """Where an answer stands, from its `file:line`."""
    path, _, line = source.rpartition(":")
    return Place(path, int(line)) if path and line.isdigit() else Place(source)
