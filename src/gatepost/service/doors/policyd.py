"""A `policyd` row of master.cf, loaded: what it decides, and how long it waits for whom.

Told at load, besides what is told of any list: the line for the main.cf of the Postfix that asks; an empty list; a
restriction that cannot work here; and, as a fault, a list that asks its own door.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gatepost.config.configuration import Configuration
from gatepost.config.doors import doors_of
from gatepost.config.master_cf import MasterRow
from gatepost.model.errors import Complaint
from gatepost.policy.language.compile import Policy
from gatepost.policy.language.parse import POLICYD
from gatepost.service.doors.door import Findings
from gatepost.service.policy_loading import load_policyd_policy
from gatepost.service.policy_services import policy_services_in_use
from gatepost.world.net.listen import DoorSpec

UNTOLD = {"reject_unauth_pipelining": "the policy protocol does not tell whether a client pipelines"}
"""Restrictions about what no request tells."""

ANY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 -- what is listened on, not asked for


@dataclass(frozen=True, slots=True)
class PolicyDoor:
    """One `policyd` row. `deadline_s`: policyd_deadline; `idle_s`: policyd_timeout."""

    row: MasterRow
    view: Configuration
    doors: tuple[DoorSpec, ...]
    most_sessions: int
    policy: Policy
    deadline_s: float
    idle_s: float


def load_policyd(configuration: Configuration, row: MasterRow, findings: Findings) -> PolicyDoor:
    """Load one row. Raises ConfigurationError for what cannot be read at all."""
    view = configuration.for_row(row)
    loaded = load_policyd_policy(view)
    limit = view.number("policyd_connection_limit") if row.maxproc is None else row.maxproc
    deadline_s, idle_s = view.seconds("policyd_deadline"), view.seconds("policyd_timeout")
    door = PolicyDoor(row, view, doors_of(view, row), limit, loaded.policy, deadline_s, idle_s)
    findings.others.extend(loaded.findings)
    findings.others.extend(_remarks(door))
    findings.faults.extend(_circles(door))
    return door


def safe_lines(door: PolicyDoor) -> tuple[str, ...]:
    """What to write into a list of the Postfix that shall ask: while this door is away, mail passes."""
    options = f"timeout={door.deadline_s:g}s, default_action=DUNNO"
    return tuple(f"check_policy_service {{ {_endpoint(spec)}, {options} }}" for spec in door.doors)


def _endpoint(spec: DoorSpec) -> str:
    if spec.path:
        return f"unix:{spec.path}"
    host = ANY_HOST.get(spec.host, spec.host)
    return f"inet:[{host}]:{spec.port}" if ":" in host else f"inet:{host}:{spec.port}"


def _remarks(door: PolicyDoor) -> Iterator[Complaint]:
    for line in safe_lines(door):
        yield Complaint("notice", door.row.place, f"{door.row.service} policyd: for main.cf of the Postfix: {line}")
    if not door.policy.lists[POLICYD]:
        text = f"{door.row.service} policyd: policyd_restrictions is empty: every request is answered DUNNO"
        yield Complaint("warning", door.view.place(POLICYD), text, "set policyd_restrictions")
    for step in door.policy.lists[POLICYD]:
        if step.name in UNTOLD:
            text = f"{POLICYD}: {step.word} never refuses here: {UNTOLD[step.name]}"
            yield Complaint("warning", door.view.place(POLICYD, step.word), text, "leave it to the Postfix")


def _circles(door: PolicyDoor) -> Iterator[Complaint]:
    own = {_endpoint(spec) for spec in door.doors}
    for step, service in policy_services_in_use(door.policy):
        if str(service.endpoint) in own:
            text = f"{POLICYD}: {step.word}: this door would ask itself without end"
            yield Complaint("error", door.view.place(POLICYD, step.word), text, "remove it")
