"""What the TLS parameters of a configuration ask for, on either side: level, rules, certificates.

The parameters of the server begin with smtpd_tls_, those of the next hop with smtp_tls_, and mean the same.

Raises: ConfigurationError for words that nobody knows. A certificate that cannot be used is no such fault: the server
starts and says 454 to STARTTLS, as Postfix does, and the finding says why.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gatepost.config.configuration import Configuration
from gatepost.model.errors import Complaint
from gatepost.world.net.tls_names import GRADES, WEAK, TlsRules, cipher_list, read_protocols

if TYPE_CHECKING:  # the library behind it takes 60 ms to load: only for those who use TLS
    from gatepost.world.net.certificates import Credentials

T = TypeVar("T")

SERVER, CLIENT = "smtpd_tls_", "smtp_tls_"

LEVELS = {
    SERVER: ("none", "may", "encrypt"),
    CLIENT: ("none", "may", "encrypt", "fingerprint", "verify", "secure"),
}


def security_level(view: Configuration, side: str) -> str:
    """The level in force, the old parameters included. Raises ConfigurationError."""
    name = f"{side}security_level"
    levels = LEVELS[side]
    text = view.text(name).lower()
    if text:
        if text not in levels:
            raise view.mistake(name, f"{text!r} is none of {', '.join(levels)}", f"write one of {', '.join(levels)}")
        return text
    old = side.removesuffix("tls_")
    if view.yes(f"{old}enforce_tls"):
        return "encrypt" if side == SERVER else "verify"
    return "may" if view.yes(f"{old}use_tls") else "none"


def read_rules(view: Configuration, side: str, *, is_mandatory: bool) -> TlsRules:
    """Protocols, ciphers, key exchange. Raises ConfigurationError."""
    must = "mandatory_" if is_mandatory else ""
    protocols = _reading(view, f"{side}{must}protocols", read_protocols)
    excluded = view.words(f"{side}exclude_ciphers")
    if is_mandatory:
        excluded += view.words(f"{side}mandatory_exclude_ciphers")
    grades = {grade: view.text(f"tls_{grade}_cipherlist") for grade in GRADES}
    curve = ""
    if side == SERVER:
        curve, excluded = _curve(view, excluded)

    def read_grade(text: str) -> str:
        return cipher_list(text, grades, excluded, protocols)

    ciphers = _reading(view, f"{side}{must}ciphers", read_grade)
    dh_file = view.text("smtpd_tls_dh1024_param_file") if side == SERVER else ""
    return TlsRules(
        protocols, ciphers, curve, "" if dh_file == "auto" else dh_file, view.yes("tls_preempt_cipherlist")
    )  # fmt: skip


def _reading(view: Configuration, name: str, read: Callable[[str], T]) -> T:
    try:
        return read(view.text(name))
    except ValueError as error:
        raise view.mistake(name, str(error), "see docs/tls.md") from None


def _curve(view: Configuration, excluded: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    match view.text("smtpd_tls_eecdh_grade").lower():
        case "auto" | "":
            return "", excluded
        case "none":
            return "", (*excluded, "kEECDH")
        case "strong" | "ultra" as grade:
            return view.text(f"tls_eecdh_{grade}_curve"), excluded
    raise view.mistake("smtpd_tls_eecdh_grade", "none of auto, strong, ultra, none", "write auto")


def weak_protocols(view: Configuration, side: str, rules: TlsRules, *, is_mandatory: bool) -> Iterator[Complaint]:
    """A warning where protocols are asked for that are broken, or as good as."""
    weak = [name for name in rules.protocols if name in WEAK]
    if weak:
        name = f"{side}{'mandatory_' if is_mandatory else ''}protocols"
        text = f"{name} allows {', '.join(weak)}: no longer to be used (RFC 8996)"
        yield Complaint("warning", view.place(name), text, f"write {name} = >=TLSv1.2")


def read_credentials(view: Configuration, side: str) -> "tuple[tuple[Credentials, ...], list[Complaint]]":
    """The usable keys with their certificates, and what is wrong or dangerous; the files are watched from now on."""
    from gatepost.world.net.certificates import CertificateFault, dangers, read_chains, read_pair

    credentials: list[Credentials] = []
    findings: list[Complaint] = []
    for name, files, is_chain in _sources(view, side):
        watch(view, files)
        try:
            credentials += read_chains(files) if is_chain else (read_pair(*files),)
        except CertificateFault as fault:
            text = f"{name}: {fault}: STARTTLS hears 454" if side == SERVER else f"{name}: {fault}"
            findings.append(Complaint("warning", view.place(name), text, "mend the file", breaks_mail=True))
    for each in credentials:
        for text, cure in dangers(each):
            findings.append(Complaint("warning", view.place(_named_by(view, side)), text, cure))
    return tuple(credentials), findings


def _named_by(view: Configuration, side: str) -> str:
    return f"{side}chain_files" if view.words(f"{side}chain_files") else f"{side}cert_file"


def _sources(view: Configuration, side: str) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """The parameter, its files, and whether they are chain files; else they are a certificate and its key."""
    chains = view.words(f"{side}chain_files")
    if chains:
        yield f"{side}chain_files", chains, True
        return
    for kind in ("", "ec"):
        certificate, key = view.text(f"{side}{kind}cert_file"), view.text(f"{side}{kind}key_file")
        if certificate and certificate.lower() != "none":
            yield f"{side}{kind}cert_file", (certificate, key or certificate), False


def watch(view: Configuration, files: tuple[str, ...]) -> None:
    """A change of these files is a reload: a renewed certificate is used without a restart."""
    for name in files:
        path = Path(name)
        if path not in view.files:
            view.files.append(path)
