"""One session spoken to one server, in lockstep, and every reply line read."""

import re
import socket
import ssl
from contextlib import ExitStack
from dataclasses import dataclass

from tests.parity.certificates import client_context
from tests.parity.sessions import MESSAGE, STARTTLS, Script

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
    with ExitStack() as open_files:
        connection = open_files.enter_context(socket.socket(family))
        connection.settimeout(TIMEOUT_S)
        connection.bind((script.client, 0))
        connection.connect(server)
        replies = open_files.enter_context(connection.makefile("rb"))
        turns = [Turn("(connect)", _heard(replies, 1))]
        for said in script.turns:
            if turns[-1].heard[-1] == CLOSED:
                break
            if not said.startswith(STARTTLS):
                turns += _say(connection, replies, said)
                continue
            turns += _say(connection, replies, STARTTLS.strip())
            if turns[-1].heard[-1].startswith("220"):
                try:
                    connection = client_context(said.removeprefix(STARTTLS)).wrap_socket(connection)
                except OSError:
                    turns.append(Turn("(handshake)", (CLOSED,)))
                    break
                open_files.enter_context(connection)
                replies = open_files.enter_context(connection.makefile("rb"))
    return turns


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
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
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
        except (ConnectionResetError, ssl.SSLError):
            raw = b""
        if not raw:
            return (*lines, CLOSED)
        line = raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
        lines.append(_ETRN.sub("(etrn answered)", _QUEUED.sub("Ok: queued as …", line)))
        if line[3:4] != "-":
            count -= 1
    return tuple(lines)
