"""TLS beside Postfix: handshakes a second, processor time of a session, and the memory of idle connections.

    .venv/bin/python -m bench.tls                        rounds of A B A B, then 2,000 idle connections
    .venv/bin/python -m bench.tls --rounds 3 --sessions 400 --idle 500

Needs root, unshare(1), ip(8) and Debian's postfix. Both servers have one certificate (ECDSA P-256, then RSA of 2048
bits) and the same main.cf; Gatepost has two workers, Postfix as many processes as there are connections. A session
is EHLO, STARTTLS, a whole TLS 1.3 handshake, EHLO, MAIL, RCPT (refused), QUIT, each command sent when its reply has
come; the same session without STARTTLS is measured beside it, so that what TLS adds stands alone. The generator is a
process of its own, four at once with four connections each.

What a client certificate costs, and how long others wait while a thousand handshakes come at once, is measured on
Gatepost alone.
"""

import argparse
import contextlib
import os
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.parity.run import INSIDE, in_private_namespace
from tests.parity.servers import make_network, wait_for_port
from tests.throwaway_authority import Authority
from tests.wire.smtp.private_postfix import SERVICES

from bench.front.peers import ANVIL, HOST, Peer, running_program
from bench.process_tree import cpu_s, memory_kb

GENERATORS = 4
PORTS = {"Gatepost": 2500, "Postfix": 2510}
KINDS = ("ec", "rsa")

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination =
mynetworks = 127.0.0.1/32
inet_interfaces = loopback-only
inet_protocols = ipv4
smtpd_peername_lookup = no
smtpd_relay_restrictions = reject
smtpd_client_connection_count_limit = 0
default_transport = discard
alias_maps =
local_recipient_maps =
smtpd_tls_security_level = may
smtpd_tls_protocols = >=TLSv1.2
smtpd_timeout = 300s
"""


@contextmanager
def gatepost(directory: Path, authority: Authority) -> Iterator[Peer]:
    """`gatepost run` with two workers; one port for each kind of key, and one that asks for certificates."""
    port = PORTS["Gatepost"]
    rows = [_row(port + number, authority, kind) for number, kind in enumerate(KINDS)]
    rows.append(_row(port + 2, authority, "ec", "smtpd_tls_ask_ccert=yes"))
    _configure(directory, rows, "mail_owner =\nworker_processes = 2\n")
    command = [str(Path(sys.executable).with_name("gatepost")), "run", "-c", str(directory)]
    command += ["-o", f"maildir_directory={directory}/maildirs", "-o", f"maillog_file={directory}/log"]
    with running_program(command, directory, port) as pid:
        yield Peer("Gatepost", f"{HOST}:{port}", pid)


@contextmanager
def postfix(directory: Path, authority: Authority) -> Iterator[Peer]:
    """A private Postfix, on as many processes as there are connections, tlsmgr for its tickets."""
    port = PORTS["Postfix"]
    rows = [_row(port + number, authority, kind) for number, kind in enumerate(KINDS)]
    own = f"maillog_file = {directory}/log\nmaillog_file_prefixes = {directory}\nmail_owner = postfix\n"
    _configure(directory, [*rows, ANVIL, SERVICES, "tlsmgr unix - - n 1000? 1 tlsmgr\n"], own)
    shutil.chown(directory / "data", "postfix")
    try:
        subprocess.run(["postfix", "-c", directory, "start"], check=True, capture_output=True, timeout=60)
        wait_for_port(HOST, port)
        yield Peer("Postfix", f"{HOST}:{port}", int((directory / "queue" / "pid" / "master.pid").read_text()))
    finally:
        subprocess.run(["postfix", "-c", directory, "abort"], check=False, capture_output=True, timeout=60)


def _row(port: int, authority: Authority, kind: str, *options: str) -> str:
    given = (f"smtpd_tls_chain_files={authority.directory}/gate.example.com-{kind}.chain", *options)
    return f"{HOST}:{port} inet n - n - 0 smtpd\n" + "".join(f"  -o {option}\n" for option in given)


def _configure(directory: Path, rows: list[str], own: str) -> None:
    for name in ("queue", "data", "maildirs"):
        (directory / name).mkdir(parents=True)
    directory.chmod(0o755)
    places = f"queue_directory = {directory}/queue\ndata_directory = {directory}/data\n"
    (directory / "main.cf").write_text(MAIN_CF + places + own)
    (directory / "master.cf").write_text("".join(rows))


class Talker:
    """One client at a time, in lockstep."""

    def __init__(self, port: int, certificate: str = "") -> None:
        self._port = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.check_hostname, self._context.verify_mode = False, ssl.CERT_NONE
        if certificate:
            self._context.load_cert_chain(certificate)

    def session(self, *, is_secure: bool) -> None:
        """One whole session."""
        with self.greeted() as plain:
            connection: socket.socket = plain
            if is_secure:
                connection = self.secured(plain)
            for said in (b"EHLO c.example", b"MAIL FROM:<a@b.example>", b"RCPT TO:<c@d.example>", b"QUIT"):
                self.say(connection, said)
            connection.close()

    def greeted(self) -> socket.socket:
        """A connection whose greeting has been read."""
        plain = socket.create_connection((HOST, self._port), 60)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.recv(512)
        return plain

    def secured(self, plain: socket.socket) -> ssl.SSLSocket:
        """The same, under TLS: every handshake is a whole one."""
        self.say(plain, b"EHLO c.example")
        self.say(plain, b"STARTTLS")
        return self._context.wrap_socket(plain)

    @staticmethod
    def say(connection: socket.socket, said: bytes) -> None:
        """One command and its reply."""
        connection.sendall(said + b"\r\n")
        while not (heard := connection.recv(4096)).endswith(b"\n"):
            if not heard:
                raise ConnectionError(f"hung up on {said!r}")


def generate(port: int, sessions: int, *, is_secure: bool, certificate: str) -> None:
    """A generator process: waits for a line, then four threads share the sessions."""
    talker = Talker(port, certificate)

    def run() -> None:
        for _ in range(sessions // 4):
            talker.session(is_secure=is_secure)

    threads = [threading.Thread(target=run) for _ in range(4)]
    print("ready", flush=True)
    sys.stdin.readline()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("done", flush=True)


def measure(peer: Peer, port: int, sessions: int, *, is_secure: bool, certificate: str = "") -> tuple[float, float]:
    """Sessions a second, and processor milliseconds of the server for each."""
    command = [sys.executable, "-m", "bench.tls", "--generate", str(port), "--sessions", str(sessions // GENERATORS)]
    command += ["--secure"] if is_secure else []
    command += ["--certificate", certificate] if certificate else []
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, **pipes) for _ in range(GENERATORS)]  # type: ignore[call-overload]  # Popen's own
    _hear(running, "ready")
    before, began = cpu_s(peer.root_pid), time.perf_counter()
    for each in running:
        each.stdin.write("go\n")
        each.stdin.flush()
    _hear(running, "done")
    took = time.perf_counter() - began
    cost = cpu_s(peer.root_pid) - before
    for each in running:
        each.wait()
    return sessions / took, cost / sessions * 1000


def _hear(running: list[subprocess.Popen[str]], word: str) -> None:
    for each in running:
        assert each.stdout is not None
        if each.stdout.readline().strip() != word:
            raise RuntimeError(f"a generator failed before it was {word}")


def idle(peer: Peer, port: int, number: int) -> float:
    """KiB for each idle connection under TLS, all processes of the server together."""
    talker = Talker(port)
    before = sum(memory_kb(peer.root_pid).values())
    held = [talker.secured(talker.greeted()) for _ in range(number)]
    time.sleep(1.0)
    grown = sum(memory_kb(peer.root_pid).values()) - before
    for connection in held:
        connection.close()
    return grown / number


def waiting_ms(port: int, handshakes: int) -> tuple[float, float]:
    """How long NOOP takes in a session while so many ClientHellos come at once: median and longest, in ms."""
    talker = Talker(port)
    quiet = talker.secured(talker.greeted())
    crowd = []
    for _ in range(handshakes):
        plain = talker.greeted()
        talker.say(plain, b"EHLO c.example")
        talker.say(plain, b"STARTTLS")
        crowd.append(plain)
    hello = client_hello()
    took = []
    for plain in crowd:
        plain.sendall(hello)
    for _ in range(80):  # smtpd_junk_command_limit is 100
        began = time.perf_counter()
        talker.say(quiet, b"NOOP")
        took.append((time.perf_counter() - began) * 1000)
    for plain in (quiet, *crowd):
        plain.close()
    return statistics.median(took), max(took)


def client_hello() -> bytes:
    """The first flight of a client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing)
    with contextlib.suppress(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()


def compare(options: argparse.Namespace, directory: Path) -> None:
    """All rounds; prints one table."""
    authority = Authority(directory)
    for kind in KINDS:
        authority.issue("gate.example.com", kind)
    client = authority.issue("client.example")
    whole = directory / "client.pem"
    whole.write_bytes(client.chain.read_bytes())
    with gatepost(directory / "gatepost", authority) as ours, postfix(directory / "postfix", authority) as theirs:
        for number, kind in enumerate((*KINDS, "in the clear") if options.rounds else ()):
            figures: dict[str, list[tuple[float, float]]] = {"Gatepost": [], "Postfix": []}
            for _ in range(options.rounds):
                for peer in (ours, theirs):
                    port = PORTS[peer.name] + number % len(KINDS)
                    figures[peer.name].append(measure(peer, port, options.sessions, is_secure=number < len(KINDS)))
            _show(kind, figures)
        kib = idle(ours, PORTS["Gatepost"], options.idle)
        print(f"{options.idle} idle connections under TLS: Gatepost {kib:.1f} KiB each")
        few = min(options.idle, 200)
        print(f"{few} idle connections under TLS: Postfix {idle(theirs, PORTS['Postfix'], few):.1f} KiB each")
        median, longest = waiting_ms(PORTS["Gatepost"], options.flood)
        print(
            f"{options.flood} ClientHellos at once: NOOP elsewhere median {median:.1f} ms, longest {longest:.1f} ms"
        )
        asked = measure(ours, PORTS["Gatepost"] + 2, options.sessions, is_secure=True, certificate=str(whole))
        print(f"ec, with a client certificate: Gatepost {asked[0]:.0f}/s {asked[1]:.2f} ms CPU")


def _show(kind: str, figures: dict[str, list[tuple[float, float]]]) -> None:
    rate, cost = ({name: statistics.median(f[i] for f in each) for name, each in figures.items()} for i in (0, 1))
    rates = f"{rate['Gatepost']:.0f} Postfix {rate['Postfix']:.0f} ratio {rate['Gatepost'] / rate['Postfix']:.2f}"
    costs = f"{cost['Gatepost']:.2f} Postfix {cost['Postfix']:.2f} ratio {cost['Gatepost'] / cost['Postfix']:.2f}"
    print(f"{kind}: sessions/s Gatepost {rates}; CPU ms Gatepost {costs}", flush=True)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.tls", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="0: floods and idle connections alone")
    parser.add_argument("--sessions", type=int, default=800)
    parser.add_argument("--idle", type=int, default=2000)
    parser.add_argument("--flood", type=int, default=1000)
    parser.add_argument("--generate", type=int, metavar="PORT", help=argparse.SUPPRESS)
    parser.add_argument("--secure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--certificate", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.generate:
        generate(options.generate, options.sessions, is_secure=options.secure, certificate=options.certificate)
        return 0
    if INSIDE not in os.environ:
        return in_private_namespace("bench.tls", sys.argv[1:]).returncode
    make_network()
    directory = Path(tempfile.mkdtemp(prefix="gatepost-bench-tls-"))
    directory.chmod(0o755)
    try:
        compare(options, directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
