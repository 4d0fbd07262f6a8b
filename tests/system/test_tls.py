"""TLS by real clients: swaks, openssl s_client and msmtp let in and refused; what is weak is refused; nothing is injected."""

import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatepost.testing.free_ports import free_ports
from gatepost.world.net.certificates import leaf_of, read_pair, read_shown
from tests.system.running_gate import RunningGate, running_gate, sink, wait_until
from tests.throwaway_authority import Authority

PATIENCE_S = 20.0
ENVELOPE = ("-f", "ann@sender.example", "-t", "bob@example.com")


@dataclass
class Site:
    """A gate with a door for STARTTLS, one for TLS from the first octet, one where TLS is a must and certificates count."""

    gate: RunningGate
    authority: Authority
    files: Path
    may: int
    wrapped: int
    must: int


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("tls")
    authority = Authority(directory)
    for kind in ("ec", "rsa"):
        authority.issue("gate.example.com", kind)
    other = authority.issue("other.example.com")
    friend = authority.issue("friend.example", is_self_signed=True)
    shown = read_shown(leaf_of(read_pair(str(friend.certificate), str(friend.key))), "sha256")
    may, wrapped, must = free_ports(3)
    chains = " ".join(f"{directory}/gate.example.com-{kind}.chain" for kind in ("ec", "rsa"))
    rows = (
        f"127.0.0.1:{may} inet n - n - 0 smtpd\n"
        f"127.0.0.1:{wrapped} inet n - n - 0 smtpd -o smtpd_tls_wrappermode=yes\n"
        f"127.0.0.1:{must} inet n - n - 0 smtpd\n  -o smtpd_tls_security_level=encrypt -o smtpd_tls_ask_ccert=yes\n"
        "  -o { smtpd_relay_restrictions = permit_tls_clientcerts, reject }\n"
    )
    tls = (
        f"smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {chains}\nsmtpd_tls_loglevel = 1\n"
        f"smtpd_tls_received_header = yes\nrelay_clientcerts = inline:{{{{{shown.certificate_fingerprint}=friend}}}}\n"
        f"tls_server_sni_maps = inline:{{{{other.example.com={other.chain}}}, {{.below.example={other.chain}}}}}\n"
    )
    with running_gate(tls, master_cf=rows) as gate:
        yield Site(gate, authority, directory, may, wrapped, must)


def swaks(port: int, *options: str) -> tuple[int, str]:
    done = subprocess.run(
        ["swaks", "-s", f"127.0.0.1:{port}", *ENVELOPE, *options], capture_output=True, text=True, timeout=PATIENCE_S
    )
    return done.returncode, done.stdout + done.stderr


def s_client(port: int, *options: str, said: str = "QUIT\r\n", is_wrapped: bool = False) -> str:
    how = [] if is_wrapped else ["-starttls", "smtp"]
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-crlf", "-ign_eof", *how, *options]
    done = subprocess.run(
        command,
        input=said,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=os.environ | {"OPENSSL_CONF": "/dev/null"},
    )
    return done.stdout + done.stderr


@pytest.mark.peer("swaks")
def test_swaks_is_let_in(site: Site) -> None:
    for port, option in ((site.may, "-tls"), (site.wrapped, "-tlsc")):
        code, said = swaks(
            port, option, "--tls-verify", "--tls-ca-path", str(site.authority.file), "--tls-sni", "gate.example.com"
        )
        assert code == 0, said
    message = b"".join(site.gate.delivered())
    assert re.search(rb"\(using TLSv1\.3 with cipher \w+ \(\d+/\d+ bits\)\r?\n\t key-exchange ", message)
    assert b"(No client certificate requested)" in message
    assert b"with ESMTPS id" in message
    site.gate.await_log("Anonymous TLS connection established from")
    site.gate.await_log("ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7")


@pytest.mark.peer("swaks")
def test_where_tls_is_a_must_the_clear_is_refused(site: Site) -> None:
    code, said = swaks(site.must)
    assert code != 0
    assert "530 5.7.0 Must issue a STARTTLS command first" in said


