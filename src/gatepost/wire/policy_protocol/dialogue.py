"""The server's side of the policy protocol as a pure machine: octets in, requests out, actions in, replies out.

    dialogue = PolicyDialogue(idle_s=600)
    dialogue.receive(octets)                    what the client sent, in any pieces
    while isinstance(event := dialogue.next_event(), Event): ...
    dialogue.decide(action)                     after RequestGiven; None: close without an answer
    send(dialogue.outgoing())

Any number of requests follow one another on a connection; one that comes before the answer to the former waits in
the buffer. Lines end in LF alone. What is no request (a line without `=`, NUL, too much of anything) ends the
session: nothing behind it can be told apart. So does a client that is silent for `idle_s`, or that vanishes within a
request. Nothing that a client sends raises; decide() without a request does.

Limits: a line 16 KiB (a SASL login name, the longest value that Postfix has, is at most 12 KiB), a request 64 KiB and
200 attributes (Postfix sends about 40); input waiting 64 KiB, beyond which wants_input is False.
Postfix: SMTPD_POLICY_README, "Protocol description".
"""

from gatepost.wire.policy_protocol.attributes import encode_attributes
from gatepost.wire.policy_protocol.events import (
    AWAITING_VERDICT,
    NEED_DATA,
    Event,
    Pause,
    RequestGiven,
    SessionEnded,
)
from gatepost.wire.policy_protocol.reply import shown

LONGEST_LINE = 16384
LONGEST_REQUEST = 65536
MOST_ATTRIBUTES = 200
INPUT_LIMIT = 65536


class PolicyDialogue:
    """One connection."""

    __slots__ = (
        "_attributes",
        "_ending",
        "_has_ended",
        "_has_eof",
        "_idle_s",
        "_input",
        "_is_awaiting",
        "_is_shutting_down",
        "_outgoing",
        "_size",
    )

    pause_s = 0.0
    """No reply is ever held back."""

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._input = b""
        self._outgoing = b""
        self._attributes: dict[str, str] = {}
        self._size = 0
        self._ending: SessionEnded | None = None
        self._is_awaiting = self._has_eof = self._has_ended = self._is_shutting_down = False

    @property
    def deadline_s(self) -> float | None:
        """Seconds that the client may be silent; None while it is the one who waits."""
        return None if self._is_awaiting or self._has_ended else self._idle_s

    @property
    def earned_s(self) -> None:
        """Whatever the client sends begins a new deadline."""

    @property
    def wants_input(self) -> bool:
        """No: enough waits to be read."""
        return len(self._input) < INPUT_LIMIT

    def receive(self, octets: bytes) -> None:
        """Take what the client sent."""
        if not self._has_ended:
            self._input = self._input + octets if self._input else octets

    def receive_eof(self) -> None:
        """Take note that the client will send no more; what it asked is still answered."""
        self._has_eof = True

    def next_event(self) -> Event | Pause:
        """Give the next event, or why there is none now."""
        if self._is_awaiting:
            return AWAITING_VERDICT
        if self._has_ended:
            return NEED_DATA
        if self._ending is None:
            event = self._read()
            if event is not None:
                return event
            if self._ending is None and (self._has_eof or self._is_shutting_down):
                self._end(self._what_is_missing() if self._has_eof else "")
        if self._ending is None:
            return NEED_DATA
        self._has_ended = True
        self._input = b""
        return self._ending

    def decide(self, action: str | None) -> None:
        """Answer the request with an action of access(5), a line of text; None: close without an answer."""
        assert self._is_awaiting, "decide() without a request"
        self._is_awaiting = False
        if action is None:
            self._end("")
        else:
            self._outgoing += encode_attributes((("action", action),))

    def outgoing(self) -> bytes:
        """Take what is to be sent."""
        octets, self._outgoing = self._outgoing, b""
        return octets

    def time_out(self) -> None:
        """The client was silent for too long. Between requests that is no fault."""
        self._end(f"timeout after {self._idle_s:g} s within a request" if self._is_within_request else "")

    def shut_down(self) -> None:
        """The service stops: requests that are here are answered, then the session ends."""
        self._is_shutting_down = True

    def fail(self) -> None:
        """A mistake in the server: close without an answer, as Postfix asks."""
        self._is_awaiting = False
        self._end("")

    @property
    def _is_within_request(self) -> bool:
        return bool(self._attributes or self._input)

    def _what_is_missing(self) -> str:
        return "lost connection within a request" if self._is_within_request else ""

    def _end(self, complaint: str) -> None:
        if self._ending is None:
            self._ending = SessionEnded(complaint)

    def _read(self) -> RequestGiven | None:
        """Read a request, at once where all of it is here and nothing is wrong with it, as almost always."""
        data = self._input
        end = data.find(b"\n\n", 0, LONGEST_LINE) if not self._attributes else -1
        attributes = _well_formed(data[:end]) if end > 0 else None
        if attributes is None:
            return self._read_lines()
        self._input = data[end + 2 :]
        self._is_awaiting = True
        return RequestGiven(attributes)

    def _read_lines(self) -> RequestGiven | None:
        """Read whole lines up to the empty one; what is incomplete stays."""
        data, start = self._input, 0
        while True:
            end = data.find(b"\n", start)
            room = min(LONGEST_LINE, LONGEST_REQUEST - self._size)
            if (end if end >= 0 else len(data)) - start > room:
                is_line = room == LONGEST_LINE
                self._end(_too_long("line", LONGEST_LINE) if is_line else _too_long("request", LONGEST_REQUEST))
                return None
            if end < 0:
                self._input = data[start:]
                return None
            if end == start:
                self._input = data[end + 1 :]
                return self._whole_request()
            if not self._take(data[start:end]):
                return None
            self._size += end + 1 - start
            start = end + 1

    def _take(self, line: bytes) -> bool:
        name, equals, value = line.partition(b"=")
        if not equals or not name:
            self._end(f"a line without 'name=': {shown(line)}")
        elif b"\0" in line:
            self._end(f"a line with NUL: {shown(line)}")
        elif len(self._attributes) >= MOST_ATTRIBUTES:
            self._end(f"more than {MOST_ATTRIBUTES} attributes")
        else:
            self._attributes[name.decode("utf-8", "surrogateescape")] = value.decode("utf-8", "surrogateescape")
            return True
        return False

    def _whole_request(self) -> RequestGiven:
        request = RequestGiven(self._attributes)
        self._attributes = {}
        self._size = 0
        self._is_awaiting = True
        return request


def _well_formed(octets: bytes) -> dict[str, str] | None:
    """The attributes of a request that is shorter than the longest line; None where a line is not as it should be."""
    lines = octets.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) > MOST_ATTRIBUTES or b"\0" in octets:
        return None
    attributes: dict[str, str] = {}
    for line in lines:
        name, equals, attributes[name] = line.partition("=")
        if not equals:
            return None
    return None if "" in attributes else attributes


def _too_long(what: str, limit: int) -> str:
    return f"a {what} of more than {limit} octets"
