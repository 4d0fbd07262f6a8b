"""A scripted policy server in a thread of its own, for tests that run Postfix and Gatepost as programs.

with policy_server(script) as server:
    server.endpoint, server.asked      # as of gatepost.testing.scripted_policy_server
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from gatepost.testing.scripted_policy_server import Script, ScriptedPolicyServer


@contextlib.contextmanager
def policy_server(script: Script, *, port: int = 0) -> Iterator[ScriptedPolicyServer]:
    """Serve until the end of the `with`."""
    loop = asyncio.new_event_loop()
    server = ScriptedPolicyServer(script, port=port)
    loop.run_until_complete(server.__aenter__())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
