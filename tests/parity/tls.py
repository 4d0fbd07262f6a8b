"""TLS beside a real Postfix: the same dialogues, every reply line and what each log says of the session compared.

    .venv/bin/python -m tests.parity.tls [--json]

Needs root, unshare(1), ip(8) and Debian's postfix. Everything runs in namespaces of its own (run.py), with an authority
made on the spot. Each dialogue is spoken to both servers by Python's ssl: STARTTLS in every state and at every level,
TLS from the first octet, client certificates that are absent, trusted, untrusted and known by fingerprint; a policy
service answers with what it was told of the session, so that this is compared too.

What is not compared (docs/differences.md): `server-digest` and `client-digest` in log lines; what OpenSSL calls its own
errors; smtpd_tls_chain_files that cannot be read, where Postfix says 220 and fails then; TLS from the first octet with
smtpd_tls_req_ccert, where Postfix greets behind its 421.

Exit codes: 0 no difference, 1 differences.
"""

import json
import os
import re
import shutil
import socket
import socketserver
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from gatepost.world.net.certificates import leaf_of, read_pair, read_shown
from tests.parity.run import INSIDE, in_private_namespace
from tests.parity.servers import make_network, run_gatepost, run_postfix, wait_for_port
from tests.throwaway_authority import Authority, Issued
from tests.wire.smtp.private_postfix import SERVICES

