"""A trace changes nothing, leaves nothing out, and can always be told: over random policies and worlds."""

import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.config.configuration import Configuration
from gatepost.model.address import parse_ip
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.policy.language.compile import compile_policy
from gatepost.policy.language.parse import ignore_finding
from gatepost.service.policy_loading import LoadedPolicy
from gatepost.testing.fake_world import decide
from gatepost.tools.explain import Decision, Explanation, Facts
from gatepost.tools.explain_json import as_dict
from gatepost.tools.explain_text import Page
from gatepost.tools.trace import Permission, StageTrace, Status
from gatepost.world.names.names import Names
from tests.policy.conftest import CLIENT, SETTINGS
from tests.policy.test_look_ahead import policies, worlds

CLASSES = {"strict": "reject_unknown_sender_domain, reject_rbl_client bl2.test", "loose": "warn_if_reject strict"}
VIEW = Configuration(Path("/etc/gatepost"), {})


@settings(max_examples=300, deadline=None)
@given(policies, worlds, st.sampled_from(["ann@sender.example", ""]), st.sampled_from([None, "mx.client.example"]))
def test_a_trace_is_whole_and_can_be_told(lists, world, sender, helo_name):
    used = replace(SETTINGS, restriction_classes=CLASSES)
    policy = compile_policy(used, lists, ignore_finding)
    session = Session(CLIENT, used, "RCPT", "ESMTP", helo_name=helo_name, sender=sender, recipient="bob@ours.example")
    trace = StageTrace("RCPT", session, Permission())
    outcome = trace.outcome = decide(policy.rcpt, session, world, witness=trace)
    assert outcome == decide(policy.rcpt, session, world)
    told = [id(step.step) for step in trace.steps if not step.depth]
    assert told == [id(step) for step in policy.rcpt.steps if hasattr(step, "word")]
    assert all((step.verdict is None) == (step.why is not None) for step in trace.steps)
    explanation = explain(policy, trace, helo_name, sender)
    pages = ["\n".join(Page(explanation, lambda text, _: text, width).lines()) for width in (80, 10_000)]
    for step in trace.steps:
        if step.status is Status.EVALUATED and step.step.word:
            assert all(step.step.word in page for page in pages)
    if outcome.refusal is not None:
        assert all(str(outcome.refusal) in page for page in pages)
        assert explanation.cause is not None
    json.dumps(as_dict(explanation))


def explain(policy, trace, helo_name, sender):
    outcome = trace.outcome
    reply = None if outcome.hangs_up else outcome.refusal or Reply(250, "2.1.5", "Ok")
    is_refused = outcome.hangs_up or outcome.refusal is not None
    return Explanation(
        Facts(parse_ip("192.0.2.44"), sender, "bob@ours.example", helo_name),
        LoadedPolicy(VIEW, policy, (), ()),
        Decision.REJECT if is_refused else Decision.ACCEPT,
        "RCPT",
        reply,
        (trace,),
        Names("127.0.0.1:1"),
        {},
    )


@settings(max_examples=100, deadline=None)
@given(policies, worlds)
def test_what_may_not_be_asked_is_not_asked(lists, world):
    policy = compile_policy(SETTINGS, lists, ignore_finding)
    session = Session(CLIENT, SETTINGS, "RCPT", "ESMTP", helo_name="x", sender="a@b", recipient="bob@ours.example")
    trace = StageTrace("RCPT", session, Permission(dns=False))
    decide(policy.rcpt, session, world, witness=trace)
    assert all(type(question).__name__ == "TableLookup" for question in world.asked)
