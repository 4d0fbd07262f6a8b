"""The defer_if_permit of a session: which of its lists have ended with that flag up, and the reason given last.

A list begins with the flag as the lists before it have left it (postfix-semantics 3.4; Boundary.begins_from says
which these are): so it goes from connect to HELO to MAIL to each recipient. As in Postfix there is one place for a
reason, and what a list has left stays until the same list is run again. VRFY outside a transaction, which runs no
sender list, so hears what an earlier sender was deferred for, and nothing of what the client's list says now.
"""

from collections.abc import Iterable

from gatepost.model.reply import Reply


class Deferrals:
    """One session's. `reason`: why the flag was raised last."""

    __slots__ = ("_list", "_raised", "reason")

    def __init__(self) -> None:
        self.reason: Reply | None = None
        self._list = ""
        self._raised: set[str] = set()

    def begin(self, list_name: str, begins_from: Iterable[str], deferral: Reply | None) -> Reply | None:
        """A list begins; `deferral` is what the one before has left. Gives what this one begins with."""
        self.end(deferral)
        self._list = list_name
        return None if self._raised.isdisjoint(begins_from) else self.reason

    def end(self, deferral: Reply | None) -> None:
        """The list that was begun last has ended."""
        if deferral is None:
            self._raised.discard(self._list)
        elif self._list:
            self._raised.add(self._list)
        self._list = ""
