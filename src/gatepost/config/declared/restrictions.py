"""The lists of restrictions, when they are run, and what they may look up."""

from gatepost.config.declaration import Kind, Parameter

RESTRICTIONS = (
    Parameter("smtpd_client_restrictions", Kind.RESTRICTIONS, "What is asked of the client itself."),
    Parameter("smtpd_helo_restrictions", Kind.RESTRICTIONS, "What is asked of the name in HELO or EHLO."),
    Parameter("smtpd_sender_restrictions", Kind.RESTRICTIONS, "What is asked of MAIL FROM."),
    Parameter(
        "smtpd_relay_restrictions",
        Kind.RESTRICTIONS,
        "Who may send through us to others. It stands apart from smtpd_recipient_restrictions so that an OK for a "
        "forged sender in there never opens the relay. Empty below compatibility_level 1.",
    ),
    Parameter(
        "smtpd_recipient_restrictions",
        Kind.RESTRICTIONS,
        "What is asked of RCPT TO. An OK ends this list and only this one.",
    ),
    Parameter("smtpd_data_restrictions", Kind.RESTRICTIONS, "What is asked at DATA, or at the first BDAT."),
    Parameter(
        "smtpd_end_of_data_restrictions",
        Kind.RESTRICTIONS,
        "What is asked when the message is in, before it is passed on.",
    ),
    Parameter("smtpd_etrn_restrictions", Kind.RESTRICTIONS, "What is asked of ETRN."),
    Parameter(
        "smtpd_restriction_classes",
        Kind.WORDS,
        "Names of restriction lists that may stand in other lists and in access tables; each is a parameter.",
    ),
    Parameter(
        "smtpd_delay_reject",
        Kind.YES_NO,
        "Run the client, HELO and sender lists at RCPT, so that refusals are logged with sender and recipient.",
    ),
    Parameter(
        "smtpd_relay_before_recipient_restrictions",
        Kind.YES_NO,
        "Run smtpd_relay_restrictions before smtpd_recipient_restrictions.",
    ),
    Parameter(
        "smtpd_look_ahead",
        Kind.YES_NO,
        "Send the DNS questions of later restrictions while an earlier one waits. The verdict is the same and comes "
        "after one wait instead of many; about half as many questions again are asked. Behind a restriction that has "
        "lately refused more often than not nothing is asked ahead.",
        default="yes",
    ),
    Parameter(
        "smtpd_null_access_lookup_key",
        Kind.TEXT,
        "What check_sender_access looks up for the null sender.",
    ),
    Parameter(
        "smtpd_peername_lookup",
        Kind.YES_NO,
        "Look up the names of clients. With no every client is unknown.",
    ),
    Parameter(
        "smtpd_client_port_logging",
        Kind.YES_NO,
        "Log the port of the client too: name[address]:port.",
    ),
    Parameter(
        "smtpd_log_access_permit_actions",
        Kind.WORDS,
        "The permits to log: names of restrictions, or static:all.",
    ),
    Parameter(
        "smtpd_reject_footer",
        Kind.TEXT,
        "Text behind every refusal, such as a telephone number. A leading \\c joins it to the last line; \\n starts "
        "another one. $-names are those of default_rbl_reply, and $decision_id: the id in the log line.",
    ),
    Parameter(
        "smtpd_reject_footer_maps",
        Kind.TABLES,
        "Tables that give the footer for a reply; looked up before smtpd_reject_footer.",
    ),
    Parameter(
        "smtpd_dns_reply_filter",
        Kind.TABLES,
        "Tables that drop DNS records before restrictions see them.",
    ),
    Parameter(
        "relay_clientcerts", Kind.TABLES, "The client certificates, by fingerprint, of permit_tls_clientcerts."
    ),
    Parameter(
        "reject_tempfail_action",
        Kind.TEXT,
        "What a restriction does that could not look something up: defer_if_permit, or defer.",
    ),
    Parameter(
        "unknown_address_tempfail_action",
        Kind.TEXT,
        "reject_tempfail_action of reject_unknown_sender_domain and reject_unknown_recipient_domain.",
    ),
    Parameter(
        "unknown_helo_hostname_tempfail_action", Kind.TEXT, "reject_tempfail_action of reject_unknown_helo_hostname."
    ),
)
