"""TLS by OpenSSL: contexts made from certificates and rules, and one engine per session, octets in and out.

The only file that knows pyOpenSSL. Why not the standard library's ssl: that cannot ask for a certificate which no
authority has signed, and just those are what permit_tls_clientcerts knows by fingerprint. What it costs more:
bench/RESULTS-tls.md.

A context is made before the workers are forked: they share its session ticket keys, and need no right to read the
private key. Its keys end with it: the supervisor loads a new one from time to time (tls_handshakes.TICKET_KEYS_S).

Always: no renegotiation, no compression, no session cache in memory (tickets only). Where client certificates are
asked for there are no tickets either: each session shows its certificate anew.

Gives: TlsEngine, whose methods raise TlsFault with a line for the log.
RFC: 8446 (TLS 1.3), 5246 (TLS 1.2), 5077 (tickets), 8996 (no older ones).
"""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cryptography import x509
from OpenSSL import SSL
from OpenSSL.crypto import get_elliptic_curve, get_elliptic_curves

from gatepost.world.net.certificates import Credentials
from gatepost.world.net.tls_names import TlsRules

RECORD_OCTETS = 16384
"""The most that one record carries (RFC 8446 section 5.1)."""

READ_OCTETS = 65536
"""How much of what is to be sent is taken out at once."""

Context = SSL.Context

_VERSIONS = {
    "TLSv1": SSL.TLS1_VERSION,
    "TLSv1.1": SSL.TLS1_1_VERSION,
    "TLSv1.2": SSL.TLS1_2_VERSION,
    "TLSv1.3": SSL.TLS1_3_VERSION,
}
_WITHOUT = {
    "TLSv1": SSL.OP_NO_TLSv1,
    "TLSv1.1": SSL.OP_NO_TLSv1_1,
    "TLSv1.2": SSL.OP_NO_TLSv1_2,
    "TLSv1.3": SSL.OP_NO_TLSv1_3,
}
_REASONS = {
    7: "certificate signature failure",
    9: "certificate is not yet valid",
    10: "certificate has expired",
    18: "self-signed certificate",
    19: "self-signed certificate in certificate chain",
    20: "unable to get local issuer certificate",
    21: "unable to verify the first certificate",
    22: "certificate chain too long",
    23: "certificate revoked",
    24: "invalid CA certificate",
    26: "unsuitable certificate purpose",
}
"""X509_V_ERR_…, in OpenSSL's words."""


class TlsFault(Exception):  # noqa: N818 -- most are the peer's doing and end one session
    """What OpenSSL says, in one line."""


def _line(error: SSL.Error) -> str:
    """Of the queue of errors the first: what happened; the others are what that led to."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return ":".join(str(part) for part in queue[0]) if queue else "unexpected end of file"


def make_context(
    rules: TlsRules,
    credentials: Iterable[Credentials],
    *,
    ca_file: str = "",
    ca_path: str = "",
    with_default_authorities: bool = False,
    verify_depth: int = 9,
    is_server: bool = True,
) -> SSL.Context:
    """A context that asks for no certificate. Raises TlsFault."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD if is_server else SSL.TLS_CLIENT_METHOD)
    try:
        _restrict(context, rules)
        for each in credentials:
            _use(context, each)
        if ca_file or ca_path:
            context.load_verify_locations(ca_file or None, ca_path or None)
        if with_default_authorities:
            context.set_default_verify_paths()
    except SSL.Error as error:
        raise TlsFault(_line(error)) from None
    context.set_verify_depth(verify_depth)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    return context


def _restrict(context: SSL.Context, rules: TlsRules) -> None:
    context.set_min_proto_version(_VERSIONS[rules.protocols[0]])
    context.set_max_proto_version(_VERSIONS[rules.protocols[-1]])
    options = SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION
    for name, without in _WITHOUT.items():
        options |= 0 if name in rules.protocols else without
    if rules.prefers_own_order:
        options |= SSL.OP_CIPHER_SERVER_PREFERENCE
    context.set_options(options)
    context.set_cipher_list(rules.ciphers.encode())
    if rules.curve:
        if rules.curve not in {curve.name for curve in get_elliptic_curves()}:
            raise TlsFault(f"unknown curve {rules.curve!r}")
        context.set_tmp_ecdh(get_elliptic_curve(rules.curve))
    if rules.dh_file:
        context.load_tmp_dh(rules.dh_file)


def _use(context: SSL.Context, credentials: Credentials) -> None:
    """Take a key and its chain. The chain goes by a file in memory: only so it belongs to this key alone."""
    descriptor = os.memfd_create("gatepost-chain")
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(credentials.chain)
        context.use_certificate_chain_file(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
    context.use_privatekey(credentials.key)


def ask_for_certificate(context: SSL.Context, ca_file: str) -> None:
    """Ask clients for a certificate, of any kind or none; whether somebody has signed it is told in the facts."""
    note_distrust(context)
    context.set_options(SSL.OP_NO_TICKET)
    if ca_file:
        context.load_client_ca(ca_file.encode())


def note_distrust(context: SSL.Context) -> None:
    """Let every certificate of the other side pass; `distrust` tells what is wrong with it."""
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_CLIENT_ONCE, _note)


