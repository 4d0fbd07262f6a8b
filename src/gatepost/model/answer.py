"""The three answers that the outside world can give to any question.

Found       the thing asked for, with the place it came from (a table line, a DNS owner name)
NotFound    the world answered, and the answer is that there is no such thing
Unavailable the world did not answer; every asker says what that means to it

An answer is a value and never an exception: a dead table, list or server is an ordinary day.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gatepost.model.quick import quick

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Found(Generic[T_co]):
    """What was asked for. `source` says where it stood, for people: it does not take part in comparison."""

    value: T_co
    source: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NotFound:
    """The world answered: there is no such thing. `why` is one of the words that the question documents."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer could be had. `why` is a line for the log and for `explain`; it never holds a secret.

    `is_told`: it belongs to an outage that the log has its line about, so that nobody need complain any more.
    """

    why: str
    is_told: bool = field(default=False, compare=False)

    def complaint(self, about: str = "") -> str:
        """What to tell the log, about whom; "" where it knows."""
        if self.is_told:
            return ""
        return f"{about}: {self.why}" if about else self.why


Answer = Found[T_co] | NotFound | Unavailable

NOT_FOUND = NotFound()


quick(Found)
