"""XCLIENT: a client that is trusted says for whom it speaks, and the session begins anew with a greeting.

    XCLIENT NAME=mail.example ADDR=192.0.2.1 PORT=41234 PROTO=ESMTP HELO=mail.example LOGIN=ann

Attributes: NAME, REVERSE_NAME, ADDR, PORT, PROTO, HELO, LOGIN, DESTADDR, DESTPORT, read as attributes.py says; for
names `[TEMPUNAVAIL]` too stands for what is not known.
Who may: smtpd_authorized_xclient_hosts; the asker sets chat.may_xclient. Success counts as no success in the log
line `disconnect from`, as with smtpd(8): the greeting is not the reply to a command.

Postfix: XCLIENT_README, smtpd_authorized_xclient_hosts.
"""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.attributes import (
    UNAVAILABLE,
    Reader,
    or_unavailable,
    read_address,
    read_attributes,
    read_name,
    read_port,
)
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import XclientGiven
from gatepost.wire.smtp.states import NOT_AUTHORISED
from gatepost.wire.smtp.verbs.hello import neutral
from gatepost.wire.smtp.verbs.session import greet_or_deny, refuse_for_now

TEMPUNAVAIL = "[TEMPUNAVAIL]"

_SYNTAX = Reply(501, "5.5.4", "Syntax: XCLIENT attribute=value...")


def xclient(chat: Chat, line: str) -> None:
    """Read the attributes, let HELO and PROTO take effect, and tell of the rest."""
    words = split_words(line)[0][1:]
    if not words:
        chat.refuse(_SYNTAX)
    elif chat.may_xclient is None:
        refuse_for_now(chat, "XCLIENT")
    elif not chat.may_xclient:
        chat.refuse(NOT_AUTHORISED)
    else:
        helo = {"HELO": or_unavailable(lambda value: neutral(value, lets_unicode=chat.settings.smtputf8_enable))}
        given = read_attributes("XCLIENT", words, _READERS | helo)
        if isinstance(given, Reply):
            chat.refuse(given)
        else:
            _begin_anew(chat, given)


def _begin_anew(chat: Chat, given: dict[str, str]) -> None:
    helo_name = given.pop("HELO", UNAVAILABLE)
    chat.helo_name = None if helo_name == UNAVAILABLE else helo_name
    chat.protocol_name = given.pop("PROTO", "SMTP")
    chat.has_login = given.get("LOGIN", UNAVAILABLE) != UNAVAILABLE
    chat.end_transaction()
    chat.ask(XclientGiven(tuple(given.items())), greet_or_deny)


def _name(value: str) -> str | None:
    stands_for = value.upper()
    return stands_for if stands_for in (UNAVAILABLE, TEMPUNAVAIL) else read_name(value)


def _protocol(value: str) -> str | None:
    return value.upper() if value.upper() in ("SMTP", "ESMTP") else None


_READERS: dict[str, Reader] = {
    "NAME": _name,
    "REVERSE_NAME": _name,
    "ADDR": or_unavailable(read_address),
    "PORT": or_unavailable(read_port),
    "PROTO": _protocol,
    "LOGIN": or_unavailable(lambda value: value),
    "DESTADDR": or_unavailable(read_address),
    "DESTPORT": or_unavailable(read_port),
}
