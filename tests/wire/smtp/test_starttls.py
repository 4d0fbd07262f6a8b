"""STARTTLS in the dialogue: what is refused, what is forgotten, what is thrown away; the replies are a real Postfix's."""

import pytest

from gatepost.model.session import TlsFacts
from gatepost.wire.smtp.events import HandshakeBegun, Remarked, TlsAsked
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.wire.smtp.verbs.starttls import NOT_AVAILABLE
from tests.wire.smtp.smtp_client import Asker

MAY = SmtpSettings(myhostname="mx.example", smtpd_tls_security_level="may")
MUST = SmtpSettings(myhostname="mx.example", smtpd_tls_security_level="encrypt")
REQUIRED = SmtpSettings(myhostname="mx.example", smtpd_tls_security_level="encrypt", smtpd_tls_req_ccert=True)
WRAPPED = SmtpSettings(myhostname="mx.example", smtpd_tls_security_level="encrypt", smtpd_tls_wrappermode=True)

ANONYMOUS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256)
UNTRUSTED = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, "c", "c", "AA:BB", "CC:DD")
READY = "220 2.0.0 Ready to start TLS\r\n"
MUST_STARTTLS = "530 5.7.0 Must issue a STARTTLS command first\r\n"


def begun(settings: SmtpSettings = MAY, first: str = "EHLO c\r\n") -> Asker:
    asker = Asker(settings)
    asker.send(first)
    return asker


def secured(settings: SmtpSettings = MAY, tls: TlsFacts = ANONYMOUS) -> Asker:
    asker = begun(settings)
    assert asker.send("STARTTLS\r\n") == READY
    asker.dialogue.secured(tls)
    return asker


def test_is_offered_in_its_place_until_it_is_on() -> None:
    assert "250-ETRN\r\n250-STARTTLS\r\n250-ENHANCED" in Asker(MAY).send("EHLO c\r\n")
    assert "STARTTLS" not in Asker(SmtpSettings()).send("EHLO c\r\n")
    assert "STARTTLS" not in secured().send("EHLO c\r\n")
    hidden = SmtpSettings(smtpd_tls_security_level="may", smtpd_discard_ehlo_keywords=frozenset({"starttls"}))
    assert "STARTTLS" not in Asker(hidden).send("EHLO c\r\n")


@pytest.mark.parametrize(
    ("settings", "reply"),
    [
        (SmtpSettings(), "502 5.5.1 Error: command not implemented\r\n"),
        (WRAPPED, "554 5.5.1 Error: TLS already active\r\n"),
    ],
)
def test_where_there_is_nothing_to_start(settings: SmtpSettings, reply: str) -> None:
    asker = Asker(settings)
    if settings.smtpd_tls_wrappermode:
        asker.dialogue.secured(ANONYMOUS)
        asker.send("")
    asker.send("EHLO c\r\n")
    assert asker.send("STARTTLS\r\n") == reply


def test_takes_no_argument() -> None:
    assert begun().send("STARTTLS now\r\n") == "501 5.5.4 Syntax: STARTTLS\r\n"


def test_may_be_refused_for_now() -> None:
    asker = begun()
    asker.verdict = lambda event: NOT_AVAILABLE if isinstance(event, TlsAsked) else None
    assert asker.send("STARTTLS\r\n") == "454 4.7.0 TLS not available due to local problem\r\n"
    assert asker.send("NOOP\r\n") == "250 2.0.0 Ok\r\n"
    assert "starttls=0/1" in asker.dialogue.counts


def test_what_was_sent_ahead_is_never_read() -> None:
    asker = begun()
    said = asker.send("STARTTLS\r\nNOOP\r\nMAIL FROM:<evil@b.example>\r\nRCPT TO:<c@d.example>\r\nDA")
    assert said == READY
    assert len(asker.dialogue.input) == 0
    asker.dialogue.secured(ANONYMOUS)
    assert asker.send("") == ""
    assert asker.dialogue.sender is None
    assert asker.send("NOOP\r\n") == "250 2.0.0 Ok\r\n", "and nothing is left before it"


