"""Compare the limits for each client, XFORWARD and the PROXY protocol with a real Postfix: replies and their order.

    .venv/bin/python -m tests.parity.limits --seed 1 --rounds 40

Each round draws limits for a door of both servers and then, step by step, connects, says MAIL, RCPT, RSET, XFORWARD,
QUIT or just leaves, on several connections at once from several clients; every step is made with both servers, and
what is heard is compared with the step before the next. One door of all has a PROXY header, good or bad, before each
session. Needs what tests/parity/run.py needs; exit codes as there.

What is not drawn: a TLS session or a login (another module compares those); a window that ends (the time unit is an
hour); IPv6 networks, which Postfix 3.7 does not make one client.
"""

import random
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.parity.servers import make_network, name_server, run_gatepost, run_postfix, wait_for_port
from tests.parity.side_by_side import Comparison, row
from tests.wire.smtp.private_postfix import SERVICES

FIRST_PORT = 6400
READY_PORT = 6399
HOSTS = {"postfix": "127.0.0.1", "gatepost": "127.0.1.1"}
PATIENCE_S = 5.0
STEPS = 60
MOST_OPEN = 8
FIRST_CLIENT = 40
MAIN_CF = """\
compatibility_level = 3.6
myhostname = mx.ours.example
mydestination =
inet_interfaces = all
inet_protocols = ipv4
mynetworks = 127.0.0.9
relay_domains = ours.example
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
default_transport = discard
relay_transport = discard
relay_recipient_maps =
alias_maps =
smtpd_error_sleep_time = 0
smtpd_forbid_unauth_pipelining = no
anvil_rate_time_unit = 1h
smtpd_upstream_proxy_hosts = static:all
"""
"""The last parameter is Gatepost's alone: Postfix passes over it."""

SAID = (
    "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>", "MAIL FROM:<>", "MAIL", "MAIL FROM:a b",
    "RCPT TO:<c@ours.example>", "RCPT TO:<c@ours.example>", "RCPT TO:<c@ours.example>", "RCPT TO:<x@elsewhere.example>",
    "RCPT", "RCPT TO:<", "RSET", "RSET", "EHLO client.example", "NOOP", "XFORWARD ADDR=192.0.2.9 NAME=x.example",
    "XFORWARD IDENT=4X", "XFORWARD FOO=1", "XFORWARD", "XCLIENT ADDR=10.1.2.3 NAME=[UNAVAILABLE]", "QUIT",
)  # fmt: skip
HEADERS = (
    b"PROXY TCP4 %b 192.0.2.25 4567 25\r\n", b"PROXY TCP4 %b 192.0.2.25 4567 25\n", b"PROXY UNKNOWN\r\n", b"PROXY TCP4 %b 192.0.2.25 0 25 x\r\n",
    b"PROXY TCP4 %b\r\n", b"PROXY TCP4 %b 192.0.2.25 99999 25\r\n", b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", b"\r\n\r\n\0\r\nQUIT\n\x21\0\0\0",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x0a\x01\x01\x01\x0a\x02\x02\x02\x12\x34\0\x19", b"EHLO\r\n",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0f\x0a\x01\x01\x01\x0a\x02\x02\x02\x12\x34\0\x19\x04\0\0", b"\r\n\r\n\0\r\nQUIT\n\x11\x11\0\x0c" + bytes(12),
)  # fmt: skip
TELLING = (HEADERS[0], HEADERS[1], HEADERS[3], HEADERS[8], HEADERS[10])
"""Those that tell of a client."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A step after which the two do not say the same, with those before it."""

    door: str
    steps: list[str]
    postfix: str
    gatepost: str


@dataclass(slots=True)
class Side:
    """The connections to one server."""

    host: str
    open: dict[int, socket.socket] = field(default_factory=dict)

    def connect(self, number: int, port: int, client: str, header: bytes) -> str:
        """Open a connection, and hear the greeting."""
        connection = socket.socket()
        connection.settimeout(PATIENCE_S)
        connection.bind((client, 0))
        connection.connect((self.host, port))
        self.open[number] = connection
        if header:
            connection.sendall(header)
        return self.hear(number)

    def say(self, number: int, line: str) -> str:
        """Say a line, and hear the reply."""
        try:
            self.open[number].sendall(f"{line}\r\n".encode())
        except OSError:
            return "(gone)"
        return self.hear(number)

    def hear(self, number: int) -> str:
        """One whole reply; a connection that has ended is `(closed)`."""
        said = b""
        try:
            while not (said.endswith(b"\n") and said.splitlines()[-1][3:4] != b"-"):
                piece = self.open[number].recv(4096)
                if not piece:
                    return said.decode() + "(closed)"
                said += piece
        except TimeoutError:
            return said.decode() + "(silence)"
        except OSError:
            return said.decode() + "(closed)"
        return said.decode()

    def leave(self, number: int) -> None:
        """Close, and wait for the other side to have noticed."""
        connection = self.open.pop(number)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
        connection.close()


