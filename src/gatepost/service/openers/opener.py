"""What opens the sessions of one door."""

from collections.abc import Callable
from dataclasses import dataclass

from gatepost.world.net.connection import Connection, Dialogue, Listener
from gatepost.world.watching.log import Log


@dataclass(frozen=True, slots=True)
class Opener:
    """`open_session` and `pause_class` are what Connection asks for; `log` is the door's."""

    open_session: Callable[[Connection], tuple[Dialogue, Listener]]
    pause_class: type
    log: Log
