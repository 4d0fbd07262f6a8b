"""Certificates and private keys: read from their files, judged, told by fingerprint and name.

A chain file (smtpd_tls_chain_files) holds private keys, each followed by its certificate and those that signed it, in
PEM, perhaps spread over several files. With smtpd_tls_cert_file and smtpd_tls_key_file each has a file of its own.

What is wrong is a Fault: unreadable, not PEM, a key with a passphrase, a key that is not the certificate's. What is
dangerous is a remark: expired or soon to be (SOON_DAYS), a key that others may read. No octet of a key is ever told.

Fingerprints are of the certificate and of its public key (SubjectPublicKeyInfo) in DER, as pairs of upper-case
hexadecimal digits between colons, as Postfix writes them. The only file that knows the library `cryptography`.
Postfix: TLS_README, smtpd_tls_fingerprint_digest. RFC: 5280; 6125 section 6.4 (names).
"""

import hashlib
import ipaddress
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

SOON_DAYS = 21
"""A certificate that ends within so many days is told of: Let's Encrypt renews 30 days before the end of 90."""

LARGEST_FILE_OCTETS = 1_000_000
"""A chain of certificates has some kilobytes."""

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


class CertificateFault(Exception):  # noqa: N818 -- a fault of the configuration, told as such
    """A file cannot be used: `path` and why. The text holds nothing of what is in it."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Credentials:
    """A private key with the PEM of its chain, leaf first. Its text is the names of its files alone."""

    key: Any
    chain: bytes
    key_file: str
    certificate_file: str

    def __repr__(self) -> str:
        return f"Credentials({self.certificate_file}, {self.key_file})"


def read_pair(certificate_file: str, key_file: str) -> Credentials:
    """A certificate and its key, each from its file. Raises CertificateFault."""
    chain = b"\n".join(block for kind, block in _blocks(certificate_file) if kind.endswith("CERTIFICATE"))
    keys = [block for kind, block in _blocks(key_file) if kind.endswith("PRIVATE KEY")]
    if not keys:
        raise CertificateFault(key_file, "no private key in it")
    return _matched(Credentials(_key(key_file, keys[0]), chain, key_file, certificate_file))


def read_chains(files: tuple[str, ...]) -> tuple[Credentials, ...]:
    """The keys of chain files, each with the certificates behind it. Raises CertificateFault."""
    found: list[tuple[Any, str, list[bytes], str]] = []
    for path in files:
        for kind, block in _blocks(path):
            if kind.endswith("PRIVATE KEY"):
                found.append((_key(path, block), path, [], path))
            elif kind.endswith("CERTIFICATE"):
                if not found:
                    raise CertificateFault(path, "a certificate stands before the first private key")
                key, key_file, chain, _ = found[-1]
                found[-1] = (key, key_file, [*chain, block], path)
    if not found:
        raise CertificateFault(" ".join(files), "no private key in it")
    return tuple(_matched(Credentials(key, b"\n".join(chain), owner, path)) for key, owner, chain, path in found)


def _blocks(path: str) -> Iterator[tuple[str, bytes]]:
    """The PEM blocks of a file with their kinds."""
    try:
        with Path(path).open("rb") as file:
            octets = file.read(LARGEST_FILE_OCTETS + 1)
    except (OSError, ValueError) as error:
        raise CertificateFault(path, getattr(error, "strerror", None) or "no such name") from None
    found = [(match[1].decode(), match[0]) for match in _BLOCK.finditer(octets[:LARGEST_FILE_OCTETS])]
    if not found:
        raise CertificateFault(path, "not a PEM file")
    return iter(found)


def _key(path: str, block: bytes) -> Any:  # noqa: ANN401 -- one of the library's kinds of keys
    try:
        return load_pem_private_key(block, None)
    except TypeError:
        raise CertificateFault(path, "the key has a passphrase, which nobody could be asked for") from None
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateFault(path, "the private key cannot be read") from None


def _matched(credentials: Credentials) -> Credentials:
    if not credentials.chain:
        raise CertificateFault(credentials.certificate_file, "no certificate in it")
    if _public(credentials.key.public_key()) != _public(leaf_of(credentials).public_key()):
        which = f"the key of {credentials.key_file} is not that of the certificate"
        raise CertificateFault(credentials.certificate_file, which)
    return credentials


def leaf_of(credentials: Credentials) -> x509.Certificate:
    """The certificate of the key itself. Raises CertificateFault."""
    try:
        return x509.load_pem_x509_certificates(credentials.chain)[0]
    except ValueError:
        raise CertificateFault(credentials.certificate_file, "the certificate cannot be read") from None


def _public(key: Any) -> bytes:  # noqa: ANN401 -- one of the library's kinds of keys
    octets: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return octets


def dangers(credentials: Credentials, now: datetime | None = None) -> Iterator[tuple[str, str]]:
    """What is dangerous about usable ones, with its cure."""
    now = now or datetime.now(UTC)
    certificate = leaf_of(credentials)
    days = (certificate.not_valid_after_utc - now).days
    if certificate.not_valid_after_utc < now:
        yield f"{credentials.certificate_file}: the certificate expired {-days - 1} days ago", "renew it"
    elif days < SOON_DAYS:
        yield f"{credentials.certificate_file}: the certificate expires in {days} days", "renew it"
    if certificate.not_valid_before_utc > now:
        yield f"{credentials.certificate_file}: the certificate is not valid yet", "look at the clock of the machine"
    mode = Path(credentials.key_file).stat().st_mode
    if mode & stat.S_IROTH:
        yield f"{credentials.key_file}: everybody may read the private key", f"chmod o= {credentials.key_file}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a peer's certificate says: names, and the fingerprints by one digest."""

    subject_cn: str
    issuer_cn: str
    certificate_fingerprint: str
    public_key_fingerprint: str


