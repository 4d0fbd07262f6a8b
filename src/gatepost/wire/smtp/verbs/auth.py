"""AUTH: the client logs in (RFC 4954), in as many steps as its mechanism has.

    AUTH PLAIN AGFubgBzZWNyZXQ=        with an initial response (`=`: an empty one)
    AUTH LOGIN                         334 and a challenge; the client's next line is the response; `*` gives up

The asker knows the mechanisms and the users. It decides each step: a Reply 334 whose text is the challenge goes on,
a positive one ends well, None is 235. Responses are passed on as they came, base64 undone or judged by the asker.

Refused: 503 5.5.1 before HELO where that is a must, where AUTH is not served (smtpd_sasl_auth_enable,
smtpd_tls_auth_only in the clear, smtpd_discard_ehlo_keywords), within a transaction, after a login; 501 5.5.4 with
too few or too many words; 501 5.7.0 after `*`; 500 5.5.6 for a response beyond smtpd_sasl_response_limit.
Limits: an initial response fits into line_length_limit with the command; a response smtpd_sasl_response_limit octets.
Postfix: SASL_README.
"""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import AuthAborted, AuthAnswered, AuthAsked
from gatepost.wire.smtp.states import HELO_FIRST, IN_TRANSACTION, State

_SUCCESS = b"235 2.7.0 Authentication successful\r\n"
_SYNTAX = Reply(501, "5.5.4", "Syntax: AUTH mechanism")
_NOT_ENABLED = Reply(503, "5.5.1", "Error: authentication not enabled")
_IN_TRANSACTION = Reply(503, "5.5.1", "Error: MAIL transaction in progress")
_ALREADY = Reply(503, "5.5.1", "Error: already authenticated")
_ABORTED = Reply(501, "5.7.0", "Authentication aborted")
_TOO_LONG = Reply(500, "5.5.6", "SASL response limit exceeded")

EARLY = frozenset({State.START, State.BDAT_EARLY})
"""The states before a HELO or EHLO that smtpd_helo_required asks for."""


def auth(chat: Chat, line: str) -> None:
    """Begin a login."""
    if chat.is_too_many("AUTH"):
        return
    refusal = _refusal(chat)
    words = split_words(line)[0][1:]
    if refusal is None and len(words) not in (1, 2):
        refusal = _SYNTAX
    if refusal is not None:
        chat.refuse(refusal)
    else:
        chat.ask(AuthAsked(words[0], words[1] if len(words) > 1 else None), _settle)


def _refusal(chat: Chat) -> Reply | None:
    if chat.state in EARLY:
        return HELO_FIRST
    if not chat.serves_auth:
        return _NOT_ENABLED
    if chat.state in IN_TRANSACTION:
        return _IN_TRANSACTION
    return _ALREADY if chat.has_login else None


def _settle(chat: Chat, reply: Reply | None) -> None:
    if reply is None or reply.code == 235:
        chat.has_login = True
        chat.accept(reply or _SUCCESS)
    elif reply.code == 334:
        chat.say(reply.to_wire())
        chat.input.limit = chat.settings.smtpd_sasl_response_limit
        chat.on_line = _answered
    else:
        chat.refuse(reply)


def _answered(chat: Chat, raw: bytes) -> None:
    """The line after a challenge is the client's response, whatever it looks like."""
    is_too_long = len(raw) >= chat.input.limit  # Postfix counts one octet of the line's end
    chat.input.limit = chat.settings.line_length_limit
    chat.on_line = None
    if is_too_long:
        chat.tell(AuthAborted(is_by_client=False))
        chat.refuse(_TOO_LONG)
    elif raw == b"*":
        chat.tell(AuthAborted(is_by_client=True))
        chat.refuse(_ABORTED)
    else:
        chat.ask(AuthAnswered(raw.decode("latin-1").partition("\0")[0]), _settle)
