"""TLS towards next hops: how much of it is asked for, and whether what a hop showed is good enough.

    may           where the hop offers it; a hop with which no handshake succeeds is spoken to in the clear
    encrypt       always, whatever certificate
    fingerprint   the certificate or its public key is one of those listed
    verify        a known authority has signed it, and it bears the name of the hop
    secure        the same: hops are named one by one here, no MX record stands between

Above `may` nothing is sent to a hop that does not come up to it: the client keeps the mail (451 4.3.0).
Postfix: smtp_tls_security_level, TLS_README.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the library behind it takes 60 ms to load: only for those who use TLS
    from gatepost.world.net.tls_engine import Context, TlsEngine


@dataclass(frozen=True, slots=True)
class HopTls:
    """What all hops of a worker are asked for. `server_name`: what SNI says, "" for the name of the hop."""

    level: str
    context: "Context"
    is_wrapped: bool
    timeout_s: float
    digest: str
    fingerprints: frozenset[str]
    server_name: str = ""

    @property
    def is_mandatory(self) -> bool:
        """In the clear nothing may be sent."""
        return self.level != "may"

    def name_for(self, host: str) -> str:
        """What to ask for by SNI, which knows no addresses (RFC 6066 section 3)."""
        name = self.server_name or host
        return "" if ":" in name or re.fullmatch(r"[0-9.]+", name) else name

    def fault(self, engine: "TlsEngine", host: str) -> str:
        """Why the hop's certificate is not good enough; "" where it is."""
        from gatepost.world.net.certificates import bears_name, read_shown

        if self.level in ("may", "encrypt"):
            return ""
        certificate = engine.peer_certificate
        if certificate is None:
            return "it shows no certificate"
        if self.level == "fingerprint":
            shown = read_shown(certificate, self.digest)
            if self.fingerprints.isdisjoint((shown.certificate_fingerprint, shown.public_key_fingerprint)):
                return f"its certificate {shown.certificate_fingerprint} is none of smtp_tls_fingerprint_cert_match"
            return ""
        if engine.distrust:
            return f"its certificate is not trusted: {engine.distrust}"
        return "" if bears_name(certificate, host) else f"its certificate is not for {host}"
