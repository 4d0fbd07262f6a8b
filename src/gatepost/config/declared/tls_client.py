"""TLS to the next hop (docs/tls.md): SMTP hops over TCP; LMTP and unix sockets are spoken to in the clear."""

from gatepost.config.declaration import Kind, Parameter

_OLD_PROTOCOLS = "TLS 1.0 and 1.1 are no longer to be used (RFC 8996), and OpenSSL refuses them by default"

TLS_CLIENT = (
    Parameter(
        "smtp_tls_security_level",
        Kind.TEXT,
        "none: no TLS to the next hop. may: where it offers STARTTLS. encrypt: always. fingerprint: its certificate "
        "must be one of smtp_tls_fingerprint_cert_match. verify, secure: it must be signed by a known authority and "
        "bear the hop's name. There is no table for single hops, and no DANE.",
    ),
    Parameter("smtp_use_tls", Kind.YES_NO, "The old name of smtp_tls_security_level = may; read if that is empty."),
    Parameter(
        "smtp_enforce_tls", Kind.YES_NO, "The old name of smtp_tls_security_level = verify; read where that is empty."
    ),
    Parameter("smtp_tls_wrappermode", Kind.YES_NO, "TLS from the first octet, without STARTTLS (port 465)."),
    Parameter("smtp_tls_chain_files", Kind.WORDS, "Files with keys and certificate chains to show to the next hop."),
    Parameter("smtp_tls_cert_file", Kind.TEXT, "The RSA certificate chain to show to the next hop."),
    Parameter("smtp_tls_key_file", Kind.TEXT, "Its key, without passphrase."),
    Parameter("smtp_tls_eccert_file", Kind.TEXT, "The ECDSA certificate chain to show to the next hop."),
    Parameter("smtp_tls_eckey_file", Kind.TEXT, "Its key, without passphrase."),
    Parameter(
        "smtp_tls_protocols",
        Kind.TEXT,
        "The protocols at smtp_tls_security_level = may.",
        default=">=TLSv1.2",
        because=_OLD_PROTOCOLS,
    ),
    Parameter(
        "smtp_tls_mandatory_protocols",
        Kind.TEXT,
        "The protocols at the levels above may.",
        default=">=TLSv1.2",
        because=_OLD_PROTOCOLS,
    ),
    Parameter("smtp_tls_ciphers", Kind.TEXT, "The grade of ciphers at smtp_tls_security_level = may."),
    Parameter("smtp_tls_mandatory_ciphers", Kind.TEXT, "The grade of ciphers at the levels above may."),
    Parameter("smtp_tls_exclude_ciphers", Kind.WORDS, "Ciphers, or kinds of them, that are never used."),
    Parameter("smtp_tls_mandatory_exclude_ciphers", Kind.WORDS, "Further ones not used at the levels above may."),
    Parameter("smtp_tls_CAfile", Kind.TEXT, "The authorities that vouch for next hops, in one PEM file."),
    Parameter("smtp_tls_CApath", Kind.TEXT, "A directory of such authorities, as openssl rehash makes it."),
    Parameter(
        "smtp_tls_scert_verifydepth",
        Kind.NUMBER,
        "How long a hop's certificate chain may be.",
        unit="certificates",
        least=0,
    ),
    Parameter("smtp_tls_fingerprint_digest", Kind.TEXT, "The digest of smtp_tls_fingerprint_cert_match."),
    Parameter(
        "smtp_tls_fingerprint_cert_match",
        Kind.TEXT,
        "The fingerprints of certificates or public keys that the level fingerprint accepts; between them spaces, "
        "commas or |.",
    ),
    Parameter(
        "smtp_tls_servername",
        Kind.TEXT,
        "The name asked for in the handshake (SNI): hostname or nexthop for that of the hop, or a name.",
    ),
    Parameter("smtp_starttls_timeout", Kind.TIME, "How long a handshake may take.", least=1),
)
