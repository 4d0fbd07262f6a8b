"""Where accepted mail goes: the next hop over SMTP or LMTP, or a Maildir; and how long each step may take."""

from gatepost.config.declaration import Kind, Parameter

NEXT_HOP = (
    Parameter(
        "smtpd_proxy_filter",
        Kind.TEXT,
        "The next hop: host:port, [address]:port, inet:host:port, unix:path, lmtp:inet:host:port, lmtp:unix:path. "
        "Mail is accepted when this server has accepted it.",
    ),
    Parameter("smtpd_proxy_ehlo", Kind.TEXT, "The name in EHLO to the next hop."),
    Parameter(
        "smtpd_proxy_timeout",
        Kind.TIME,
        "How long to wait for the next hop: for connecting, sending, and each reply.",
        least=1,
    ),
    Parameter(
        "smtpd_proxy_options",
        Kind.WORDS,
        "speed_adjust: Postfix then reads the whole message before it connects. Gatepost always streams.",
    ),
    Parameter(
        "transport_maps",
        Kind.TABLES,
        "Tables that give another next hop by recipient address or domain: smtp:[host]:port, lmtp:unix:path.",
    ),
    Parameter(
        "local_transport",
        Kind.TEXT,
        "Delivery for domains in mydestination: error:text or retry:text here refuses its recipients; "
        "what else it names is not read, because the next hop is chosen by transport_maps and smtpd_proxy_filter.",
    ),
    Parameter(
        "virtual_transport",
        Kind.TEXT,
        "Delivery for domains in virtual_mailbox_domains: error:text or retry:text here refuses its recipients; "
        "what else it names is not read, because the next hop is chosen by transport_maps and smtpd_proxy_filter.",
    ),
    Parameter(
        "relay_transport",
        Kind.TEXT,
        "Delivery for domains in relay_domains: error:text or retry:text here refuses its recipients; "
        "what else it names is not read, because the next hop is chosen by transport_maps and smtpd_proxy_filter.",
    ),
    Parameter(
        "default_transport",
        Kind.TEXT,
        "Delivery for all other domains: error:text or retry:text here refuses its recipients; "
        "what else it names is not read, because the next hop is chosen by transport_maps and smtpd_proxy_filter.",
    ),
    Parameter(
        "maildir_directory",
        Kind.TEXT,
        "The directory that holds one Maildir per recipient: used when no next hop is set.",
        default="",
    ),
    Parameter(
        "smtp_connect_timeout",
        Kind.TIME,
        "How long to connect to an SMTP hop; 0: as long as the system tries.",
        least=0,
    ),
    Parameter(
        "smtp_helo_timeout", Kind.TIME, "How long to wait for the greeting and for the reply to EHLO.", least=1
    ),
    Parameter("smtp_xforward_timeout", Kind.TIME, "How long to wait for the reply to XFORWARD.", least=1),
    Parameter("smtp_mail_timeout", Kind.TIME, "How long to wait for the reply to MAIL.", least=1),
    Parameter("smtp_rcpt_timeout", Kind.TIME, "How long to wait for the reply to RCPT.", least=1),
    Parameter("smtp_data_init_timeout", Kind.TIME, "How long to wait for the reply to DATA.", least=1),
    Parameter("smtp_data_xfer_timeout", Kind.TIME, "How long to wait while a piece of the message is sent.", least=1),
    Parameter("smtp_data_done_timeout", Kind.TIME, "How long to wait for the reply to the final dot.", least=1),
    Parameter("smtp_rset_timeout", Kind.TIME, "How long to wait for the reply to RSET.", least=1),
    Parameter("smtp_quit_timeout", Kind.TIME, "How long to wait for the reply to QUIT.", least=1),
    Parameter(
        "lmtp_connect_timeout",
        Kind.TIME,
        "How long to connect to an LMTP hop; 0: as long as the system tries.",
        least=0,
    ),
    Parameter(
        "lmtp_lhlo_timeout", Kind.TIME, "How long to wait for the greeting and for the reply to LHLO.", least=1
    ),
    Parameter("lmtp_xforward_timeout", Kind.TIME, "How long to wait for the reply to XFORWARD.", least=1),
    Parameter("lmtp_mail_timeout", Kind.TIME, "How long to wait for the reply to MAIL.", least=1),
    Parameter("lmtp_rcpt_timeout", Kind.TIME, "How long to wait for the reply to RCPT.", least=1),
    Parameter("lmtp_data_init_timeout", Kind.TIME, "How long to wait for the reply to DATA.", least=1),
    Parameter("lmtp_data_xfer_timeout", Kind.TIME, "How long to wait while a piece of the message is sent.", least=1),
    Parameter("lmtp_data_done_timeout", Kind.TIME, "How long to wait for the reply to the final dot.", least=1),
    Parameter("lmtp_rset_timeout", Kind.TIME, "How long to wait for the reply to RSET.", least=1),
    Parameter("lmtp_quit_timeout", Kind.TIME, "How long to wait for the reply to QUIT.", least=1),
    Parameter("lmtp_lhlo_name", Kind.TEXT, "The name in LHLO to an LMTP hop."),
    Parameter("lmtp_tcp_port", Kind.TEXT, "The port of an LMTP hop that names none."),
    Parameter(
        "smtp_connection_cache_time_limit",
        Kind.TIME,
        "How long an idle connection to a next hop is kept for the next message.",
        least=0,
    ),
    Parameter(
        "smtp_connection_reuse_time_limit",
        Kind.TIME,
        "How long a connection to a next hop is used for further messages, counted from its beginning.",
        least=0,
    ),
    Parameter(
        "smtp_connection_reuse_count_limit",
        Kind.NUMBER,
        "How many messages one connection to a next hop carries; 0: any number.",
        unit="messages",
        least=0,
    ),
    Parameter("smtp_tcp_port", Kind.TEXT, "The port of an SMTP hop that names none."),
)