@pytest.mark.peer("swaks")
def test_a_certificate_known_by_fingerprint_relays_and_others_do_not(site: Site) -> None:
    own = (
        "--tls-cert",
        str(site.files / "friend.example-ec.pem"),
        "--tls-key",
        str(site.files / "friend.example-ec.key"),
    )
    code, said = swaks(site.must, "-tls", *own)
    assert code == 0, said
    assert b'(Client CN "friend.example", Issuer "friend.example" (not verified))' in b"".join(site.gate.delivered())
    site.gate.await_log("Untrusted TLS connection established")
    stranger = site.authority.issue("stranger.example")
    for options in ((), ("--tls-cert", str(stranger.certificate), "--tls-key", str(stranger.key))):
        code, said = swaks(site.must, "-tls", *options)
        assert code != 0
        assert "554 5.7.1" in said


@pytest.mark.peer("msmtp")
@pytest.mark.parametrize("is_trusting", [True, False])
def test_msmtp(site: Site, is_trusting: bool, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "Stranger")
    trust = site.authority.file if is_trusting else stranger.file
    shutil.copy(trust, tmp_path / "trust.pem")
    command = ["msmtp", "-C", "/dev/null", "--host=127.0.0.1", f"--port={site.may}", "--tls=on", "--tls-starttls=on", f"--tls-trust-file={tmp_path}/trust.pem",
               "--tls-host-override=gate.example.com", "--from=ann@sender.example", "--auth=off", "bob@example.com"]  # fmt: skip
    done = subprocess.run(
        command, input="Subject: msmtp\n\nhello\n", capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert (done.returncode == 0) is is_trusting, done.stderr


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_no_weakness_at_the_default_level(site: Site, is_wrapped: bool) -> None:
    port = site.wrapped if is_wrapped else site.may
    said = s_client(port, "-tls1_2", is_wrapped=is_wrapped)
    assert "Compression: NONE" in said
    assert "Secure Renegotiation IS supported" in said  # RFC 5746: an attacker can begin none either
    assert re.search(r"Cipher +(?:is|:) ?ECDHE-", said), said
    for options in (("-tls1",), ("-tls1_1",), ("-ssl3",)):
        weak = s_client(port, *options, "-cipher", "ALL:@SECLEVEL=0", is_wrapped=is_wrapped)
        assert re.search(r"Cipher is \(NONE\)|unknown option|Option -ssl3 needs|unable to", weak, re.IGNORECASE), (
            options,
            weak[-500:],
        )
    for weak_ciphers in ("aNULL", "eNULL", "RC4", "3DES", "EXPORT", "LOW", "MD5", "DES"):
        weak = s_client(port, "-tls1_2", "-cipher", f"{weak_ciphers}:@SECLEVEL=0", is_wrapped=is_wrapped)
        assert re.search(r"Cipher is \(NONE\)|no cipher match|Error with command", weak), (weak_ciphers, weak[-500:])


@pytest.mark.peer("openssl")
def test_no_renegotiation(site: Site) -> None:
    said = s_client(site.may, "-tls1_2", said="EHLO c\r\nR\r\nQUIT\r\n")
    assert "-ign_eof" not in said
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{site.may}", "-starttls", "smtp", "-tls1_2", "-crlf"],
        input="R\n", capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert re.search(r"no renegotiation|handshake failure", done.stdout + done.stderr), done.stderr[-500:]


@pytest.mark.peer("openssl")
def test_a_session_is_resumed_by_any_worker(site: Site, tmp_path: Path) -> None:
    ticket = tmp_path / "ticket"
    s_client(site.may, "-sess_out", str(ticket), "-tls1_2")
    said = [s_client(site.may, "-sess_in", str(ticket), "-tls1_2") for _ in range(12)]
    assert all("Reused, TLSv1.2" in each for each in said), "tickets of one worker are not known to the other"


@pytest.mark.peer("openssl")
@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("other.example.com", "other"),
        ("a.below.example", "other"),
        ("gate.example.com", "gate"),
        ("x.example", "gate"),
    ],
)
def test_the_name_that_is_asked_for_chooses_the_certificate(site: Site, name: str, subject: str) -> None:
    assert re.search(rf"subject=CN ?= ?{subject}\.example\.com", s_client(site.may, "-servername", name))


