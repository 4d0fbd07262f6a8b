"""What every smtpd_sasl_type gives: its mechanisms, and logins that go step by step.

`done` is called once for each step, perhaps within the call. A login that nobody waits for any more is cancelled; its
`done` is not called then. No step waits longer than ANSWER_S.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gatepost.model.login import Step
from gatepost.wire.sasl.mechanism import Mechanism

ANSWER_S = 30.0
"""Longer than any server thinks: Dovecot lets an address that has failed often wait for 17 seconds."""

CONNECT_S = 5.0
"""For a socket of this machine or of one beside it."""

Done = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login as it begins. `response` is the initial response, None without one; addresses are text."""

    mechanism: str
    response: bytes | None
    client_address: str
    client_port: int
    server_address: str
    server_port: int
    is_secured: bool = False


class Login(Protocol):
    """One login under way."""

    def answer(self, response: bytes, done: Done) -> None:
        """Go on with what the client answers to the challenge."""

    def cancel(self) -> None:
        """Nobody waits for it any more."""


class LoginServer(Protocol):
    """One who knows the users, as a worker sees it."""

    @property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        """What it serves, as far as it is known."""

    def when_ready(self, then: Callable[[], None]) -> None:
        """Go on when the mechanisms are known, or cannot be had; at once where that is so already."""

    def begin(self, attempt: Attempt, done: Done) -> Login:
        """Begin a login; `attempt.mechanism` is one of the mechanisms."""

    def close(self) -> None:
        """Close what is open towards the outside."""
