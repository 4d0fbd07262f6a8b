"""Certificates of the parity run: the server's, and clients whom it knows in different ways. The same in every run.

Client certificates: `trusted` is signed by the authority, `untrusted` by nobody we know, `known` is listed by its own
fingerprint and `keyed` by that of its public key, under every digest that Postfix may use by default. `none`: TLS
without any.
"""

import ssl
import tempfile
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import new
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

NONE, TRUSTED, UNTRUSTED, KNOWN, KEYED = "none", "trusted", "untrusted", "known", "keyed"
CERTIFICATES = (NONE, TRUSTED, UNTRUSTED, KNOWN, KEYED)

_SERVER, _AUTHORITY = "mx.ours.example", "authority"
_SELF_SIGNED = (UNTRUSTED, KNOWN, KEYED, _AUTHORITY)
_DIGESTS = ("md5", "sha1", "sha256")
"""smtpd_tls_fingerprint_digest: md5 below compatibility_level 3.6, sha256 from there on."""


def _key(name: str) -> Ed25519PrivateKey:
    """Always the same for a name: a kept case names fingerprints."""
    return Ed25519PrivateKey.from_private_bytes(new("sha256", name.encode()).digest())


def _certificate(name: str) -> x509.Certificate:
    issuer = name if name in _SELF_SIGNED else _AUTHORITY
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer)]
    return (
        x509.CertificateBuilder(*reversed(names), _key(name).public_key(), len(name))
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=name == _AUTHORITY, path_length=None), critical=True)
        .sign(_key(issuer), None)
    )


def _pem(name: str) -> str:
    key = _key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (key + _certificate(name).public_bytes(Encoding.PEM)).decode()


def _fingerprints(octets: bytes) -> list[str]:
    return [new(digest, octets).digest().hex(":").upper() for digest in _DIGESTS]


KNOWN_FINGERPRINTS = _fingerprints(_certificate(KNOWN).public_bytes(Encoding.DER))
_KEYED_FINGERPRINTS = _fingerprints(
    _key(KEYED).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)

TLS_FILES = {
    "server.pem": _pem(_SERVER),
    "authority.pem": _certificate(_AUTHORITY).public_bytes(Encoding.PEM).decode(),
    "clients": "".join(f"{each} x\n" for each in (*KNOWN_FINGERPRINTS, *_KEYED_FINGERPRINTS)),
}

TLS = {
    "smtpd_tls_security_level": "may",
    "smtpd_tls_chain_files": "$config_directory/server.pem",
    "smtpd_tls_CAfile": "$config_directory/authority.pem",
    "smtpd_tls_ask_ccert": "yes",
    "relay_clientcerts": "texthash:$config_directory/clients",
}
"""A door that offers TLS and asks for certificates."""


@lru_cache
def client_context(name: str) -> ssl.SSLContext:
    """What a client with this certificate speaks TLS with. It takes any server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if name != NONE:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "client.pem"
            path.write_text(_pem(name))
            context.load_cert_chain(path)
    return context
