"""The log lines of one session, in Postfix's words, held until the client's name is known.

A reply must not wait for a PTR round trip that only the log needs; so the lines wait instead, in order, and are
written when the name is there, at the latest with the end of the session's question for it.

Lines: `connect from`, `NOQUEUE: reject: RCPT from`, `reject_warning`, `NOQUEUE: client=`, `proxy-accept`,
`disconnect from … ehlo=1 …`. A decision id is appended after `helo=<…>`; that of the `client=` and `proxy-accept`
lines is the id in the Received: header. Many sessions share a pid here, so only the id ties these lines together.
"""

from dataclasses import dataclass

from gatepost.model.quick import quick
from gatepost.model.reply import Reply
from gatepost.world.watching.log import Logging, Severity

MOST_HELD_LINES = 100
"""Lines kept for a name that does not come; further ones are dropped and counted (a client cannot fill memory)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a decision was about: the parts of a line after the reply. None leaves a part out."""

    sender: str | None
    recipient: str | None
    protocol: str
    helo_name: str | None

    def __str__(self) -> str:
        sender = "" if self.sender is None else f" from=<{self.sender}>"
        recipient = "" if self.recipient is None else f" to=<{self.recipient}>"
        helo_name = "" if self.helo_name is None else f" helo=<{self.helo_name}>"
        return f"{sender}{recipient} proto={self.protocol}{helo_name}"


class SessionLog:
    """Writes the lines of one session. The first `%s` in a line stands for `name[address]` of the client."""

    __slots__ = ("_dropped", "_held", "_label", "_log")

    def __init__(self, log: Logging) -> None:
        self._log = log
        self._label = ""
        self._held: list[tuple[bool, str]] = []
        self._dropped = 0

    def name_client(self, label: str) -> None:
        """The client is known now: write what was held."""
        self._label = label
        for is_warning, text in self._held:
            self._write(text, is_warning=is_warning)
        if self._dropped:
            self._write(f"{self._dropped} log lines of this session were dropped: client=%s", is_warning=True)
        self._held.clear()

    def say(self, text: str, *, is_warning: bool = False) -> None:
        """Write a line, or hold it."""
        if self._label:
            self._write(text, is_warning=is_warning)
        elif len(self._held) < MOST_HELD_LINES:
            self._held.append((is_warning, text))
        else:
            self._dropped += 1

    def decided(self, kind: str, where: str, reply: Reply | str, envelope: Envelope, ident: str) -> None:
        """A decision: `NOQUEUE: reject: RCPT from name[address]: reply; from=<…> to=<…> proto=… helo=<…> id=…`."""
        self.say(f"NOQUEUE: {kind}: {where} from %s: {reply};{envelope} id={ident}")

    def concluded(self, kind: str, where: str, reply: Reply, envelope: Envelope, ident: str) -> None:
        """What became of a message at the next hop: `proxy-accept: END-OF-MESSAGE: reply; from=<…> … id=…`."""
        self.say(f"{kind}: {where}: {reply};{envelope} id={ident}")

    def broken_by(self, error: Exception) -> None:
        """A mistake in Gatepost ended the session. Its kind and place alone: its text may hold anything."""
        text = f"internal error, session ended with 421: {mistake(error)}"
        self._log.once(text, text, severity=Severity.ERROR)

    def _write(self, text: str, *, is_warning: bool) -> None:
        line = text.replace("%s", self._label, 1)
        (self._log.warning if is_warning else self._log.info)(line)


def mistake(error: Exception) -> str:
    """Kind and place of an error, such as `KeyError at service/caller.py:12`."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    path = traceback.tb_frame.f_code.co_filename if traceback is not None else "?"
    line = traceback.tb_lineno if traceback is not None else 0
    return f"{type(error).__name__} at {'/'.join(path.split('/')[-2:])}:{line}"


quick(Envelope)
