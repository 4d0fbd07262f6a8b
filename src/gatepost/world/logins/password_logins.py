"""Logins where the password itself is checked: PLAIN and LOGIN, for servers that answer yes or no.

A checker says Refused, LoggedIn or NoVerdict of one name and password; for how it does, see saslauthd.py and
user_table.py.
"""

from collections.abc import Callable
from typing import Protocol

from gatepost.model.login import LoggedIn, NoVerdict, Refused
from gatepost.wire.sasl.mechanism import PASSWORD_MECHANISMS, Mechanism
from gatepost.wire.sasl.passwords import Credentials, PasswordExchange
from gatepost.world.logins.login_server import Attempt, Done

Checked = Callable[[LoggedIn | Refused | NoVerdict], None]


class Checking(Protocol):
    """A check under way, such as a task."""

    def cancel(self) -> object:
        """Do not call back."""


class PasswordChecker(Protocol):
    """Who can tell whether a password is right."""

    def check(self, credentials: Credentials, done: Checked) -> Checking:
        """Find out; `done` is called once, never from within this call."""

    def close(self) -> None:
        """Close what is open towards the outside."""


class PasswordLogins:
    """A LoginServer made of a checker."""

    def __init__(self, checker: PasswordChecker) -> None:
        self._checker = checker

    @property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        """PLAIN and LOGIN."""
        return PASSWORD_MECHANISMS

    def when_ready(self, then: Callable[[], None]) -> None:
        """Always at once."""
        then()

    def begin(self, attempt: Attempt, done: Done) -> "PasswordLogin":
        """Begin a login."""
        login = PasswordLogin(self._checker, attempt.mechanism)
        login.begin(attempt.response, done)
        return login

    def close(self) -> None:
        """Close the checker."""
        self._checker.close()


class PasswordLogin:
    """One login: the exchange, then the check."""

    __slots__ = ("_checker", "_checking", "_exchange")

    def __init__(self, checker: PasswordChecker, mechanism: str) -> None:
        self._checker = checker
        self._exchange = PasswordExchange(mechanism)
        self._checking: Checking | None = None

    def begin(self, response: bytes | None, done: Done) -> None:
        """The first step."""
        self._go_on(self._exchange.begin(response), done)

    def answer(self, response: bytes, done: Done) -> None:
        """The next step."""
        self._go_on(self._exchange.answer(response), done)

    def _go_on(self, step: object, done: Done) -> None:
        if isinstance(step, Credentials):
            self._checking = self._checker.check(step, done)
        else:
            done(step)  # type: ignore[arg-type]  # what is no Credentials is a Step

    def cancel(self) -> None:
        """Nobody waits any more."""
        if self._checking is not None:
            self._checking.cancel()