def test_nothing_sent_ahead_in_the_clear_is_heard(site: Site) -> None:
    context = ssl.create_default_context(cafile=str(site.authority.file))
    with socket.create_connection(("127.0.0.1", site.may), PATIENCE_S) as plain:
        plain.recv(4096)
        plain.sendall(b"EHLO c\r\n")
        plain.recv(4096)
        plain.sendall(
            b"STARTTLS\r\nMAIL FROM:<evil@sender.example>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\nSubject: injected\r\n\r\n"
        )
        assert plain.recv(4096) == b"220 2.0.0 Ready to start TLS\r\n"
        with context.wrap_socket(plain, server_hostname="gate.example.com") as secure:
            secure.sendall(b"NOOP\r\n")
            assert secure.recv(4096) == b"250 2.0.0 Ok\r\n"
            secure.sendall(b"RCPT TO:<bob@example.com>\r\n")
            assert secure.recv(4096) == b"503 5.5.1 Error: need MAIL command\r\n"
            secure.sendall(b"QUIT\r\n")
            assert secure.recv(4096) == b"221 2.0.0 Bye\r\n"
            assert secure.recv(4096) == b"", "close_notify, or this raises"


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\0" * 64, b"NOOP\r\n", b""])
def test_what_is_no_handshake_ends_the_session(site: Site, sent: bytes) -> None:
    before = site.gate.log().count("SSL_accept error from")
    with socket.create_connection(("127.0.0.1", site.wrapped), PATIENCE_S) as plain:
        plain.sendall(sent)
        if not sent:
            plain.shutdown(socket.SHUT_WR)
        try:
            heard = plain.recv(4096)
        except ConnectionResetError:
            heard = b""
    assert not heard.startswith(b"2")
    wait_until(lambda: site.gate.log().count("SSL_accept error from") > before, "the log line")


def test_a_large_message_goes_through_whole(site: Site) -> None:
    text = b"Subject: large\r\n\r\n" + b"".join(b"%07d %s\r\n" % (number, b"x" * 60) for number in range(40_000))
    context = ssl.create_default_context(cafile=str(site.authority.file))
    with (
        socket.create_connection(("127.0.0.1", site.wrapped), PATIENCE_S) as plain,
        context.wrap_socket(plain, server_hostname="gate.example.com") as secure,
        secure.makefile("rb") as replies,
    ):
        replies.readline()
        for said in (
            b"HELO c\r\n",
            b"MAIL FROM:<>\r\n",
            b"RCPT TO:<large@example.com>\r\n",
            b"DATA\r\n",
            text + b".\r\n",
        ):
            secure.sendall(said)
            reply = replies.readline()
        assert reply.startswith(b"250 2.0.0 Ok"), reply
    whole = next(message for message in site.gate.delivered() if b"Subject: large" in message)
    assert whole.replace(b"\r\n", b"\n").endswith(text.replace(b"\r\n", b"\n"))


