"""What a policy server answers: the value of the first `action=` among the lines up to an empty line.

    reader = ReplyReader()
    reader.receive(octets)  # None, or an Action, or Garbage; after one of the two the reader is done

Other attributes are passed over. Lines end in LF alone, as everywhere in this protocol; a line without `=`, or no
action at all, is garbage. `has_surplus`: octets came behind the reply, so what comes next cannot be told apart.

Limits: a reply of 32 KiB; more is garbage. (An SMTP reply takes 510 octets of it, a header to prepend a few thousand:
Postfix cuts header lines at 60 KiB, but no policy server comes near.)
Gives: the action as text; octets that are not UTF-8 are surrogates, or garbage where `must_be_utf8`.
Postfix: SMTPD_POLICY_README; smtputf8_enable for what must be UTF-8.
"""

from dataclasses import dataclass

LONGEST_REPLY = 32768
SHOWN = 60
"""Octets of garbage that are quoted in a log line."""


@dataclass(frozen=True, slots=True)
class Action:
    """An answer; `text` is an action of access(5), and may be empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Garbage:
    """Not an answer; `why` is for the log."""

    why: str


Reply = Action | Garbage


class ReplyReader:
    """Reads one reply."""

    __slots__ = ("_data", "_must_be_utf8", "_searched", "has_surplus")

    def __init__(self, *, must_be_utf8: bool = True) -> None:
        self._data = b""
        self._searched = 0
        self._must_be_utf8 = must_be_utf8
        self.has_surplus = False

    @property
    def has_begun(self) -> bool:
        """Some octets have come."""
        return bool(self._data)

    def receive(self, octets: bytes) -> Reply | None:
        """Take in what came; None while the reply is not complete."""
        data = self._data = self._data + octets if self._data else octets
        end = 0 if data.startswith(b"\n") else data.find(b"\n\n", self._searched) + 1
        if end == 0 and not data.startswith(b"\n"):
            self._searched = max(0, len(data) - 1)
            return Garbage(f"a reply of more than {LONGEST_REPLY} octets") if len(data) > LONGEST_REPLY else None
        self.has_surplus = len(data) > end + 1
        if end > LONGEST_REPLY:
            return Garbage(f"a reply of more than {LONGEST_REPLY} octets")
        return self._read(data[:end])

    def _read(self, data: bytes) -> Reply:
        for line in data.split(b"\n")[:-1]:
            name, equals, value = line.partition(b"=")
            if not equals:
                return Garbage(f"a reply line without '=': {shown(line)}")
            if name == b"action":
                return self._action(value)
        return Garbage("a reply without action=")

    def _action(self, value: bytes) -> Reply:
        try:
            return Action(value.decode())
        except UnicodeDecodeError:
            if self._must_be_utf8:
                return Garbage(f"an action that is not UTF-8: {shown(value)}")
            return Action(value.decode("utf-8", "surrogateescape"))


def shown(octets: bytes) -> str:
    """The beginning of octets that were not understood, for a log line."""
    text = octets[:SHOWN].decode("utf-8", "backslashreplace")
    return repr(text) + ("..." if len(octets) > SHOWN else "")
