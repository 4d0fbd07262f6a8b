"""HELO and EHLO: the client says its name, and what was open is forgotten (RFC 5321 section 4.1.1.1).

The name is made printable: control characters, white space and the characters `< > ( ) \\ " ; @` and backquote
become `?`. A session that once said EHLO stays ESMTP.
"""

import re

from gatepost.model.reply import Reply
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import HelloGiven
from gatepost.wire.smtp.verbs.session import refuse_for_now

_NEUTRAL = re.compile('[\x00-\x20\x7f<>()\\\\";@`\udc80-\udcff]')
_PLAIN = re.compile(r"[HhEe][A-Za-z]{3} ([A-Za-z0-9.\[\]:_-]+)")
_BAD_HELO = Reply(501, "", "Syntax: HELO hostname")
_BAD_EHLO = Reply(501, "", "Syntax: EHLO hostname")


def helo(chat: Chat, line: str) -> None:
    """Greet a client that speaks plain SMTP."""
    _greet(chat, line, is_extended=False)


def ehlo(chat: Chat, line: str) -> None:
    """Greet a client that speaks ESMTP, and say what is offered."""
    _greet(chat, line, is_extended=True)


def _greet(chat: Chat, line: str, *, is_extended: bool) -> None:
    plain = _PLAIN.fullmatch(line)
    if plain:
        given = name = plain.group(1)
    else:
        words = split_words(line)[0]
        if len(words) < 2:
            chat.refuse(_BAD_EHLO if is_extended else _BAD_HELO)
            return
        given = " ".join(words[1:])
        name = neutral(given, lets_unicode=chat.settings.smtputf8_enable)

    def settle(chat: Chat, reply: Reply | None) -> None:
        if reply is not None and not reply.is_positive:
            chat.refuse(reply)
            return
        if is_extended and None in (chat.may_xclient, chat.may_xforward):
            refuse_for_now(chat, "EHLO")
            return
        chat.reset_transaction()
        chat.greet(name)
        if is_extended:
            chat.protocol_name = "ESMTP"
        chat.accept(reply or _welcome(chat, is_extended=is_extended))

    chat.ask(HelloGiven(name, given, is_extended), settle)


def _welcome(chat: Chat, *, is_extended: bool) -> bytes:
    if not is_extended:
        return chat.door.helo_reply
    return chat.door.ehlo_reply(
        with_xclient=bool(chat.may_xclient),
        with_xforward=bool(chat.may_xforward),
        with_starttls=chat.may_starttls,
        auth=chat.mechanisms() if chat.serves_auth else "",
    )


def neutral(name: str, *, lets_unicode: bool) -> str:
    """The name with everything replaced that could mean something in a header or a log line."""
    name = _NEUTRAL.sub("?", name)
    return name if lets_unicode or name.isascii() else re.sub(r"[^\x00-\x7f]", "?", name)
