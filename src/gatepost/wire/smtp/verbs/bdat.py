"""BDAT: the message in chunks of a stated length (RFC 3030).

After a refusal the client may have more chunks under way: they are read and thrown away, with 551 for each, until
LAST or RSET. A command that cannot be read ends the session, since what follows it is not commands.
"""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import DataRequested, MessageChunk, MessageEnded
from gatepost.wire.smtp.extensions import MAX_OFFSET
from gatepost.wire.smtp.message import Fault
from gatepost.wire.smtp.states import IN_TRANSACTION, NEED_RCPT, NO_VALID_RECIPIENTS, State
from gatepost.wire.smtp.verbs.data import end_message, refusal_of

_SYNTAX = Reply(521, "5.5.4", "Syntax: BDAT count [LAST]")
_NOT_OFFERED = Reply(521, "5.5.1", "Error: command not implemented")
_NULL_CHUNK = Reply(551, "5.7.1", "Null BDAT request")
_CHUNK_TOO_BIG = Reply(552, "5.3.4", "Chunk exceeds message size limit")

THROWN_AWAY_AT_ONCE = 1 << 16
"""Octets of a refused chunk taken from the buffer in one go."""


def stray_chunk(chat: Chat, line: str) -> None:
    """Refuse a chunk outside any transaction."""
    if _begin(chat, line):
        _skip(chat, NEED_RCPT)


def chunk_for_nobody(chat: Chat, line: str) -> None:
    """Refuse a chunk of a message that has no recipient."""
    if _begin(chat, line):
        _skip(chat, NO_VALID_RECIPIENTS)


def late_chunk(chat: Chat, line: str) -> None:
    """Throw away a chunk that follows a refused one."""
    if _begin(chat, line):
        _skip(chat, Reply(551, "5.0.0", f"Discarded {chat.chunk_size} bytes after earlier error"))


def first_chunk(chat: Chat, line: str) -> None:
    """Ask whether the message may come."""
    if _begin(chat, line):
        chat.ask(DataRequested("BDAT"), _settle)


def next_chunk(chat: Chat, line: str) -> None:
    """Take another chunk."""
    if _begin(chat, line):
        _open(chat)


def _begin(chat: Chat, line: str) -> bool:
    """Read length and LAST; False when the command was answered already."""
    if "chunking" in chat.settings.smtpd_discard_ehlo_keywords:
        chat.refuse(_NOT_OFFERED)
        return False
    words = split_words(line)[0][1:]
    is_length = 1 <= len(words) <= 2 and words[0].isascii() and words[0].isdigit()
    if not is_length or int(words[0]) > MAX_OFFSET or not _is_last(words[1:]):
        chat.remark("warning", f"NOQUEUE: malformed BDAT command syntax from %s: {line[:100]}")
        chat.refuse(_SYNTAX)
        return False
    chat.chunk_size = chat.chunk_left = int(words[0])
    chat.chunk_is_last = len(words) == 2
    if not chat.chunk_size and not chat.chunk_is_last:
        chat.remark("warning", "NOQUEUE: null BDAT request from %s")
        _skip(chat, _NULL_CHUNK)
        return False
    return True


def _settle(chat: Chat, reply: Reply | None) -> None:
    if reply is not None and not reply.is_positive:
        _skip(chat, reply)
        return
    chat.open_message()
    chat.state = State.BDAT
    _open(chat)


def _open(chat: Chat) -> None:
    """Take the octets that follow, unless the message would grow too big."""
    limit = chat.settings.message_size_limit
    assert chat.message is not None  # opened with the first chunk
    if limit and chat.message.size_bytes + chat.chunk_size > limit:
        chat.remark("warning", "NOQUEUE: BDAT request from %s exceeds message size limit")
        _skip(chat, _CHUNK_TOO_BIG)
        return
    chat.is_in_chunk = True


def _skip(chat: Chat, reply: Reply) -> None:
    """Throw away the octets that follow, then refuse."""
    chat.is_in_chunk = True
    chat.skip_reply = reply


def receive_chunk(chat: Chat) -> bool:
    """Pass on, or throw away, what has come of the chunk; False when more must come first."""
    if chat.skip_reply is not None:
        chat.chunk_left -= len(chat.input.take(min(chat.chunk_left, THROWN_AWAY_AT_ONCE)))
        if chat.chunk_left:
            return len(chat.input) > 0
        _end_skipped(chat, chat.skip_reply)
        return True
    message = chat.message
    assert message is not None  # opened with the first chunk
    octets = chat.input.take(chat.chunk_left)
    if not octets and chat.chunk_left:
        return False
    chat.chunk_left -= len(octets)
    passed = message.take_chunk(octets) if octets else b""
    if passed:
        chat.tell(MessageChunk(passed))
    if not chat.chunk_left:
        _end_chunk(chat)
    return True


_AFTER_REFUSAL = {
    **dict.fromkeys(IN_TRANSACTION, State.BDAT_SKIPPED),
    **dict.fromkeys((State.START, State.BDAT_EARLY), State.BDAT_EARLY),
}
"""The state behind a chunk that was refused and is not the last; else BDAT_STRAY."""


def _end_skipped(chat: Chat, reply: Reply) -> None:
    """Answer a chunk that was thrown away."""
    chat.skip_reply = None
    chat.is_in_chunk = False
    if chat.chunk_is_last:
        chat.reset_transaction()
    else:
        chat.state = _AFTER_REFUSAL.get(chat.state, State.BDAT_STRAY)
    chat.refuse(reply)


def _end_chunk(chat: Chat) -> None:
    """Answer a chunk that was taken; the last one ends the message."""
    message = chat.message
    assert message is not None  # opened with the first chunk
    chat.is_in_chunk = False
    if chat.chunk_is_last:
        rest = message.end_chunks()
        if rest:
            chat.tell(MessageChunk(rest))
        end_message(chat)
    elif message.fault in (Fault.BARE_LF, Fault.TOO_BIG):
        refusal = refusal_of(chat, message.fault)
        chat.tell(MessageEnded(message.size_bytes, message.hop_count, refusal))
        chat.reset_transaction()
        chat.state = State.BDAT_STRAY
        chat.refuse(refusal)
    else:
        chat.accept(b"250 2.0.0 Ok: %d bytes\r\n" % chat.chunk_size)


def _is_last(words: list[str]) -> bool:
    return not words or words[0].upper() == "LAST"
