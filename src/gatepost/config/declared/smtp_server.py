"""How the SMTP server speaks: greeting, what it offers, what it insists on."""

from gatepost.config.declaration import Kind, Parameter

SMTP_SERVER = (
    Parameter("smtpd_banner", Kind.TEXT, "The text behind 220 in the greeting. RFC 5321 wants $myhostname first."),
    Parameter("smtpd_helo_required", Kind.YES_NO, "Refuse MAIL before HELO or EHLO."),
    Parameter(
        "strict_rfc821_envelopes",
        Kind.YES_NO,
        "Refuse addresses in MAIL and RCPT without angle brackets, with comments or with phrases.",
    ),
    Parameter("disable_vrfy_command", Kind.YES_NO, "Refuse VRFY, so that nobody can try out addresses with it."),
    Parameter(
        "smtpd_discard_ehlo_keywords",
        Kind.WORDS,
        "Extensions not to offer: chunking, dsn, etrn, pipelining, size, smtputf8, vrfy, 8bitmime, "
        "enhancedstatuscodes, xclient, xforward; silent-discard: do not log that.",
    ),
    Parameter(
        "smtpd_discard_ehlo_keyword_address_maps",
        Kind.TABLES,
        "Tables that give such a list by client address.",
    ),
    Parameter("smtputf8_enable", Kind.YES_NO, "Offer SMTPUTF8 (RFC 6531)."),
    Parameter(
        "strict_smtputf8",
        Kind.YES_NO,
        "Refuse addresses with characters beyond ASCII where the client did not ask for SMTPUTF8.",
    ),
    Parameter("smtpd_noop_commands", Kind.WORDS, "Commands that are answered like NOOP."),
    Parameter(
        "smtpd_forbidden_commands",
        Kind.WORDS,
        "Commands that end the session: words, or tables that are asked for the word.",
    ),
    Parameter("smtpd_command_filter", Kind.TABLES, "Tables that replace a command line before it is read."),
    Parameter(
        "smtpd_forbid_unauth_pipelining",
        Kind.YES_NO,
        "Refuse clients that send ahead of the greeting or of replies they must wait for, and close.",
        default="yes",
        because="early talkers are spam senders; Postfix 3.9 changed its default to yes too",
    ),
    Parameter(
        "smtpd_forbid_bare_newline",
        Kind.CHOICE,
        "Lines that end in LF without CR. normalize (or yes): they are lines, but only CRLF.CRLF ends a message. "
        "reject: refuse the message. no: LF is as good as CRLF, which lets messages be smuggled in.",
        default="normalize",
        because="SMTP smuggling (CVE-2023-51764); Postfix 3.9 changed its default to normalize too",
        choices=("no", "yes", "normalize", "reject"),
    ),
    Parameter(
        "smtpd_forbid_bare_newline_exclusions",
        Kind.CLIENTS,
        "Clients to which smtpd_forbid_bare_newline does not apply. Names and tables in this list are asked when "
        "the client says DATA, or before it is greeted where smtpd_forbid_bare_newline is reject.",
        default="",
        because="a message smuggled through a machine of our own networks is worse than one from a stranger",
    ),
    Parameter(
        "fast_flush_domains",
        Kind.DOMAINS,
        "The domains that ETRN is answered for. Gatepost has no queue: it answers and does nothing.",
    ),
    Parameter(
        "smtpd_authorized_xclient_hosts",
        Kind.CLIENTS,
        "Clients that may pretend to be others with XCLIENT: proxies and test programs.",
    ),
    Parameter(
        "smtpd_authorized_xforward_hosts",
        Kind.CLIENTS,
        "Clients whose XFORWARD is believed: the log and the next hop learn for whom they hand on mail. It decides "
        "nothing.",
    ),
)
