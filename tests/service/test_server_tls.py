"""What `gatepost check` says of TLS, and the levels that the parameters come to."""

from pathlib import Path

import pytest

from gatepost.model.errors import ConfigurationError
from gatepost.service.gate import Gate, load_gate
from tests.throwaway_authority import Authority, Issued

MAIN_CF = """\
compatibility_level = 3.6
myhostname = mx.example
mynetworks = 127.0.0.0/8
maildir_directory = /nonexistent
mail_owner =
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def files(authority: Authority) -> Issued:
    return authority.issue("mx.example")


def load(directory: Path, settings: str, row: str = "2525 inet n - n - - smtpd\n") -> Gate:
    (directory / "main.cf").write_text(MAIN_CF + settings)
    (directory / "master.cf").write_text(row)
    return load_gate(directory)


def told(gate: Gate) -> str:
    return "\n".join(str(complaint) for complaint in gate.complaints)


@pytest.mark.parametrize(
    ("settings", "level"),
    [
        ("", "none"),
        ("smtpd_tls_security_level = may", "may"),
        ("smtpd_tls_security_level = ENCRYPT", "encrypt"),
        ("smtpd_use_tls = yes", "may"),
        ("smtpd_enforce_tls = yes\nsmtpd_use_tls = yes", "encrypt"),
        ("smtpd_enforce_tls = yes\nsmtpd_tls_security_level = none", "none"),
        ("smtpd_tls_wrappermode = yes", "encrypt"),
    ],
)
def test_the_level(settings: str, level: str, files: Issued, tmp_path: Path) -> None:
    gate = load(tmp_path, f"smtpd_tls_chain_files = {files.chain}\n{settings}\n")
    door = gate.smtp_doors[0]
    assert door.speech.smtpd_tls_security_level == level
    assert (door.tls is not None) is (level != "none")
    assert "TLS" not in told(gate)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ("smtpd_tls_security_level = always", "'always' is none of none, may, encrypt"),
        ("smtpd_tls_security_level = may\nsmtpd_tls_protocols = TLSv9", "unknown protocol 'TLSv9'"),
        ("smtpd_tls_security_level = may\nsmtpd_tls_ciphers = best", "unknown cipher grade 'best'"),
        ("smtpd_tls_security_level = may\nsmtpd_tls_fingerprint_digest = sha0", "unknown digest 'sha0'"),
        ("smtpd_tls_security_level = may\nsmtpd_tls_eecdh_grade = best", "none of auto, strong, ultra, none"),
        ("smtp_tls_security_level = dane", "'dane' is none of none, may, encrypt, fingerprint, verify, secure"),
        ("smtp_tls_security_level = may\nsmtp_tls_wrappermode = yes", "TLS from the first octet is no mere wish"),
    ],
)
def test_what_is_refused(settings: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        load(tmp_path, f"{settings}\n")
    assert text in str(refusal.value)
    assert "main.cf:" in str(refusal.value)


@pytest.mark.parametrize(
    ("settings", "row", "text", "is_serious"),
    [
        ("", "", "there is no certificate: STARTTLS hears 454", True),
        ("smtpd_tls_cert_file = /nonexistent", "", "/nonexistent: No such file or directory: STARTTLS hears 454", True),
        ("smtpd_tls_cert_file = {old.certificate}\nsmtpd_tls_key_file = {files.key}", "", "is not that of the certificate", True),
        ("smtpd_tls_chain_files = {old.chain}", "", "the certificate expired", False),
        ("smtpd_tls_chain_files = {files.chain}\nsmtpd_tls_protocols = >=TLSv1", "", "smtpd_tls_protocols allows TLSv1, TLSv1.1", False),
        ("smtpd_tls_chain_files = {files.chain}\nsmtpd_tls_exclude_ciphers = HIGH, MEDIUM", "", "TLS cannot be served", True),
        ("smtpd_tls_chain_files = {files.chain}", "smtp inet n - n - - smtpd -o smtpd_tls_wrappermode=yes", "clients of port smtp wait", True),
        ("smtpd_tls_chain_files = {files.chain}", "465 inet n - n - - smtpd", "speak TLS from the first octet", False),
        ("smtpd_tls_chain_files = {files.chain}", "25 inet n - n - - smtpd -o smtpd_tls_security_level=encrypt", "RFC 3207", False),
        ("smtpd_tls_chain_files = {files.chain}\nsmtpd_tls_req_ccert = yes", "", "not required, where TLS is no must", False),
        ("smtpd_tls_chain_files = {files.chain}\ntls_server_sni_maps = inline:{{a.example=/nonexistent}}", "", "a.example: /nonexistent", False),
        ("smtpd_tls_chain_files = {files.chain}\ntls_server_sni_maps = static:x", "", "cannot be listed", False),
        ("smtpd_tls_chain_files = {files.chain}\nsmtp_tls_security_level = verify", "", "no authority is known", True),
        ("smtpd_tls_chain_files = {files.chain}\nsmtp_tls_security_level = fingerprint", "", "no fingerprint is known", True),
        ("smtpd_tls_chain_files = {files.chain}\nsmtp_tls_policy_maps = texthash:/x", "", "smtp_tls_policy_maps is not carried out", False),
    ],
)  # fmt: skip
def test_what_is_told(
    settings: str, row: str, text: str, is_serious: bool, authority: Authority, files: Issued, tmp_path: Path
) -> None:
    old = authority.issue("old.example", days=-2, stem="old")
    given = "smtpd_tls_security_level = may\n" + settings.format(files=files, old=old) + "\n"
    gate = load(tmp_path, given, f"{row or '2525 inet n - n - - smtpd'}\n")
    found = [complaint for complaint in gate.complaints if text in complaint.text]
    assert found, told(gate)
    assert found[0].is_serious is is_serious
    assert found[0].place.path.endswith(("main.cf", "master.cf"))


def test_a_key_that_everybody_may_read_and_files_that_are_watched(authority: Authority, tmp_path: Path) -> None:
    files = authority.issue("open.example")
    files.key.chmod(0o644)
    gate = load(
        tmp_path,
        f"smtpd_tls_security_level = may\nsmtpd_tls_eccert_file = {files.certificate}\n"
        f"smtpd_tls_eckey_file = {files.key}\nsmtpd_tls_CAfile = {authority.file}\n",
    )
    assert "everybody may read the private key" in told(gate)
    assert {files.certificate, files.key, authority.file} <= set(gate.watched_files)
