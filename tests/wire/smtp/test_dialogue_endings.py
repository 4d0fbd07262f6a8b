"""Limits, error sleeps, pipelining, and all the ways in which a session ends."""

from dataclasses import replace

import pytest

from gatepost.model.reply import Reply
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.wire.smtp.events import (
    NEED_DATA,
    RecipientGiven,
    Remarked,
    SenderGiven,
    SessionEnded,
)
from gatepost.wire.smtp.settings import SmtpSettings
from tests.wire.smtp.smtp_client import EHLO, REFUSED, SETTINGS, TO_DATA, Asker, refusing


def test_error_limits_and_sleep() -> None:
    asker = Asker(SETTINGS)
    for _ in range(10):
        asker.dialogue.outgoing()
        asker.send("RCPT\r\n")
        assert asker.dialogue.pause_s == 0
    asker.dialogue.receive(b"NOOP\r\n")
    asker.pump()
    assert asker.dialogue.pause_s == 1.0
    assert asker.said() == "250 2.0.0 Ok\r\n"
    assert asker.dialogue.pause_s == 0
    asker.dialogue.receive(b"RCPT\r\n" * 20)
    asker.pump()
    assert asker.dialogue.pause_s == 10.0
    assert asker.said().endswith(
        "503 5.5.1 Error: need MAIL command\r\n421 4.7.0 mx.example Error: too many errors\r\n"
    )
    assert asker.events[-1] == SessionEnded("too many errors", "RCPT")


def test_junk_commands_become_errors() -> None:
    asker = Asker(SETTINGS)
    asker.send("NOOP\r\n" * 101)
    assert asker.dialogue.error_count == 0
    asker.send("RSET\r\n")
    assert asker.dialogue.error_count == 1
    asker.send(TO_DATA.replace(EHLO, "") + ".\r\n")
    assert (asker.dialogue.error_count, asker.dialogue.junk_count) == (0, 0)


def test_recipient_limit() -> None:
    asker = Asker(replace(SETTINGS, smtpd_recipient_limit=2, smtpd_recipient_overshoot_limit=1))
    asker.send("MAIL FROM:<>\r\n" + "RCPT TO:<a@b>\r\n" * 2)
    assert asker.send("RCPT TO:<a@b>\r\n") == "452 4.5.3 Error: too many recipients\r\n"
    assert asker.dialogue.error_count == 0
    assert asker.send("RCPT TO:<a@b>\r\n") == "452 4.5.3 Error: too many recipients\r\n"
    assert asker.dialogue.error_count == 1
    assert len(asker.of_kind(RecipientGiven)) == 2


def test_soft_bounce_and_enhanced_class() -> None:
    asker = Asker(replace(SETTINGS, soft_bounce=True), lambda e: REFUSED if isinstance(e, SenderGiven) else None)
    asker.said()
    assert (
        asker.send("DATA\r\nMAIL FROM:<>\r\n") == "403 4.5.1 Error: need RCPT command\r\n454 4.7.1 Access denied\r\n"
    )
    asker = refusing(SenderGiven, Reply(554, "4.7.1", "Access denied"))
    asker.said()
    assert asker.send("MAIL FROM:<>\r\n") == "554 5.7.1 Access denied\r\n"


def test_forbidden_pipelining_at_connect() -> None:
    dialogue = SmtpDialogue(SmtpSettings())
    dialogue.next_event()
    dialogue.receive(b"EHLO x\r\n")
    dialogue.decide(None)
    assert dialogue.outgoing() == b"554 5.5.0 Error: SMTP protocol synchronization\r\n"
    assert dialogue.next_event() == Remarked("info", r"improper command pipelining after CONNECT from %s: EHLO x\r\n")
    assert dialogue.next_event() == SessionEnded("", "CONNECT")


def test_pipelining_is_let_pass_within_groups() -> None:
    asker = Asker(SmtpSettings())
    asker.send(EHLO)
    asker.send(TO_DATA.replace(EHLO, ""))
    asker.send("x\r\n.\r\nMAIL FROM:<>\r\nRSET\r\nQUIT\r\n")
    assert not asker.dialogue.is_pipelining_unauthorised
    assert asker.events[-1] == SessionEnded("quit", "QUIT")


@pytest.mark.parametrize(
    ("sent", "after", "is_logged"),
    [
        ("", "CONNECT", True),
        ("NO", "CONNECT", True),
        ("FOO\r\n", "UNKNOWN", True),
        (EHLO, "EHLO", True),
        (TO_DATA + "Hello\r\n.", "DATA (7 bytes)", True),
        (TO_DATA.replace("DATA\r\n", "BDAT 9\r\nHello\r\n"), "BDAT (7 bytes)", True),
        (TO_DATA + ".\r\n", "END-OF-MESSAGE", False),
    ],
)
def test_lost_connection(sent: str, after: str, is_logged: bool) -> None:
    asker = Asker(SETTINGS)
    asker.send(sent)
    asker.dialogue.receive_eof()
    asker.pump()
    ended = asker.events[-1]
    assert ended == SessionEnded("lost connection", after)
    assert isinstance(ended, SessionEnded)
    assert ended.is_logged is is_logged


def test_what_was_sent_before_the_end_is_answered() -> None:
    asker = Asker(SETTINGS)
    asker.dialogue.receive(b"NOOP\r\nFOO\r\n")
    asker.dialogue.receive_eof()
    asker.pump()
    assert asker.said().endswith("250 2.0.0 Ok\r\n500 5.5.2 Error: command not recognized\r\n")
    assert asker.has_ended


@pytest.mark.parametrize("sent", ["", EHLO, "NO", TO_DATA + "Half"])
def test_time_out(sent: str) -> None:
    asker = Asker(SETTINGS)
    asker.send(sent)
    assert asker.dialogue.deadline_s == 300
    asker.dialogue.time_out()
    asker.pump()
    assert asker.said().endswith("421 4.4.2 mx.example Error: timeout exceeded\r\n")
    assert asker.has_ended
    assert asker.dialogue.deadline_s is None
    asker.dialogue.time_out()
    assert asker.said() == ""


def test_no_deadline_while_a_verdict_is_awaited() -> None:
    assert SmtpDialogue(SETTINGS).deadline_s is None


def test_shut_down_waits_for_the_message() -> None:
    asker = Asker(SETTINGS)
    asker.send(TO_DATA)
    asker.dialogue.shut_down()
    assert asker.send("x\r\n") == ""
    assert asker.send(".\r\n") == "250 2.0.0 Ok\r\n421 4.3.2 mx.example Error: service shutting down\r\n"
    assert asker.has_ended


def test_hang_up_says_nothing() -> None:
    dialogue = SmtpDialogue(SETTINGS)
    dialogue.next_event()
    dialogue.hang_up()
    assert dialogue.next_event() == SessionEnded("", "CONNECT")
    assert dialogue.outgoing() == b""
    dialogue.receive(b"NOOP\r\n")
    assert dialogue.next_event() is NEED_DATA
