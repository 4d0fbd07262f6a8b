"""Logins and client certificates. What is expected was heard from Postfix 3.7.11."""

from dataclasses import replace

import pytest

from gatepost.model.answer import Unavailable
from gatepost.model.session import SaslFacts, TlsFacts
from gatepost.testing.fake_world import FakeWorld

DENIED = "554 5.7.1 <bob@ours.example>: Recipient address rejected: Access denied"
LOGINS = {"ann@good.example": "ann, Bob", "carl@good.example": "carl", "@own.example": "dora", "local": "emil"}
WORLD = FakeWorld(tables={
    "inline:logins": LOGINS, "inline:down": Unavailable("down"), "inline:sasl": {"ann": "REJECT no ann", "bob": "OK"},
    "inline:prints": {"AA:01": "OK", "BB:02": "REJECT this key"}, "inline:keys": {"BB:02": "OK"},
})  # fmt: skip
WITH_LOGINS = {
    "smtpd_sasl_auth_enable": True,
    "smtpd_sender_login_maps": ("inline:logins",),
    "recipient_delimiter": "+",
}

BOTH, LOGGED_IN, KNOWN, ANONYMOUS = (
    f"reject_{kind}sender_login_mismatch" for kind in ("", "authenticated_", "known_", "unauthenticated_")
)


def as_user(login):
    return SaslFacts("PLAIN", login) if login else None


@pytest.mark.parametrize(("login", "sender", "refusing"), [
    ("", "ann@good.example", (BOTH, KNOWN, ANONYMOUS)), ("", "x@own.example", (BOTH, KNOWN, ANONYMOUS)),
    ("", "free@good.example", ()), ("", "", ()), ("", "ANN+x@Good.Example", (BOTH, KNOWN, ANONYMOUS)),
    ("", "local@ours.example", (BOTH, KNOWN, ANONYMOUS)), ("", "local@good.example", ()),
    ("ann", "ann@good.example", ()), ("ann", "ANN+x@Good.Example", ()), ("BOB", "ann@good.example", ()),
    ("ann", "carl@good.example", (BOTH, LOGGED_IN, KNOWN)), ("ann", "x@own.example", (BOTH, LOGGED_IN, KNOWN)),
    ("ann", "free@good.example", (BOTH, LOGGED_IN)), ("ann", "local@good.example", (BOTH, LOGGED_IN)),
    ("ann", "local@ours.example", (BOTH, LOGGED_IN, KNOWN)), ("ann", "", ()),
    ("emil", "local@ours.example", ()), ("zoe", "ann@good.example", (BOTH, LOGGED_IN, KNOWN)),
])  # fmt: skip
def test_who_may_use_a_sender(reply, login, sender, refusing):
    why = f"not owned by user {login}" if login else "not logged in"
    refusal = f"553 5.7.1 <{sender}>: Sender address rejected: {why}"
    for word in (BOTH, LOGGED_IN, KNOWN, ANONYMOUS):
        text = reply(word, WORLD, sender=sender, sasl=as_user(login), settings=WITH_LOGINS)
        assert text == (refusal if word in refusing else "OK"), word


@pytest.mark.parametrize("word", [BOTH, LOGGED_IN, KNOWN, ANONYMOUS])
def test_without_auth_they_are_not_heeded(run, word):
    settings = WITH_LOGINS | {"smtpd_sasl_auth_enable": False}
    lists = {"smtpd_sender_restrictions": word}
    outcome = run(WORLD, policy=lists, sender="ann@good.example", sasl=as_user("zoe"), settings=settings)
    assert outcome.refusal is None
    assert outcome.complaints == (f"{word} is not heeded while smtpd_sasl_auth_enable = no",)