def draw_door(chance: random.Random) -> dict[str, str]:
    """Limits of which some bite soon."""
    door = {
        "smtpd_client_connection_count_limit": chance.choice(("0", "1", "2", "4", "50")),
        "smtpd_client_connection_rate_limit": chance.choice(("0", "3", "8", "20")),
        "smtpd_client_message_rate_limit": chance.choice(("0", "2", "5")),
        "smtpd_client_recipient_rate_limit": chance.choice(("0", "2", "5")),
        "smtpd_client_event_limit_exceptions": chance.choice(
            ("$mynetworks", "", "127.0.0.40/30", "!127.0.0.41, 127.0.0.0/8")
        ),
        "smtpd_authorized_xforward_hosts": chance.choice(("", "127.0.0.0/8")),
        "smtpd_authorized_xclient_hosts": chance.choice(("", "", "127.0.0.42")),
        "smtpd_helo_required": chance.choice(("yes", "no")),
        "soft_bounce": chance.choice(("yes", "no", "no")),
    }
    if chance.random() < 0.3:
        door |= {"smtpd_upstream_proxy_protocol": "haproxy", "smtpd_upstream_proxy_timeout": "3s"}
    return door


def compare(port: int, door: dict[str, str], chance: random.Random) -> Iterator[Difference | str]:
    """One round at one door; it ends with the first difference."""
    sides = {name: Side(host) for name, host in HOSTS.items()}
    steps: list[str] = []
    opened = 0
    for _ in range(STEPS):
        known = list(sides["postfix"].open)
        what = chance.random()
        if not known or (what < 0.25 and len(known) < MOST_OPEN):
            opened += 1
            client = f"127.0.0.{FIRST_CLIENT + chance.randrange(4)}" if chance.random() < 0.9 else "127.0.0.9"
            header = b""
            if "smtpd_upstream_proxy_protocol" in door:
                header = chance.choice((HEADERS[0], HEADERS[0], HEADERS[0], *HEADERS))
                if header not in TELLING:
                    client = f"127.0.2.{opened}"  # Postfix counts these connections of the proxy, Gatepost does not
                header = header.replace(b"%b", client.encode())
            steps.append(f"{opened}: connect from {client} {header!r}")
            heard = [side.connect(opened, port, client, header) for side in sides.values()]
            chosen = opened
        elif what < 0.35:
            chosen = chance.choice(known)
            steps.append(f"{chosen}: leave")
            for side in sides.values():
                side.leave(chosen)
            time.sleep(0.02)  # the servers take note of it on their own
            continue
        else:
            chosen = chance.choice(known)
            line = chance.choice(SAID)
            steps.append(f"{chosen}: {line}")
            heard = [side.say(chosen, line) for side in sides.values()]
        if heard[0] != heard[1]:
            yield Difference(str(door), steps, *heard)
            return
        yield heard[0]
        if not heard[0].endswith("\n") or heard[0].startswith(("221", "421")):
            for side in sides.values():
                side.leave(chosen)
            time.sleep(0.02)
    for chosen in list(sides["postfix"].open):
        for side in sides.values():
            side.leave(chosen)


def run(seed: int, rounds: int, directory: Path) -> Iterator[Difference | str]:
    """Start both servers and compare them."""
    chance = random.Random(seed)
    make_network()
    for name in ("queue", "data", "maildirs"):
        (directory / name).mkdir(parents=True)
    shutil.chown(directory / "data", "postfix")
    doors = [draw_door(chance) for _ in range(rounds)]
    for side, host in HOSTS.items():
        (directory / side).mkdir()
        (directory / side / "main.cf").write_text(MAIN_CF.format(directory=directory))
        rows = "".join(row(host, FIRST_PORT + number, "100", "smtpd", door) for number, door in enumerate(doors))
        rows += f"{host}:{READY_PORT} inet n - n - - smtpd\n"
        services = SERVICES + "anvil unix - - n - 1 anvil\nproxymap unix - - n - - proxymap\n"
        (directory / side / "master.cf").write_text(rows + services)
    with ExitStack() as stack:
        stack.enter_context(name_server(directory))
        stack.enter_context(run_postfix(directory))
        stack.enter_context(run_gatepost(directory))
        for host in HOSTS.values():
            wait_for_port(host, READY_PORT)
        for number, door in enumerate(doors):
            yield from compare(FIRST_PORT + number, door, chance)


def _shown(found: Difference) -> str:
    return "\n   ".join(
        (f"-- {found.door}", *found.steps, f"postfix:  {found.postfix}", f"gatepost: {found.gatepost}")
    )


def _last_line(heard: str) -> str:
    return heard.rstrip().rpartition("\n")[2]


LIMITS = Comparison("tests.parity.limits", __doc__, ("rounds", 40), run, _last_line, _shown)

if __name__ == "__main__":
    sys.exit(LIMITS.main())
