"""DATA: the message follows, up to CRLF . CRLF (RFC 5321 section 4.1.1.4); and the end of every message.

The verdict on MessageEnded answers the message; the dialogue itself refuses one that is too big, has made too many
hops or holds bare newlines where they are forbidden. Every refusal ends the transaction.
"""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import DataRequested, MessageChunk, MessageEnded
from gatepost.wire.smtp.message import Fault

AFTER_MESSAGE = "END-OF-MESSAGE"
_GO_AHEAD = b"354 End data with <CR><LF>.<CR><LF>\r\n"
_OK = b"250 2.0.0 Ok\r\n"
_SYNTAX = Reply(501, "5.5.4", "Syntax: DATA")
_TOO_BIG = Reply(552, "5.3.4", "Error: message file too big")
_TOO_MANY_HOPS = Reply(554, "5.4.0", "Error: too many hops")


def data(chat: Chat, line: str) -> None:
    """Ask whether the message may come."""
    if len(split_words(line)[0]) != 1:
        chat.refuse(_SYNTAX)
        return
    chat.ask(DataRequested("DATA"), _settle)


def _settle(chat: Chat, reply: Reply | None) -> None:
    if reply is not None and not reply.is_positive:
        chat.refuse(reply)
        return
    if reply is None:
        chat.say(_GO_AHEAD)
    else:
        chat.answer(reply)
    chat.open_message()
    chat.is_in_data = True


def receive_data(chat: Chat) -> bool:
    """Pass on what has come of the message; False when nothing has."""
    message = chat.message
    size = len(chat.input)
    if message is None or not size:
        return False
    octets, rest = message.take_data(chat.input.take(size))
    if octets:
        chat.tell(MessageChunk(octets))
    if rest >= 0:
        chat.input.put_back(rest)
        chat.is_in_data = False
        end_message(chat)
    return True


def end_message(chat: Chat) -> None:
    """Tell that the message is complete, and have it judged."""
    message = chat.message
    assert message is not None  # a message was opened before it could end
    chat.last_command = AFTER_MESSAGE
    if message.fault is None:
        chat.ask(MessageEnded(message.size_bytes, message.hop_count), _settle_message)
        return
    refusal = refusal_of(chat, message.fault)
    chat.tell(MessageEnded(message.size_bytes, message.hop_count, refusal))
    chat.reset_transaction()
    chat.refuse(refusal)


def refusal_of(chat: Chat, fault: Fault) -> Reply:
    """The reply to a message that the dialogue itself refuses; said in the log where Postfix says it."""
    if fault is Fault.TOO_BIG:
        chat.remark("warning", "NOQUEUE: queue file size limit exceeded")
        return _TOO_BIG
    if fault is Fault.TOO_MANY_HOPS:
        return _TOO_MANY_HOPS
    return bare_newline_refusal(chat)


def bare_newline_refusal(chat: Chat) -> Reply:
    """The reply to a bare newline where smtpd_forbid_bare_newline says reject."""
    code = chat.settings.smtpd_forbid_bare_newline_reject_code
    return Reply(code, f"{code // 100}.5.2", f"{chat.settings.myhostname} Error: bare <LF> received")


def _settle_message(chat: Chat, reply: Reply | None) -> None:
    if reply is not None and not reply.is_positive:
        chat.reset_transaction()
        chat.refuse(reply)
        return
    chat.error_count = 0
    chat.junk_count = 0
    chat.end_transaction()
    chat.accept(reply or _OK)
