"""What the parity run must reach: every outcome of every restriction, and of every action of access(5).

The names are those that tests/parity/witnessed.py writes. `refused D.S` is a refusal by its enhanced code without the
class, since the class follows a parameter. `effect` stands for every action that is no verdict; the actions have rows
of their own. A restriction that only reads an address has no `fault`: where addresses cannot be resolved MAIL and RCPT
are refused before any list.
"""

from typing import NamedTuple

import gatepost.policy.restrictions
from gatepost.policy.registry import RESTRICTIONS

assert gatepost.policy.restrictions  # importing it registers them all


NOT_COMPARED = frozenset({"check_greylist"})
"""Restrictions that Postfix has not."""

ASKING_SERVERS = frozenset({"reject_unverified_sender", "reject_unverified_recipient"})
"""Restrictions that ask mail servers: tests/parity/verification.py has such servers, and reaches their outcomes."""

NAMES = tuple(sorted({record.name for record in RESTRICTIONS.values()} - NOT_COMPARED))
"""Every restriction that both have."""


class Row(NamedTuple):
    """One outcome of a restriction or an action."""

    kind: str
    name: str
    outcome: str


MISTAKE = ""
"""The name under which words that are no restriction are counted."""

_CHECK = (
    "DUNNO", "4xx", "5xx", "defer_if_permit", "defer_if_reject", "effect", "names restrictions", "table fails",
)  # fmt: skip
_LISTED = ("refused", "DUNNO", "fault 4.3.5")
_DISPUTED = ("refused 7.1", "DUNNO", "fault 4.3.0")
_ALLOWED = ("OK", "DUNNO", "defer_if_reject")
_DEFAULTS = {
    MISTAKE: ("fault 4.3.5",),
    "check_policy_service": ("OK", *_CHECK[:-1], "fault 4.3.5", "no answer"),
    "check_relay_domains": ("OK", "refused 7.1"),
    "defer": ("refused 3.2",),
    "defer_if_permit": ("defer_if_permit",),
    "defer_if_reject": ("defer_if_reject",),
    "defer_unauth_destination": ("DUNNO", "refused 7.1"),
    "permit": ("OK",),
    "permit_auth_destination": ("OK", "DUNNO"),
    "permit_dnswl_client": _ALLOWED,
    "permit_inet_interfaces": ("OK", "DUNNO"),
    "permit_mx_backup": ("OK", "DUNNO", "defer_if_reject"),
    "permit_mynetworks": ("OK", "DUNNO", "fault 4.3.0"),
    "permit_naked_ip_address": ("OK", "DUNNO", "refused 5.2"),
    "permit_rhswl_client": _ALLOWED,
    "permit_sasl_authenticated": ("OK", "DUNNO"),
    "permit_tls_all_clientcerts": ("OK", "DUNNO", "fault 4.3.0"),
    "permit_tls_clientcerts": ("OK", "DUNNO", "fault 4.3.0"),
    "reject": ("refused 7.1",),
    "reject_authenticated_sender_login_mismatch": _DISPUTED,
    "reject_invalid_helo_hostname": ("refused 5.2", "DUNNO"),
    "reject_known_sender_login_mismatch": _DISPUTED,
    "reject_maps_rbl": _LISTED,
    "reject_multi_recipient_bounce": ("refused 5.3", "DUNNO"),
    "reject_non_fqdn_helo_hostname": ("refused 5.2", "DUNNO"),
    "reject_non_fqdn_recipient": ("refused 5.2", "DUNNO"),
    "reject_non_fqdn_sender": ("refused 5.2", "DUNNO"),
    "reject_plaintext_session": ("refused 7.1", "DUNNO"),
    "reject_rbl_client": _LISTED,
    "reject_rhsbl_client": _LISTED,
    "reject_rhsbl_helo": _LISTED,
    "reject_rhsbl_recipient": _LISTED,
    "reject_rhsbl_reverse_client": _LISTED,
    "reject_rhsbl_sender": _LISTED,
    "reject_sender_login_mismatch": _DISPUTED,
    "reject_unauth_destination": ("refused 7.1", "DUNNO"),
    "reject_unauth_pipelining": ("refused 5.0", "DUNNO"),
    "reject_unauthenticated_sender_login_mismatch": _DISPUTED,
    "reject_unknown_client_hostname": ("refused 7.25", "DUNNO"),
    "reject_unknown_helo_hostname": ("refused 7.1", "refused 5.2", "defer_if_permit", "DUNNO"),
    "reject_unknown_recipient_domain": ("refused 1.2", "refused 1.10", "defer_if_permit", "DUNNO"),
    "reject_unknown_reverse_client_hostname": ("refused 7.1", "DUNNO"),
    "reject_unknown_sender_domain": ("refused 1.8", "refused 7.27", "defer_if_permit", "DUNNO"),
    "reject_unlisted_recipient": ("refused 1.1", "refused by route", "DUNNO", "fault 4.3.0"),
    "reject_unlisted_sender": ("refused 1.0", "refused by route", "DUNNO", "fault 4.3.0"),
    "reject_unverified_recipient": ("refused 1.1", "defer_if_permit", "DUNNO"),
    "reject_unverified_sender": ("refused 1.7", "defer_if_permit", "DUNNO"),
    "sleep": ("DUNNO",),
}

FORGEABLE = ("_a_access", "_mx_access", "_ns_access", "reverse_client_hostname_access")
"""How the names of the checks end whose table may not answer OK."""

ACTIONS_REACHED = {
    "4NN text": ("4xx",),
    "5NN text": ("5xx",),
    "BCC": ("BCC", "DUNNO"),
    "DEFER": ("4xx", "5xx"),
    "DEFER_IF_PERMIT": ("defer_if_permit",),
    "DEFER_IF_REJECT": ("defer_if_reject",),
    "DISCARD": ("DISCARD", "DUNNO"),
    "DUNNO": ("DUNNO",),
    "FILTER": ("FILTER", "DUNNO"),
    "HANGUP": ("HANGUP",),
    "HOLD": ("HOLD", "DUNNO"),
    "INFO": ("INFO",),
    "OK": ("OK", "DUNNO", "fault 4.3.5"),
    "PREPEND": ("PREPEND", "DUNNO"),
    "REDIRECT": ("REDIRECT", "DUNNO"),
    "REJECT": ("4xx", "5xx"),
    "RELAY": ("OK", "DUNNO", "fault 4.3.5"),
    "WARN": ("WARN",),
    "only digits": ("OK", "DUNNO", "fault 4.3.5"),
    "restrictions": ("names restrictions",),
    "type:table": ("fault 4.3.5",),
}
"""Every action. DUNNO: an argument that cannot be used, a stage without a message, an OK for a routed recipient."""


def may_permit(check: str) -> bool:
    """Whether an OK of this check's table is one."""
    return not check.endswith(FORGEABLE)


def outcomes_of(name: str) -> tuple[str, ...]:
    """Every outcome of a restriction but `skipped`, which all of them have."""
    if name in _DEFAULTS:
        return _DEFAULTS[name]
    return (*_CHECK, "fault 4.3.5", "OK") if may_permit(name) else (*_CHECK, "fault 4.3.5")


def wanted_rows() -> tuple[Row, ...]:
    """Every row that a full run must reach often enough."""
    rows = [
        Row("restriction", name, outcome) for name in (*NAMES, MISTAKE) for outcome in (*outcomes_of(name), "skipped")
    ]
    return (
        *rows,
        *(Row("action", name, outcome) for name, reached in ACTIONS_REACHED.items() for outcome in reached),
    )
