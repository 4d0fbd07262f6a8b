"""The load: many SMTP sessions from many loopback addresses, each command sent when its reply has come.

    python -m bench.front.load HOST:PORT --sessions N --connections C --first K [--script refused|accepted] [--size N]

Session number i comes from an address of its own, 127.x.y.z counted from K, so that no client is known from before;
`--connections` of them run at once. Prints one JSON object: sessions, errors, seconds, p50_ms and p99_ms from the
first octet of the connection to the last reply, replies counted by code, and the generator's own processor time, so
that one can see that it was not the bottleneck. A session whose RCPT hears anything but what the script is for is an
error; so is one that takes longer than PATIENCE_S: where the queue of the kernel runs over, a client may wait for a
greeting of which the server knows nothing. `seconds` end when the last session is over or given up.
`--hold N` opens N connections, waits for their greetings and holds them until standard input closes.
"""

import argparse
import asyncio
import json
import resource
import socket
import sys
import time
from collections import Counter

import uvloop

REFUSED = (
    b"EHLO %(helo)s\r\n",
    b"MAIL FROM:<user%(n)d@d%(n)d.sender.example>\r\n",
    b"RCPT TO:<user@example.com>\r\n",
    b"QUIT\r\n",
)
RCPT_SENT = 3
ACCEPTED = (*REFUSED[:3], b"DATA\r\n", b"", b"QUIT\r\n")
PATIENCE_S = 20.0
"""RFC 5321 section 4.5.3.2.1 has clients wait five minutes: it would be unkind to those who lose some."""
FIRST_ADDRESS = 127 << 24 | 16 << 16
"""127.16.0.0; the addresses below it are left to the servers of the test world."""


def address(number: int) -> str:
    """The client address of a session."""
    return socket.inet_ntoa((FIRST_ADDRESS + number).to_bytes(4, "big"))


def message(size: int) -> bytes:
    """A message of about that many octets, with its final dot."""
    line = b"The quick brown fox jumps over the lazy dog, again and again and again.\r\n"
    return b"Subject: load\r\nFrom: <a@b.example>\r\n\r\n" + line * (size // len(line)) + b".\r\n"


class Session(asyncio.Protocol):
    """One client."""

    __slots__ = ("_input", "_is_surprised", "_load", "_step", "_transport", "began", "commands")

    def __init__(self, load: "Load", commands: tuple[bytes, ...]) -> None:
        self._load = load
        self.commands = commands
        self._step = 0
        self._input = b""
        self._is_surprised = False
        self.began = time.perf_counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the greeting."""
        self._load.sessions.add(self)
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream transport it is

    def data_received(self, data: bytes) -> None:
        """Send the next command when the last line of a reply is there."""
        self._input += data
        if not self._input.endswith(b"\n"):
            return
        last = self._input[self._input.rfind(b"\n", 0, -1) + 1 :]
        if last[3:4] == b"-":
            return
        self._input = b""
        self._load.codes[last[:3].decode()] += 1
        if self._step == RCPT_SENT and last[:1] != self._load.expects:
            self._is_surprised = True
        if self._step < len(self.commands):
            self._step += 1
            if last[:1] in b"45" and self.commands[self._step - 1][:4] == b"DATA":
                self._step = len(self.commands)
            self._transport.write(self.commands[self._step - 1])

    def connection_lost(self, _: Exception | None) -> None:
        """Count the session."""
        self._load.sessions.discard(self)
        self._load.ended(
            time.perf_counter() - self.began, is_whole=self._step == len(self.commands) and not self._is_surprised
        )

    def give_up(self) -> None:
        """End it, whatever it waits for."""
        self._transport.abort()


class Load:
    """All sessions of a run."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._host, _, port = options.target.rpartition(":")
        self._port = int(port)
        self._options = options
        self._script = ACCEPTED if options.script == "accepted" else REFUSED
        self.expects = b"2" if options.script == "accepted" else b"5"
        self._message = message(options.size)
        self._next = 0
        self._running = 0
        self._loop = asyncio.get_running_loop()
        self.all_over = self._loop.create_future()
        self.durations: list[float] = []
        self.sessions: set[Session] = set()
        self.errors = 0
        self.codes: Counter[str] = Counter()

    def start(self) -> None:
        """Start as many as may run at once."""
        while self._running < self._options.connections and self._next < self._options.sessions:
            self._running += 1
            self._next += 1
            self._loop.create_task(self._begin(self._options.first + self._next))

    async def _begin(self, number: int) -> None:
        facts = {b"helo": self._options.helo.encode().replace(b"#", b"%d" % number), b"n": number}
        commands = tuple(step % facts if step else self._message for step in self._script)
        try:
            await self._loop.create_connection(
                lambda: Session(self, commands), self._host, self._port, local_addr=(address(number), 0)
            )
        except OSError:
            self.ended(0.0, is_whole=False)

    def look_at_the_clock(self) -> None:
        """Give up what takes too long."""
        oldest = time.perf_counter() - PATIENCE_S
        for session in [each for each in self.sessions if each.began < oldest]:
            session.give_up()
        self._loop.call_later(1.0, self.look_at_the_clock)

    def ended(self, took_s: float, *, is_whole: bool) -> None:
        """One session is over."""
        self._running -= 1
        if is_whole:
            self.durations.append(took_s)
        else:
            self.errors += 1
        if len(self.durations) + self.errors == self._options.sessions:
            self.all_over.set_result(None)
        else:
            self.start()


async def _run(options: argparse.Namespace) -> dict[str, object]:
    load = Load(options)
    began = time.perf_counter()
    load.start()
    load.look_at_the_clock()
    await load.all_over
    took = time.perf_counter() - began
    usage = resource.getrusage(resource.RUSAGE_SELF)
    ordered = sorted(load.durations) or [0.0]
    return {
        "sessions": len(load.durations),
        "errors": load.errors,
        "seconds": took,
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[len(ordered) * 99 // 100] * 1000,
        "codes": dict(load.codes),
        "generator_cpu_s": usage.ru_utime + usage.ru_stime,
    }


def _hold(options: argparse.Namespace) -> None:
    """Open connections, read their greetings, keep them."""
    host, _, port = options.target.rpartition(":")
    held = []
    for number in range(options.hold):
        client = socket.create_connection((host, int(port)), 30, source_address=(address(options.first + number), 0))
        held.append(client)
    greeted = sum(client.recv(512).startswith(b"220") for client in held)
    print(json.dumps({"held": greeted}), flush=True)
    sys.stdin.read()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.front.load", description=__doc__.partition("\n")[0])
    parser.add_argument("target", metavar="HOST:PORT")
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=20, help="sessions at once")
    parser.add_argument("--first", type=int, default=0, help="the number of the first client address")
    parser.add_argument("--script", choices=("refused", "accepted"), default="refused")
    parser.add_argument("--helo", default="h#.helo.example", help="the EHLO name; # is the session's number")
    parser.add_argument("--size", type=int, default=10_000, help="octets of an accepted message")
    parser.add_argument("--hold", type=int, default=0, metavar="N", help="hold N idle connections instead")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if options.hold:
        _hold(options)
    else:
        print(json.dumps(uvloop.run(_run(options))))


if __name__ == "__main__":
    main()
