"""RCPT TO: one recipient of the open transaction (RFC 5321 section 4.1.1.3).

Limits: smtpd_recipient_limit accepted recipients; the first smtpd_recipient_overshoot_limit refusals beyond it are
no errors of the client, which may be waiting for the next transaction (RFC 5321 section 4.5.3.1.10).
"""

import re

from gatepost.model.envelope import Recipient
from gatepost.model.reply import Reply
from gatepost.wire.smtp.address_syntax import PLAIN_PATH, parse_path
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import RecipientGiven
from gatepost.wire.smtp.extensions import read_rcpt_parameters
from gatepost.wire.smtp.states import State
from gatepost.wire.smtp.verbs.mail import NOT_DECLARED

_PLAIN = re.compile(rf"(?i:RCPT TO:) ?{PLAIN_PATH} *")
_OK = b"250 2.1.5 Ok\r\n"
_SYNTAX = Reply(501, "5.5.4", "Syntax: RCPT TO:<address>")
_TOO_MANY = Reply(452, "4.5.3", "Error: too many recipients")
BAD_RECIPIENT = Reply(501, "5.1.3", "Bad recipient address syntax")


def rcpt(chat: Chat, line: str) -> None:
    """Read the recipient and its parameters, and ask whether it is welcome."""
    plain = _PLAIN.fullmatch(line)
    words, is_broken = ([], False) if plain else split_words(line)
    if not plain and (len(words) < 3 or words[1].lower() != "to:"):
        chat.refuse(_SYNTAX)
        return
    if chat.is_too_many("RCPT"):
        return
    if plain and plain.group(1):
        recipient: Recipient | Reply = Recipient(plain.group(1))
    else:
        recipient = _read(chat, words or split_words(line)[0], is_broken=is_broken)
    if isinstance(recipient, Reply):
        chat.refuse(recipient)
        return
    limit = chat.settings.smtpd_recipient_limit
    if limit and chat.recipient_count >= limit:
        _overshoot(chat)
        return
    chat.ask(RecipientGiven(recipient), _settle)


def _settle(chat: Chat, reply: Reply | None) -> None:
    if reply is not None and not reply.is_positive:
        chat.refuse(reply)
        return
    chat.recipient_count += 1
    chat.state = State.RCPT
    chat.accept(reply or _OK)


def _overshoot(chat: Chat) -> None:
    """Refuse one recipient too many; not an error at first."""
    chat.overshoot_count += 1
    if chat.overshoot_count <= chat.settings.smtpd_recipient_overshoot_limit:
        chat.accept(_TOO_MANY)
    else:
        chat.refuse(_TOO_MANY)


def _read(chat: Chat, words: list[str], *, is_broken: bool) -> Recipient | Reply:
    """Read an RCPT command that is not of the usual form."""
    settings = chat.settings
    is_smtputf8 = chat.sender is not None and chat.sender.is_smtputf8
    address = parse_path(words[2], settings, is_smtputf8=is_smtputf8, is_strict=settings.strict_rfc821_envelopes)
    if not address or (is_broken and len(words) == 3):
        chat.remark("warning", f"Illegal address syntax from %s in RCPT command: {words[2]}")
        return BAD_RECIPIENT
    recipient = read_rcpt_parameters(Recipient(address), words[3:], settings)
    if isinstance(recipient, Recipient) and settings.strict_smtputf8 and not is_smtputf8 and not address.isascii():
        return NOT_DECLARED
    return recipient
