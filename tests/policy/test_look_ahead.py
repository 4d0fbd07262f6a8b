"""Looking ahead changes what is asked and when, never what is decided."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.model.answer import NOT_FOUND, Found, NotFound, Unavailable
from gatepost.model.session import NAMELESS, ClientNames, NameStatus, SaslFacts, TlsFacts
from gatepost.policy.language.compile import compile_policy
from gatepost.policy.language.parse import ignore_finding
from gatepost.policy.questions import MALFORMED, NO_ADDRESS, NULL_MX, AddressRecords, TextRecords
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
    *(f"check_{what}_{kind}_access {table}" for table in TABLES[:2] for kind in ("a", "mx", "ns") for what in (
        "client", "reverse_client_hostname", "helo", "sender", "recipient")),
    "check_reverse_client_hostname_access inline:t1", "check_sasl_access inline:t2", "check_ccert_access inline:t0",
    "check_ccert_access { inline:t1, { search_order = pubkey_fingerprint } }", "permit_mx_backup", "reject_maps_rbl",
    "permit_naked_ip_address", "check_relay_domains", "reject_sender_login_mismatch",
    "reject_authenticated_sender_login_mismatch", "reject_known_sender_login_mismatch",
    "reject_unauthenticated_sender_login_mismatch", "permit_tls_clientcerts", "permit_tls_all_clientcerts",
]  # fmt: skip


class Diary:
    """A witness that writes everything down but what was asked when."""

    def __init__(self):
        self.lines, self.told = [], []

    def entered(self, boundary):
        self.lines.append(boundary)
        self.told.append(boundary)

    def watch(self, step, asking):
        return asking

    def committed(self, step, verdict):
        self.lines.append((step.word, verdict))
        self.told.append(step)

    def expanded(self, step, added):
        self.lines.append([each.word for each in added])

    def passed_over(self, steps, why):
        self.lines.append((why, [getattr(each, "word", each) for each in steps]))
        self.told += steps


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

EXCHANGERS = ((5, "far.test"), (10, "mx.client.example"), (10, "192.0.2.9"), (20, "ours.example"))
PEOPLE = [
    {}, {"sasl": SaslFacts("PLAIN", "ann")},
    {"tls": TlsFacts("TLSv1.3", "X", certificate_fingerprint="192.0.2", public_key_fingerprint="unknown")},
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
    exchangers=st.dictionaries(
        st.sampled_from(["sender.example", "mx.client.example", "liar.example", "far.example"]),
        st.sampled_from([EXCHANGERS, EXCHANGERS[::-1], EXCHANGERS[1:], NotFound(NULL_MX), NotFound(MALFORMED), DOWN]),
    ),
    name_servers=st.dictionaries(
        st.sampled_from(["sender.example", "client.example", "example"]),
        st.sampled_from([("ns.example", "mx.client.example"), NotFound(MALFORMED), DOWN]),
    ),
    hosts=st.dictionaries(
        st.sampled_from(["mx.client.example", "ns.example", "far.test", "sender.example"]),
        st.sampled_from([("192.0.2.44",), ("2001:db8::1", "192.0.2.7"), ("203.0.113.1",), NotFound(NO_ADDRESS), DOWN]),
    ),
    local_tables=st.booleans(),
)  # fmt: skip

policies = st.fixed_dictionaries(
    {f"smtpd_{name}_restrictions": restriction_list for name in ("client", "helo", "sender", "relay", "recipient")}
)


@settings(max_examples=600, deadline=None)
@given(policies, worlds, st.booleans(), st.sampled_from(["ann@sender.example", ""]),
       st.sampled_from(["bob@ours.example", "x@far.example"]), st.sampled_from(PEOPLE), st.integers(0, 2**16))  # fmt: skip
def test_the_verdict_is_that_of_asking_one_after_another(lists, world, soft, sender, recipient, person, seed):
    used = replace(SETTINGS, soft_bounce=soft, smtpd_sasl_auth_enable=True, smtpd_sender_login_maps=tuple(TABLES[:1]),
                   relay_clientcerts=tuple(TABLES[1:]), maps_rbl_domains=tuple(ZONES[2:]), restriction_classes={
        "strict": "reject_unknown_sender_domain, reject_rbl_client bl2.test",
        "loose": "warn_if_reject strict, permit_dnswl_client bl3.test",
    })  # fmt: skip
    from gatepost.model.session import Session
    from tests.policy.conftest import CLIENT

    facts = Session(CLIENT, used, "RCPT", "ESMTP", helo_name="mx.client.example", sender=sender,
                    recipient=recipient, **person)  # fmt: skip
    policy = compile_policy(used, lists, ignore_finding)
    in_order = replace(facts, settings=replace(used, smtpd_look_ahead=False))
    patient = replace(world, asked=[])
    seen_in_order, seen = Diary(), Diary()
    expected = decide(policy.rcpt, in_order, patient, witness=seen_in_order)
    outcome = decide(policy.rcpt, facts, world, chance=random.Random(seed), witness=seen)
    assert outcome == expected
    assert seen.lines == seen_in_order.lines
    own = {id(step) for step in policy.rcpt.steps}
    assert [id(step) for step in seen.told if id(step) in own] == [id(step) for step in policy.rcpt.steps]
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