HOSTS = {"postfix": "127.0.0.1", "gatepost": "127.0.1.1"}
FIRST_PORT, POLICY_PORT = 2500, 10997
PATIENCE_S = 8.0
SILENCE_S = 2.5
TLS = "(tls)"
CLOSED = "(closed)"

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
inet_interfaces = all
inet_protocols = ipv4
mail_owner = postfix
myhostname = mx.ours.example
mydestination = ours.example
local_recipient_maps =
mynetworks = 127.0.0.0/8
alias_maps =
default_transport = discard
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
smtpd_client_event_limit_exceptions = 0.0.0.0/0
smtpd_forbid_unauth_pipelining = yes
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_chain_files = {server.chain}
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
smtpd_tls_CAfile = {authority}
smtpd_tls_protocols = >=TLSv1.2
smtpd_tls_mandatory_protocols = >=TLSv1.2
relay_clientcerts = texthash:{directory}/relay
default_privs = nobody
"""

ASK = {"smtpd_tls_ask_ccert": "yes"}
ECHO = {"smtpd_recipient_restrictions": f"check_policy_service inet:127.0.0.1:{POLICY_PORT}"}
ACCESS = "check_ccert_access { texthash:{directory}/access"
DOORS: tuple[dict[str, str], ...] = (
    {},
    {"smtpd_tls_security_level": "encrypt"},
    {"smtpd_tls_security_level": "none"},
    {"smtpd_tls_wrappermode": "yes"},
    {"smtpd_tls_chain_files": "", "smtpd_tls_cert_file": "/nonexistent"},
    {"smtpd_tls_chain_files": "", "smtpd_tls_cert_file": "/nonexistent", "smtpd_tls_security_level": "encrypt"},
    {"smtpd_tls_security_level": "encrypt", "smtpd_tls_req_ccert": "yes"},
    ASK | {"smtpd_relay_restrictions": "permit_tls_clientcerts, reject_unauth_destination"},
    ASK | {"smtpd_relay_restrictions": "permit_tls_all_clientcerts, reject_unauth_destination"},
    ASK | {"smtpd_recipient_restrictions": ACCESS + " }"},
    ASK | {"smtpd_recipient_restrictions": ACCESS + ", { search_order = pubkey_fingerprint } }"},
    {"smtpd_relay_restrictions": "permit_tls_clientcerts, reject_unauth_destination"},
    {"smtpd_recipient_restrictions": "reject_plaintext_session"},
    {"smtpd_helo_required": "yes"},
    ASK | ECHO,
    {"smtpd_tls_wrappermode": "yes", "smtpd_tls_ask_ccert": "yes"} | ECHO,
    {"smtpd_use_tls": "yes", "smtpd_tls_security_level": ""},
    {"smtpd_enforce_tls": "yes", "smtpd_tls_security_level": ""},
    {"smtpd_discard_ehlo_keywords": "starttls"},
    {"smtpd_delay_reject": "no", "smtpd_client_restrictions": "reject", "smtpd_tls_security_level": "encrypt"},
    {"smtpd_tls_mandatory_protocols": ">=TLSv1.3", "smtpd_tls_security_level": "encrypt"},
    {"smtpd_tls_protocols": "TLSv1.2", "smtpd_tls_exclude_ciphers": "AES256, CHACHA20"},
    ASK | {"smtpd_tls_fingerprint_digest": "sha1"} | ECHO,
)  # fmt: skip

EVERY = ("HELO c", "EHLO c", "MAIL FROM:<a@b.example>", "DATA", "RCPT TO:<x@ours.example>", "RSET", "NOOP", "VRFY x",
         "ETRN a.b", "XCLIENT NAME=x", "BDAT 0 LAST", "FOO", "STARTTLS now", "QUIT")  # fmt: skip
MAIL = ("MAIL FROM:<a@b.example>", "RCPT TO:<x@ours.example>", "RCPT TO:<x@elsewhere.example>", "RSET")
SECURE = ("EHLO c", "STARTTLS", TLS)
SCRIPTS: tuple[tuple[str, ...], ...] = (
    EVERY,
    (*SECURE, *EVERY),
    (*SECURE, "EHLO c", *MAIL, "STARTTLS", "QUIT"),
    ("STARTTLS", TLS, *MAIL, "QUIT"),
    ("EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<x@ours.example>", "STARTTLS", TLS, "DATA", "RCPT TO:<y@ours.example>", "QUIT"),
    ("EHLO c", "STARTTLS\r\nNOOP\r\nMAIL FROM:<a@b.example>", TLS, "NOOP", "RCPT TO:<x@ours.example>", "QUIT"),
    ("EHLO c", "STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@b.example>\r\nRCPT TO:<x@ours.example>\r\nDATA", TLS, "EHLO c", "DATA", "QUIT"),
    ("HELO c", "STARTTLS\r\nNOOP", "QUIT"),
    ("EHLO c", "STARTTLS", "NOOP\r\nNOOP\r\nNOOP"),
    (*SECURE, "NOOP", "HELO c", "RSET"),
)  # fmt: skip
WRAPPED_SCRIPTS = ((TLS, *EVERY), (TLS, "EHLO c", *MAIL, "STARTTLS", "QUIT"), ("EHLO c", "NOOP"))


@dataclass(frozen=True, slots=True)
class Compared:
    """What both said to one dialogue: replies, then log lines."""

    door: int
    script: tuple[str, ...]
    client: str
    postfix: tuple[str, ...]
    gatepost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Client:
    """Whoever speaks: with a certificate, or none; at most by a protocol, or any."""

    name: str
    files: Issued | None
    most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = self.most
        if self.files is not None:
            context.load_cert_chain(self.files.certificate, self.files.key)
        return context


def dialogues(clients: tuple[Client, ...]) -> Iterator[tuple[int, tuple[str, ...], Client]]:
    for door, options in enumerate(DOORS):
        is_wrapped = "smtpd_tls_wrappermode" in options
        asks = "smtpd_tls_ask_ccert" in options or "smtpd_tls_req_ccert" in options
        for script in WRAPPED_SCRIPTS if is_wrapped else SCRIPTS if door < 2 else SCRIPTS[:3]:
            for client in clients if asks else (clients[0], clients[-1]):
                yield door, script, client


def speak(script: tuple[str, ...], client: Client, address: str, server: tuple[str, int]) -> list[str]:
    """Run a dialogue from an address of its own; gives what was heard."""
    heard: list[str] = []
    with socket.create_connection(server, PATIENCE_S, (address, 0)) as plain:
        connection: socket.socket = plain
        try:
            heard += _lines(connection) if script[0] != TLS else []
            for said in script:
                if CLOSED in heard:
                    break
                if said == TLS and (not heard or heard[-1].startswith("220 ")):
                    connection = client.context().wrap_socket(connection)
                    facts = connection.cipher()
                    heard.append(f"(tls {connection.version()} {facts[0] if facts else ''})")
                    heard += _lines(connection) if script[0] == TLS else []
                elif said != TLS:
                    connection.sendall(said.encode() + b"\r\n")
                    heard += _lines(connection)
        except (OSError, ssl.SSLError):
            heard.append(CLOSED)
        finally:
            connection.close()
    return heard


def _lines(connection: socket.socket) -> list[str]:
    """The lines of one reply. Silence is an answer too, of a server that waits for more."""
    connection.settimeout(SILENCE_S)
    got = b""
    while not re.search(rb"(?:^|\n)\d{3} [^\n]*\n$", got):
        try:
            piece = connection.recv(4096)
        except TimeoutError:
            return [*got.decode().splitlines(), "(silence)"]
        if not piece:
            return [*got.decode().splitlines(), CLOSED]
        got += piece
    return [_ETRN.sub("(etrn answered)", line) for line in got.decode().splitlines()]


_ETRN = re.compile(r"^(250 Queuing started|458 Unable to queue messages|459 .*: service unavailable)$")
_LOGGED = re.compile(r"smtpd\[\d+\]: (.*)$", re.MULTILINE)
_OURS = re.compile(r" id=[0-9A-F.]+$| (?:server|client)-digest \w+|, id=\S+$")
_QUEUE_ID = re.compile(r"^[0-9A-F]{8,}:")
_KEPT = (
    "TLS connection established",
    "abort: TLS",
    "SSL_accept error",
    "lost connection",
    "disconnect from",
    "reject: ",
)


def logged(text: str) -> list[str]:
    """What a log says of its sessions, without what only one of the two can say."""
    lines = (_QUEUE_ID.sub("NOQUEUE:", _OURS.sub("", line)) for line in _LOGGED.findall(text))
    return [line for line in lines if any(word in line for word in _KEPT) and not line.startswith("warning")]


class Echo(socketserver.StreamRequestHandler):
    """Answers with what it was told of TLS."""

    NAMES = ("encryption_protocol", "encryption_cipher", "encryption_keysize", "ccert_subject", "ccert_issuer",
             "ccert_fingerprint", "ccert_pubkey_fingerprint")  # fmt: skip

    def handle(self) -> None:
        told: dict[str, str] = {}
        for raw in self.rfile:
            name, _, value = raw.decode().rstrip("\n").partition("=")
            if name:
                told[name] = value
                continue
            shown = " ".join(f"{each}={told.get(each)}" for each in self.NAMES)
            self.wfile.write(f"action=REJECT {shown}\n\n".encode())
            told = {}


@contextmanager
def echo_server() -> Iterator[None]:
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", POLICY_PORT), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def _prepare(directory: Path) -> tuple[Client, ...]:
    authority, stranger = Authority(directory), Authority(directory, "Strange Authority")
    server = authority.issue("mx.ours.example", stem="server")
    trusted, untrusted = authority.issue("trusted.example"), stranger.issue("untrusted.example", "rsa")
    known, by_key = (
        stranger.issue("known.example"),
        stranger.issue("by key.example", stem="bykey", is_self_signed=True),
    )
    prints = {
        name: read_shown(leaf_of(read_pair(str(f.certificate), str(f.key))), "sha256")
        for name, f in (("known", known), ("by_key", by_key))
    }
    (directory / "relay").write_text(
        f"{prints['known'].certificate_fingerprint} known\n{prints['by_key'].public_key_fingerprint} key\n"
    )
    (directory / "access").write_text(
        f"{prints['known'].certificate_fingerprint} REJECT by certificate\n{prints['by_key'].public_key_fingerprint} REJECT by key\n"
    )
    for name in ("queue", "data", "maildirs"):
        (directory / name).mkdir()
    shutil.chown(directory / "data", "postfix")
    text = MAIN_CF.format(directory=directory, server=server, authority=authority.file)
    for side, host in HOSTS.items():
        (directory / side).mkdir()
        (directory / side / "main.cf").write_text(text)
        rows = []
        for number, options in enumerate(DOORS):
            rows.append(f"{host}:{FIRST_PORT + number} inet n - n - - smtpd\n")
            rows += [
                f"  -o {{ {name} = {value.replace('{directory}', str(directory))} }}\n"
                for name, value in options.items()
            ]
        (directory / side / "master.cf").write_text(
            "".join(rows) + SERVICES + "tlsmgr unix - - n 1000? 1 tlsmgr\nanvil unix - - n - 1 anvil\n"
        )
    return (
        Client("none", None),
        Client("trusted", trusted),
        Client("untrusted", untrusted),
        Client("known", known),
        Client("by key", by_key),
        Client("TLSv1.2", None, ssl.TLSVersion.TLSv1_2),
    )  # fmt: skip


def compare(directory: Path, clients: tuple[Client, ...]) -> list[Compared]:
    """Every dialogue, with both; each comes from an address of its own, by which its log lines are known."""

    def both(numbered: tuple[int, tuple[int, tuple[str, ...], Client]]) -> tuple[str, dict[str, list[str]]]:
        number, (door, script, client) = numbered
        address = f"127.9.{number // 250}.{number % 250 + 1}"
        return address, {side: speak(script, client, address, (HOSTS[side], FIRST_PORT + door)) for side in HOSTS}

    numbered = list(enumerate(dialogues(clients)))
    with ThreadPoolExecutor(16) as pool:
        spoken = list(pool.map(both, numbered))
    time.sleep(1.0)  # the last lines of the logs
    logs = {"postfix": directory / "maillog", "gatepost": directory / "gatepost.log"}
    said = {side: logged(path.read_text(errors="replace")) for side, path in logs.items()}
    done = []
    for (_, (door, script, client)), (address, heard) in zip(numbered, spoken, strict=True):
        lines = {side: (*heard[side], *(line for line in said[side] if f"[{address}]" in line)) for side in HOSTS}
        done.append(Compared(door, script, client.name, lines["postfix"], lines["gatepost"]))
    return done


def main(arguments: list[str]) -> int:
    """Run everything; the report goes to standard output."""
    directory = Path(tempfile.mkdtemp(prefix="gatepost-tls-"))
    directory.chmod(0o755)
    make_network()
    try:
        clients = _prepare(directory)
        with ExitStack() as stack:
            stack.enter_context(echo_server())
            stack.enter_context(run_postfix(directory))
            stack.enter_context(run_gatepost(directory))
            for side, host in HOSTS.items():
                try:
                    wait_for_port(host, FIRST_PORT)
                except TimeoutError as error:
                    raise TimeoutError(f"{side}: {(directory / 'gatepost.err').read_text()[-3000:]}") from error
            done = compare(directory, clients)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    differing = [each for each in done if each.postfix != each.gatepost]
    if "--json" in arguments:
        lines = {line for each in done for line in each.gatepost}
        print(
            json.dumps(
                {"compared": len(done), "lines": len(lines), "differences": [asdict(each) for each in differing]}
            )
        )
    else:
        for each in differing:
            print(f"door {each.door} {DOORS[each.door]} client {each.client}\n  {each.script}")
            for postfix, gatepost in _beside(each):
                print(
                    f"  {'  ' if postfix == gatepost else '! '}{postfix!r:90} {gatepost!r}"
                    if postfix != gatepost
                    else f"    {postfix!r}"
                )
        print(f"{len(done)} dialogues, {len(differing)} differ")
    return 1 if differing else 0


def _beside(each: Compared) -> Iterator[tuple[str, str]]:
    for number in range(max(len(each.postfix), len(each.gatepost))):
        yield tuple(lines[number] if number < len(lines) else "" for lines in (each.postfix, each.gatepost))  # type: ignore[misc]  # two


if __name__ == "__main__":
    if INSIDE in os.environ:
        sys.exit(main(sys.argv[1:]))
    sys.exit(in_private_namespace("tests.parity.tls", sys.argv[1:]).returncode)
