"""RSET, NOOP and QUIT: the commands about the session alone (RFC 5321 sections 4.1.1.5, 4.1.1.9, 4.1.1.10)."""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words

OK = b"250 2.0.0 Ok\r\n"
_BYE = b"221 2.0.0 Bye\r\n"
_RSET_SYNTAX = Reply(501, "5.5.4", "Syntax: RSET")


def rset(chat: Chat, line: str) -> None:
    """Forget the open transaction."""
    if len(split_words(line)[0]) != 1:
        chat.refuse(_RSET_SYNTAX)
        return
    chat.reset_transaction()
    chat.accept(OK)


def noop(chat: Chat, _line: str) -> None:
    """Do nothing, whatever the argument."""
    chat.accept(OK)


def quit_(chat: Chat, _line: str) -> None:
    """Part in peace, whatever the argument."""
    chat.accept(_BYE)
    chat.end("quit")


def denied(chat: Chat, _line: str) -> None:
    """Refuse every command of a client that was refused at connect (RFC 5321 section 3.1)."""
    chat.refuse(Reply(503, "5.7.0", f"Error: access denied for {chat.client}"))
