"""The policy server of the parity runs: policy_context=actionN is answered with the Nth action."""

import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PORT = 10999
DEAD_PORT = 10998
"""Nobody listens here."""


@contextmanager
def policy_server(actions: Sequence[str]) -> Iterator[None]:
    """Serve on loopback, both servers under test at once."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            context = ""
            for raw in self.rfile:
                line = raw.decode("utf-8", "replace").rstrip("\n")
                if line.startswith("policy_context=action"):
                    context = line.removeprefix("policy_context=action")
                elif not line:
                    self.wfile.write(f"action={actions[int(context)]}\n\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", PORT), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
