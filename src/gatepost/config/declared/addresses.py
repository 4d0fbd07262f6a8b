"""Which domains and users are ours, and how an address is read before it is looked up."""

from gatepost.config.declaration import Kind, Parameter

ADDRESSES = (
    Parameter(
        "mydestination", Kind.STRINGS, "The domains of the local class: their users are in local_recipient_maps."
    ),
    Parameter(
        "relay_domains",
        Kind.DOMAINS,
        "The domains we take mail for and pass on: with their subdomains while relay_domains stands in "
        "parent_domain_matches_subdomains.",
    ),
    Parameter("virtual_alias_domains", Kind.STRINGS, "The domains whose every address is in virtual_alias_maps."),
    Parameter("virtual_mailbox_domains", Kind.STRINGS, "The domains whose users are in virtual_mailbox_maps."),
    Parameter(
        "parent_domain_matches_subdomains",
        Kind.WORDS,
        "The lists in which example.com also stands for its subdomains; in others only .example.com does.",
    ),
    Parameter("alias_maps", Kind.TABLES, "Local aliases: part of local_recipient_maps."),
    Parameter(
        "local_recipient_maps",
        Kind.TABLES,
        "The users of mydestination. Empty: no local recipient is refused as unknown.",
    ),
    Parameter(
        "virtual_alias_maps", Kind.TABLES, "Addresses that stand for others; what is in here is a known recipient."
    ),
    Parameter("virtual_mailbox_maps", Kind.TABLES, "The users of virtual_mailbox_domains."),
    Parameter(
        "relay_recipient_maps",
        Kind.TABLES,
        "The users of relay_domains. Empty: every recipient there is accepted, and bounces come later.",
    ),
    Parameter(
        "relocated_maps",
        Kind.TABLES,
        "Where users have moved to: their mail is refused with 5.1.6 User has moved to, and this text.",
    ),
    Parameter("canonical_maps", Kind.TABLES, "Address rewriting; what is in here is a known sender and recipient."),
    Parameter(
        "sender_canonical_maps", Kind.TABLES, "Address rewriting of senders; what is in here is a known sender."
    ),
    Parameter("recipient_canonical_maps", Kind.TABLES, "Address rewriting of recipients; what is in here is known."),
    Parameter(
        "permit_mx_backup_networks",
        Kind.CLIENTS,
        "permit_mx_backup only serves domains whose best mail exchangers all have addresses in here. Empty: any.",
    ),
    Parameter(
        "recipient_delimiter",
        Kind.TEXT,
        "The characters that separate a user name from its extension (user+extension); the first one found counts.",
    ),
    Parameter(
        "owner_request_special",
        Kind.YES_NO,
        "Do not take owner-list and list-request apart when recipient_delimiter is a hyphen.",
    ),
    Parameter("swap_bangpath", Kind.YES_NO, "Read site!user as user@site."),
    Parameter("allow_percent_hack", Kind.YES_NO, "Read user%domain, where there is no @, as user@domain."),
    Parameter("append_at_myorigin", Kind.YES_NO, "Read user as user@$myorigin."),
    Parameter("append_dot_mydomain", Kind.YES_NO, "Read user@host as user@host.$mydomain."),
    Parameter(
        "resolve_dequoted_address",
        Kind.YES_NO,
        'Look for @, % and ! inside a quoted user name too: "user@elsewhere"@ours is then not ours.',
    ),
    Parameter("resolve_null_domain", Kind.YES_NO, "Take user@ for a local user."),
    Parameter("resolve_numeric_domain", Kind.YES_NO, "Take user@192.0.2.1 for user@[192.0.2.1]."),
    Parameter(
        "allow_untrusted_routing",
        Kind.YES_NO,
        "Pass on user@elsewhere@ours and the like for strangers. This can open a relay behind the next hop.",
    ),
    Parameter("allow_min_user", Kind.YES_NO, "Accept user names that start with a hyphen."),
    Parameter("double_bounce_sender", Kind.TEXT, "The user name of the sender of notices that must never bounce."),
    Parameter(
        "address_verify_sender",
        Kind.TEXT,
        "The sender of address probes. As a recipient it is accepted before any restriction is asked, so that the "
        "probes of others are answered.",
    ),
    Parameter(
        "smtpd_reject_unlisted_recipient",
        Kind.YES_NO,
        "Refuse unknown recipients of our domains at the end of RCPT, after an OK and for own networks too.",
    ),
    Parameter(
        "smtpd_reject_unlisted_sender",
        Kind.YES_NO,
        "Refuse senders of our own domains that do not exist.",
    ),
    Parameter(
        "show_user_unknown_table_name",
        Kind.YES_NO,
        'Say which table does not have the user: "User unknown in local recipient table".',
    ),
)
