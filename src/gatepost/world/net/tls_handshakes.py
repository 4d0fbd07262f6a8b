"""Handshakes in turn: each costs a hundred times what a command costs, and a flood of them must not stall the rest.

Steps of handshakes wait in one line per worker. In one turn of the loop so many are done as fit into TURN_S (one at
least); then every other connection has its turn.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

TURN_S = 0.003
"""Some ten handshakes with an elliptic curve key, five with RSA of 2048 bits: unnoticed beside any round trip."""


TICKET_KEYS_S = 86400.0
"""How long the keys of session tickets are used, at most: who steals them reads a day of TLS 1.2, not more."""


class Handshakes:
    """The line of one worker; it is used within its event loop."""

    __slots__ = ("_is_due", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_due = False

    def __len__(self) -> int:
        return len(self._waiting)

    def in_turn(self, step: Callable[[], None]) -> None:
        """Do this when its turn has come. It must not raise."""
        self._waiting.append(step)
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting and not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._is_due = False
        ends_at = monotonic() + TURN_S
        try:
            while self._waiting:
                self._waiting.popleft()()
                if monotonic() >= ends_at:
                    return
        finally:
            self._go_on()
