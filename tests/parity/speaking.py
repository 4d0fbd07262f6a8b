"""One session spoken to one server, in lockstep, and every reply line read."""

import re
import socket
from dataclasses import dataclass

from tests.parity.sessions import MESSAGE, Script

TIMEOUT_S = 8.0
CLOSED = "(closed)"

_QUEUED = re.compile(r"Ok: (?:\d+ bytes )?queued as .*")
_CHUNK = re.compile(r"(?:^|\n)BDAT (\d+)( LAST)?$", re.IGNORECASE)
_ENDS_MESSAGE = re.compile(r"DATA$|(?:^|\n)BDAT \d+ LAST$", re.IGNORECASE)
_ETRN = re.compile(r"^(250 Queuing started|458 Unable to queue messages|459 .*: service unavailable)$")


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said, and the lines that came back."""

    said: str
    heard: tuple[str, ...]


def speak(script: Script, server: tuple[str, int]) -> list[Turn]:
    """Run a session; a server that hangs up ends it with the line `(closed)`."""
    family = socket.AF_INET6 if ":" in script.client else socket.AF_INET
    with socket.socket(family) as connection:
        connection.settimeout(TIMEOUT_S)
        connection.bind((script.client, 0))
        connection.connect(server)
        with connection.makefile("rb") as replies:
            turns = [Turn("(connect)", _heard(replies, 1))]
            for said in script.turns:
                if turns[-1].heard[-1] == CLOSED:
                    break
                if said.upper().startswith("VRFY") and not _is_in_transaction(turns):
                    continue
                turns += _say(connection, replies, said)
    return turns


def _is_in_transaction(turns: list[Turn]) -> bool:
    """MAIL was accepted last. VRFY without it hears, from Postfix 3.7, what an earlier sender was deferred for."""
    is_open = False
    for turn in turns:
        for said, heard in zip(turn.said.upper().split("\n"), _replies(turn.heard), strict=False):
            if said.startswith("MAIL") and heard.startswith("250"):
                is_open = True
            elif said.startswith(("RSET", "HELO", "EHLO", "XCLIENT", "(MESSAGE)")) or _ENDS_MESSAGE.search(said):
                is_open = False
    return is_open


def _replies(lines: tuple[str, ...]) -> list[str]:
    """The last line of each reply."""
    return [line for line in lines if line[3:4] != "-"]


def _say(connection: socket.socket, replies, said: str) -> list[Turn]:  # type: ignore[no-untyped-def]  # a BufferedReader
    octets = said.replace("\n", "\r\n").encode() + b"\r\n" + _payload(said)
    try:
        connection.sendall(octets)
        turns = [Turn(said, _heard(replies, said.count("\n") + 1))]
        if turns[-1].heard[-1].startswith("354"):
            connection.sendall(MESSAGE)
            turns.append(Turn("(message)", _heard(replies, 1)))
        if _ENDS_MESSAGE.search(said) and turns[-1].heard[-1] != CLOSED:
            connection.sendall(b"RSET\r\n")
            turns.append(Turn("RSET", _heard(replies, 1)))
    except (BrokenPipeError, ConnectionResetError):
        return [Turn(said, (CLOSED,))]
    return turns


def _payload(said: str) -> bytes:
    """The octets that BDAT announces."""
    chunk = _CHUNK.search(said)
    size = int(chunk.group(1)) if chunk else 0
    return (b"Subject: chunks\r\n\r\n" * 2)[:size]


def _heard(replies, count: int) -> tuple[str, ...]:  # type: ignore[no-untyped-def]  # a BufferedReader
    """The lines of `count` replies, without what only a queue can say."""
    lines: list[str] = []
    while count:
        try:
            raw = replies.readline()
        except TimeoutError:
            return (*lines, "(silence)", CLOSED)
        except ConnectionResetError:
            raw = b""
        if not raw:
            return (*lines, CLOSED)
        line = raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
        lines.append(_ETRN.sub("(etrn answered)", _QUEUED.sub("Ok: queued as …", line)))
        if line[3:4] != "-":
            count -= 1
    return tuple(lines)
