"""Restrictions that were not run, in few words: `7 name checks, 4 block lists, check_policy_service inet:…`."""

from collections.abc import Sequence

from gatepost.policy.language.plan import Step

BLOCK_LISTS, DOMAIN_LISTS, NAME_CHECKS = "block lists", "domain block lists", "name checks"

GROUPS = {
    "reject_rbl_client": BLOCK_LISTS,
    "check_policy_service": "policy services",
    "reject_invalid_helo_hostname": NAME_CHECKS,
    "reject_non_fqdn_helo_hostname": NAME_CHECKS,
    "reject_non_fqdn_recipient": NAME_CHECKS,
    "reject_non_fqdn_sender": NAME_CHECKS,
    "reject_unknown_client_hostname": NAME_CHECKS,
    "reject_unknown_helo_hostname": NAME_CHECKS,
    "reject_unknown_recipient_domain": NAME_CHECKS,
    "reject_unknown_reverse_client_hostname": NAME_CHECKS,
    "reject_unknown_sender_domain": NAME_CHECKS,
}
"""What is counted where there are several; others are named one by one."""

MOST_NAMED = 8
"""Parts of a summary; what is more is counted."""


def summary(steps: Sequence[Step]) -> str:
    """Say what these are; "" where they could not have changed anything (a final permit)."""
    words: dict[str, list[str]] = {}
    for step in steps:
        if step.name != "permit":
            group = DOMAIN_LISTS if step.name.startswith("reject_rhsbl_") else GROUPS.get(step.name, step.word)
            words.setdefault(group, []).append(step.word)
    parts = [each[0] if len(each) == 1 else f"{len(each)} {group}" for group, each in words.items()]
    if len(parts) > MOST_NAMED:
        parts = [*parts[: MOST_NAMED - 1], f"{len(parts) - MOST_NAMED + 1} more"]
    return ", ".join(parts)
