"""An SMTP reply: code, enhanced status code, text (RFC 5321 section 4.2, RFC 2034).

`text` may hold several lines separated by "\\n"; each is sent with the code and the enhanced code repeated,
as multi-line replies require. `enhanced` is empty where Postfix sends none (greeting, 354, HELO, ETRN).
"""

import re
from dataclasses import dataclass

from gatepost.model.quick import quick

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
"""Control characters but the LF between two lines."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply to one command."""

    code: int
    enhanced: str
    text: str

    def __str__(self) -> str:
        """The reply as one line of a log: `554 5.7.1 text`; further lines are joined with a space."""
        text = self.text.replace("\n", " ")
        return f"{self.code} {self.enhanced} {text}" if self.enhanced else f"{self.code} {text}"

    @property
    def is_positive(self) -> bool:
        """The command went well (2xx or 3xx)."""
        return self.code < 400

    @property
    def ends_session(self) -> bool:
        """The server closes the connection after this reply, as Postfix does after any 421 or 521."""
        return self.code in (421, 521)

    def to_wire(self) -> bytes:
        """The octets to send, CRLF-terminated. Non-ASCII text is sent as UTF-8, control characters as '?'."""
        enhanced = f"{self.enhanced} " if self.enhanced else ""
        text = self.text
        if text.isprintable():  # one line, and nothing in it to replace: nearly always
            return f"{self.code} {enhanced}{text}\r\n".encode()
        *first, last = _CONTROL.sub("?", text).split("\n")
        wire = "".join(f"{self.code}-{enhanced}{line}\r\n" for line in first)
        return f"{wire}{self.code} {enhanced}{last}\r\n".encode("utf-8", "surrogateescape")


quick(Reply)
