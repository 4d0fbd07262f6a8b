"""A certificate authority for one test: keys and certificates made on the spot, written where the test says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Issued:
    """The files of one certificate and its key; `chain` holds both, key first, as smtpd_tls_chain_files wants it."""

    certificate: Path
    key: Path
    chain: Path


def make_key(kind: str = "ec") -> Any:
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())


def key_pem(key: Any, passphrase: str = "") -> bytes:
    how = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


@dataclass
class Authority:
    """Signs for `directory`; its own certificate is in `file`."""

    directory: Path
    name: str = "Throwaway Authority"
    _key: Any = field(default_factory=make_key)

    def __post_init__(self) -> None:
        self._certificate = self._sign(self.name, self._key, self._key.public_key(), days=3650, is_authority=True)
        self.file.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    @property
    def file(self) -> Path:
        return self.directory / f"{self.name.replace(' ', '-')}.pem"

    def issue(
        self,
        host: str,
        kind: str = "ec",
        *,
        days: int = 90,
        names: tuple[str, ...] = (),
        stem: str = "",
        is_self_signed: bool = False,
    ) -> Issued:
        """A certificate for a host. Negative days: it has expired."""
        key = make_key(kind)
        signer = key if is_self_signed else self._key
        certificate = self._sign(
            host, signer, key.public_key(), days=days, names=names or (host,), is_self_signed=is_self_signed
        )
        stem = stem or f"{host.replace('*', 'star')}-{kind}"
        files = Issued(*(self.directory / f"{stem}.{end}" for end in ("pem", "key", "chain")))
        pem = certificate.public_bytes(Encoding.PEM)
        files.certificate.write_bytes(pem)
        files.key.write_bytes(key_pem(key))
        files.chain.write_bytes(key_pem(key) + pem)
        for path in (files.key, files.chain):
            path.chmod(0o600)
        return files

    def _sign(
        self,
        subject: str,
        signer: Any,
        public_key: Any,
        *,
        days: int,
        names: tuple[str, ...] = (),
        is_authority: bool = False,
        is_self_signed: bool = False,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        begins = now - timedelta(days=400)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(subject if is_self_signed else self.name))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(now + timedelta(days=days, hours=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
            )
        return builder.sign(signer, hashes.SHA256())
