"""RSET, NOOP and QUIT: the commands about the session alone (RFC 5321 sections 4.1.1.5, 4.1.1.9, 4.1.1.10)."""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.states import State

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


def greet_or_deny(chat: Chat, reply: Reply | None) -> None:
    """Greet a client that is let in, or refuse it in place of the greeting: then only QUIT is served."""
    wait = chat.greeting_wait
    if wait is not None and reply is None and chat.last_command == "CONNECT":
        chat.hold_greeting(wait)
        return
    if len(chat.input) and chat.finds_fault(chat.last_command):
        return
    if reply is None:
        chat.say(chat.door.greeting)
        return
    chat.answer(reply)
    if not reply.is_positive:
        chat.error_count += 1
        chat.state = State.DENIED


def refuse_for_now(chat: Chat, command: str) -> None:
    """End the session where a client list that decides about it cannot be read."""
    refusal = Reply(421, "4.3.0", f"{chat.settings.myhostname} Server local data error")
    helo = f" helo=<{chat.helo_name}>" if chat.helo_name is not None else ""
    chat.remark("info", f"NOQUEUE: reject: {command} from %s: {refusal}; proto={chat.protocol_name}{helo}")
    chat.refuse(refusal)