def _note(connection: SSL.Connection, _: Any, error: int, _depth: int, is_good: int) -> bool:  # noqa: ANN401
    """Let every certificate pass, and note what is wrong with it."""
    if not is_good:
        connection.get_app_data().append(error)
    return True


def limit_tickets(context: SSL.Context, lifetime_s: int) -> None:
    """Session tickets hold so long; 0: there are none."""
    if lifetime_s > 0:
        context.set_timeout(lifetime_s)
    else:
        context.set_options(SSL.OP_NO_TICKET)


def choose_by_name(context: SSL.Context, by_name: Mapping[str, SSL.Context]) -> None:
    """Have the name that a client asks for (SNI, RFC 6066) choose the certificate: `host`, or `.domain` above it."""

    def choose(connection: SSL.Connection) -> None:
        name = (connection.get_servername() or b"").decode("ascii", "replace").lower().rstrip(".")
        while name:
            other = by_name.get(name)
            if other is not None:
                connection.set_context(other)
                return
            label_end = name.find(".", 1)
            name = name[label_end:] if label_end > 0 else ""

    context.set_tlsext_servername_callback(choose)


class TlsEngine:
    """One session. handshake() until it is done, then read() and write(); outgoing() after each."""

    __slots__ = ("_connection", "_faults")

    def __init__(self, context: SSL.Context, *, server_name: str = "", is_server: bool = True) -> None:
        self._connection = SSL.Connection(context, None)
        self._faults: list[int] = []
        self._connection.set_app_data(self._faults)
        if is_server:
            self._connection.set_accept_state()
        else:
            self._connection.set_connect_state()
            if server_name:
                self._connection.set_tlsext_host_name(server_name.encode())

    def receive(self, octets: bytes) -> None:
        """Take what came from the peer."""
        self._connection.bio_write(octets)

    def handshake(self) -> bool:
        """Go on with the handshake; True when it is done. Raises TlsFault."""
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            return False
        except SSL.Error as error:
            raise TlsFault(_line(error)) from None
        return True

    def read(self) -> tuple[bytes, bool]:
        """What the peer said, and whether it has said goodbye (close_notify). Raises TlsFault."""
        said: list[bytes] = []
        try:
            while True:
                said.append(self._connection.recv(RECORD_OCTETS))
        except SSL.WantReadError:
            return b"".join(said), False
        except SSL.ZeroReturnError:
            return b"".join(said), True
        except SSL.Error as error:
            raise TlsFault(_line(error)) from None

    def write(self, octets: bytes) -> None:
        """Say something. Raises TlsFault."""
        try:
            self._connection.sendall(octets)
        except SSL.Error as error:
            raise TlsFault(_line(error)) from None

    def say_goodbye(self) -> None:
        """Tell the peer that nothing more will come (close_notify)."""
        try:
            self._connection.shutdown()
        except SSL.Error:
            return  # it is beyond caring

    def outgoing(self) -> bytes:
        """Take what is to be sent."""
        parts: list[bytes] = []
        try:
            while not parts or len(parts[-1]) == READ_OCTETS:
                parts.append(self._connection.bio_read(READ_OCTETS))
        except SSL.WantReadError:
            pass
        return parts[0] if len(parts) == 1 else b"".join(parts)

    @property
    def protocol(self) -> str:
        """Such as TLSv1.3."""
        return self._connection.get_protocol_version_name()

    @property
    def cipher(self) -> str:
        """Such as TLS_AES_256_GCM_SHA384."""
        return self._connection.get_cipher_name() or ""

    @property
    def key_bits(self) -> int:
        """The bits of the cipher's key."""
        return self._connection.get_cipher_bits() or 0

    @property
    def key_exchange(self) -> str:
        """The group of the key exchange, such as X25519; "" where there was none."""
        return self._connection.get_group_name() or ""

    @property
    def own_certificate(self) -> x509.Certificate | None:
        """The certificate that we showed."""
        return self._read_certificate(self._connection.get_certificate)

    @property
    def peer_certificate(self) -> x509.Certificate | None:
        """The certificate that the peer showed, where it can be read at all."""
        return self._read_certificate(self._connection.get_peer_certificate)

    def _read_certificate(self, get: Callable[..., Any]) -> x509.Certificate | None:
        try:
            certificate: x509.Certificate | None = get(as_cryptography=True)
        except ValueError:
            return None
        return certificate

    @property
    def distrust(self) -> str:
        """Why no authority vouches for the peer's certificate; "" where one does, or nothing was shown."""
        if not self._faults:
            return ""
        return _REASONS.get(self._faults[0], f"verification error {self._faults[0]}")
