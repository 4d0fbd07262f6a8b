"""Small servers that speak the protocols of tcp and socketmap tables, answering from a dictionary."""

import contextlib
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote_from_bytes, unquote_to_bytes


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextlib.contextmanager
def _serving(answer: Callable[[object, object], None]) -> Iterator[int]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError, ValueError):
                answer(self.rfile, self.wfile)

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def tcp_server(values: Mapping[str, str], raw: Mapping[str, bytes]):
    """`get KEY`; `raw` has whole answer lines for some keys."""

    def talk(rfile, wfile) -> None:
        for line in rfile:
            key = unquote_to_bytes(line.rstrip(b"\n").removeprefix(b"get ")).decode()
            if key in raw:
                wfile.write(raw[key])
            elif key in values:
                wfile.write(b"200 %b\n" % quote_from_bytes(values[key].encode(), safe="/@.").encode())
            else:
                wfile.write(b"500 not%20here\n")

    return _serving(talk)


def socketmap_server(values: Mapping[str, str], raw: Mapping[str, bytes]):
    """Netstrings; `raw` has the texts of other answers for some keys."""

    def talk(rfile, wfile) -> None:
        while length := _read_length(rfile):
            name, _, key = rfile.read(length).decode().partition(" ")
            assert rfile.read(1) == b","
            assert name == "users"
            text = raw.get(key, b"OK " + values[key].encode() if key in values else b"NOTFOUND ")
            wfile.write(b"%d:%b," % (len(text), text))

    return _serving(talk)


def _read_length(rfile) -> int:
    digits = b""
    while (octet := rfile.read(1)) not in (b":", b""):
        digits += octet
    return int(digits or b"0")
