"""AUTH in the dialogue alone: who asks, what is passed on, what ends a login. The words are held against a real
Postfix in tests/parity/test_logins.py."""

from dataclasses import replace

import pytest

from gatepost.model.reply import Reply
from gatepost.model.session import TlsFacts
from gatepost.wire.smtp.events import AuthAborted, AuthAnswered, AuthAsked, Event
from gatepost.wire.smtp.settings import SmtpSettings
from tests.wire.smtp.smtp_client import Asker

SETTINGS = SmtpSettings(
    myhostname="mx.example", smtpd_sasl_auth_enable=True, smtpd_error_sleep_time=0, smtpd_hard_error_limit=1000
)
CHALLENGE = Reply(334, "", "VXNlcm5hbWU6")
OK = "235 2.7.0 Authentication successful\r\n"


def one_challenge(event: Event) -> Reply | None:
    """LOGIN is asked one question; all else is well."""
    return CHALLENGE if isinstance(event, AuthAsked) and event.mechanism == "LOGIN" else None


def asker(settings: SmtpSettings = SETTINGS) -> Asker:
    made = Asker(settings, one_challenge)
    made.dialogue.mechanisms = lambda: "PLAIN LOGIN"
    made.said()
    return made


def test_an_initial_response_is_passed_on_as_it_came() -> None:
    session = asker()
    assert session.send("AUTH PLAIN AGE=\r\n") == OK
    assert session.of_kind(AuthAsked) == [AuthAsked("PLAIN", "AGE=")]
    assert session.dialogue.has_login


def test_what_follows_a_challenge_is_a_response_whatever_it_looks_like() -> None:
    session = asker()
    assert session.send("AUTH LOGIN\r\n") == "334 VXNlcm5hbWU6\r\n"
    assert session.send("QUIT\r\n") == OK
    assert session.of_kind(AuthAnswered) == [AuthAnswered("QUIT")]
    assert session.send("NOOP\r\n").startswith("250")


def test_no_response_is_ever_shown() -> None:
    session = asker()
    session.send("AUTH PLAIN AHBhc3N3b3Jk\r\n")
    assert "AHBhc3N3b3Jk" not in repr(session.events)


def test_a_star_gives_up() -> None:
    session = asker()
    session.send("AUTH LOGIN\r\n")
    assert session.send("*\r\n") == "501 5.7.0 Authentication aborted\r\n"
    assert session.of_kind(AuthAborted) == [AuthAborted(is_by_client=True)]
    assert not session.dialogue.has_login
    assert session.send("NOOP\r\n").startswith("250")


@pytest.mark.parametrize("split", [1, 4096, 20000])
def test_the_length_of_a_response(split: int) -> None:
    for length, reply in ((12287, OK), (12288, "500 5.5.6 SASL response limit exceeded\r\n"), (30000, None)):
        session = asker()
        session.send("AUTH LOGIN\r\n")
        line = b"A" * length + b"\r\n"
        said = "".join(session.send(line[at : at + split]) for at in range(0, len(line), split))
        assert said == (reply or "500 5.5.6 SASL response limit exceeded\r\n")
        assert session.send("X" * 3000 + "\r\n").startswith("500 5.5.2")  # the limit of commands holds again


def test_a_session_logs_in_once_and_not_within_a_transaction() -> None:
    session = asker()
    session.send("EHLO x\r\n")
    session.send("MAIL FROM:<a@b.example>\r\n")
    assert session.send("AUTH PLAIN AAAA\r\n") == "503 5.5.1 Error: MAIL transaction in progress\r\n"
    session.send("RSET\r\n")
    assert session.send("AUTH PLAIN AAAA\r\n") == OK
    assert session.send("AUTH PLAIN AAAA\r\n") == "503 5.5.1 Error: already authenticated\r\n"


def test_ehlo_offers_what_the_asker_has() -> None:
    assert "\r\n250-AUTH PLAIN LOGIN\r\n" in asker().send("EHLO x\r\n")
    both = "\r\n250-AUTH PLAIN LOGIN\r\n250-AUTH=PLAIN LOGIN\r\n"
    assert both in asker(replace(SETTINGS, broken_sasl_auth_clients=True)).send("EHLO x\r\n")
    hidden = asker()
    hidden.dialogue.mechanisms = lambda: ""
    assert "AUTH" not in hidden.send("EHLO x\r\n")
    assert hidden.send("AUTH PLAIN AAAA\r\n") == OK  # hidden is not refused, as in Postfix


@pytest.mark.parametrize(
    "settings",
    [
        replace(SETTINGS, smtpd_tls_auth_only=True),
        replace(SETTINGS, smtpd_discard_ehlo_keywords=frozenset({"auth"})),
        replace(SETTINGS, smtpd_sasl_auth_enable=False),
    ],
)
def test_where_auth_is_not_served(settings: SmtpSettings) -> None:
    session = asker(settings)
    assert "AUTH" not in session.send("EHLO x\r\n")
    assert session.send("AUTH PLAIN AAAA\r\n") == "503 5.5.1 Error: authentication not enabled\r\n"
    assert not session.of_kind(AuthAsked)


def test_tls_ends_a_login_and_opens_what_tls_alone_has() -> None:
    session = asker()
    session.send("AUTH PLAIN AAAA\r\n")
    session.dialogue.begin_command("STARTTLS")
    session.dialogue.secured(TlsFacts("TLSv1.3", "x"))
    assert not session.dialogue.has_login
    only = asker(replace(SETTINGS, smtpd_tls_auth_only=True))
    only.dialogue.secured(TlsFacts("TLSv1.3", "x"))
    assert "250-AUTH PLAIN LOGIN" in only.send("EHLO x\r\n")


def test_a_refused_login_may_be_tried_again() -> None:
    session = asker()
    session.verdict = lambda event: Reply(535, "5.7.8", "Error") if isinstance(event, AuthAsked) else None
    assert session.send("AUTH PLAIN AAAA\r\n") == "535 5.7.8 Error\r\n"
    assert not session.dialogue.has_login
    session.verdict = one_challenge
    assert session.send("AUTH PLAIN AAAA\r\n") == OK
    assert session.dialogue.counts == "auth=1/2 commands=1/2"
