"""Keys and certificates from files: what is refused, what is told, and what never is."""

import subprocess
from pathlib import Path

import pytest

from gatepost.world.net.certificates import (
    CertificateFault,
    bears_name,
    dangers,
    leaf_of,
    read_chains,
    read_pair,
    read_shown,
)
from tests.throwaway_authority import Authority, key_pem, make_key


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def test_a_pair(authority: Authority) -> None:
    files = authority.issue("mx.example")
    credentials = read_pair(str(files.certificate), str(files.key))
    assert bears_name(leaf_of(credentials), "mx.example")
    assert list(dangers(credentials)) == []


def test_two_kinds_of_keys_in_one_file_and_a_chain_over_two(authority: Authority, tmp_path: Path) -> None:
    first, second = authority.issue("a.example", "rsa"), authority.issue("a.example")
    both = tmp_path / "both.pem"
    both.write_bytes(first.chain.read_bytes() + authority.file.read_bytes() + second.chain.read_bytes())
    found = read_chains((str(both),))
    assert [each.chain.count(b"BEGIN CERTIFICATE") for each in found] == [2, 1]
    assert len(read_chains((str(first.key), str(first.certificate)))) == 1


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda files, other, path: (files.certificate, other.key), "is not that of the certificate"),
        (lambda files, other, path: (files.certificate, path / "absent"), "No such file"),
        (lambda files, other, path: (files.certificate, files.certificate), "no private key in it"),
        (lambda files, other, path: (files.key, files.key), "no certificate in it"),
        (lambda files, other, path: (_written(path, b"hello"), files.key), "not a PEM file"),
        (lambda files, other, path: (files.certificate, _written(path, key_pem(make_key(), "SeCrEt"))), "passphrase"),
        (lambda files, other, path: (files.certificate, _written(path, b"-----BEGIN PRIVATE KEY-----\nSeCrEt\n-----END PRIVATE KEY-----")), "cannot be read"),
        (lambda files, other, path: (_written(path, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), files.key), "cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(authority: Authority, tmp_path: Path, make, told: str) -> None:
    files, other = authority.issue("b.example"), authority.issue("c.example")
    certificate, key = make(files, other, tmp_path)
    with pytest.raises(CertificateFault, match=told) as fault:
        read_pair(str(certificate), str(key))
    assert "SeCrEt" not in str(fault.value)


def _written(directory: Path, octets: bytes) -> Path:
    path = directory / "written"
    path.write_bytes(octets)
    return path


def test_dangers(authority: Authority) -> None:
    old, soon, open_ = (authority.issue(f"{days}.example", days=days) for days in (-3, 5, 99))
    open_.key.chmod(0o644)
    told = [[text for text, _ in dangers(read_pair(str(f.certificate), str(f.key)))] for f in (old, soon, open_)]
    assert "expired 2 days ago" in told[0][0] or "expired 3 days ago" in told[0][0]
    assert "expires in 5 days" in told[1][0]
    assert "everybody may read" in told[2][0]


@pytest.mark.peer("openssl")
def test_fingerprints_are_those_of_openssl(authority: Authority) -> None:
    files = authority.issue("print.example")
    shown = read_shown(leaf_of(read_pair(str(files.certificate), str(files.key))), "sha256")
    said = subprocess.run(
        ["openssl", "x509", "-in", files.certificate, "-noout", "-fingerprint", "-sha256"],
        capture_output=True,
        text=True,
    ).stdout
    assert shown.certificate_fingerprint == said.partition("=")[2].strip()
    public = subprocess.run(
        f"openssl x509 -in {files.certificate} -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -c",
        shell=True,
        capture_output=True,
        text=True,
    ).stdout
    assert shown.public_key_fingerprint == public.rpartition(" ")[2].strip().upper()
    assert (shown.subject_cn, shown.issuer_cn) == ("print.example", "Throwaway Authority")


@pytest.mark.parametrize(
    ("names", "host", "is_borne"),
    [
        (("mx.example",), "MX.example.", True),
        (("*.example.org",), "mx.example.org", True),
        (("*.example.org",), "a.mx.example.org", False),
        (("*.example.org",), "example.org", False),
        (("*.org",), "example.org", False),
        (("other.example",), "mx.example", False),
        (("mx.example",), "192.0.2.1", False),
    ],
)
def test_names(authority: Authority, names: tuple[str, ...], host: str, is_borne: bool) -> None:
    files = authority.issue("cn.example", names=names)
    assert bears_name(leaf_of(read_pair(str(files.certificate), str(files.key))), host) is is_borne
