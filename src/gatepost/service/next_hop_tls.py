"""TLS to the next hops, loaded from main.cf: the same for all hops and doors; `-o` of a row does not change it."""

import re
from typing import TYPE_CHECKING

from gatepost.config.configuration import Configuration
from gatepost.model.errors import Complaint
from gatepost.service.tls_terms import CLIENT, read_credentials, read_rules, security_level, watch, weak_protocols
from gatepost.world.net.hop_tls import HopTls

if TYPE_CHECKING:  # the library behind it takes 60 ms to load: only for those who use TLS
    from gatepost.world.net.tls_engine import Context


def load_next_hop_tls(view: Configuration, findings: list[Complaint]) -> HopTls | None:
    """What hops are asked for; None where they are spoken to in the clear. Raises ConfigurationError."""
    level = security_level(view, CLIENT)
    if level == "none":
        return None
    from gatepost.world.net.certificates import is_digest

    digest = view.text("smtp_tls_fingerprint_digest").lower()
    if not is_digest(digest):
        raise view.mistake("smtp_tls_fingerprint_digest", f"unknown digest {digest!r}", "write sha256")
    is_mandatory = level != "may"
    fingerprints = frozenset(re.split(r"[\s,|]+", view.text("smtp_tls_fingerprint_cert_match").upper())) - {""}
    if level == "fingerprint" and not fingerprints:
        text = "smtp_tls_security_level = fingerprint, and no fingerprint is known: no hop is given any mail"
        place, cure = view.place("smtp_tls_security_level"), "set smtp_tls_fingerprint_cert_match"
        findings.append(Complaint("warning", place, text, cure, breaks_mail=True))
    wrapped = view.yes("smtp_tls_wrappermode")
    if wrapped and not is_mandatory:
        cure = "set smtp_tls_security_level = encrypt"
        raise view.mistake("smtp_tls_wrappermode", "TLS from the first octet is no mere wish", cure)
    server_name = view.text("smtp_tls_servername")
    return HopTls(
        level=level,
        context=_context(view, findings, level, is_mandatory=is_mandatory),
        is_wrapped=wrapped,
        timeout_s=view.seconds("smtp_starttls_timeout"),
        digest=digest,
        fingerprints=fingerprints,
        server_name="" if server_name in ("hostname", "nexthop") else server_name,
    )


def _context(view: Configuration, findings: list[Complaint], level: str, *, is_mandatory: bool) -> "Context":
    from gatepost.world.net.tls_engine import TlsFault, make_context, note_distrust

    rules = read_rules(view, CLIENT, is_mandatory=is_mandatory)
    findings += weak_protocols(view, CLIENT, rules, is_mandatory=is_mandatory)
    credentials, complaints = read_credentials(view, CLIENT)
    findings += complaints
    ca_file, ca_path = view.text("smtp_tls_CAfile"), view.text("smtp_tls_CApath")
    has_authorities = bool(ca_file or ca_path) or view.yes("tls_append_default_CA")
    if level in ("verify", "secure") and not has_authorities:
        text = f"smtp_tls_security_level = {level}, and no authority is known: no hop is given any mail"
        place, cure = view.place("smtp_tls_security_level"), "set smtp_tls_CAfile or smtp_tls_CApath"
        findings.append(Complaint("warning", place, text, cure, breaks_mail=True))
    watch(view, (ca_file,) if ca_file else ())
    try:
        context = make_context(
            rules,
            credentials,
            ca_file=ca_file,
            ca_path=ca_path,
            with_default_authorities=view.yes("tls_append_default_CA"),
            verify_depth=view.number("smtp_tls_scert_verifydepth"),
            is_server=False,
        )
    except TlsFault as fault:
        raise view.mistake("smtp_tls_security_level", f"TLS cannot be had: {fault}", "see docs/tls.md") from None
    note_distrust(context)
    return context
