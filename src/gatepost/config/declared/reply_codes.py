"""The codes of refusals. A code outside 400-599 makes the reply `450 4.7.1 Service unavailable`, as in Postfix."""

from gatepost.config.declaration import Kind, Parameter

REPLY_CODES = (
    Parameter("reject_code", Kind.CODE, "For reject."),
    Parameter("defer_code", Kind.CODE, "For defer."),
    Parameter("access_map_reject_code", Kind.CODE, "For REJECT in an access table."),
    Parameter(
        "access_map_defer_code", Kind.CODE, "For DEFER, DEFER_IF_PERMIT and DEFER_IF_REJECT in an access table."
    ),
    Parameter("maps_rbl_reject_code", Kind.CODE, "For DNS block lists: $rbl_code in reply templates."),
    Parameter(
        "relay_domains_reject_code",
        Kind.CODE,
        "For reject_unauth_destination; defer_unauth_destination takes 100 off.",
    ),
    Parameter("plaintext_reject_code", Kind.CODE, "For reject_plaintext_session."),
    Parameter(
        "unknown_address_reject_code",
        Kind.CODE,
        "For reject_unknown_sender_domain and reject_unknown_recipient_domain, when DNS says that there is no such "
        "domain.",
    ),
    Parameter(
        "unknown_client_reject_code",
        Kind.CODE,
        "For reject_unknown_client_hostname and reject_unknown_reverse_client_hostname, when DNS is certain.",
    ),
    Parameter("unknown_hostname_reject_code", Kind.CODE, "For reject_unknown_helo_hostname."),
    Parameter("invalid_hostname_reject_code", Kind.CODE, "For reject_invalid_helo_hostname."),
    Parameter("non_fqdn_reject_code", Kind.CODE, "For reject_non_fqdn_helo_hostname, _sender and _recipient."),
    Parameter("multi_recipient_bounce_reject_code", Kind.CODE, "For reject_multi_recipient_bounce."),
    Parameter("unknown_local_recipient_reject_code", Kind.CODE, "For users that local_recipient_maps does not have."),
    Parameter("unknown_relay_recipient_reject_code", Kind.CODE, "For users that relay_recipient_maps does not have."),
    Parameter("unknown_virtual_alias_reject_code", Kind.CODE, "For addresses that virtual_alias_maps does not have."),
    Parameter("unknown_virtual_mailbox_reject_code", Kind.CODE, "For users that virtual_mailbox_maps does not have."),
    Parameter(
        "smtpd_forbid_bare_newline_reject_code",
        Kind.CODE,
        "For a bare newline, with smtpd_forbid_bare_newline = reject.",
    ),
)
