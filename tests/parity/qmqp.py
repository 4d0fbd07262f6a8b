"""Compare Gatepost's QMQP replies with those of a real Postfix, on random doors, clients and packets.

    .venv/bin/python -m tests.parity.qmqp --seed 1 --packets 3000

Each door has a random qmqpd_authorized_clients, soft_bounce and qmqpd_client_port_logging; each packet is sent to
both servers from the same client address, cut into random pieces. Queue ids and ports are taken out before replies
are compared. Needs what tests/parity/run.py needs; exit codes as there.

What is not drawn, because the two are known to differ (docs/differences.md): a wrong outer length, an inner one that
ends outside of the packet, a length without digits or with more than 32; an empty recipient, addresses that cannot be
written into a command or a header, or are too long for one; a message that is shorter than message_size_limit by less than its half, which
Postfix may refuse by what it adds. Postfix closes on unread input, so that its reply may be lost: then it is asked
again.
"""

import contextlib
import random
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from gatepost.wire.netstrings import netstring
from tests.parity.servers import make_network, name_server, run_gatepost, run_postfix, wait_for_port
from tests.parity.side_by_side import Comparison, row
from tests.parity.world import CLIENTS
from tests.wire.smtp.private_postfix import SERVICES

SIZE_LIMIT = 100_000
FIRST_PORT = 6280
HOSTS = {"postfix": "127.0.0.1", "gatepost": "127.0.1.1"}
DOORS = 12
PATIENCE_S = 10.0
TRIES = 5

IPV4_CLIENTS = tuple(client for client in CLIENTS if ":" not in client)
MAIN_CF = f"""\
compatibility_level = 3.6
myhostname = mx.ours.example
mydestination =
inet_interfaces = all
mynetworks = 127.0.0.0/8, 192.0.2.0/24
queue_directory = {{directory}}/queue
data_directory = {{directory}}/data
maillog_file = {{directory}}/maillog
maillog_file_prefixes = {{directory}}
default_transport = discard
relay_transport = discard
alias_maps =
qmqpd_error_delay = 0
message_size_limit = {SIZE_LIMIT}
"""
PATTERNS = (
    "$mynetworks", "192.0.2.0/24", "192.0.2.10", "!192.0.2.11", "127.0.0.0/8", "0.0.0.0/0", "good.example", "!good.example",
    ".source.example", "mail.upper.example", "!mail.good.example", "inline:{{192.0.2.20=x}}", "inline:{{good.example=x}}",
    "!inline:{{spam.source.example=x}}", "cidr:{{{{192.0.2.0/28 x}}}}", "static:x", "unknown", "[2001:db8::]/32", "192.0.2.1/24",
    "texthash:/nonexistent", "host_7.dsl.pool.example", "example",
)  # fmt: skip
TEXTS = (
    b"", b"\n", b"Subject: x\n\nhello\n", b"Subject: x\r\n\r\nhello\r\n", b"no end", b"nul: \0\n\n\0\n", b" x\n", b"From x\na: b\n",
    b"x" * 5000 + b"\n", b"\xff\xfe\n", b".\n..\n", b"Received: x\n" * 48 + b"\n", b"Received: x\n" * 60 + b"\n", b"y\n" * 20000,
)  # fmt: skip
SENDERS = (
    b"", b"ann@good.example", b"ann b@good.example", b"ann", b"list-@good.example-@[]", b"list-@[]", b"a@b@good.example",
    "jörg@good.example".encode(), b"a\xff@good.example", b"x" * 1900, b'"ann"@good.example', b"#@[]",
)  # fmt: skip
RECIPIENTS = (
    b"bob@good.example", b"bob", b"bob@relay.example", b"two words@good.example", b"bob@[192.0.2.10]", b"a%b@good.example",
    "jörg@good.example".encode(), b"B" * 1900 + b"@good.example", b"@", b"bob@nodot", b"a!b",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """A packet to which the two do not say the same."""

    door: str
    client: str
    packet: str
    postfix: str
    gatepost: str


def draw_packet(chance: random.Random) -> bytes:
    """A packet, honest or with one thing wrong; its outer length is right."""
    text = chance.choice(TEXTS)
    people = chance.choices(RECIPIENTS, k=chance.choice((0, 1, 1, 1, 2, 5, 50)))
    parts = [netstring(part) for part in (text, chance.choice(SENDERS), *people)]
    at = chance.randrange(len(parts))
    wrong = chance.random()
    if wrong < 0.08:
        parts[at] = parts[at][:-1] + chance.choice((b";", b"x", b"") if at < len(parts) - 1 else (b";", b"x"))
    elif wrong < 0.16:
        parts[at] = chance.choice((b"x", b"-", b" ", b"\0", b"1x")) + parts[at]
    elif wrong < 0.24:
        parts[at] = b"0" * chance.randrange(1, 9) + parts[at]
    elif wrong < 0.32 and len(parts[at]) > 3:
        length, _, rest = parts[at].partition(b":")
        less = int(length) + chance.choice((-1, 1) if at < len(parts) - 1 else (-1,))
        parts[at] = b"%d:%b" % (max(less, 0), rest)
    elif wrong < 0.40 and at:
        parts[at] = netstring(b"a" * chance.choice((1900, 2049, 5000)))
    elif wrong < 0.45:
        parts[0] = b"%d:x" % chance.choice((SIZE_LIMIT + 1, SIZE_LIMIT * 10, 2**31 - 1))
        return b"%d:%b" % (2**31 - 1, parts[0])
    packet = netstring(b"".join(parts))
    if 0.45 <= wrong < 0.55:
        packet = packet[: chance.randrange(len(packet))]
    elif 0.55 <= wrong < 0.62:
        packet = chance.choice((b"hello\r\n", b"GET / HTTP/1.0\r\n\r\n", b"x" + packet, b"9" * 30 + b":"))
    elif wrong > 0.97:
        packet = packet[:-1] + b"x"
    return packet


def draw_doors(chance: random.Random) -> list[dict[str, str]]:
    """Random doors; the first two let everybody in."""
    doors = [
        {"qmqpd_authorized_clients": "static:all"},
        {"qmqpd_authorized_clients": "0.0.0.0/0", "soft_bounce": "yes"},
    ]
    for _ in range(DOORS - len(doors)):
        patterns = chance.sample(PATTERNS, chance.randrange(4))
        doors.append(
            {
                "qmqpd_authorized_clients": ", ".join(patterns).replace("{{", "{").replace("}}", "}"),
                "soft_bounce": chance.choice(("yes", "no")),
                "qmqpd_client_port_logging": chance.choice(("yes", "no")),
            }
        )
    return doors


def converse(host: str, port: int, client: str, pieces: list[bytes]) -> str:
    """Send the pieces, close our side, and give what was said; without ids and ports."""
    said = b""
    with socket.socket() as connection:
        connection.settimeout(PATIENCE_S)
        connection.bind((client, 0))
        connection.connect((host, port))
        with contextlib.suppress(OSError):  # it has answered and closed before we were done
            for piece in pieces:
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
        try:
            while octets := connection.recv(4096):
                said += octets
        except ConnectionError:
            if not said:
                return "reset"
    text = re.sub(r"(?<=queued as )\w+", "ID", said.decode())
    return re.sub(r"^\d+:|(?<=\]):\d+(?= is not)", "", text)


def compare(doors: list[dict[str, str]], count: int, chance: random.Random) -> Iterator[Difference | str]:
    """Send packets; gives a difference, or the reply that both gave."""
    for number in range(count):
        door = number % 2 if chance.random() < 0.7 else chance.randrange(len(doors))
        client, packet = chance.choice(IPV4_CLIENTS), draw_packet(chance)
        cuts = sorted(chance.randrange(len(packet) + 1) for _ in range(chance.choice((0, 0, 1, 3))))
        pieces = [packet[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(packet)], strict=True)]
        ours = converse(HOSTS["gatepost"], FIRST_PORT + door, client, pieces)
        for _ in range(TRIES):
            theirs = converse(HOSTS["postfix"], FIRST_PORT + door, client, pieces)
            if theirs != "reset":
                break
        if ours == theirs:
            yield ours
        else:
            yield Difference(str(doors[door]), client, repr(packet[:300]), theirs, ours)