def test_a_renewed_certificate_is_shown_without_a_restart(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    files = authority.issue("old.example", stem="server")
    settings = f"smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {files.chain}\n"
    with running_gate(settings, workers=1) as gate:
        assert _subject(gate.port) == "old.example"
        authority.issue("new.example", stem="server")
        gate.await_log("reloaded --")
        assert _subject(gate.port) == "new.example"
        files.chain.write_text("spoilt")
        gate.await_log("reload refused")
        assert _subject(gate.port) == "new.example", "a spoilt file is not taken"


def _subject(port: int) -> str:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as plain:
        plain.recv(4096)
        plain.sendall(b"STARTTLS\r\n")
        plain.recv(4096)
        with context.wrap_socket(plain) as secure:
            octets = secure.getpeercert(binary_form=True)
            assert octets is not None
            return next(name for name in ("old.example", "new.example") if name.encode() in octets)


HOP_LEVELS = [
    ("may", "", True),
    ("encrypt", "", True),
    ("verify", "smtp_tls_CAfile = {authority}", True),
    ("secure", "smtp_tls_CAfile = {authority}", True),
    ("verify", "smtp_tls_CAfile = {stranger}", False),
    ("verify", "smtp_tls_CAfile = {authority}\nsmtpd_proxy_filter = 127.0.0.1:{port}", False),
    ("fingerprint", "smtp_tls_fingerprint_cert_match = {print}", True),
    ("fingerprint", "smtp_tls_fingerprint_cert_match = AA:BB", False),
    ("encrypt", "smtp_tls_mandatory_protocols = <=TLSv1.2", True),
]


@pytest.mark.parametrize(("level", "settings", "is_taken"), HOP_LEVELS)
def test_the_next_hop(site: Site, level: str, settings: str, is_taken: bool, tmp_path: Path) -> None:
    """The hop is another gate, whose certificate is for localhost."""
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "Stranger")
    files = authority.issue("localhost", stem="hop")
    shown = read_shown(leaf_of(read_pair(str(files.certificate), str(files.key))), "sha256")
    hop_tls = f"smtpd_tls_security_level = encrypt\nsmtpd_tls_chain_files = {files.chain}\nsmtpd_tls_loglevel = 1\ninet_protocols = ipv4\n"
    with running_gate(hop_tls, workers=1) as hop:
        given = settings.format(
            authority=authority.file, stranger=stranger.file, print=shown.public_key_fingerprint, port=hop.port
        )
        with running_gate(
            f"smtp_tls_security_level = {level}\n{given}\n",
            hop=f"localhost:{hop.port}" if "smtpd_proxy_filter" not in given else "",
            workers=1,
        ) as gate:
            heard = _send(gate.port)
            assert heard.startswith("250 2.0.0" if is_taken else "451 4.3.0"), (heard, gate.log()[-1500:])
            assert len(hop.delivered()) == is_taken
            if not is_taken:
                gate.await_log("TLS handshake: its certificate")


@pytest.mark.peer("smtp-sink")
@pytest.mark.parametrize(("level", "is_taken"), [("may", True), ("encrypt", False)])
def test_a_hop_without_tls(level: str, is_taken: bool) -> None:
    with sink() as hop, running_gate(f"smtp_tls_security_level = {level}\n", hop=hop.address, workers=1) as gate:
        assert _send(gate.port).startswith("250" if is_taken else "451 4.3.0")
        if not is_taken:
            gate.await_log("no STARTTLS offered")


def test_a_wish_for_tls_that_fails_goes_on_in_the_clear(tmp_path: Path) -> None:
    """The hop has a protocol that we do not speak."""
    files = Authority(tmp_path).issue("localhost", stem="hop")
    hop_tls = (
        f"smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {files.chain}\nsmtpd_tls_protocols = TLSv1.2\n"
    )
    with running_gate(hop_tls, workers=1) as hop:
        ours = "smtp_tls_security_level = may\nsmtp_tls_protocols = TLSv1.3\n"
        with running_gate(ours, hop=f"127.0.0.1:{hop.port}", workers=1) as gate:
            assert _send(gate.port).startswith("250")
            gate.await_log("going on in the clear")
        with running_gate(
            ours.replace("may", "encrypt").replace("_protocols", "_mandatory_protocols"),
            hop=f"127.0.0.1:{hop.port}",
            workers=1,
        ) as gate:
            assert _send(gate.port).startswith("451 4.3.0")


def _send(port: int) -> str:
    """Send a small message; gives the first refusal, or the reply to the message."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client, client.makefile("rb") as replies:
        client.settimeout(PATIENCE_S)
        reply = replies.readline().decode()
        for said in (
            "HELO c",
            "MAIL FROM:<ann@sender.example>",
            "RCPT TO:<bob@example.com>",
            "DATA",
            "Subject: x\r\n\r\nhello\r\n.",
        ):
            client.sendall(f"{said}\r\n".encode())
            reply = replies.readline().decode()
            if reply[0] in "45":
                break
        return reply


def test_no_key_is_ever_told(site: Site) -> None:
    keys = [path.read_text().splitlines()[1] for path in site.files.glob("*.key")]
    log = site.gate.log()
    assert not any(key in log for key in keys)
    assert "BEGIN" not in log
