"""Looking ahead changes what is asked and when, never what is decided."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.model.answer import NOT_FOUND, Found, NotFound, Unavailable
from gatepost.model.session import NAMELESS, ClientNames, NameStatus
from gatepost.policy.language.compile import compile_policy
from gatepost.policy.language.parse import ignore_finding
from gatepost.policy.questions import NULL_MX, AddressRecords, TextRecords
from gatepost.testing.fake_world import FakeWorld, decide, verified
from tests.policy.conftest import SETTINGS

ZONES = [f"bl{n}.test" for n in range(4)]
TABLES = [f"inline:t{n}" for n in range(3)]
ACTIONS = [
    "OK", "DUNNO", "REJECT", "REJECT no", "DEFER", "DEFER_IF_PERMIT later", "DEFER_IF_REJECT maybe", "PREPEND X: y",
    "WARN look", "DISCARD", "HANGUP", "550 5.1.8 gone", "299", "reject_rbl_client bl0.test", "strict", "nonsense",
    "warn_if_reject reject_rbl_client bl1.test, permit_mynetworks", "defer_if_permit", "x:y",
]  # fmt: skip
WORDS = [
    "permit", "reject", "defer", "defer_if_permit", "defer_if_reject", "permit_mynetworks", "permit_auth_destination",
    "reject_unauth_destination", "reject_invalid_helo_hostname", "reject_non_fqdn_helo_hostname",
    "reject_unknown_helo_hostname", "reject_unknown_sender_domain", "reject_unknown_recipient_domain",
    "reject_unknown_client_hostname", "reject_unknown_reverse_client_hostname", "reject_non_fqdn_sender", "strict",
    "loose", "frob", "reject_unlisted_recipient",
    *(f"{check} {table}" for table in TABLES for check in (
        "check_client_access", "check_helo_access", "check_sender_access", "check_recipient_access")),
    *(f"{check} {zone}" for zone in ZONES for check in (
        "reject_rbl_client", "reject_rhsbl_sender", "reject_rhsbl_helo", "permit_dnswl_client")),
]  # fmt: skip

restriction = st.tuples(st.sampled_from(["", "", "", "warn_if_reject "]), st.sampled_from(WORDS)).map("".join)
restriction_list = st.lists(restriction, max_size=7).map(", ".join)
DOWN = Unavailable("down")


def _records(names):
    answers = st.sampled_from([("127.0.0.2",), ("127.255.255.254",), ("127.0.0.3", "127.0.0.9"), DOWN])
    return st.dictionaries(st.sampled_from(names), answers)


LISTED_NAMES = [f"{what}.{zone}" for zone in ZONES for what in ("44.2.0.192", "sender.example", "mx.client.example")]
NAMES = [
    NAMELESS, verified("mx.client.example"),
    ClientNames("unknown", NameStatus.TEMPORARY, "unknown", NameStatus.TEMPORARY),
    ClientNames("unknown", NameStatus.FORGED, "liar.example", NameStatus.VERIFIED),
]  # fmt: skip

worlds = st.builds(
    FakeWorld,
    tables=st.fixed_dictionaries(
        {
            table: st.one_of(
                st.dictionaries(
                    st.sampled_from(["mx.client.example", "example", "192.0.2", "unknown", "sender.example",
                                     "ann@", "bob@ours.example", "<>"]),
                    st.sampled_from(ACTIONS),
                ),
                st.just(DOWN),
            )
            for table in TABLES
        }
    ),
    addresses=_records(LISTED_NAMES),
    texts=st.dictionaries(st.sampled_from(LISTED_NAMES), st.sampled_from([("spam", "source"), DOWN])),
    domains=st.dictionaries(
        st.sampled_from(["sender.example", "mx.client.example"]),
        st.sampled_from([Found("MX"), NOT_FOUND, NotFound(NULL_MX), DOWN]),
    ),
    names=st.dictionaries(st.just("192.0.2.44"), st.sampled_from(NAMES)),
    local_tables=st.booleans(),
)  # fmt: skip

policies = st.fixed_dictionaries(
    {f"smtpd_{name}_restrictions": restriction_list for name in ("client", "helo", "sender", "relay", "recipient")}
)


@settings(max_examples=600, deadline=None)
@given(policies, worlds, st.booleans(), st.sampled_from(["ann@sender.example", ""]), st.integers(0, 2**16))
def test_the_verdict_is_that_of_asking_one_after_another(lists, world, soft, sender, seed):
    used = replace(SETTINGS, soft_bounce=soft, restriction_classes={
        "strict": "reject_unknown_sender_domain, reject_rbl_client bl2.test",
        "loose": "warn_if_reject strict, permit_dnswl_client bl3.test",
    })  # fmt: skip
    from gatepost.model.session import Session
    from tests.policy.conftest import CLIENT

    facts = Session(CLIENT, used, "RCPT", "ESMTP", helo_name="mx.client.example", sender=sender,
                    recipient="bob@ours.example")  # fmt: skip
    policy = compile_policy(used, lists, ignore_finding)
    in_order = replace(facts, settings=replace(used, smtpd_look_ahead=False))
    patient = FakeWorld(world.tables, world.addresses, world.texts, world.domains, world.names, world.local_tables)
    committed_in_order, committed = [], []
    expected = decide(policy.rcpt, in_order, patient, on_commit=lambda s, v: committed_in_order.append((s.word, v)))
    outcome = decide(policy.rcpt, facts, world, chance=random.Random(seed),
                     on_commit=lambda s, v: committed.append((s.word, v)))  # fmt: skip
    assert outcome == expected
    assert committed == committed_in_order
    assert set(patient.asked) <= set(world.asked)


FIVE = ", ".join(f"reject_rbl_client bl{n}.test" for n in range(5))


def test_five_lists_are_asked_in_one_wave(run):
    world = FakeWorld()
    outcome = run(world, policy={"smtpd_recipient_restrictions": FIVE})
    assert outcome.refusal is None
    assert world.asked == [AddressRecords(f"44.2.0.192.bl{n}.test") for n in range(5)]


def test_without_look_ahead_a_hit_on_the_first_list_asks_no_other(run):
    world = FakeWorld(addresses={"44.2.0.192.bl0.test": ("127.0.0.2",)})
    lists = {"smtpd_recipient_restrictions": FIVE}
    outcome = run(world, policy=lists, settings={"smtpd_look_ahead": False})
    assert outcome.refusal is not None
    assert world.asked == [AddressRecords("44.2.0.192.bl0.test"), TextRecords("44.2.0.192.bl0.test")]


def test_text_is_asked_only_after_a_hit(run):
    world = FakeWorld(addresses={"44.2.0.192.bl3.test": ("127.0.0.2",)})
    run(world, policy={"smtpd_recipient_restrictions": FIVE})
    assert [q for q in world.asked if isinstance(q, TextRecords)] == [TextRecords("44.2.0.192.bl3.test")]


def test_tables_that_are_not_in_memory_are_never_asked_early(run):
    lists = {"smtpd_recipient_restrictions": "reject_rbl_client bl0.test, check_sender_access mysql:x"}
    listed = FakeWorld(addresses={"44.2.0.192.bl0.test": ("127.0.0.2",)}, local_tables=False)
    run(listed, policy=lists)
    assert [type(q).__name__ for q in listed.asked] == ["AddressRecords", "TextRecords"]


def test_a_local_permit_ends_the_look_ahead_in_its_list(run):
    world = FakeWorld(tables={"inline:t": {"sender.example": "OK"}})
    lists = {
        "smtpd_client_restrictions": "reject_rbl_client bl0.test",
        "smtpd_sender_restrictions": "check_sender_access inline:t, reject_rbl_client bl1.test",
        "smtpd_recipient_restrictions": "reject_rbl_client bl2.test",
    }
    run(world, policy=lists)
    assert [q.name for q in world.asked] == ["44.2.0.192.bl0.test", "44.2.0.192.bl2.test"]


def test_a_local_refusal_ends_the_look_ahead(run):
    world = FakeWorld()
    outcome = run(world, policy={"smtpd_recipient_restrictions": "reject_rbl_client bl0.test, reject, " + FIVE})
    assert outcome.refusal is not None
    assert [q.name for q in world.asked] == ["44.2.0.192.bl0.test"]
