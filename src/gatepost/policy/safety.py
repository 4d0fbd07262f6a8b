"""What is dangerous in a policy, told before any mail shows it (postfix-semantics 3.13; field notes 3.4).

Relay control is a restriction that refuses strangers' mail to strangers. Postfix refuses to start where neither
relay nor recipient restrictions hold any before a `permit`. That is not enough: an access table or a policy service
that stands before it in the only list that has it can answer OK for something a stranger may forge, a sender for
example, and one such entry is an open relay.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gatepost.policy.language.compile import Policy
from gatepost.policy.language.parse import RECIPIENT, RELAY
from gatepost.policy.language.plan import Step

RELAY_CONTROL = frozenset(
    {
        "reject_unauth_destination",
        "defer_unauth_destination",
        "check_relay_domains",
        "reject",
        "defer",
        "defer_if_permit",
    }
)
"""Any of these before a permit is what Postfix demands (postconf(5) smtpd_relay_restrictions)."""

FORGEABLE = frozenset({"check_sender_access", "check_helo_access", "check_policy_service", "permit_naked_ip_address"})
"""What they look at is the client's own word (or a service's opinion of it)."""

CURE = "set smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination"


@dataclass(frozen=True, slots=True)
class Danger:
    """One danger: which list, which restriction in it, what can happen, the one line that cures it."""

    severity: str
    parameter: str
    word: str
    text: str
    cure: str


def has_relay_control(policy: Policy) -> bool:
    """Some list holds relay control before any permit: without it the server must not start."""
    return any(_control_at(policy.lists[kind.parameter]) is not None for kind in (RELAY, RECIPIENT))


def dangers(policy: Policy) -> tuple[Danger, ...]:
    """Everything worth a warning about who may relay."""
    lists = [policy.lists[kind.parameter] for kind in (RELAY, RECIPIENT)]
    if any(_protects(steps) for steps in lists):
        return ()
    return tuple(_openings(lists))


def _control_at(steps: tuple[Step, ...]) -> int | None:
    for position, step in enumerate(steps):
        if step.name == "permit":
            return None
        if step.name in RELAY_CONTROL and not step.is_warning:
            return position
    return None


def _protects(steps: tuple[Step, ...]) -> bool:
    """Relay control that nothing forgeable can skip."""
    at = _control_at(steps)
    return at is not None and not any(step.name in FORGEABLE for step in steps[:at])


def _openings(lists: list[tuple[Step, ...]]) -> Iterator[Danger]:
    for steps in lists:
        at = _control_at(steps)
        for step in steps[:at] if at is not None else ():
            if step.name in FORGEABLE:
                yield Danger("warning", step.kind.parameter, step.word, _opening_text(step, steps[at or 0]), CURE)


def _opening_text(step: Step, control: Step) -> str:
    what = {
        "check_sender_access": "whoever forges a sender that the table answers OK",
        "check_helo_access": "whoever says a HELO name that the table answers OK",
        "check_policy_service": "whoever the policy service answers OK",
        "permit_naked_ip_address": "whoever says an address as its HELO name",
    }[step.name]
    return f"open relay: {step.word} stands before {control.word}: {what} may send mail anywhere through this server"
