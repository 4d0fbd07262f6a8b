"""The greeting held back: who speaks before it is done does not speak SMTP (RFC 5321 section 3.1).

The asker sets chat.greeting_wait before its verdict on Connected. A client that is let in then hears the teaser, a
first line of the greeting that must not be answered; when the stated deadline has passed without a word from it, it
hears the rest. One that speaks sooner is told of (SpokeEarly), and refused where the wait says so.

Postfix: postscreen(8), "220 greet" test: postscreen_greet_wait, postscreen_greet_banner, postscreen_greet_action.
"""

from dataclasses import dataclass

from gatepost.model.reply import Reply

PROTOCOL_ERROR = Reply(521, "5.5.1", "Protocol error")
SHOWN = 100
"""Octets of what was said too early that the log shows."""


@dataclass(frozen=True, slots=True)
class GreetingWait:
    """How long strangers wait, and what they hear meanwhile (octets with CRLF, or nothing)."""

    seconds: float
    teaser: bytes = b""
    refuses: bool = True