def read_shown(certificate: x509.Certificate, digest: str) -> Shown:
    """Names and fingerprints; whatever stands in a certificate, this never raises."""
    try:
        public_key = fingerprint(_public(certificate.public_key()), digest)
    except (ValueError, UnsupportedAlgorithm):
        public_key = ""
    octets = certificate.public_bytes(Encoding.DER)
    subject, issuer = _common_name(certificate, "subject"), _common_name(certificate, "issuer")
    return Shown(subject, issuer, fingerprint(octets, digest), public_key)


def fingerprint(octets: bytes, digest: str) -> str:
    """Pairs of hexadecimal digits: `4A:1B:…`."""
    return hashlib.new(digest, octets, usedforsecurity=False).digest().hex(":").upper()


def is_digest(name: str) -> bool:
    """Fingerprints can be made by this digest, named as OpenSSL names it."""
    try:
        return hashlib.new(name, usedforsecurity=False).digest_size > 0
    except (ValueError, TypeError):
        return False


def _common_name(certificate: x509.Certificate, whose: str) -> str:
    try:
        names = getattr(certificate, whose).get_attributes_for_oid(NameOID.COMMON_NAME)
        text = str(names[-1].value) if names else ""
    except ValueError:
        return ""
    return "".join(c if c.isprintable() else "?" for c in text)[:255]


def key_words(certificate: x509.Certificate) -> str:
    """The kind of a certificate's key, such as `RSA (2048 bits)` or `ECDSA (prime256v1)`, as log lines have it."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return ""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA-PSS ({key.key_size} bits)"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA ({'prime256v1' if key.curve.name == 'secp256r1' else key.curve.name})"
    return type(key).__name__.removesuffix("PublicKey")


def bears_name(certificate: x509.Certificate, host: str) -> bool:
    """The certificate is for this host: a DNS name or an address among its alternative names; else its common name.

    A `*` stands for the whole first label. RFC 6125 section 6.4.
    """
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return _matches(_common_name(certificate, "subject"), host)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return any(_matches(name, host) for name in alternatives.get_values_for_type(x509.DNSName))
    return address in alternatives.get_values_for_type(x509.IPAddress)


def _matches(pattern: str, host: str) -> bool:
    pattern, host = pattern.lower().rstrip("."), host.lower().rstrip(".")
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:] and pattern.count(".") > 1
    return bool(pattern) and pattern == host
