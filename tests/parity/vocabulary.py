"""What random policies are made of: one main.cf, tables, access(5) results, patterns, templates, words and mistakes."""

from tests.parity.certificates import TLS_FILES
from tests.parity.further_words import LOGIN_MAP
from tests.parity.site import SITE_FILES

MAIN_CF = """\
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
mail_owner = postfix
inet_interfaces = 127.0.0.1, ::1, {own_address}
inet_protocols = all
myhostname = mx.ours.example
mydomain = ours.example
myorigin = ours.example
default_database_type = texthash
alias_maps =
default_transport = discard
local_transport = discard
virtual_transport = discard
relay_transport = discard
in_flow_delay = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 100000
smtpd_hard_error_limit = 100000
smtpd_junk_command_limit = 100000
smtpd_client_connection_count_limit = 0
smtpd_forbid_unauth_pipelining = no
smtpd_forbid_bare_newline = no
smtpd_client_event_limit_exceptions =
smtpd_timeout = 20s
smtpd_authorized_xclient_hosts = {xclient_host}
smtpd_sasl_type = cyrus
maps_rbl_domains = bl.test, odd.test
rbl_answer_guard = no
smtpd_sasl_failure_delay = 0
max_idle = 10s
"""

FILES = {"logins": LOGIN_MAP, **TLS_FILES, **SITE_FILES}

ACTIONS = (
    "DUNNO", "OK", "OK", "RELAY", "ok with text", "dunno", "REJECT", "REJECT not you", "reject 5.1.8 lower case",
    "REJECT 4.1.1 other digit", "REJECT 5.7 half a code", "REJECT 5.1.7  two  blanks", "REJECT 5.1.1 unknown",
    "DEFER", "DEFER 4.3.2 later", "DEFER 5.1.3 wrong digit", "450 4.1.1 greylisted", "550 plain text", "554 5.1.8 with status",
    "550", "450", "2", "421 4.7.0 closing", "521 5.3.2 no mail here", "571 odd code", "599 5.9.9 most", "400 least",
    "5501 four digits", "54x letters", "250 hello", "REJECTED", "DEFER_IF_PERMIT", "DEFER_IF_PERMIT 4.1.3 maybe",
    "DEFER_IF_REJECT", "DEFER_IF_REJECT 4.2.2 if so", "DEFER_IF_PERMIT 5.2.3 wrong digit", "INFO a word", "WARN a word", "INFO",
    "PREPEND X-Seen: yes", "PREPEND no header", "PREPEND", "DISCARD", "DISCARD with text", "HANGUP", "permit", "reject", "defer",
    "reject_unauth_destination", "permit_auth_destination, reject", "warn_if_reject reject", "warn_if_reject reject, permit",
    "defer_if_permit", "defer_if_reject, reject", "defer_if_permit defer_if_reject", "texthash:nested", "permit_mynetworks, reject",
    "first_class", "second_class", "First_Class", "reject_non_fqdn_sender, reject_unknown_sender_domain", "no_such_word, permit",
    "reject_rbl_client bl.test", "check_client_access", "sleep 0, reject", "REJECT " + "long " * 60, "REJECT 5.1.2 a\ttab",
    "WARN", "DEFER 4.7", "550 5.1.1.1 four", "REJECT $1", "discard", "REJECT\ttab before",
)  # fmt: skip

INLINE_ACTIONS = tuple(action for action in ACTIONS if "$" not in action and "\t" not in action)
"""Those that may stand in main.cf as they are."""

PATTERNS = (
    r"/good/", r"/^192\.0\.2\./", r"/@.*\.example$/", r"/^(.*)@(.*)$/", r"/^[0-9.]+$/", r"/^unknown$/", r"!/example/", r"/^<>$/",
    r"/Ann/i", r"/^mail\./", r"/^\[/", r"/^known/", r"/^$/", r"/relay/", r"/^([a-z]+)\.(.*)/",
)  # fmt: skip

NETWORKS = (
    "192.0.2.0/24",
    "198.51.100.0/25",
    "203.0.113.64/26",
    "127.0.0.0/8",
    "2001:db8::/32",
    "!192.0.2.0/28",
    "203.0.113.9",
)

TEMPLATES = (
    "$rbl_code Service unavailable; $rbl_class [$rbl_what] blocked using $rbl_domain${rbl_reason?; $rbl_reason}",
    "$rbl_code 5.7.9 $rbl_what is on $rbl_domain: $rbl_txt",
    "450 4.7.0 ${client}/${client_name}/${client_address}/${reverse_client_name}/$helo_name",
    "554 s=$sender sn=$sender_name sd=$sender_domain r=$recipient rn=$recipient_name rd=$recipient_domain",
    "$rbl_code",
    "550 $server_name ${rbl_reason:nothing said}",
    "550 ${rbl_reason?{yes: $rbl_reason}:{no}}",
    "250 not a refusal",
    "no code",
    "$no_such_name x",
    "554 $$5 and 100%",
    "$rbl_code $rbl_domain",
)

PLAIN_WORDS = (
    "permit_mynetworks", "permit_inet_interfaces", "permit_sasl_authenticated", "reject_unknown_client_hostname",
    "reject_unknown_client", "reject_unknown_reverse_client_hostname", "reject_invalid_helo_hostname", "reject_invalid_hostname",
    "reject_non_fqdn_helo_hostname", "reject_non_fqdn_hostname", "reject_unknown_helo_hostname", "reject_unknown_hostname",
    "reject_non_fqdn_sender", "reject_unknown_sender_domain", "reject_unknown_address",
    "reject_non_fqdn_recipient", "reject_unknown_recipient_domain",
    "permit_auth_destination", "reject_unauth_destination", "defer_unauth_destination", "reject_multi_recipient_bounce",
    "reject_unauth_pipelining", "REJECT_NON_FQDN_SENDER",
)  # fmt: skip

UNLISTED_WORDS = ("reject_unlisted_recipient", "check_recipient_maps")
"""Drawn for the recipient's lists only: elsewhere Postfix 3.7 forgets, after a refusal, that the next address is unchecked."""

FINAL_WORDS = ("permit", "reject", "defer", "defer_if_permit", "defer_if_reject", "reject_plaintext_session")
CHECKS = (
    "check_reverse_client_hostname_access",
    "check_etrn_access",
    "check_client_access",
    "check_helo_access",
    "check_sender_access",
    "check_recipient_access",
)
ADDRESS_LIST_WORDS = ("reject_rbl_client", "reject_rbl")
DOMAIN_LIST_WORDS = (
    "reject_rhsbl_client", "reject_rhsbl_reverse_client", "reject_rhsbl_helo", "reject_rhsbl_sender", "reject_rhsbl_recipient",
)  # fmt: skip
MISTAKES = (
    "no_such_restriction",
    "check_client_access",
    "sleep x",
    "reject_rbl_client",
    "warn_if_reject",
    "First_class",
)

CODES = (
    "reject_code", "defer_code", "access_map_reject_code", "access_map_defer_code", "maps_rbl_reject_code", "relay_domains_reject_code",
    "unknown_address_reject_code", "unknown_client_reject_code", "unknown_hostname_reject_code", "invalid_hostname_reject_code",
    "non_fqdn_reject_code", "multi_recipient_bounce_reject_code", "plaintext_reject_code", "unknown_local_recipient_reject_code",
    "unknown_relay_recipient_reject_code", "unknown_virtual_alias_reject_code", "unknown_virtual_mailbox_reject_code",
)  # fmt: skip
