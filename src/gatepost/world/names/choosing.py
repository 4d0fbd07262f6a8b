"""Which name server a question goes to next: in turn, first those that answer.

A server that does not answer gets a question now and then, to notice its return; one that has failed this question
is not asked it again, and one that refused it not in this stage (flight.py).
"""

from collections.abc import Callable

from gatepost.world.names.flight import Flight
from gatepost.world.names.ports import PROBE_EVERY_S, Server


def choose(servers: tuple[Server, ...], flight: Flight, clock: Callable[[], float]) -> Server | None:
    """Give the server to ask; None where there is none left that may know."""
    for server in servers:
        if server.is_silent:
            probed = _due_for_probe(servers, flight, clock())
            if probed is not None:
                return probed
            servers = tuple(sorted(servers, key=lambda server: server.is_silent))
            break
    if servers and not flight.failed and not flight.refused:
        return servers[flight.tries % len(servers)]
    in_turn = (servers[(flight.tries + step) % len(servers)] for step in range(len(servers)))
    return next((each for each in in_turn if each not in flight.failed and each not in flight.refused), None)


def _due_for_probe(servers: tuple[Server, ...], flight: Flight, now: float) -> Server | None:
    """Give a silent server whose turn it is to be tried again, for the first packet of a question."""
    for server in servers if flight.tries == 0 else ():
        if server.is_silent and server.probe_at <= now and server not in flight.failed:
            server.probe_at = now + PROBE_EVERY_S
            return server
    return None
