"""reject_unverified_recipient and reject_unverified_sender (ADDRESS_VERIFICATION_README): probes and their cache."""

from gatepost.config.declaration import Kind, Parameter

ADDRESS_VERIFICATION = (
    Parameter(
        "address_verify_poll_count",
        Kind.NUMBER,
        "With address_verify_poll_delay: how long a client waits for a probe, one delay less than the count "
        "(6 seconds unless set). There is nothing to poll: the client hears of the result as soon as it is there. "
        "With 1 nobody waits, and the first mail to an address is put off.",
        unit="tries",
        least=1,
    ),
    Parameter("address_verify_poll_delay", Kind.TIME, "See address_verify_poll_count.", least=1),
    Parameter(
        "address_verify_map",
        Kind.TEXT,
        "Where results are kept, for all workers: a file name after a type. Gatepost keeps an SQLite file of its "
        "own: with sqlite:/file it is that, with any other type the file's name with .sqlite behind it, so that "
        "Postfix's own cache is not touched. Empty: in memory, for each worker by itself, forgotten when it ends.",
    ),
    Parameter(
        "address_verify_positive_expire_time", Kind.TIME, "How long it counts that an address takes mail.", least=1
    ),
    Parameter(
        "address_verify_positive_refresh_time",
        Kind.TIME,
        "The age at which such a result is asked for again, in the background, when its address is seen.",
        least=1,
    ),
    Parameter("address_verify_negative_expire_time", Kind.TIME, "How long it counts that it takes none.", least=1),
    Parameter(
        "address_verify_negative_refresh_time",
        Kind.TIME,
        "The age at which such a result is asked for again, in the background, when its address is seen.",
        least=1,
    ),
    Parameter(
        "address_verify_deferred_expire_time",
        Kind.TIME,
        "How long it counts that an address could not be asked about: its server was away or put us off. "
        "Postfix has no such time: it puts an address off for 3 hours because its server was away for a minute.",
        default="60s",
        least=1,
    ),
    Parameter("address_verify_negative_cache", Kind.YES_NO, "Keep the results of addresses that take no mail."),
    Parameter(
        "address_verify_deadline",
        Kind.TIME,
        "How long one probe may take in all, with the look-up of its mail exchangers.",
        default="60s",
        least=1,
    ),
    Parameter(
        "address_verify_connection_limit",
        Kind.NUMBER,
        "Probes that a worker has under way at once; others wait their turn.",
        default="20",
        unit="connections",
        least=1,
    ),
    Parameter(
        "address_verify_pending_request_limit",
        Kind.NUMBER,
        "Probes of a worker that are under way or wait; beyond it none is begun and the client hears 450.",
        unit="probes",
        least=1,
    ),
    Parameter(
        "smtp_helo_name", Kind.TEXT, "The name in EHLO to the mail exchangers of senders that are asked about."
    ),
    Parameter("unverified_recipient_tempfail_action", Kind.TEXT, "What a probe does that could not be made."),
    Parameter("unverified_sender_tempfail_action", Kind.TEXT, "What a probe does that could not be made."),
    Parameter("unverified_recipient_reject_reason", Kind.TEXT, "Text in place of what the other server said."),
    Parameter("unverified_sender_reject_reason", Kind.TEXT, "Text in place of what the other server said."),
    Parameter(
        "unverified_recipient_reject_code", Kind.CODE, "For a recipient that a probe bounced for; 2xx: accept."
    ),
    Parameter("unverified_sender_reject_code", Kind.CODE, "For a sender that a probe bounced for; 2xx: accept."),
    Parameter("unverified_recipient_defer_code", Kind.CODE, "For a recipient whose probe is not back yet."),
    Parameter("unverified_sender_defer_code", Kind.CODE, "For a sender whose probe is not back yet."),
)
