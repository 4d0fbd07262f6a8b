"""What a failure that may pass means, by a `…_tempfail_action` parameter (postconf(5) reject_tempfail_action)."""

from gatepost.model.reply import Reply
from gatepost.model.verdict import DeferIfPermit, Refuse, Verdict
from gatepost.policy.access import configuration_fault


def temporary_failure(action: str, reply: Reply) -> Verdict:
    """`defer_if_permit` (the default) raises the flag, `defer` refuses now; anything else is a mistake of ours."""
    if action == "defer_if_permit":
        return DeferIfPermit(reply)
    if action == "defer":
        return Refuse(reply)
    return configuration_fault(f"bad action for a temporary failure: {action!r}: write defer_if_permit or defer")
