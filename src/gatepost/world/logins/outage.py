"""What the log is told of one who knows the users and does not answer: one line at the beginning, one at the end.

All workers share what was told (world/watching/outages.py).
"""

from gatepost.world.watching.log import Logging
from gatepost.world.watching.outages import outages_of


class LoginOutage:
    """The state of one server. `name` is the server's, such as `Dovecot's auth socket /run/dovecot/auth-client`."""

    __slots__ = ("_name", "_outages")

    def __init__(self, name: str) -> None:
        self._name = name
        self._outages = outages_of(f"login server {name}")

    def begins(self, why: str, log: Logging) -> None:
        """It has failed."""
        if self._outages.begins():
            log.warning(f"{self._name}: {why}: clients that log in hear 454 until it answers")

    def ends(self, log: Logging) -> None:
        """It has answered."""
        if self._outages.ends():
            log.info(f"{self._name} answers again")