def run(seed: int, count: int, directory: Path) -> Iterator[Difference | str]:
    """Start both servers and compare them."""
    chance = random.Random(seed)
    make_network()
    for name in ("queue", "data", "maildirs"):
        (directory / name).mkdir(parents=True)
    shutil.chown(directory / "data", "postfix")
    doors = draw_doors(chance)
    for side, host in HOSTS.items():
        (directory / side).mkdir()
        (directory / side / "main.cf").write_text(MAIN_CF.format(directory=directory))
        rows = "".join(row(host, FIRST_PORT + number, "-", "qmqpd", door) for number, door in enumerate(doors))
        (directory / side / "master.cf").write_text(rows + SERVICES + "proxymap unix - - n - - proxymap\n")
    with ExitStack() as stack:
        stack.enter_context(name_server(directory))
        stack.enter_context(run_postfix(directory))
        stack.enter_context(run_gatepost(directory))
        for host in HOSTS.values():
            wait_for_port(host, FIRST_PORT)
        yield from compare(doors, count, chance)


def _shown(found: Difference) -> str:
    lines = (f"-- {found.door} client {found.client}", found.packet, f"postfix:  {found.postfix}")
    return "\n   ".join((*lines, f"gatepost: {found.gatepost}"))


def _without_address(reply: str) -> str:
    return re.sub(r"Error: \S+ is not", "Error: … is not", reply)


QMQP = Comparison("tests.parity.qmqp", __doc__, ("packets", 3000), run, _without_address, _shown)

if __name__ == "__main__":
    sys.exit(QMQP.main())
