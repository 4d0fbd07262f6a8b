"""Attributes become a Session: every version of Postfix, what is missing, what is none; and back again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.model.address import parse_ip
from gatepost.model.session import NO_ADDRESS, Client, ClientNames, NameStatus, SaslFacts, Session, TlsFacts
from gatepost.policy.policy_request import SUBJECTS, session_of
from gatepost.policy.restrictions.policy_service import request_attributes
from tests.policy.conftest import SETTINGS

POSTFIX_2_1 = {
    "request": "smtpd_access_policy", "protocol_state": "RCPT", "protocol_name": "ESMTP",
    "helo_name": "some.domain.example", "queue_id": "", "sender": "ann@sender.example",
    "recipient": "bob@ours.example", "recipient_count": "0", "client_address": "192.0.2.4",
    "client_name": "mx.sender.example", "reverse_client_name": "mx.sender.example", "instance": "123.456.7",
}  # fmt: skip
POSTFIX_3_12 = POSTFIX_2_1 | {
    "sasl_method": "plain", "sasl_username": "ann", "sasl_sender": "", "size": "12345",
    "ccert_subject": "Ann+20B", "ccert_issuer": "CA", "ccert_fingerprint": "C2:9D", "ccert_pubkey_fingerprint": "68:B3",
    "encryption_protocol": "TLSv1.3", "encryption_cipher": "AES", "encryption_keysize": "256", "etrn_domain": "",
    "stress": "yes", "client_port": "1234", "policy_context": "submission", "server_address": "192.0.2.1",
    "server_port": "25", "compatibility_level": "3.12", "mail_version": "3.12", "tls_sni": "x", "invented_later": "1",
}  # fmt: skip


def facts(**changes):
    return session_of({**POSTFIX_2_1, **changes}, SETTINGS)


def test_the_attributes_of_the_oldest():
    assert facts() == Session(
        Client(parse_ip("192.0.2.4"), 0, ClientNames.told("mx.sender.example", "mx.sender.example")),
        SETTINGS,
        "RCPT",
        "ESMTP",
        helo_name="some.domain.example",
        sender="ann@sender.example",
        recipient="bob@ours.example",
        instance="123.456.7",
    )


def test_the_attributes_of_the_newest():
    session = session_of(POSTFIX_3_12, SETTINGS)
    assert session.sasl == SaslFacts("plain", "ann", "")
    assert session.tls == TlsFacts("TLSv1.3", "AES", 256, "Ann B", "CA", "C2:9D", "68:B3", is_trusted=True)
    assert (session.size_bytes, session.client.port, session.server_address, session.server_port) == (
        12345,
        1234,
        "192.0.2.1",
        25,
    )


@pytest.mark.parametrize(
    ("told", "status", "reverse_status"),
    [
        ({"client_name": "a.example", "reverse_client_name": "a.example"}, NameStatus.VERIFIED, NameStatus.VERIFIED),
        ({"client_name": "unknown", "reverse_client_name": "unknown"}, NameStatus.PERMANENT, NameStatus.PERMANENT),
        ({"client_name": "unknown", "reverse_client_name": "a.example"}, NameStatus.FORGED, NameStatus.VERIFIED),
        ({"client_name": "", "reverse_client_name": ""}, NameStatus.PERMANENT, NameStatus.PERMANENT),
    ],
)
def test_unknown_means_that_there_is_no_verified_name(told, status, reverse_status):
    names = facts(**told).client.names
    assert (names.name_status, names.reverse_status) == (status, reverse_status)
    assert names.name == (told["client_name"] or "unknown")


def test_a_name_that_is_not_told_is_asked_for():
    without = {name: value for name, value in POSTFIX_2_1.items() if name != "client_name"}
    assert session_of(without, SETTINGS).client.names is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sender": ""}, {"sender": ""}),
        ({"protocol_state": "EHLO", "sender": "", "recipient": ""}, {"sender": None, "recipient": None}),
        ({"protocol_state": "VRFY", "sender": ""}, {"sender": None}),
        (
            {"protocol_state": "DATA", "recipient": "", "recipient_count": "3"},
            {"recipient": None, "recipient_count": 3},
        ),
        ({"helo_name": ""}, {"helo_name": None}),
        ({"protocol_state": "ETRN", "etrn_domain": "x.example"}, {"etrn_domain": "x.example"}),
        ({"client_address": "2001:DB8::1"}, {"client": "2001:db8::1"}),
        ({"client_address": "unknown", "client_port": "unknown"}, {"client": NO_ADDRESS.text}),
        ({"recipient": "é@ours.example"}, {"is_smtputf8": True}),
        ({"size": "", "recipient_count": ""}, {"size_bytes": 0}),
    ],
)
def test_what_is_empty_or_unknown(changes, expected):
    session = facts(**changes)
    for name, value in expected.items():
        found = session.client.address.text if name == "client" else getattr(session, name)
        assert found == value


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"request": "junk"}, "request='junk': only smtpd_access_policy is served"),
        ({"request": None}, "no request= in the request"),
        ({"protocol_state": None}, "no protocol_state= in the request"),
        ({"protocol_state": "rcpt"}, "protocol_state='rcpt' is none of"),
        ({"client_address": None}, "no client_address= in the request"),
        ({"client_address": "1.2.3"}, "client_address='1.2.3' is no address"),
        ({"sender": None}, "no sender= in the request"),
        ({"recipient": None}, "no recipient= in the request"),
        ({"size": "x"}, "size='x' is no number"),
        ({"size": "9" * 5000}, "is no number"),
        ({"recipient_count": "-1"}, "recipient_count='-1' is no number"),
        ({"recipient_count": "٣"}, "is no number"),
    ],
)
def test_what_cannot_be_judged_says_why(changes, told):
    attributes = {name: value for name, value in {**POSTFIX_2_1, **changes}.items() if value is not None}
    with pytest.raises(ValueError, match=told.replace("(", "\\(")):
        session_of(attributes, SETTINGS)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=12)
WORD = st.text("abcXYZ09.-@+= é", min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), state=st.sampled_from(sorted(SUBJECTS)))
def test_what_a_postfix_would_say_of_a_session_gives_that_session(data, state):
    draw = data.draw
    has_sender = state in ("MAIL", "RCPT", "DATA", "END-OF-MESSAGE")
    sender = draw(TEXT) if has_sender else draw(st.none() | WORD)
    recipient = draw(WORD) if state in ("RCPT", "VRFY") else draw(st.none() | WORD)
    tls = draw(
        st.none()
        | st.builds(TlsFacts, WORD, TEXT, st.integers(0, 512), WORD, WORD, TEXT, TEXT, is_trusted=st.just(True))
        | st.builds(TlsFacts, WORD, TEXT, st.integers(0, 512), certificate_fingerprint=TEXT)
    )
    session = Session(
        Client(parse_ip(str(draw(st.ip_addresses()))), draw(st.integers(0, 65535)), draw(NAMES)),
        SETTINGS,
        state,
        draw(st.sampled_from(["SMTP", "ESMTP"])),
        helo_name=draw(st.none() | WORD),
        sender=sender,
        recipient=recipient,
        recipient_count=draw(st.integers(0, 9)) if state in ("DATA", "END-OF-MESSAGE") else 0,
        size_bytes=draw(st.integers(0, 10**9)),
        etrn_domain=draw(st.none() | WORD),
        is_smtputf8=not ((sender or "").isascii() and (recipient or "").isascii()),
        server_address=draw(WORD),
        server_port=draw(st.integers(0, 65535)),
        instance=draw(TEXT),
        tls=tls,
        sasl=draw(st.none() | st.builds(SaslFacts, WORD, TEXT, TEXT)),
    )
    attributes = dict(request_attributes(session, session.client.names, draw(TEXT)))
    assert session_of(attributes, SETTINGS) == session


NAMES = st.builds(ClientNames.told, WORD | st.just("unknown"), WORD | st.just("unknown"))
