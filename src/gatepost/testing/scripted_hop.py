"""A next hop that does what a script says: for tests of anything that hands mail to an SMTP or LMTP server.

    async with ScriptedHop({"MAIL": [b"421 4.3.2 closing\r\n", DISCONNECT]}) as hop:
        ...  # connect to 127.0.0.1, hop.port
        hop.messages  # what came, dots removed
        hop.accepted  # what it took: the recipients and the message

A script gives a step, or a list of steps used one after the other over all connections, for each of CONNECT, EHLO,
HELO, LHLO, XFORWARD, MAIL, RCPT, DATA, END-OF-MESSAGE (the reply to the final dot), RSET, QUIT, and CONTENT (done
when the first octets of a message arrive). A step is octets to send, DISCONNECT, or SILENCE; octets that begin with
421 close the connection after them. Without a step (or after the last of a list) the hop behaves as a good one.

`dribble`: replies are sent octet by octet. `stall`: it stops reading after its reply to DATA, until `resume()`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from gatepost.testing.scripted_server import ScriptedServer


class Act(Enum):
    """What a hop can do instead of answering."""

    DISCONNECT = "close the connection without a word"
    SILENCE = "say nothing and go on reading"


DISCONNECT = Act.DISCONNECT
SILENCE = Act.SILENCE
Step = bytes | Act

EXTENSIONS = (
    "PIPELINING",
    "SIZE 10240000",
    "8BITMIME",
    "SMTPUTF8",
    "DSN",
    "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE",
)


@dataclass(slots=True)
class HopSession:
    """One connection as the hop saw it: command lines, the reads they came in, the open transaction, its end."""

    lines: list[str] = field(default_factory=list)
    reads: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    is_closed: bool = False


class ScriptedHop(ScriptedServer):
    """An SMTP (or LMTP) server on 127.0.0.1 at a free port, or on a Unix socket, for the time of a `with`."""

    def __init__(
        self,
        script: Mapping[str, Step | Sequence[Step]] | None = None,
        *,
        extensions: Sequence[str] = EXTENSIONS,
        path: str = "",
        dribble: bool = False,
        stall: bool = False,
    ) -> None:
        super().__init__(path=path)
        self._script = {k: [v] if isinstance(v, bytes | Act) else list(v) for k, v in (script or {}).items()}
        self._extensions = extensions
        self._dribble = dribble
        self._go_on = asyncio.Event()
        if not stall:
            self._go_on.set()
        self.sessions: list[HopSession] = []
        self.messages: list[bytes] = []
        self.accepted: list[tuple[tuple[str, ...], bytes]] = []

    @property
    def lines(self) -> list[str]:
        """The command lines of all connections."""
        return [line for session in self.sessions for line in session.lines]

    @property
    def verbs(self) -> list[str]:
        """The verbs of all connections."""
        return [line.split(" ")[0] for line in self.lines]

    def resume(self) -> None:
        """Read on after a stall."""
        self._go_on.set()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak SMTP as the script says."""
        session = HopSession()
        self.sessions.append(session)
        try:
            await self._converse(_Line(reader, session), writer, session)
        finally:
            session.is_closed = True

    async def _converse(self, incoming: "_Line", writer: asyncio.StreamWriter, session: HopSession) -> None:
        if await self._say("CONNECT", b"220 hop.example ESMTP\r\n", writer) is None:
            return
        while (line := await incoming.read()) is not None:
            text = line.decode("utf-8", "surrogateescape")
            session.lines.append(text)
            verb = text.split(" ")[0].upper()
            said = await self._say(verb, self._good_reply(verb), writer)
            if said is None or verb == "QUIT":
                return
            _note_recipient(session, verb, text, said)
            if verb == "DATA" and said.startswith(b"354"):
                await self._go_on.wait()
                if not await self._take_message(incoming, writer, session):
                    return

    def _good_reply(self, verb: str) -> bytes:
        if verb in ("EHLO", "LHLO"):
            lines = ["hop.example", *self._extensions]
            return "".join(f"250{'-' if n < len(lines) else ' '}{w}\r\n" for n, w in enumerate(lines, 1)).encode()
        good = {"RCPT": b"250 2.1.5 Ok\r\n", "DATA": b"354 go\r\n", "QUIT": b"221 2.0.0 Bye\r\n"}
        known = ("HELO", "XFORWARD", "MAIL", "RSET", "NOOP")
        return good.get(verb, b"250 2.0.0 Ok\r\n" if verb in known else b"500 5.5.2 what?\r\n")

    async def _take_message(self, incoming: "_Line", writer: asyncio.StreamWriter, session: HopSession) -> bool:
        content = bytearray()
        is_first = True
        while (line := await incoming.read()) != b".":
            if line is None:
                return False
            content += line.removeprefix(b".") + b"\r\n"
            if is_first and "CONTENT" in self._script and await self._say("CONTENT", b"", writer) is None:
                return False
            is_first = False
        self.messages.append(bytes(content))
        said = await self._say("END-OF-MESSAGE", b"250 2.0.0 Ok: queued as HOP1\r\n", writer)
        if said is not None and said.startswith(b"2"):
            self.accepted.append((tuple(session.recipients), bytes(content)))
        session.recipients.clear()
        return said is not None

    async def _say(self, verb: str, otherwise: bytes, writer: asyncio.StreamWriter) -> bytes | None:
        """Do the step for `verb` and give what was sent; None: the connection is to be closed."""
        steps = self._script.get(verb)
        step = steps.pop(0) if steps else otherwise
        if isinstance(step, Act):
            return None if step is DISCONNECT else b""
        for piece in [step[n : n + 1] for n in range(len(step))] if self._dribble else [step]:
            writer.write(piece)
            await asyncio.sleep(0)
        await writer.drain()
        if step.startswith(b"421"):
            writer.write_eof()
            return None
        return step


def _note_recipient(session: HopSession, verb: str, text: str, said: bytes) -> None:
    """Keep the accepted recipients of the open transaction."""
    if verb in ("MAIL", "RSET", "EHLO", "LHLO"):
        session.recipients.clear()
    elif verb == "RCPT" and said.startswith(b"25"):
        session.recipients.append(text.partition("<")[2].partition(">")[0])


class _Line:
    """Reads lines that end with CRLF, and only those, of any length."""

    def __init__(self, reader: asyncio.StreamReader, session: HopSession) -> None:
        self._reader = reader
        self._session = session
        self._buffer = bytearray()

    async def read(self) -> bytes | None:
        while (end := self._buffer.find(b"\r\n")) < 0:
            octets = await self._reader.read(65536)
            if not octets:
                return None
            self._session.reads.append(octets)
            self._buffer += octets
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line
