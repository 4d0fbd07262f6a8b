"""A compiled policy: the lists of one stage, flat, in the order in which Postfix would run them.

A plan is a tuple of steps. A boundary opens a list; an Ok skips to the next boundary. Restriction classes are
expanded in place, because that is what they mean: their Ok is the Ok of the list they stand in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gatepost.policy.registry import Needs
from gatepost.policy.subjects import Subject


@dataclass(frozen=True, slots=True)
class Boundary:
    """The beginning of a list. `clears_defer_if_reject` is no where Postfix carries that flag on: into the second of
    relay and recipient restrictions, and into the check for unlisted addresses that follows a list unasked.

    `needs`: the whole list is skipped while that is not known (no HELO was said; VRFY without MAIL).
    `stops_at_deferral`: a raised defer_if_permit refuses here already, where the stage is one that looks at it.
    `begins_from`: the lists that say whether defer_if_permit is up as this one begins (policy/deferrals.py); none:
    it is down. None: it goes on as it is.
    """

    list_name: str
    clears_defer_if_reject: bool = True
    needs: Needs = Needs.NOTHING
    stops_at_deferral: bool = False
    begins_from: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of list: its parameter, the subject of its generic words, the check that a bare table means.

    `stands_in`: the restrictions are run in the place of a policy service that gave no answer. One of them that asks
    a policy service again, in vain, says the built-in text, so that default actions never ask in circles.
    `forbids_ok`: the restrictions come from a table that may not answer OK: an Ok of theirs is a mistake of ours.
    """

    parameter: str
    subject: Subject
    default_check: str
    stands_in: bool = False
    forbids_ok: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One restriction in its place: its function and its argument.

    `asks`: the function is a generator function. `is_warning`: under warn_if_reject. `kind` is kept for what an
    access table may name (a bare table there means the default check of this list). `word` is how it is written.
    """

    name: str
    function: Callable[..., Any]
    kind: ListKind
    word: str
    argument: Any = None
    asks: bool = False
    needs: Needs = Needs.NOTHING
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one stage.

    `applies_deferral`: a raised defer_if_permit refuses at the end of this stage. `exempts`: the recipients that
    Postfix accepts without running any list are let through (RCPT and VRFY).
    """

    steps: tuple[Boundary | Step, ...]
    applies_deferral: bool = True
    exempts: bool = False
