"""What opens the sessions of one door."""

from collections.abc import Callable
from dataclasses import dataclass

from gatepost.world.net.connection import Connection, Dialogue
from gatepost.world.net.listener import Listener
from gatepost.world.net.proxied import ProxyTerms
from gatepost.world.watching.log import Log


@dataclass(frozen=True, slots=True)
class Opener:
    """`open_session` and `pause_class` are what Connection asks for; `log` is the door's.

    `ends_when_idle`: a session has no end of its own, so after a reload it is ended when it waits for its client.
    `proxies`: what the proxies before the door must keep to, where there are any.
    """

    open_session: Callable[[Connection], tuple[Dialogue, Listener]]
    pause_class: type
    log: Log
    ends_when_idle: bool = False
    proxies: ProxyTerms | None = None