def test_nothing_is_taken_during_the_handshake() -> None:
    asker = begun()
    asker.send("STARTTLS\r\n")
    assert asker.send("NOOP\r\n") == ""
    assert asker.dialogue.is_in_handshake


def test_everything_said_in_the_clear_is_forgotten() -> None:
    asker = begun()
    asker.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n")
    asker.send("STARTTLS\r\n")
    asker.dialogue.secured(ANONYMOUS)
    dialogue = asker.dialogue
    assert (dialogue.helo_name, dialogue.sender, dialogue.recipient_count) == (None, None, 0)
    assert asker.send("DATA\r\n") == "503 5.5.1 Error: need RCPT command\r\n"
    assert dialogue.tls is ANONYMOUS


def test_a_second_time_is_refused() -> None:
    assert secured().send("STARTTLS\r\n") == "554 5.5.1 Error: TLS already active\r\n"


@pytest.mark.parametrize(
    "command", ["MAIL FROM:<a@b.example>", "RCPT TO:<a>", "DATA", "RSET", "VRFY x", "ETRN a.b", "BDAT 0 LAST"]
)
def test_where_tls_is_a_must(command: str) -> None:
    asker = begun(MUST)
    assert asker.send(f"{command}\r\n") == MUST_STARTTLS
    assert asker.send("NOOP\r\n") == "250 2.0.0 Ok\r\n"
    assert asker.send("HELO c\r\n") == "250 mx.example\r\n"
    assert asker.send("FOO\r\n").startswith("500 5.5.2")
    asker.send("STARTTLS\r\n")
    asker.dialogue.secured(ANONYMOUS)
    assert asker.send(f"{command}\r\n") != MUST_STARTTLS


@pytest.mark.parametrize(
    ("tls", "reply"),
    [
        (ANONYMOUS, "421 4.7.1 mx.example Error: No client certificate presented\r\n"),
        (UNTRUSTED, "421 4.7.1 mx.example Error: Client certificate not trusted\r\n"),
    ],
)
def test_a_certificate_that_is_required(tls: TlsFacts, reply: str) -> None:
    asker = secured(REQUIRED, tls)
    assert asker.send("") == reply
    assert asker.has_ended
    why = reply.partition("Error: ")[2].rstrip()
    assert Remarked("info", f"NOQUEUE: abort: TLS from %s: {why}") in asker.events


def test_a_handshake_that_fails_ends_the_session_without_a_word() -> None:
    asker = begun()
    asker.send("STARTTLS\r\n")
    asker.dialogue.not_secured()
    assert asker.send("") == ""
    assert asker.has_ended
    assert asker.dialogue.counts == "ehlo=1 starttls=0/1 commands=1/2"


def test_a_handshake_that_takes_too_long() -> None:
    asker = begun()
    asker.send("STARTTLS\r\n")
    assert asker.dialogue.deadline_s == MAY.smtpd_starttls_timeout
    asker.dialogue.time_out()
    assert asker.send("") == ""
    assert asker.has_ended


def test_from_the_first_octet() -> None:
    asker = Asker(WRAPPED)
    assert asker.said() == ""
    assert asker.events == [HandshakeBegun(is_first=True)]
    asker.dialogue.secured(ANONYMOUS)
    assert asker.send("").startswith("220 ")
    assert "STARTTLS" not in asker.send("EHLO c\r\n")
    asker.send("QUIT\r\n")
    assert asker.dialogue.counts == "ehlo=1 quit=1 commands=2"


def test_from_the_first_octet_and_it_fails() -> None:
    asker = Asker(WRAPPED)
    asker.dialogue.not_secured()
    assert asker.send("") == ""
    assert asker.has_ended
    assert asker.dialogue.counts == "commands=0/0"
