"""Clients that log in (AUTH): who knows them, by which mechanisms, what is told of it."""

from gatepost.config.declaration import Kind, Parameter

LOGINS = (
    Parameter(
        "smtpd_sasl_auth_enable",
        Kind.YES_NO,
        "Clients may log in (AUTH). With no, the restrictions about logins do not see that a client has one.",
    ),
    Parameter(
        "smtpd_sasl_type",
        Kind.CHOICE,
        "Who knows the users. cyrus: saslauthd, as Cyrus SASL's smtpd.conf names it, for PLAIN and LOGIN. dovecot: "
        "Dovecot's auth socket, with every mechanism that it offers. gatepost: smtpd_sasl_users_file.",
        choices=("cyrus", "dovecot", "gatepost"),
    ),
    Parameter(
        "smtpd_sasl_path",
        Kind.TEXT,
        "For dovecot: its auth socket, below queue_directory or absolute, or inet:host:port. For cyrus: the name of "
        "the .conf file that Cyrus SASL reads, or, with a slash in it, the socket of saslauthd itself.",
    ),
    Parameter(
        "cyrus_sasl_config_path",
        Kind.TEXT,
        "Directories, parted by colons, where that .conf file is looked for. Empty: sasl below the configuration "
        "directory, /etc/postfix/sasl, /usr/lib/sasl2.",
    ),
    Parameter("smtpd_sasl_service", Kind.TEXT, "The name of the service that the login server is told."),
    Parameter(
        "smtpd_sasl_local_domain",
        Kind.TEXT,
        "The realm of login names without one: saslauthd is told it, and the users file is searched with it too.",
    ),
    Parameter(
        "smtpd_sasl_users_file",
        Kind.TEXT,
        "The users of smtpd_sasl_type = gatepost and the hashes of their passwords. `gatepost users` writes it.",
        default="$config_directory/users",
    ),
    Parameter(
        "smtpd_sasl_failure_delay",
        Kind.TIME,
        "How long a client that has failed to log in once waits before its next login is looked at. Each further "
        "failure within an hour doubles it, up to 15 s, over all doors and workers. 0: no wait.",
        default="1s",
        least=0,
        most=15,
    ),
    Parameter(
        "smtpd_sasl_security_options",
        Kind.WORDS,
        "Mechanisms not to have: noplaintext, noactive, nodictionary, noanonymous; or properties they must have: "
        "forward_secrecy, mutual_auth.",
    ),
    Parameter("smtpd_sasl_tls_security_options", Kind.WORDS, "smtpd_sasl_security_options of sessions under TLS."),
    Parameter(
        "smtpd_tls_auth_only",
        Kind.YES_NO,
        "Serve AUTH under TLS only. smtpd_tls_security_level = encrypt does so too.",
    ),
    Parameter(
        "smtpd_sasl_mechanism_filter",
        Kind.STRINGS,
        "The mechanisms to offer in the answer to EHLO; the others are served, but not shown.",
    ),
    Parameter(
        "smtpd_sasl_exceptions_networks",
        Kind.CLIENTS,
        "Clients that are not shown AUTH: some insist on a password where they see it.",
    ),
    Parameter(
        "broken_sasl_auth_clients",
        Kind.YES_NO,
        "Offer AUTH a second time, as `AUTH=`, for clients that know it so (Outlook Express 4).",
    ),
    Parameter(
        "smtpd_sasl_response_limit",
        Kind.NUMBER,
        "The longest response of a client to a challenge.",
        unit="octets",
        least=12288,
    ),
    Parameter(
        "smtpd_sasl_authenticated_header",
        Kind.YES_NO,
        "Tell the login name in the Received: header. ESMTPA is told there in any case.",
    ),
    Parameter("smtpd_sender_login_maps", Kind.TABLES, "Who may use a sender address: login names by address."),
)
