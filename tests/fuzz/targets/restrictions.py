"""A restriction list with anything in it, as main.cf and access tables hold them. Held: steps, and findings in words."""

from gatepost.model.settings import Settings
from gatepost.policy.access import parse_action
from gatepost.policy.language.compile import compile_policy, compile_policyd
from gatepost.policy.language.parse import LIST_KINDS, Finding
from gatepost.policy.registry import RESTRICTIONS
from gatepost.policy.safety import dangers, has_relay_control
from tests.fuzz.pieces import split_input

SETTINGS = Settings()
WORDS = (
    *RESTRICTIONS,
    "warn_if_reject ",
    "inet:127.0.0.1:1",
    "bl.example=127.0.0.[2;4..8]",
    "hash:x",
    "{",
    "}",
    ", ",
    "sleep 1",
)


def one_input(octets: bytes) -> None:
    """The same text as each of the lists, as the policy server's, and as the value of an access table."""
    chosen, _, rest = split_input(octets)
    text = rest.decode("utf-8", "surrogateescape")
    kind = LIST_KINDS[chosen % len(LIST_KINDS)]
    findings: list[Finding] = []
    policy = compile_policy(SETTINGS, {kind.parameter: text}, findings.append)
    has_relay_control(policy)
    tuple(dangers(policy))
    compile_policyd(SETTINGS, text, findings.append)
    parse_action(text, SETTINGS)
    assert all(finding.text for finding in findings)
