"""How often a restriction refuses, so that looking ahead knows when to hold back.

Most spam comes from clients that the first block list knows. Behind a restriction that refuses more than half of
those it is asked about nothing is asked ahead of its turn: most of these answers would be for nobody, and a block
list counts questions. Who is not refused then waits for one answer more.

Only restrictions that had to wait for DNS are counted, each under the words it is written in; a verdict weighs 1/32
of all before it, so some twenty refusals in a row make a habit, and some twenty others end it.
"""

WEIGHT = 1 / 32
USUALLY = 0.5
MOST_WORDS = 1000
"""Access tables may name restrictions of their own; a policy has some dozens."""


class Habits:
    """What the restrictions of one door have said lately, in one worker."""

    __slots__ = ("_shares",)

    def __init__(self) -> None:
        self._shares: dict[str, float] = {}

    def usually_refuses(self, word: str) -> bool:
        """This restriction has refused more often than not."""
        return self._shares.get(word, 0.0) > USUALLY

    def note(self, word: str, *, has_refused: bool) -> None:
        """A restriction has said its verdict."""
        share = self._shares.get(word)
        if share is None:
            if len(self._shares) >= MOST_WORDS:
                return
            share = 0.0
        self._shares[word] = share + (has_refused - share) * WEIGHT
