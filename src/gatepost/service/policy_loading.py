"""The policy of one door, loaded and judged: its restriction lists compiled, what is wrong with them told.

`gatepost run` and `check` load one for each served row (service/doors); `explain` loads one alone, which needs
neither a next hop nor a row in master.cf, and works on a configuration that must not be served.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gatepost.config.configuration import Configuration
from gatepost.config.policy_settings import build_settings
from gatepost.model.errors import Complaint
from gatepost.policy.language.compile import Policy, compile_policy, compile_policyd, compile_qmqpd
from gatepost.policy.language.parse import LIST_KINDS, POLICYD, QMQPD, Finding
from gatepost.policy.safety import CURE, dangers, has_relay_control
from gatepost.service.policy_services import policy_service_findings


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """`findings` are warnings; `relay_faults` say why a server must not start with this policy (none: it may)."""

    view: Configuration
    policy: Policy
    findings: tuple[Complaint, ...]
    relay_faults: tuple[Complaint, ...]


def load_policy(view: Configuration) -> LoadedPolicy:
    """Load the policy that a configuration, or the view of one row, holds. Raises ConfigurationError."""
    findings: list[Complaint] = []
    policy = compile_policy(
        build_settings(view),
        {kind.parameter: view.text(kind.parameter) for kind in LIST_KINDS},
        lambda finding: findings.append(_complaint(view, finding)),
    )
    findings.extend(_relay_dangers(view, policy))
    findings.extend(policy_service_findings(view, policy))
    return LoadedPolicy(view, policy, tuple(findings), tuple(_relay_faults(view, policy)))


def load_policyd_policy(view: Configuration) -> LoadedPolicy:
    """Load policyd_restrictions, as the view of one row has them. Raises ConfigurationError.

    Whether clients may log in is what the Postfix that asks knows: the logins that it tells of count.
    """
    findings: list[Complaint] = []
    policy = compile_policyd(
        replace(build_settings(view), smtpd_sasl_auth_enable=True),
        view.text(POLICYD),
        lambda finding: findings.append(_complaint(view, finding)),
    )
    findings.extend(policy_service_findings(view, policy))
    return LoadedPolicy(view, policy, tuple(findings), ())


def load_qmqpd_policy(view: Configuration) -> LoadedPolicy:
    """Load qmqpd_restrictions, as the view of one row has them. Raises ConfigurationError."""
    findings: list[Complaint] = []
    settings, text = build_settings(view), view.text(QMQPD.parameter)
    policy = compile_qmqpd(settings, text, lambda finding: findings.append(_complaint(view, finding)))
    findings.extend(policy_service_findings(view, policy))
    return LoadedPolicy(view, policy, tuple(findings), ())


def _complaint(view: Configuration, finding: Finding) -> Complaint:
    place = view.place(finding.parameter, finding.word)
    text = f"{finding.parameter}: {finding.text}"
    if finding.severity != "error":
        return Complaint(finding.severity, place, text, finding.cure)
    text += ": mail that reaches it hears 451 4.3.5"
    return Complaint("warning", place, text, finding.cure, breaks_mail=True)


def _relay_faults(view: Configuration, policy: Policy) -> Iterator[Complaint]:
    """Without relay control the server does not start (postfix-semantics 3.13)."""
    if has_relay_control(policy):
        return
    text = "open relay: neither smtpd_relay_restrictions nor smtpd_recipient_restrictions refuses strangers"
    yield Complaint("error", view.place("smtpd_recipient_restrictions"), text, CURE)


def _relay_dangers(view: Configuration, policy: Policy) -> Iterator[Complaint]:
    for danger in dangers(policy):
        text = f"{danger.parameter}: {danger.text}"
        place = view.place(danger.parameter, danger.word)
        yield Complaint(danger.severity, place, text, danger.cure, breaks_mail=True)
