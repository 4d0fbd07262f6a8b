"""ETRN: a client asks that mail kept for a domain be sent now (RFC 1985). Its replies carry no enhanced codes."""

from gatepost.model.hostnames import is_address_literal, is_hostname
from gatepost.model.reply import Reply
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import EtrnAsked

_STARTED = b"250 Queuing started\r\n"
_SYNTAX = Reply(500, "", "Syntax: ETRN domain")
_BAD_DOMAIN = Reply(501, "", "Error: invalid parameter syntax")


def etrn(chat: Chat, line: str) -> None:
    """Read the domain and ask what to say."""
    words = split_words(line)[0]
    if len(words) != 2:
        chat.refuse(_SYNTAX)
        return
    domain = words[1][1:] if words[1][0] in "@#" else words[1]
    if not is_hostname(domain) and not is_address_literal(domain):
        chat.refuse(_BAD_DOMAIN)
        return
    chat.ask(EtrnAsked(domain), _settle)


def _settle(chat: Chat, reply: Reply | None) -> None:
    if reply is not None and not reply.is_positive:
        chat.refuse(reply)
    else:
        chat.accept(reply or _STARTED)
