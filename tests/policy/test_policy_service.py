"""check_policy_service in the engine: what is asked, what an action does, what stands in for none."""

from dataclasses import replace

import pytest

from gatepost.model.answer import Unavailable
from gatepost.model.session import NAMELESS, SaslFacts, TlsFacts
from gatepost.policy.questions import PolicyRequest
from gatepost.testing.fake_world import FakeWorld, verified
from tests.policy.conftest import CLIENT

SERVICE = "inet:127.0.0.1:10023"
ASK = f"check_policy_service {SERVICE}"
DOWN = Unavailable("Connection refused")
PROBLEM = "451 4.3.5 <bob@ours.example>: Recipient address rejected: Server configuration problem"
NAMES = {"192.0.2.44": verified("mx.client.example")}


def answering(action):
    return FakeWorld(policy_services={SERVICE: action}, names=NAMES)


def asked(world):
    return [dict(question.attributes) for question in world.asked if isinstance(question, PolicyRequest)]


@pytest.mark.parametrize(
    ("action", "heard"),
    [
        ("DUNNO", "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"),
        ("OK", "OK"),
        ("permit", "OK"),
        ("250", "OK"),
        ("", "OK"),
        (" , ", "OK"),
        ("REJECT", "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"),
        ("550 5.1.7 who?", "550 5.1.3 <bob@ours.example>: Recipient address rejected: who?"),
        ("defer_if_permit Greylisted", "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"),
        ("reject_unauth_destination", "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"),
        ("nonsense", "451 4.3.5 Server configuration error"),
        ("hash:/etc/x", "451 4.3.5 Server configuration error"),
    ],
)
def test_an_action_is_that_of_an_access_table(reply, action, heard):
    assert reply(f"{ASK}, reject", answering(action)) == heard


def test_greylisting(reply):
    greylisted = "450 4.2.0 <bob@ours.example>: Recipient address rejected: Greylisted"
    assert reply(ASK, answering("DEFER_IF_PERMIT 4.2.0 Greylisted")) == greylisted


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        ("smtpd_client_restrictions", "<mx.client.example[192.0.2.44]>: Client host rejected: no"),
        ("smtpd_helo_restrictions", "<mx.client.example>: Helo command rejected: no"),
        ("smtpd_sender_restrictions", "<ann@sender.example>: Sender address rejected: no"),
        ("smtpd_recipient_restrictions", "<bob@ours.example>: Recipient address rejected: no"),
    ],
)
def test_replies_speak_of_the_subject_of_the_list(run, parameter, text):
    assert run(answering("REJECT no"), policy={parameter: ASK}).refusal.text == text


def test_replies_at_data_and_at_the_end(run):
    world = answering("REJECT no")
    for stage, parameter, text in (
        ("data", "smtpd_data_restrictions", "<DATA>: Data command rejected: no"),
        ("end_of_data", "smtpd_end_of_data_restrictions", "<END-OF-MESSAGE>: End-of-data rejected: no"),
    ):
        assert run(world, policy={parameter: ASK}, stage=stage).refusal.text == text


def test_an_empty_action_is_said_once(run):
    outcome = run(answering(""), policy={"smtpd_recipient_restrictions": ASK})
    assert outcome.complaints == (f"{SERVICE}: an empty action: taken as OK",)


def test_what_is_asked_and_in_which_order(run):
    world = answering("DUNNO")
    run(world, policy={"smtpd_recipient_restrictions": ASK}, instance="1F.1", recipient_count=3, size_bytes=1234,
        client=replace(CLIENT, port=4321), server_address="192.0.2.1", server_port=25)  # fmt: skip
    (question,) = [each for each in world.asked if isinstance(each, PolicyRequest)]
    assert (
        "\n".join(f"{name}={value}" for name, value in question.attributes)
        == """\
request=smtpd_access_policy
protocol_state=RCPT
protocol_name=ESMTP
client_address=192.0.2.44
client_name=mx.client.example
client_port=4321
reverse_client_name=mx.client.example
server_address=192.0.2.1
server_port=25
helo_name=mx.client.example
sender=ann@sender.example
recipient=bob@ours.example
recipient_count=0
queue_id=
instance=1F.1
size=1234
etrn_domain=
stress=
sasl_method=
sasl_username=
sasl_sender=
ccert_subject=
ccert_issuer=
ccert_fingerprint=
ccert_pubkey_fingerprint=
encryption_protocol=
encryption_cipher=
encryption_keysize=0
policy_context="""
    )


def test_stress_is_told(run):
    world = answering("DUNNO")
    run(world, policy={"smtpd_recipient_restrictions": ASK}, settings={"stress": "yes"})
    assert asked(world)[0]["stress"] == "yes"


def test_a_port_that_is_not_known(run):
    world = answering("DUNNO")
    run(world, policy={"smtpd_recipient_restrictions": ASK}, client=replace(CLIENT, port=0))
    assert asked(world)[0]["client_port"] == "unknown"


def test_what_is_known_of_the_message_at_its_end(run):
    world = answering("DUNNO")
    run(world, policy={"smtpd_data_restrictions": ASK}, stage="data", protocol_state="BDAT", recipient_count=2,
        recipient=None)  # fmt: skip
    (facts,) = asked(world)
    assert (facts["protocol_state"], facts["recipient_count"], facts["recipient"]) == ("DATA", "2", "")


