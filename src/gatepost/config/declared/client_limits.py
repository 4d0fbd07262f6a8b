"""What one client may take of the server in a time: counted over all workers, and over machines with a store."""

from gatepost.config.declaration import Kind, Parameter

CLIENT_LIMITS = (
    Parameter(
        "smtpd_client_connection_count_limit",
        Kind.NUMBER,
        "The connections that one client may have at once; 0: any number.",
        unit="connections",
        least=0,
    ),
    Parameter(
        "smtpd_client_connection_rate_limit",
        Kind.NUMBER,
        "The connections of one client per anvil_rate_time_unit; 0: any number.",
        unit="connections",
        least=0,
    ),
    Parameter(
        "smtpd_client_message_rate_limit",
        Kind.NUMBER,
        "The messages of one client per anvil_rate_time_unit; 0: any number.",
        unit="messages",
        least=0,
    ),
    Parameter(
        "smtpd_client_recipient_rate_limit",
        Kind.NUMBER,
        "The recipients of one client per anvil_rate_time_unit; 0: any number.",
        unit="recipients",
        least=0,
    ),
    Parameter(
        "smtpd_client_auth_rate_limit",
        Kind.NUMBER,
        "The AUTH commands of one client per anvil_rate_time_unit; 0: any number.",
        unit="commands",
        least=0,
    ),
    Parameter(
        "smtpd_client_new_tls_session_rate_limit",
        Kind.NUMBER,
        "The TLS sessions that one client may begin anew per anvil_rate_time_unit; 0: any number.",
        unit="sessions",
        least=0,
    ),
    Parameter(
        "smtpd_client_event_limit_exceptions",
        Kind.CLIENTS,
        "Clients that these limits do not apply to.",
    ),
    Parameter(
        "smtpd_client_ipv4_prefix_length",
        Kind.NUMBER,
        "How much of an IPv4 address makes a client for these limits. Postfix has it from 3.8 on.",
        default="32",
        unit="bits",
        least=0,
        most=32,
    ),
    Parameter(
        "smtpd_client_ipv6_prefix_length",
        Kind.NUMBER,
        "How much of an IPv6 address makes a client for these limits. Postfix has it from 3.8 on; 3.7 counts whole "
        "addresses, of which one machine has billions.",
        default="84",
        unit="bits",
        least=0,
        most=128,
    ),
    Parameter(
        "anvil_store",
        Kind.TEXT,
        "Where machines that share their clients count them together: redis://[user:password@]host[:port][/number], "
        "rediss:// (TLS), unix:///socket, redis+cluster://host[:port]. Empty: each machine counts alone, and so it "
        "does while the store is away.",
        default="",
    ),
    Parameter("anvil_rate_time_unit", Kind.TIME, "The time that rates are counted over.", least=1),
)
