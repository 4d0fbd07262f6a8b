"""An SMTP client that says anything: whole sessions over many settings, verdicts and splits.

Held: what is said is replies with CRLF; a message holds no bare CR or LF; little waits unread; the session ends.
"""

import re
from dataclasses import replace

from gatepost.model.reply import Reply
from gatepost.model.session import TlsFacts
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.wire.smtp.events import (
    AWAITING_VERDICT,
    NEED_DATA,
    HandshakeBegun,
    MessageChunk,
    MessageEnded,
    SessionEnded,
)
from gatepost.wire.smtp.settings import SmtpSettings
from tests.fuzz.pieces import in_pieces, split_input

PLAIN = SmtpSettings(myhostname="mx.example", smtpd_banner="mx.example ESMTP", smtpd_forbid_unauth_pipelining=False)
DOORS = (
    PLAIN,
    SmtpSettings(smtpd_helo_required=True, strict_rfc821_envelopes=True, disable_vrfy_command=True),
    replace(PLAIN, smtpd_forbid_bare_newline="reject", smtputf8_enable=False),
    replace(PLAIN, smtpd_forbid_bare_newline="no", soft_bounce=True, smtpd_noop_commands=("foo",)),
    replace(PLAIN, message_size_limit=100, hopcount_limit=2, smtpd_recipient_limit=2, line_length_limit=40),
    replace(PLAIN, smtpd_hard_error_limit=3, smtpd_soft_error_limit=1, smtpd_junk_command_limit=2),
    replace(PLAIN, smtpd_tls_security_level="may", smtpd_per_request_deadline=True),
    replace(PLAIN, smtpd_tls_security_level="encrypt", smtpd_tls_wrappermode=True, strict_smtputf8=True),
)
VERDICTS = (None, None, None, Reply(250, "2.1.0", "Ok"), Reply(550, "5.7.1", "No"), Reply(450, "4.7.1", "Later"),
            Reply(421, "4.3.2", "Busy"), Reply(521, "5.7.1", "Away"))  # fmt: skip
TLS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256)

BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
REPLIES = re.compile(rb"(?:[2-5][0-9]{2}[ -][^\r\n\0]*\r\n)*")
WORDS = ("EHLO x\r\n", "HELO x\r\n", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA\r\n", "BDAT 4 LAST\r\n",
         "\r\n.\r\n", "\n.\n", "\r.\r", "RSET\r\n", "QUIT\r\n", "VRFY ", "STARTTLS\r\n", "XCLIENT ADDR=1.2.3.4 ", "ETRN ",
         " SIZE=", " BODY=8BITMIME", " SMTPUTF8", " NOTIFY=NEVER", " ORCPT=rfc822;", "Received: x\r\n", "AUTH PLAIN ")  # fmt: skip


class Session:
    """One session under way."""

    def __init__(self, chosen: int, how: int) -> None:
        self.dialogue = SmtpDialogue(DOORS[chosen % len(DOORS)])
        self.dialogue.may_xclient = bool(chosen & 8)
        self.is_refusing = bool(chosen & 16)
        self.is_secured = not chosen & 32
        self.turn = how
        self.message = b""
        self.has_ended = False

    def pump(self) -> None:
        """Take every event, and decide."""
        dialogue = self.dialogue
        last: object = None
        while (event := dialogue.next_event()) is not NEED_DATA:
            assert not self.has_ended, f"{event} after the end"
            if event is AWAITING_VERDICT:
                self._decide(last)
            elif isinstance(event, MessageChunk):
                self.message += event.octets
            elif isinstance(event, HandshakeBegun):
                assert len(dialogue.input) == 0
                dialogue.secured(TLS) if self.is_secured else dialogue.not_secured()
            elif isinstance(event, SessionEnded):
                self.has_ended = True
            last = event
        self._check_said(dialogue.outgoing())

    def _decide(self, event: object) -> None:
        if isinstance(event, MessageEnded):
            assert not BARE.search(self.message), self.message
            self.message = b""
        self.turn = self.turn * 5 + 3 & 0xFFFF
        self.dialogue.decide(VERDICTS[self.turn >> 4 & 7] if self.is_refusing else None)

    def _check_said(self, said: bytes) -> None:
        assert REPLIES.fullmatch(said), said
        assert self.dialogue.pause_s == 0
        assert self.dialogue.deadline_s is None or self.dialogue.deadline_s > 0
        assert self.dialogue.earned_s is None or self.dialogue.settings.smtpd_per_request_deadline
        assert self.dialogue.counts


def one_input(octets: bytes) -> None:
    """One session."""
    chosen, how, sent = split_input(octets)
    session = Session(chosen, how)
    session.pump()
    for piece in in_pieces(sent, how & 15):
        session.dialogue.receive(piece)
        session.pump()
    if chosen & 64:
        session.dialogue.time_out()
    elif chosen & 128:
        session.dialogue.fail()
    else:
        session.dialogue.receive_eof()
    session.pump()
    assert session.has_ended
