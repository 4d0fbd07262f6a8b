"""Make a difference small: leave things out for as long as both servers still differ in the same way.

Halves are tried first, then quarters, and so on down to single atoms (delta debugging). All that one round tries is
judged at once, because starting two servers costs more than running fifty sessions.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")
Judge = Callable[[Sequence[tuple[T, ...]]], Sequence[bool]]
"""Whether each of some selections still shows what is looked for."""

MOST_ROUNDS = 40
"""Rounds of about three seconds each."""


def shrink(atoms: Sequence[T], shows: Judge[T]) -> tuple[T, ...]:
    """The smallest selection found that still shows it, none of whose atoms can be left out alone."""
    kept, pieces = tuple(atoms), 2
    for _ in range(MOST_ROUNDS):
        if not kept:
            break
        pieces = min(pieces, len(kept))
        parts = _split(kept, pieces)
        verdicts = shows([_without(kept, [part]) for part in parts])
        needless = [part for part, is_shown in zip(parts, verdicts, strict=True) if is_shown]
        if not needless:
            if pieces == len(kept):
                break
            pieces *= 2
            continue
        kept = _most_removed(kept, needless, shows)
        pieces = max(2, pieces - len(needless))
    return kept


def _split(atoms: tuple[T, ...], pieces: int) -> list[range]:
    """The positions, in so many runs of about the same length."""
    bounds = [len(atoms) * n // pieces for n in range(pieces + 1)]
    return [range(start, end) for start, end in pairwise(bounds) if start < end]


def _without(atoms: tuple[T, ...], parts: Sequence[range]) -> tuple[T, ...]:
    gone = {position for part in parts for position in part}
    return tuple(atom for position, atom in enumerate(atoms) if position not in gone)


def _most_removed(kept: tuple[T, ...], needless: Sequence[range], shows: Judge[T]) -> tuple[T, ...]:
    """Without as many of the parts at once as can be: each alone can be spared, together perhaps not."""
    counts = sorted({len(needless), len(needless) // 2, len(needless) // 4} - {0, 1}, reverse=True)
    tried = [_without(kept, needless[:count]) for count in counts]
    for smaller, is_shown in zip(tried, shows(tried) if tried else (), strict=True):
        if is_shown:
            return smaller
    return _without(kept, needless[:1])
