"""STARTTLS: the client asks to go on under TLS (RFC 3207).

After 220 the dialogue waits until its owner has done the handshake and calls secured() or not_secured(). Everything
that the client had sent ahead is thrown away unread: what came in the clear must never count as said under TLS
(CVE-2011-0411). What the session knew is forgotten too: name, transaction, login (RFC 3207 section 4.2).

Refused: an argument (501 5.5.4), a session under TLS already (554 5.5.1), smtpd_tls_security_level = none (502
5.5.1). The asker may refuse too: 454 4.7.0 where no certificate can be used.
Postfix: smtpd_tls_security_level, smtpd_tls_wrappermode.
"""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import TlsAsked

NOT_AVAILABLE = Reply(454, "4.7.0", "TLS not available due to local problem")
MUST_STARTTLS = Reply(530, "5.7.0", "Must issue a STARTTLS command first")

BEFORE_TLS = frozenset({"HELO", "EHLO", "STARTTLS", "XCLIENT", "NOOP", "QUIT"})
"""What is served in the clear where TLS is a must; the rest hears MUST_STARTTLS."""

_READY = b"220 2.0.0 Ready to start TLS\r\n"
_SYNTAX = Reply(501, "5.5.4", "Syntax: STARTTLS")
_ACTIVE = Reply(554, "5.5.1", "Error: TLS already active")
_NOT_SERVED = Reply(502, "5.5.1", "Error: command not implemented")


def starttls(chat: Chat, line: str) -> None:
    """Ask whether TLS can be had now."""
    if len(split_words(line)[0]) != 1:
        chat.refuse(_SYNTAX)
    elif chat.tls is not None:
        chat.refuse(_ACTIVE)
    elif not chat.may_starttls:
        chat.refuse(_NOT_SERVED)
    elif not chat.is_too_many("STARTTLS"):
        chat.ask(TlsAsked(), _settle)


def _settle(chat: Chat, reply: Reply | None) -> None:
    if reply is not None and not reply.is_positive:
        chat.refuse(reply)
        return
    chat.say(_READY)
    chat.await_handshake()