@pytest.mark.parametrize(("word", "login"), [(BOTH, "zoe"), (LOGGED_IN, "zoe"), (KNOWN, "zoe"), (ANONYMOUS, "")])
def test_a_broken_map_is_temporary_and_no_warning(reply, word, login):
    settings = WITH_LOGINS | {"smtpd_sender_login_maps": ("inline:down",)}
    text = reply(f"warn_if_reject {word}", WORLD, sasl=as_user(login), settings=settings)
    assert text == "451 4.3.0 <ann@sender.example>: Temporary lookup failure"


@pytest.mark.parametrize(("login", "expected"), [
    ("ann", "554 5.7.1 <ann>: SASL login name rejected: no ann"), ("bob", "OK"), ("zoe", DENIED), ("", DENIED),
])  # fmt: skip
def test_login_names_in_a_table(reply, login, expected):
    words = "check_sasl_access inline:sasl, reject"
    assert reply(words, WORLD, sasl=as_user(login), settings=WITH_LOGINS) == expected
    assert reply(words, WORLD, sasl=as_user(login)) == DENIED


TLS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256)
CERTIFIED = replace(TLS, subject_cn="Camera 7", certificate_fingerprint="AA:01", public_key_fingerprint="BB:02")
UNKNOWN = replace(CERTIFIED, certificate_fingerprint="CC:03", public_key_fingerprint="DD:04")


@pytest.mark.parametrize(("tls", "words", "expected"), [
    (None, "permit_tls_clientcerts, reject", DENIED), (TLS, "permit_tls_clientcerts, reject", DENIED),
    (CERTIFIED, "permit_tls_clientcerts, reject", "OK"), (UNKNOWN, "permit_tls_clientcerts, reject", DENIED),
    (None, "permit_tls_all_clientcerts, reject", DENIED), (UNKNOWN, "permit_tls_all_clientcerts, reject", DENIED),
    (replace(UNKNOWN, is_trusted=True), "permit_tls_all_clientcerts, reject", "OK"),
    (replace(UNKNOWN, is_trusted=True), "permit_tls_clientcerts, reject", DENIED),
    (CERTIFIED, "permit_tls_all_clientcerts, reject", "OK"),
    (None, "check_ccert_access inline:prints, reject", DENIED), (TLS, "check_ccert_access inline:prints, reject", DENIED),
    (CERTIFIED, "check_ccert_access inline:prints, reject", "OK"),
    (CERTIFIED, "check_ccert_access { inline:prints }, reject", "OK"),
    (CERTIFIED, "check_ccert_access { inline:prints, { search_order = pubkey_fingerprint, cert_fingerprint } }, reject",
     "554 5.7.1 <Camera 7>: Client certificate rejected: this key"),
    (CERTIFIED, "check_ccert_access { inline:prints, { search_order = pubkey_fingerprint } }, reject",
     "554 5.7.1 <Camera 7>: Client certificate rejected: this key"),
    (UNKNOWN, "check_ccert_access inline:prints, reject", DENIED),
])  # fmt: skip
def test_client_certificates(reply, tls, words, expected):
    assert reply(words, WORLD, tls=tls, settings={"relay_clientcerts": ("inline:keys",)}) == expected


def test_a_broken_certificate_list_is_temporary(reply):
    text = reply("permit_tls_clientcerts", WORLD, tls=CERTIFIED, settings={"relay_clientcerts": ("inline:down",)})
    assert text == "451 4.3.0 <bob@ours.example>: Temporary lookup failure"


@pytest.mark.parametrize("argument", [
    "", "foo", "{ }", "{ foo }", "{ inline:prints, search_order = pubkey_fingerprint }",
    "{ inline:prints, { search_order = nonsense } }", "{ inline:prints, { nonsense = x } }",
    "{ inline:prints, { search_order = } }",
])  # fmt: skip
def test_certificate_arguments_that_cannot_be_read(reply, run, argument):
    assert reply(f"check_ccert_access {argument}", WORLD) == "451 4.3.5 Server configuration error"
    assert run.findings[0].severity == "error"
