"""MAIL FROM: the sender of a message opens a transaction (RFC 5321 section 4.1.1.2)."""

import re
from functools import partial

from gatepost.model.envelope import Sender
from gatepost.model.reply import Reply
from gatepost.wire.smtp.address_syntax import PLAIN_PATH, parse_path
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import SenderGiven
from gatepost.wire.smtp.extensions import TOO_BIG, read_mail_parameters
from gatepost.wire.smtp.states import State

_PLAIN = re.compile(rf"(?i:MAIL FROM:) ?{PLAIN_PATH}((?: [A-Za-z0-9=]+)*) *")
_OK = b"250 2.1.0 Ok\r\n"
_SYNTAX = Reply(501, "5.5.4", "Syntax: MAIL FROM:<address>")
BAD_SENDER = Reply(501, "5.1.7", "Bad sender address syntax")
NOT_DECLARED = Reply(553, "5.6.7", "Must declare SMTPUTF8 to send unicode address")


def mail(chat: Chat, line: str) -> None:
    """Read the sender and its parameters, and ask whether it is welcome."""
    plain = _PLAIN.fullmatch(line)
    words, is_broken = ([], False) if plain else split_words(line)
    if not plain and (len(words) < 3 or words[1].lower() != "from:"):
        chat.refuse(_SYNTAX)
        return
    if chat.is_too_many("MAIL"):
        return
    if plain:
        address, parameters = plain.groups()
        sender: Sender | Reply = Sender(address or "")
        if parameters:
            sender = read_mail_parameters(Sender(address or ""), parameters.split(), chat.settings)
    else:
        sender = _read(chat, words, is_broken=is_broken)
    if isinstance(sender, Reply):
        if sender is TOO_BIG:
            _tell_size(chat, line)
        chat.refuse(sender)
        return
    chat.ask(SenderGiven(sender), partial(_settle, sender))


def _settle(sender: Sender, chat: Chat, reply: Reply | None) -> None:
    if reply is not None and not reply.is_positive:
        chat.refuse(reply)
        return
    chat.sender = sender
    chat.state = State.MAIL
    chat.accept(reply or _OK)


def _tell_size(chat: Chat, line: str) -> None:
    """Say in the log what no verdict will: the one refusal of MAIL itself that smtpd(8) logs."""
    address = split_words(line)[0][2].strip("<>")
    envelope = f"from=<{address}> proto={chat.protocol_name} helo=<{chat.helo_name or ''}>"
    chat.remark("info", f"NOQUEUE: reject: MAIL from %s: {TOO_BIG}; {envelope}")


def _read(chat: Chat, words: list[str], *, is_broken: bool) -> Sender | Reply:
    """Read a MAIL command that is not of the usual form."""
    settings = chat.settings
    is_smtputf8 = chat.lets_smtputf8 and any(word.upper() == "SMTPUTF8" for word in words[3:])
    address = parse_path(words[2], settings, is_smtputf8=is_smtputf8, is_strict=settings.strict_rfc821_envelopes)
    if address is None or (is_broken and len(words) == 3):
        chat.remark("warning", f"Illegal address syntax from %s in MAIL command: {words[2]}")
        return BAD_SENDER
    sender = read_mail_parameters(Sender(address), words[3:], settings)
    if isinstance(sender, Sender) and settings.strict_smtputf8 and not is_smtputf8 and not address.isascii():
        return NOT_DECLARED
    return sender
