"""The policy servers that a policy asks: which they are, and what is wrong with how they are named.

Told at load: a port whose name no service has; a default action that is none; and, as a notice, a server without a
default action of its own: while it is down every mail that reaches it hears 451.
"""

import socket
from collections.abc import Iterator

from gatepost.config.configuration import Configuration
from gatepost.model.errors import Complaint
from gatepost.model.verdict import Refuse, Restrictions
from gatepost.policy.access import parse_action
from gatepost.policy.language.compile import Policy
from gatepost.policy.language.parse import Finding, parse_list
from gatepost.policy.language.plan import Step
from gatepost.policy.policy_service import BUILT_IN_ACTION, PolicyService


def policy_services_in_use(policy: Policy) -> Iterator[tuple[Step, PolicyService]]:
    """Each restriction that asks a policy server, in the order of the lists."""
    for steps in policy.lists.values():
        for step in steps:
            if isinstance(step.argument, PolicyService):
                yield step, step.argument


def policy_service_findings(view: Configuration, policy: Policy) -> Iterator[Complaint]:
    """What to say about them."""
    settings = policy.settings
    for step, service in policy_services_in_use(policy):
        parameter = step.kind.parameter
        place = view.place(parameter, step.word)
        if not _is_port(service.endpoint.port):
            text = f"{parameter}: {step.word}: no TCP service has the name {service.endpoint.port!r}"
            yield Complaint("warning", place, text, "write the number of the port")
        action = service.action_without_answer(settings)
        if action == BUILT_IN_ACTION:
            text = f"{parameter}: while policy service {service.endpoint} is down, all mail that reaches it hears 451"
            yield Complaint("notice", place, text, f"to let it pass: {_cure(step, service)}")
        for fault in _faults(action, step, policy):
            yield Complaint("warning", place, f"{parameter}: default_action of {service.endpoint}: {fault}")


def _cure(step: Step, service: PolicyService) -> str:
    return f"{step.name} {{ {service.endpoint}, timeout=10s, default_action=DUNNO }}"


def _is_port(port: str) -> bool:
    if not port or port.isdigit():
        return True
    try:
        socket.getservbyname(port, "tcp")
    except OSError:
        return False
    return True


def _faults(action: str, step: Step, policy: Policy) -> list[str]:
    """Why a default action cannot be carried out."""
    faults: list[str] = []
    meaning = parse_action(action, policy.settings)
    if isinstance(meaning, Refuse):
        faults.append(meaning.complaint)
    elif isinstance(meaning, Restrictions):

        def tell(finding: Finding) -> None:
            if finding.severity == "error":
                faults.append(f"{finding.text}: {finding.cure}")

        parse_list(meaning.text, step.kind, policy.settings.restriction_classes, tell)
    return faults
