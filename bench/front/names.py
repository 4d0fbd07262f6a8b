"""The name server of the benchmark's world: cheap answers after a delay that is the same for each.

    python -m bench.front.names PORT DELAY_MS

Every client address has a name and every name an address; every sender domain has a mail exchanger; nobody is on any
client list but `often`, which knows four of five; a domain list knows each `dN.sender.example` (with a TXT record).
So a session that reaches the last list has asked all of them. About 15 µs a question: it answers far more than any
server here asks.
"""

import asyncio
import socket
import struct
import sys
from collections import deque

import uvloop

A, PTR, MX, TXT = 1, 12, 15, 16
LISTED = b"\x05dnsbl\x06sender"
"""A label sequence of the list that lists every sender domain."""

OFTEN = b"\x05often\x04list"
"""Of the list that knows four clients of five."""


class NameServer(asyncio.DatagramProtocol):
    """Answers after `delay_s`; one timer serves all answers that wait, for they leave in their order."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._waiting: deque[tuple[float, bytes, tuple[str, int]]] = deque()
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        self._transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]  # a datagram one it is

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer now, or when it is time."""
        reply = answer(data)
        if not self._delay_s:
            self._transport.sendto(reply, addr)
            return
        if not self._waiting:
            self._loop.call_later(self._delay_s, self._send_due)
        self._waiting.append((self._loop.time() + self._delay_s, reply, addr))

    def _send_due(self) -> None:
        now = self._loop.time()
        while self._waiting and self._waiting[0][0] <= now + 0.0005:
            _, reply, addr = self._waiting.popleft()
            self._transport.sendto(reply, addr)
        if self._waiting:
            self._loop.call_later(self._waiting[0][0] - now, self._send_due)


def answer(query: bytes) -> bytes:
    """The reply to one query with one question."""
    end = query.index(b"\0", 12) + 5
    question = query[12:end]
    kind = int.from_bytes(query[end - 4 : end - 2], "big")
    record = _record(question[:-4], kind)
    if record is None:
        return query[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + question
    kind, payload = record
    head = query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question
    return head + struct.pack(">HHHIH", 0xC00C, kind, 1, 3600, len(payload)) + payload


def _record(name: bytes, kind: int) -> tuple[int, bytes] | None:
    if kind == PTR:
        octets = [part.decode() for part in _labels(name)[:4]]
        label = "h" + "-".join(reversed(octets))
        return PTR, bytes([len(label)]) + label.encode() + b"\x03isp\x07example\0"
    if kind == A and b"\x03isp\x07example" in name:
        octets = _labels(name)[0][1:].decode().split("-")
        return A, socket.inet_aton(".".join(octets))
    if OFTEN in name:
        if int(_labels(name)[0]) % 5 == 0:
            return None
        return (TXT, b"\x06listed") if kind == TXT else (A, b"\x7f\0\1\2")
    if LISTED in name and name.count(b"\x06sender") > 1:
        return (TXT, b"\x06listed") if kind == TXT else (A, b"\x7f\0\1\2") if kind == A else None
    if name.endswith((b"\x06sender\x07example\0", b"\x07example\x03com\0")):
        if kind == MX:
            return MX, b"\0\x0a\x02mx\xc0\x0c"
        return (A, b"\x7f\0\0\1") if kind == A else None
    return None


def _labels(name: bytes) -> list[bytes]:
    labels, at = [], 0
    while name[at]:
        labels.append(name[at + 1 : at + 1 + name[at]])
        at += name[at] + 1
    return labels


async def _serve(port: int, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    sock.bind(("127.0.0.1", port))
    await loop.create_datagram_endpoint(lambda: NameServer(delay_s), sock=sock)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
