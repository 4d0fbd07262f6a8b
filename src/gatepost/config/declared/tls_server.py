"""TLS of the SMTP server: when it is offered, with which certificates, protocols and ciphers (docs/tls.md)."""

from gatepost.config.declaration import Kind, Parameter

_OLD_PROTOCOLS = "TLS 1.0 and 1.1 are no longer to be used (RFC 8996), and OpenSSL refuses them by default"

TLS_SERVER = (
    Parameter(
        "smtpd_tls_security_level",
        Kind.TEXT,
        "none: no TLS. may: STARTTLS is offered. encrypt: mail is taken under TLS only (not for port 25, RFC 3207).",
    ),
    Parameter("smtpd_use_tls", Kind.YES_NO, "The old name of smtpd_tls_security_level = may; read if that is empty."),
    Parameter(
        "smtpd_enforce_tls", Kind.YES_NO, "The old name of smtpd_tls_security_level = encrypt; read if that is empty."
    ),
    Parameter(
        "smtpd_tls_wrappermode",
        Kind.YES_NO,
        "TLS from the first octet, without STARTTLS: port 465 (RFC 8314). Set it in master.cf for that row.",
    ),
    Parameter(
        "smtpd_tls_chain_files",
        Kind.WORDS,
        "Files with private keys, each followed by its certificate chain, in PEM: one chain per kind of key. "
        "Where this is set, smtpd_tls_cert_file and its like are not read.",
    ),
    Parameter("smtpd_tls_cert_file", Kind.TEXT, "The certificate chain of an RSA key, in PEM, leaf first."),
    Parameter("smtpd_tls_key_file", Kind.TEXT, "The RSA key of that certificate, in PEM, without passphrase."),
    Parameter("smtpd_tls_eccert_file", Kind.TEXT, "The certificate chain of an ECDSA key, in PEM, leaf first."),
    Parameter("smtpd_tls_eckey_file", Kind.TEXT, "The ECDSA key of that certificate, in PEM, without passphrase."),
    Parameter(
        "smtpd_tls_protocols",
        Kind.TEXT,
        "The protocols at smtpd_tls_security_level = may: >=TLSv1.2, or !TLSv1, or a list of names.",
        default=">=TLSv1.2",
        because=_OLD_PROTOCOLS,
    ),
    Parameter(
        "smtpd_tls_mandatory_protocols",
        Kind.TEXT,
        "The protocols where TLS is a must: smtpd_tls_security_level = encrypt.",
        default=">=TLSv1.2",
        because=_OLD_PROTOCOLS,
    ),
    Parameter("smtpd_tls_ciphers", Kind.TEXT, "The grade of ciphers at smtpd_tls_security_level = may."),
    Parameter("smtpd_tls_mandatory_ciphers", Kind.TEXT, "The grade of ciphers where TLS is a must: medium, high."),
    Parameter("smtpd_tls_exclude_ciphers", Kind.WORDS, "Ciphers, or kinds of them, that are never used."),
    Parameter("smtpd_tls_mandatory_exclude_ciphers", Kind.WORDS, "Further ones not to use where TLS is a must."),
    Parameter("tls_high_cipherlist", Kind.TEXT, "What the grade high means to OpenSSL."),
    Parameter("tls_medium_cipherlist", Kind.TEXT, "What the grade medium means to OpenSSL."),
    Parameter("tls_low_cipherlist", Kind.TEXT, "What the grade low means to OpenSSL."),
    Parameter("tls_export_cipherlist", Kind.TEXT, "What the grade export means to OpenSSL."),
    Parameter("tls_null_cipherlist", Kind.TEXT, "What the grade null means to OpenSSL."),
    Parameter("tls_preempt_cipherlist", Kind.YES_NO, "The server's order of ciphers counts, not the client's."),
    Parameter(
        "smtpd_tls_dh1024_param_file",
        Kind.TEXT,
        "Parameters for finite-field Diffie-Hellman, in PEM. Empty or auto: none is offered, elliptic curves only.",
    ),
    Parameter(
        "smtpd_tls_eecdh_grade",
        Kind.TEXT,
        "The curves of key exchange. auto: those of OpenSSL. strong, ultra: the one of tls_eecdh_strong_curve, "
        "tls_eecdh_ultra_curve. none: no elliptic curves below TLS 1.3.",
    ),
    Parameter("tls_eecdh_strong_curve", Kind.TEXT, "The curve of smtpd_tls_eecdh_grade = strong."),
    Parameter("tls_eecdh_ultra_curve", Kind.TEXT, "The curve of smtpd_tls_eecdh_grade = ultra."),
    Parameter(
        "smtpd_tls_session_cache_timeout",
        Kind.TIME,
        "How long a session ticket lets a client come back without a whole handshake; 0: no tickets.",
        least=0,
    ),
    Parameter(
        "tls_server_sni_maps",
        Kind.TABLES,
        "Tables that give the chain files for the name that a client asks for; .example.com stands for all below it. "
        "All entries are loaded at the start, so tables that cannot be listed are refused.",
    ),
    Parameter(
        "smtpd_tls_loglevel",
        Kind.NUMBER,
        "1 and more: a log line for each handshake. 0: for those that fail.",
        unit="level",
        least=0,
    ),
    Parameter("smtpd_tls_received_header", Kind.YES_NO, "Tell protocol, cipher and client certificate in Received:."),
    Parameter("smtpd_starttls_timeout", Kind.TIME, "How long a handshake may take.", least=1),
    Parameter(
        "smtpd_tls_ask_ccert",
        Kind.YES_NO,
        "Ask clients for a certificate; permit_tls_clientcerts and check_ccert_access know it by its fingerprint.",
    ),
    Parameter(
        "smtpd_tls_req_ccert",
        Kind.YES_NO,
        "Refuse clients without a certificate that smtpd_tls_CAfile vouches for; where TLS is a must, else ask only.",
    ),
    Parameter(
        "smtpd_tls_ccert_verifydepth",
        Kind.NUMBER,
        "How long a client certificate's chain may be.",
        unit="certificates",
        least=0,
    ),
    Parameter("smtpd_tls_CAfile", Kind.TEXT, "The authorities that vouch for client certificates, in one PEM file."),
    Parameter("smtpd_tls_CApath", Kind.TEXT, "A directory of such authorities, as openssl rehash makes it."),
    Parameter("tls_append_default_CA", Kind.YES_NO, "Trust the authorities of the system as well."),
    Parameter(
        "smtpd_tls_fingerprint_digest",
        Kind.TEXT,
        "The digest of certificate fingerprints: sha256; md5 below compatibility level 3.6.",
    ),
)
