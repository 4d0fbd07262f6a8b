"""Who hears the events of a connection's dialogue: the session, and after its end nobody."""

from typing import Any, Protocol


class Listener(Protocol):
    """Who hears the events of one session."""

    def heard(self, event: Any) -> None:  # noqa: ANN401 - events belong to the protocol
        """One event, in order."""

    def lost(self) -> None:
        """The connection is gone before the dialogue ended it."""

    def failed(self, error: Exception) -> None:
        """Something of ours raised: end the dialogue, drop what is under way. Called more than once, if need be."""


class _Over:
    """The listener of a connection that is gone."""

    __slots__ = ()

    def heard(self, event: Any) -> None:  # noqa: ANN401 - of any protocol
        """Nobody hears it."""

    def lost(self) -> None:
        """It is known."""

    def failed(self, error: Exception) -> None:
        """A callback came too late and raised: the loop's exception handler is to tell of it."""
        raise error


OVER = _Over()
