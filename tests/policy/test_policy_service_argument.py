"""What follows check_policy_service: endpoints, settings in braces, and what is said about mistakes."""

import pytest

from gatepost.model.policy_service import Endpoint, ServiceLimits
from gatepost.model.settings import Settings
from gatepost.policy.policy_service import PolicyService, parse_policy_service
from gatepost.policy.subjects import Subject


def parse(text):
    return parse_policy_service(text, Subject.RECIPIENT)


@pytest.mark.parametrize(
    ("text", "endpoint", "shown"),
    [
        ("inet:127.0.0.1:10023", Endpoint("127.0.0.1", "10023"), "inet:127.0.0.1:10023"),
        ("inet:policy.example:postgrey", Endpoint("policy.example", "postgrey"), "inet:policy.example:postgrey"),
        ("inet:[::1]:10023", Endpoint("::1", "10023"), "inet:[::1]:10023"),
        ("inet:10023", Endpoint("127.0.0.1", "10023"), "inet:127.0.0.1:10023"),
        ("inet::10023", Endpoint("127.0.0.1", "10023"), "inet:127.0.0.1:10023"),
        ("unix:private/policy", Endpoint(path="private/policy"), "unix:private/policy"),
        ("local:/run/policy", Endpoint(path="/run/policy"), "unix:/run/policy"),
        ("{ unix:private/policy }", Endpoint(path="private/policy"), "unix:private/policy"),
        ("{unix:a,timeout=3}", Endpoint(path="a"), "unix:a"),
    ],
)
def test_endpoints(text, endpoint, shown):
    assert parse(text).endpoint == endpoint
    assert str(parse(text).endpoint) == shown


def test_settings_in_braces_come_before_the_parameters():
    service = parse(
        "{ inet:127.0.0.1:1, timeout=10s, max_idle = 5m, max_ttl=1h retry_delay=2, { try_limit = 3 }, request_limit=9,"
        " policy_context=in, { default_action = 450 4.7.1 Try again, later }, timeout=11 }"
        .replace("max_idle = 5m", "{ max_idle = 5m }")
    )  # fmt: skip
    settings = Settings(smtpd_policy_service_policy_context="out", smtputf8_enable=False)
    assert service.limits(settings) == ServiceLimits(11, 300, 3600, 9, 3, 2, must_be_utf8=False)
    assert service.action_without_answer(settings) == "450 4.7.1 Try again, later"
    assert service.context(settings) == "in"


def test_the_parameters_stand_where_nothing_is_said():
    service = parse("inet:127.0.0.1:1")
    assert service == PolicyService(Endpoint("127.0.0.1", "1"), Subject.RECIPIENT)
    settings = Settings(
        smtpd_policy_service_timeout=7, smtpd_policy_service_try_limit=5, smtpd_policy_service_default_action="DUNNO"
    )
    assert service.limits(settings) == ServiceLimits(timeout=7, try_limit=5)
    assert service.action_without_answer(settings) == "DUNNO"
    assert service.limits(Settings()) == ServiceLimits()
    assert service.action_without_answer(Settings()) == "451 4.3.5 Server configuration problem"


def test_an_empty_parameter_is_no_default_action():
    empty = Settings(smtpd_policy_service_default_action="")
    assert parse("inet:1").action_without_answer(empty) == "451 4.3.5 Server configuration problem"


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("127.0.0.1:10023", "inet:host:port"),
        ("hash:/etc/postfix/x", "inet:host:port"),
        ("inet:127.0.0.1:", "inet:host:port"),
        ("inet:::1:25", "inet:host:port"),
        ("inet:127.0.0.1:0", "1 to 65535"),
        ("inet:127.0.0.1:70000", "1 to 65535"),
        ("inet:" + "a" * 300 + ":1", "inet:host:port"),
        ("unix:", "unix:/path"),
        ("{ }", "inet:host:port"),
        ("{ inet:1, timeout=10s", "brace"),
        ("{ inet:1, timeout }", "name=value"),
        ("{ inet:1, time_out=10s }", "did you mean timeout?"),
        ("{ inet:1, smtpd_policy_service_timeout=10s }", "did you mean timeout?"),
        ("{ inet:1, colour=red }", "they are timeout"),
        ("{ inet:1, timeout=soon }", "such as 30s"),
        ("{ inet:1, timeout=0 }", "1 or more"),
        ("{ inet:1, try_limit=0 }", "1 or more"),
        ("{ inet:1, try_limit=2s }", "digits only"),
        ("{ inet:1, default_action= }", "such as DUNNO"),
    ],
)
def test_mistakes_are_told_with_their_cure(text, cure, run):
    with pytest.raises(ValueError, match=cure.replace("?", r"\?")):
        parse(text)
    outcome = run(policy={"smtpd_recipient_restrictions": f"check_policy_service {text}"})
    assert str(outcome.refusal) == "451 4.3.5 Server configuration error"
    assert [finding.severity for finding in run.findings] == ["error"]
    assert cure in run.findings[0].text


def test_nothing_follows(reply, run):
    assert reply("check_policy_service") == "451 4.3.5 Server configuration error"
    assert "needs a policy server" in run.findings[0].text
