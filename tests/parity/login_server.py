"""The login server of the parity runs: Dovecot's auth protocol, PLAIN alone, and one password for everybody."""

import base64
import binascii
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PORT = 10996
PASSWORD = "open sesame"
GREETING = "VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n"

AUTH = {
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_sasl_type": "dovecot",
    "smtpd_sasl_path": f"inet:127.0.0.1:{PORT}",
    "smtpd_discard_ehlo_keywords": "",
}
"""A door whose clients can log in."""


def auth_command(name: str, password: str) -> str:
    """AUTH with everything in one line."""
    return "AUTH PLAIN " + base64.b64encode(f"\0{name}\0{password}".encode()).decode()


def _answer(line: str) -> str:
    _, number, _, *attributes = line.split("\t")
    given = next((each for each in attributes if each.startswith("resp=")), "resp=").removeprefix("resp=")
    try:
        _, name, password = base64.b64decode(given).decode().split("\0")
    except (ValueError, binascii.Error):
        return f"FAIL\t{number}\n"
    return f"OK\t{number}\tuser={name}\n" if password == PASSWORD else f"FAIL\t{number}\tuser={name}\n"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(GREETING.encode())
        for raw in self.rfile:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if line.startswith("AUTH\t"):
                self.wfile.write(_answer(line).encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def login_server() -> Iterator[None]:
    """Serve on loopback, both servers under test at once."""
    with _Server(("127.0.0.1", PORT), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