def test_login_and_certificate(run):
    world = answering("DUNNO")
    tls = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, "Ann=é+ x", "CA", "AA:BB", "CC:DD", is_trusted=True)
    facts = {}
    for each in (tls, replace(tls, is_trusted=False)):
        run(world, policy={"smtpd_recipient_restrictions": ASK}, sasl=SaslFacts("PLAIN", "ann", "a@b"), tls=each)
        facts = facts or asked(world)[0]
    assert [facts[f"sasl_{name}"] for name in ("method", "username", "sender")] == ["PLAIN", "ann", "a@b"]
    assert [facts[f"ccert_{name}"] for name in ("subject", "issuer", "fingerprint", "pubkey_fingerprint")] == [
        "Ann=+C3+A9+2B+20x", "CA", "AA:BB", "CC:DD",
    ]  # fmt: skip
    assert [facts[f"encryption_{name}"] for name in ("protocol", "cipher", "keysize")] == [
        "TLSv1.3", "TLS_AES_256_GCM_SHA384", "256",
    ]  # fmt: skip
    untrusted = asked(world)[1]
    assert (untrusted["ccert_subject"], untrusted["ccert_fingerprint"]) == ("", "AA:BB")


def test_each_recipient_and_each_list_asks_anew(run):
    world = answering("DUNNO")
    run(world, policy={"smtpd_client_restrictions": ASK, "smtpd_recipient_restrictions": f"{ASK} {ASK}"})
    assert len(asked(world)) == 3


def test_it_is_never_asked_before_its_turn(run):
    zone = "reject_rbl_client bl.test"
    listed = {"44.2.0.192.bl.test": ("127.0.0.2",)}
    world = FakeWorld(policy_services={SERVICE: "OK"}, addresses=listed)
    run(world, policy={"smtpd_recipient_restrictions": f"{zone}, {ASK}"})
    assert asked(world) == []


def test_the_context_tells_lists_apart(run):
    world = answering("DUNNO")
    run(world, policy={"smtpd_recipient_restrictions": f"check_policy_service {{ {SERVICE}, policy_context=a }}, {ASK}"},
        settings={"smtpd_policy_service_policy_context": "all"})  # fmt: skip
    assert [facts["policy_context"] for facts in asked(world)] == ["a", "all"]


@pytest.mark.parametrize(
    ("default", "heard"),
    [
        (None, PROBLEM),
        ("DUNNO", "OK"),
        ("OK", "OK"),
        ("reject_unauth_destination", "OK"),
        ("{ default_action = 450 4.7.1 later }", "450 4.7.1 <bob@ours.example>: Recipient address rejected: later"),
        ("nonsense", "451 4.3.5 Server configuration error"),
    ],
)
def test_what_stands_in_for_a_dead_service(reply, default, heard):
    word = default if default is None or default.startswith("{") else f"default_action={default}"
    asking = ASK if word is None else f"check_policy_service {{ {SERVICE}, {word} }}"
    assert reply(asking, answering(DOWN)) == heard


def test_the_parameter_stands_in(reply):
    assert reply(ASK, answering(DOWN), settings={"smtpd_policy_service_default_action": "DUNNO"}) == "OK"


def test_a_default_action_is_a_result_that_warn_if_reject_can_turn_into_a_warning(run):
    outcome = run(answering(DOWN), policy={"smtpd_recipient_restrictions": f"warn_if_reject {ASK}"})
    assert outcome.refusal is None
    assert [(note.kind, note.text) for note in outcome.notes] == [("reject_warning", PROBLEM)]


def test_a_default_action_may_ask_another_service(reply):
    other = "inet:127.0.0.1:10024"
    settings = {
        "restriction_classes": {"elsewhere": f"check_policy_service {other}"},
        "smtpd_policy_service_default_action": "elsewhere",
    }
    both = FakeWorld(policy_services={SERVICE: DOWN, other: "REJECT by the other"})
    assert reply(ASK, both, settings=settings).endswith("by the other")


def test_default_actions_in_a_circle_end_with_the_built_in_text(run):
    settings = {"restriction_classes": {"again": ASK}, "smtpd_policy_service_default_action": "again"}
    world = answering(DOWN)
    outcome = run(world, policy={"smtpd_recipient_restrictions": ASK}, settings=settings)
    assert str(outcome.refusal) == PROBLEM
    assert len(asked(world)) == 2


def test_a_table_inside_a_default_action_does_not_break_the_rule(run):
    settings = {
        "restriction_classes": {"table": "check_client_access hash:t", "again": ASK},
        "smtpd_policy_service_default_action": "table",
    }
    world = replace(answering(DOWN), tables={"hash:t": {"192.0.2.44": "again"}}, names={"192.0.2.44": NAMELESS})
    outcome = run(world, policy={"smtpd_recipient_restrictions": ASK}, settings=settings)
    assert outcome.refusal.text.endswith("Server configuration problem")
    assert len(asked(world)) == 2


def test_a_service_that_names_itself_without_end(run):
    settings = {"restriction_classes": {"again": ASK}}
    outcome = run(answering("again"), policy={"smtpd_recipient_restrictions": ASK}, settings=settings)
    assert str(outcome.refusal) == "451 4.3.5 Server configuration error"
