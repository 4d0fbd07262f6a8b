"""VRFY: is this address known here? Never more than 252, "cannot tell, but will take it" (RFC 5321 section 3.5.3)."""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.address_syntax import parse_path
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import VerifyAsked
from gatepost.wire.smtp.verbs.mail import NOT_DECLARED
from gatepost.wire.smtp.verbs.rcpt import BAD_RECIPIENT

_DISABLED = Reply(502, "5.5.1", "VRFY command is disabled")


def vrfy(chat: Chat, line: str) -> None:
    """Read the address, as generously as can be, and ask whether it is welcome."""
    settings = chat.settings
    if settings.disable_vrfy_command:
        chat.refuse(_DISABLED)
        return
    words = split_words(line)[0][1:]
    is_smtputf8 = bool(words) and chat.lets_smtputf8 and words[-1].upper() == "SMTPUTF8"
    if is_smtputf8:
        words.pop()
    if not words:
        hint = " [SMTPUTF8]" if settings.smtputf8_enable else ""
        chat.refuse(Reply(501, "5.5.4", f"Syntax: VRFY address{hint}"))
        return
    given = " ".join(words)
    address = parse_path(given, settings, is_smtputf8=is_smtputf8)
    if not address:
        chat.remark("warning", f"Illegal address syntax from %s in VRFY command: {given}")
        chat.refuse(BAD_RECIPIENT)
        return
    if settings.strict_smtputf8 and not is_smtputf8 and not address.isascii():
        chat.refuse(NOT_DECLARED)
        return

    def settle(chat: Chat, reply: Reply | None) -> None:
        if reply is not None and not reply.is_positive:
            chat.refuse(reply)
        else:
            chat.accept(reply or Reply(252, "2.0.0", given))

    chat.ask(VerifyAsked(address, is_smtputf8), settle)
