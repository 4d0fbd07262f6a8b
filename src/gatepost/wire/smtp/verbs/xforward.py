"""XFORWARD: a client that is trusted says from whom the next message came; the log and the next hop are told.

    XFORWARD NAME=mail.example ADDR=192.0.2.1 PORT=41234 PROTO=ESMTP HELO=mail.example IDENT=4Xy SOURCE=REMOTE

It decides nothing: the policy sees who is connected. Attributes are read as attributes.py says; several commands add
up; what they told is forgotten with the end of the transaction, or at RSET, HELO and EHLO.
Who may: smtpd_authorized_xforward_hosts; the asker sets chat.may_xforward.

Limits: the protocol name has at most 64 characters.
Postfix: XFORWARD_README, smtpd_authorized_xforward_hosts.
"""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.attributes import (
    Reader,
    or_unavailable,
    read_address,
    read_attributes,
    read_name,
    read_port,
)
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.states import NOT_AUTHORISED
from gatepost.wire.smtp.verbs.hello import neutral
from gatepost.wire.smtp.verbs.session import OK, refuse_for_now

MOST_PROTOCOL = 64

_SYNTAX = Reply(501, "5.5.4", "Syntax: XFORWARD attribute=value...")


def xforward(chat: Chat, line: str) -> None:
    """Keep what is told for the next transaction."""
    words = split_words(line)[0][1:]
    if not words:
        chat.refuse(_SYNTAX)
    elif chat.may_xforward is None:
        refuse_for_now(chat, "XFORWARD")
    elif not chat.may_xforward:
        chat.refuse(NOT_AUTHORISED)
    else:
        given = read_attributes("XFORWARD", words, _READERS)
        if isinstance(given, Reply):
            chat.refuse(given)
        else:
            chat.forwarded = {**chat.forwarded, **given}
            chat.accept(OK)


def _neutral(value: str) -> str:
    return neutral(value, lets_unicode=True)


def _protocol(value: str) -> str | None:
    return _neutral(value) if len(value) <= MOST_PROTOCOL else None


def _source(value: str) -> str | None:
    return value.upper() if value.upper() in ("LOCAL", "REMOTE") else None


_READERS: dict[str, Reader] = {
    name: or_unavailable(reader)
    for name, reader in {
        "NAME": read_name,
        "ADDR": read_address,
        "PORT": read_port,
        "PROTO": _protocol,
        "HELO": _neutral,
        "IDENT": _neutral,
        "SOURCE": _source,
    }.items()
}
